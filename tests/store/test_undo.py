"""Taking back a watch, a change, an unwatch or an exception: all is as it was, and nothing is lost or told twice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.alerts import NOTHING_TOLD
from bot.domain.announcement import FailureFacts
from bot.domain.answer import Wish
from bot.domain.deed import Did
from bot.domain.delivery import Delivery, State
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Placement, Watch
from bot.store import Store
from tests.builders import at, request
from tests.store.rig import ACCOUNT, TEAM, claim, drain, kinds, reading, record, wish

GLOB = "batch-*"
MINUTES = 60


def failed(number: int, why: str, reference: str = "batch-1") -> LipsyncRequest:
    return request(number, "failed", error=why, reference=reference, created=10)


async def see(store: Store, *rows: LipsyncRequest, seconds: float, reference: str = "batch-1") -> None:
    """A reading of these and of one more that goes on."""
    goes_on = request(1_000 + sum(map(ord, reference)), reference=reference)
    await record(store, reading((*rows, goes_on), seconds, reference=reference))


async def do_watch(store: Store, wanted: Wish, undo: str, seconds: float = 0) -> Watch:
    watch, _ = await store.watches.start(wanted, now=at(seconds), api_now=at(seconds), undo_id=undo)
    return watch


async def do_unwatch(store: Store, reference: str, undo: str, seconds: float, *, is_glob: bool = False) -> None:
    await store.watches.stop(TEAM, "C1", reference, now=at(seconds), is_glob=is_glob, author="U2", undo_id=undo)


async def undo(store: Store, which: str, seconds: float, place: str = "C1") -> UndoneAnswer:
    return await store.undos.take_back(which, TEAM, place, now=at(seconds), person="U3")


def glob(pattern: str = GLOB) -> Wish:
    return Wish(TEAM, ACCOUNT, "C1", pattern, "U1", is_glob=True)


def told(deliveries: list[Delivery]) -> list[str]:
    """The names of the failures that were told, by kind of message for others."""
    facts = [each.announcement.facts for each in deliveries]
    return [said.name if isinstance(said, FailureFacts) else said.kind for said in facts]


async def here(store: Store, reference: str = "batch-1", *, is_glob: bool = False) -> Watch | None:
    return await store.watches.at(TEAM, "C1", reference, is_glob=is_glob)


# --- a new watch ---


async def test_a_new_watch_that_is_taken_back_has_ended(store: Store) -> None:
    await do_watch(store, wish(), "u1")
    await drain(store)

    assert await undo(store, "u1", 9 * MINUTES) == UndoneAnswer(Undone.DONE, Did.WATCH, "batch-1")

    assert await here(store) is None
    await see(store, failed(1, "no face"), seconds=700)
    assert await drain(store, 701) == []


async def test_what_waited_for_a_new_watch_is_not_told_after_it_is_taken_back(store: Store) -> None:
    await do_watch(store, wish(), "u1")
    await undo(store, "u1", 1)
    assert await drain(store, 2) == []


def without_alerts(one: Watch | None) -> Watch:
    """The watch without what was told of failures, which only grows."""
    assert one is not None
    return replace(one, alerts=NOTHING_TOLD)


async def test_a_watch_that_took_over_from_a_pattern_gives_it_back_as_it_was(store: Store) -> None:
    await do_watch(store, glob(), "u0")
    await see(store, failed(1, "no face"), seconds=1)
    await drain(store, 2)
    before = await here(store)
    await do_watch(store, wish(events=Events.FAILURES), "u1", 10)
    assert kinds(await drain(store, 11)) == ["card"]
    await see(store, failed(1, "no face"), failed(2, "codec"), seconds=12)
    assert told(await drain(store, 13)) == ["codec"]

    await undo(store, "u1", 20)

    after = await here(store)
    assert before is not None
    assert after is not None
    kept = replace(before, generation=after.generation, baseline_at=after.baseline_at, alerts=after.alerts)
    assert after == kept
    assert after.alerts.told > before.alerts.told
    assert after.generation >= before.generation
    await see(store, failed(1, "no face"), failed(2, "codec"), failed(3, "audio"), failed(4, "codec"), seconds=30)
    assert told(await drain(store, 31)) == ["audio"]


async def test_a_watch_lifts_an_exception_and_its_undo_makes_it_again(store: Store) -> None:
    await do_watch(store, glob(), "u0")
    await store.watches.leave_out(ACCOUNT, TEAM, "C1", "batch-1", author="U1", now=at(1))
    await do_watch(store, wish(), "u1", 2)
    await undo(store, "u1", 3)
    await drain(store, 4)

    await see(store, failed(1, "no face"), seconds=5)

    assert await drain(store, 6) == []
    assert await store.watches.covering(ACCOUNT, TEAM, "C1", "batch-1") == ()


async def test_a_pattern_that_took_over_from_a_vaguer_one_gives_it_back(store: Store) -> None:
    await do_watch(store, glob("b*"), "u0")
    await see(store, failed(1, "no face"), seconds=1)
    await drain(store, 2)
    before = await here(store)
    await do_watch(store, glob(), "u1", 3)
    await drain(store, 4)

    await undo(store, "u1", 5)

    after = await here(store)
    assert before is not None
    assert after is not None
    assert replace(after, generation=0) == replace(before, generation=0)
    assert await here(store, GLOB, is_glob=True) is None
    await see(store, failed(1, "no face"), failed(2, "no face"), failed(3, "codec"), seconds=6)
    assert told(await drain(store, 7)) == ["codec"]


# --- a change ---


async def test_a_change_that_is_taken_back_leaves_the_watch_as_it_was(store: Store) -> None:
    first = await do_watch(store, wish(expected=5), "u0")
    await do_watch(store, wish(events=Events.ALL, expected=9), "u1", 5)

    assert (await undo(store, "u1", 6)).outcome is Undone.DONE

    assert await here(store) == first


@pytest.mark.parametrize("change", [{"placement": Placement.THREAD}, {"mention": ("U9",)}])
async def test_a_change_of_where_or_for_whom_is_written_down_and_taken_back(
    store: Store, change: dict[str, Any]
) -> None:
    first = await do_watch(store, wish(), "u0")
    await do_watch(store, replace(wish(), **change), "u1", 5)
    assert await store.undos.knows("u1")
    deed = (await store.deeds.since(at(0)))[-1]
    assert deed.did is Did.CHANGE
    assert deed.details.get("in", deed.details.get("mention")) in ("thread", "U9")

    assert (await undo(store, "u1", 6)).outcome is Undone.DONE

    assert await here(store) == first


async def test_a_change_of_a_pattern_is_taken_back_for_all_that_it_covers(store: Store) -> None:
    await do_watch(store, glob(), "u0")
    await see(store, seconds=1)
    await do_watch(store, replace(glob(), events=Events.EACH), "u1", 2)
    await undo(store, "u1", 3)

    under = await here(store)
    assert under is not None
    assert under.events is Events.PROBLEMS


async def test_taking_back_what_is_expected_ends_the_wait_for_more(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await record(store, reading([request(1, "completed")], 700))
    settled = await here(store)
    await do_watch(store, wish(expected=5), "u1", 701)
    await undo(store, "u1", 702)

    after = await here(store)
    assert settled is not None
    assert after is not None
    assert (after.settled_reading, after.expected) == (settled.settled_reading, None)
    assert settled.settled_reading is not None


async def test_a_wish_that_changes_nothing_can_not_be_taken_back(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await do_watch(store, wish(), "u1", 1)

    assert await store.undos.knows("u0")
    assert not await store.undos.knows("u1")


# --- unwatch ---


async def stopped(
    store: Store, reference: str = "batch-1", *, place: str = "C1", is_glob: bool = False, since: float = 0
) -> tuple[str, str] | None:
    """The reference and the undo of what was stopped last."""
    found = await store.undos.of_stop(TEAM, place, reference, is_glob=is_glob, since=at(since))
    return (found[0].reference_id, found[1]) if found else None


async def test_the_undo_of_what_was_just_stopped_is_found_until_it_is_used(store: Store) -> None:
    await do_watch(store, wish(), "u1")
    assert await stopped(store) is None
    await do_unwatch(store, "batch-1", "u2", 10)
    assert [await stopped(store), await stopped(store, since=10)] == [("batch-1", "u2")] * 2
    assert [await stopped(store, since=11), await stopped(store, "batch-2"), await stopped(store, place="C2")] == [
        None,
        None,
        None,
    ]
    assert await stopped(store, is_glob=True) is None
    await undo(store, "u2", 12)
    assert await stopped(store) is None


async def test_the_undo_of_a_pattern_that_was_just_stopped_is_found_as_one(store: Store) -> None:
    await do_watch(store, glob(), "u1")
    await do_unwatch(store, GLOB, "u2", 10, is_glob=True)
    assert await stopped(store, GLOB, is_glob=True) == (GLOB, "u2")
    assert await stopped(store, GLOB) is None


async def test_an_unwatch_that_is_taken_back_goes_on_with_baseline_generation_and_news(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await see(store, failed(1, "no face"), seconds=1)
    before = await here(store)
    await do_unwatch(store, "batch-1", "u1", 2)
    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 2}

    assert await undo(store, "u1", 9 * MINUTES) == UndoneAnswer(Undone.DONE, Did.UNWATCH, "batch-1")

    assert await here(store) == before
    assert told(await drain(store, 600)) == ["card", "no face"]


async def test_what_failed_while_it_was_not_watched_is_told_and_what_was_told_is_not(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await see(store, failed(1, "no face"), seconds=1)
    await drain(store, 2)
    await do_unwatch(store, "batch-1", "u1", 3)
    await see(store, failed(1, "no face"), failed(2, "no face"), failed(3, "codec"), seconds=4)
    await see(store, failed(4, "audio"), failed(3, "codec"), seconds=5)
    await undo(store, "u1", 6)

    assert sorted(told(await drain(store, 7))) == ["audio", "codec"]
    await see(store, failed(5, "audio"), failed(6, "light"), seconds=8)
    assert told(await drain(store, 9)) == ["light"]


async def test_what_was_on_its_way_when_it_was_unwatched_is_told_after_all(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    (delivery,) = await claim(store)
    await do_unwatch(store, "batch-1", "u1", 3)
    await store.outbox.again(delivery, not_before=at(4), why="ratelimited")
    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 1}

    await undo(store, "u1", 5)

    assert kinds(await claim(store, 6)) == ["card"]


async def test_what_a_pattern_told_meanwhile_is_not_told_again(store: Store) -> None:
    await do_watch(store, glob(), "g")
    await do_watch(store, wish(), "u0", 1)
    await see(store, failed(1, "no face"), seconds=2)
    assert sorted(told(await drain(store, 3))) == ["card", "card", "no face"]
    own = await here(store)
    await do_unwatch(store, "batch-1", "u1", 4)
    await see(store, failed(1, "no face"), failed(2, "codec"), seconds=5)
    assert told(await drain(store, 6)) == ["codec"]

    assert (await undo(store, "u1", 7)).outcome is Undone.DONE

    again = await here(store)
    assert own is not None
    assert again is not None
    assert (again.id, again.glob_id, again.baseline_at) == (own.id, None, own.baseline_at)
    await see(store, failed(3, "codec"), failed(4, "no face"), failed(5, "audio"), seconds=8)
    assert told(await drain(store, 9)) == ["audio"]


async def test_a_pattern_that_goes_on_with_a_reference_tells_no_kind_of_failure_again(store: Store) -> None:
    await do_watch(store, glob(), "g")
    await do_watch(store, wish(), "u0", 1)
    await see(store, failed(1, "no face"), seconds=2)
    await drain(store, 3)
    own = await here(store)
    await do_unwatch(store, "batch-1", "u1", 4)

    await see(store, failed(1, "no face"), failed(2, "no face"), failed(3, "codec"), seconds=5)

    assert told(await drain(store, 6)) == ["codec"]
    goes_on = await here(store)
    assert own is not None
    assert goes_on is not None
    assert (goes_on.alerts.messages, goes_on.generation) == (2, own.generation + 1)
    (edit,) = await store.edits.due(TEAM, now=at(60), shown_before=at(50))
    assert isinstance(edit.facts, FailureFacts)
    assert len(edit.facts.ids) == 2


@pytest.mark.parametrize("undone", [True, False])
async def test_a_ping_that_waits_goes_under_its_failure_whoever_tells_it(store: Store, undone: bool) -> None:
    await do_watch(store, glob(), "g")
    await do_watch(store, wish(), "u0", 1)
    await drain(store, 1)
    if undone:
        await do_unwatch(store, "batch-1", "u1", 2)
    await see(store, failed(1, "codec"), seconds=3)
    await drain(store, 4)
    await see(store, *(failed(n, "codec") for n in range(1, 12)), seconds=5)
    if undone:
        await undo(store, "u1", 6)
    else:
        await do_unwatch(store, "batch-1", "u1", 6)

    (ping,) = await claim(store, 7)

    (first,) = [each for each in await store.delivery_log.since(at(0)) if each.kind == "failure"]
    assert (ping.announcement.key.kind, ping.manner.thread_ts) == ("ping", first.ts)


@pytest.mark.parametrize("order", [("u1", "u2"), ("u2", "u1")])
async def test_after_the_pattern_was_stopped_as_well_nothing_is_told_again_or_lost(
    store: Store, order: tuple[str, str]
) -> None:
    await do_watch(store, glob(), "g")
    await do_watch(store, wish(), "u0", 1)
    await see(store, failed(1, "no face"), seconds=2)
    await drain(store, 3)
    await do_unwatch(store, "batch-1", "u1", 4)
    await see(store, failed(2, "no face"), failed(3, "codec"), seconds=5)
    assert told(await drain(store, 6)) == ["codec"]
    await do_unwatch(store, GLOB, "u2", 7, is_glob=True)
    await see(store, failed(4, "audio"), failed(5, "codec"), seconds=8)
    for which in order:
        assert (await undo(store, which, 9)).outcome is Undone.DONE

    assert told(await drain(store, 10)) == ["audio"]
    await see(store, failed(6, "codec"), failed(7, "no face"), failed(8, "light"), seconds=11)
    assert told(await drain(store, 12)) == ["light"]
    after = await here(store)
    assert after is not None
    assert (after.glob_id, after.alerts.messages) == (None, 4)


async def test_what_a_pattern_took_over_and_has_not_told_yet_is_told_once(store: Store) -> None:
    await do_watch(store, glob(), "g")
    await do_watch(store, wish(), "u0", 1)
    await drain(store, 1)
    await see(store, failed(1, "no face"), seconds=2)
    await do_unwatch(store, "batch-1", "u1", 3)
    await see(store, failed(2, "no face"), failed(3, "codec"), seconds=4)
    await undo(store, "u1", 5)

    assert sorted(told(await drain(store, 6))) == ["codec", "no face"]


async def test_a_pattern_goes_on_with_all_that_it_covered(store: Store) -> None:
    await do_watch(store, glob(), "u0")
    for number, reference in enumerate(("batch-1", "batch-2"), 1):
        await see(store, failed(number, "no face", reference), seconds=number, reference=reference)
    before = [await here(store, reference) for reference in ("batch-1", "batch-2")]
    (first, *_) = await claim(store, 5, limit=1)
    await do_unwatch(store, GLOB, "u1", 6, is_glob=True)
    await see(store, failed(3, "codec"), failed(1, "no face"), seconds=7)

    assert (await undo(store, "u1", 8)).outcome is Undone.DONE

    for reference, kept in zip(("batch-1", "batch-2"), before, strict=True):
        assert without_alerts(await here(store, reference)) == without_alerts(kept)
    assert first.announcement.key.kind == "card"
    assert sorted(told(await drain(store, 9))) == ["codec", "no face", "no face"]


async def test_a_catch_up_that_was_cut_is_whole_again(store: Store) -> None:
    for reference in ("batch-1", "batch-2"):
        await do_watch(store, wish(reference), f"u {reference}")
        await see(store, seconds=1, reference=reference)
    await drain(store, 2)
    await store.ledger.fall_behind(ACCOUNT, now=at(1_000), after=timedelta(minutes=5))
    for number, reference in enumerate(("batch-1", "batch-2"), 1):
        await see(store, failed(number, "no face", reference), seconds=1_000 + number, reference=reference)
    await store.ledger.caught_up(ACCOUNT, now=at(1_003))
    await do_unwatch(store, "batch-1", "u1", 1_004)

    await undo(store, "u1", 1_005)

    (delivery,) = await drain(store, 1_006)
    assert len(getattr(delivery.announcement.facts, "references", ())) == 2


# --- exceptions ---


@pytest.mark.parametrize("has_own", [False, True])
async def test_an_exception_that_is_taken_back_covers_the_reference_as_before(store: Store, has_own: bool) -> None:
    await do_watch(store, glob(), "u0")
    if has_own:
        await do_watch(store, wish(), "own", 1)
    await see(store, failed(1, "no face"), seconds=2)
    before = await here(store)
    await store.watches.leave_out(ACCOUNT, TEAM, "C1", "batch-1", author="U1", now=at(3), undo_id="u1")
    assert await here(store) is None
    await see(store, failed(1, "no face"), failed(2, "codec"), seconds=4)

    assert await undo(store, "u1", 5) == UndoneAnswer(Undone.DONE, Did.EXCEPT, "batch-1")

    assert without_alerts(await here(store)) == without_alerts(before)
    assert len(await store.watches.covering(ACCOUNT, TEAM, "C1", "batch-1")) == 1
    cards = 2 if has_own else 1
    assert sorted(told(await drain(store, 6))) == [*(["card"] * cards), "codec", "no face"]


# --- when it cannot be ---


async def test_after_ten_minutes_it_is_too_late_and_nothing_is_changed(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await do_unwatch(store, "batch-1", "u1", 0)

    assert await undo(store, "u1", 10 * MINUTES + 1) == UndoneAnswer(Undone.TOO_LATE, Did.UNWATCH, "batch-1")
    assert await here(store) is None


async def test_a_deed_is_taken_back_once_and_only_where_it_was_done(store: Store) -> None:
    await do_watch(store, wish(), "u0")

    assert await undo(store, "u0", 1, place="C2") == UndoneAnswer(Undone.TOO_LATE)
    assert await undo(store, "never", 1) == UndoneAnswer(Undone.TOO_LATE)
    assert (await undo(store, "u0", 1)).outcome is Undone.DONE
    assert (await undo(store, "u0", 2)).outcome is Undone.ALREADY


async def test_what_was_changed_since_is_not_taken_back_before_that_is(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await do_watch(store, wish(events=Events.ALL), "u1", 1)

    assert (await undo(store, "u0", 2)).outcome is Undone.OVERTAKEN
    assert (await undo(store, "u1", 2)).outcome is Undone.DONE
    assert (await undo(store, "u0", 3)).outcome is Undone.DONE
    assert await here(store) is None


async def test_a_reference_that_is_watched_anew_is_left_as_it_is(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await do_unwatch(store, "batch-1", "u1", 1)
    anew = await do_watch(store, wish(), "u2", 2)

    assert (await undo(store, "u1", 3)).outcome is Undone.OVERTAKEN
    assert await here(store) == anew


async def test_every_deed_is_written_down_with_its_author(store: Store) -> None:
    await do_watch(store, wish(), "u0")
    await do_watch(store, wish(events=Events.ALL), "u1", 1)
    await do_watch(store, wish(events=Events.ALL), "nothing", 2)
    await do_unwatch(store, "batch-1", "u2", 3)
    await undo(store, "u2", 4)
    await undo(store, "u2", 5)

    deeds = await store.deeds.since(at(0))

    assert [(deed.did, deed.person, deed.subject, dict(deed.details)) for deed in deeds] == [
        (Did.WATCH, "U1", "batch-1", {"for": "problems"}),
        (Did.CHANGE, "U1", "batch-1", {"for": "all"}),
        (Did.UNWATCH, "U2", "batch-1", {"for": "all"}),
        (Did.UNDO, "U3", "batch-1", {"of": "unwatch"}),
    ]
    assert [deed.did for deed in await store.deeds.since(at(3))] == [Did.UNWATCH, Did.UNDO]
