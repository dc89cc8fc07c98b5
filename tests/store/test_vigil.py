"""Rules that go by time: judged in one transaction with what they tell, on what is open, once."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.announcement import Announcement
from bot.domain.delivery import State
from bot.domain.request import LipsyncRequest
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts
from bot.domain.watch import Events
from bot.store import Store
from bot.store.cards import Cards
from tests.builders import at, request, uuid
from tests.store.glob_rig import glob
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, drain, kinds, reading, record, start, wish

FRESH = timedelta(minutes=10)


async def keep(store: Store, seconds: float) -> int:
    return await store.vigil.keep(ACCOUNT, now=at(seconds), fresh_after=at(seconds) - FRESH)


async def is_needed(store: Store, seconds: float) -> bool:
    return await store.vigil.needs(ACCOUNT, now=at(seconds), fresh_after=at(seconds) - FRESH) is not None


def finishing(until: float) -> list[LipsyncRequest]:
    """Of another reference, one that finished every ten seconds, the last one at this time; none overtakes anything."""
    finishes = [until - 10.0 * n for n in range(20)]
    ended = [
        request(5_000 + int(end), "completed", reference="other", created=-9_000, finished=end) for end in finishes
    ]
    return [replace(one, started_at=(one.finished_at or one.created_at) - timedelta(seconds=55)) for one in ended]


async def see(
    store: Store, rows: Iterable[LipsyncRequest], seconds: float, *, reference: str = "batch-1", moves: bool = True
) -> None:
    """A reading of a reference, and of another one in which clips finish as ever."""
    if moves:
        await record(store, reading(finishing(seconds), seconds, reference="other"))
    await record(store, reading(rows, seconds, reference=reference))


def running(number: int = 1, *, created: float = -5) -> LipsyncRequest:
    return request(number, "processing", created=created)


async def watched(store: Store, *, expected: int | None = None, events: Events | None = None) -> None:
    await start(store, wish(expected=expected, events=events))
    await see(store, [running()], 1)
    await drain(store, 1)


async def told(store: Store, seconds: float) -> list[Announcement]:
    """What is posted now, cards left out."""
    return [each.announcement for each in await drain(store, seconds) if each.announcement.key.kind != "card"]


async def edits(store: Store, seconds: float) -> list[object]:
    found = await store.edits.due(TEAM, now=at(seconds), shown_before=at(seconds))
    for edit in found:
        await store.edits.done(edit, now=at(seconds))
    return [edit.facts for edit in found]


# --- requests ---


async def test_what_runs_too_long_is_told_once_with_its_watch(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 599)
    assert await keep(store, 600) == 0
    await see(store, [running()], 605)
    assert (await keep(store, 606), await keep(store, 607), await keep(store, 900)) == (1, 0, 0)
    (said,) = await told(store, 910)
    assert isinstance(said.facts, StuckFacts)
    assert ([one.id for one in said.facts.ones], said.facts.as_of) == ([uuid(1)], at(605))
    assert said.watch_id is not None


async def test_two_at_once_tell_it_once(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 700)
    assert sorted(await asyncio.gather(*(keep(store, 701) for _ in range(4)))) == [0, 0, 0, 1]
    assert len(await told(store, 702)) == 1


async def test_more_of_it_and_its_end_are_edits(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 700)
    await keep(store, 701)
    await told(store, 702)
    await see(store, [running(), running(2)], 720)
    assert await keep(store, 721) == 1
    assert await told(store, 722) == []
    (facts,) = await edits(store, 800)
    assert isinstance(facts, StuckFacts)
    assert len(facts.ones) == 2
    await see(store, [request(1, "completed", finished=810), running(2)], 820)
    assert await keep(store, 821) == 1
    (facts,) = await edits(store, 900)
    assert isinstance(facts, StuckFacts)
    assert (len(facts.ones), facts.finished) == (1, 1)


async def test_once_the_batch_has_settled_its_message_takes_leave_and_nothing_is_left_to_judge(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 700)
    await keep(store, 701)
    await told(store, 702)
    await see(store, [request(1, "completed", finished=710)], 1_500)
    assert kinds(await drain(store, 1_501)) == ["finished"]
    assert await is_needed(store, 1_502)
    assert await keep(store, 1_503) == 1
    (facts,) = await edits(store, 1_600)
    assert isinstance(facts, StuckFacts)
    assert (facts.ones, facts.finished) == ((), 1)
    assert not await is_needed(store, 1_504)


async def test_what_is_over_before_it_was_posted_never_is(store: Store) -> None:
    await watched(store)
    await see(store, [running(), request(2)], 700)
    await keep(store, 701)
    await see(store, [request(1, "completed", finished=702), request(2)], 703)
    assert await keep(store, 704) == 0
    assert await told(store, 705) == []
    tally = await store.outbox.tally(TEAM)
    assert tally.by_kind["stuck", State.DROPPED] == 1


@pytest.mark.parametrize(("events", "many"), [(Events.PROBLEMS, 1), (Events.ALL, 1), (Events.EACH, 0)])
async def test_only_who_asked_for_problems_is_told(store: Store, events: Events, many: int) -> None:
    await watched(store, events=events)
    await see(store, [running()], 700)
    assert await keep(store, 701) == many


async def test_what_a_glob_covers_is_told_too(store: Store) -> None:
    await start(store, glob("batch-*"))
    await see(store, [running(), request(2)], 1)
    await see(store, [running(), request(2)], 700)
    assert await keep(store, 701) == 1
    (said,) = await told(store, 702)
    assert said.reference_id == "batch-1"


async def test_of_the_whole_account_only_failures_are_told(store: Store) -> None:
    await start(store, glob("*"))
    await see(store, [running()], 1)
    await see(store, [running()], 700)
    assert await keep(store, 701) == 0


async def test_old_data_and_a_clock_that_was_set_back_tell_nothing(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 700)
    assert await keep(store, 700 + FRESH.total_seconds()) == 0
    assert await keep(store, 600) == 0
    assert await keep(store, 700 + FRESH.total_seconds() - 1) == 1


async def test_while_the_account_catches_up_nothing_is_told(store: Store) -> None:
    await watched(store)
    await store.ledger.fall_behind(ACCOUNT, now=at(700), after=timedelta(minutes=5))
    await see(store, [running()], 701)
    assert await keep(store, 702) == 0
    await store.ledger.caught_up(ACCOUNT, now=at(703))
    assert await keep(store, 704) == 1


async def test_who_stops_watching_and_takes_that_back_is_not_told_again(store: Store) -> None:
    await watched(store)
    await see(store, [running()], 700)
    await keep(store, 701)
    await told(store, 702)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(710), author="U1", undo_id="undo")
    assert not await is_needed(store, 711)
    await store.undos.take_back("undo", TEAM, "C1", now=at(720), person="U1")
    await see(store, [running()], 730)
    assert await keep(store, 731) == 0
    assert await told(store, 732) == []


async def test_when_a_glob_goes_on_after_a_watch_of_its_own_it_is_not_told_again(store: Store) -> None:
    await start(store, glob("batch-*"))
    await watched(store)
    await see(store, [running()], 700)
    await keep(store, 701)
    await told(store, 702)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(710), author="U1", undo_id="undo")
    await see(store, [running()], 730)
    assert await keep(store, 731) == 0
    await see(store, [running(), running(2)], 740)
    assert await keep(store, 741) == 1
    assert await told(store, 742) == []
    await store.undos.take_back("undo", TEAM, "C1", now=at(750), person="U1")
    await see(store, [running(), running(2)], 760)
    await keep(store, 761)
    assert await told(store, 762) == []


@pytest.mark.parametrize("undone", [False, True])
async def test_what_waits_when_a_glob_goes_on_is_told_once_and_as_it_is_then(store: Store, undone: bool) -> None:
    await start(store, glob("batch-*"))
    await watched(store)
    await see(store, [running()], 700)
    assert await keep(store, 701) == 1
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(710), author="U1", undo_id="undo")
    if undone:
        await store.undos.take_back("undo", TEAM, "C1", now=at(720), person="U1")
    await see(store, [running(), running(2)], 740)
    assert await keep(store, 741) == 1
    (only,) = await told(store, 742)
    assert isinstance(only.facts, StuckFacts)
    assert len(only.facts.ones) == 2


async def test_what_a_glob_told_meanwhile_is_not_told_again_by_the_watch_that_comes_back(store: Store) -> None:
    await start(store, glob("batch-*"))
    await watched(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(690), author="U1", undo_id="undo")
    await see(store, [running()], 700)
    assert await keep(store, 701) == 1
    assert len(await told(store, 702)) == 1
    await store.undos.take_back("undo", TEAM, "C1", now=at(720), person="U1")
    await see(store, [running(), running(2)], 740)
    assert await keep(store, 741) == 1
    assert await told(store, 742) == []
    (edited,) = [facts for facts in await edits(store, 800) if isinstance(facts, StuckFacts)]
    assert len(edited.ones) == 2


async def test_nothing_is_judged_where_nothing_is_open(store: Store) -> None:
    await watched(store)
    await see(store, [request(1, "completed", finished=10)], 2_000)
    assert not await is_needed(store, 2_001)
    assert await keep(store, 2_001) == 0


# --- the card and answers ---


async def test_the_card_and_an_answer_show_what_is_stuck(store: Store) -> None:
    watch = await start(store)
    await see(store, [running(), request(2)], 700)
    cards: Cards = store.cards
    card = await cards.facts(watch.id, longest_settle=LONGEST_SETTLE)
    assert [one.id for one in getattr(card, "stuck", ())] == [uuid(1)]
    assert [one.id for one in (await store.ledger.batch(ACCOUNT, "batch-1")).stuck] == [uuid(1)]


# --- the account ---


async def still(store: Store, seconds: float, *rows: LipsyncRequest) -> int:
    await see(store, rows or [running(), running(2), request(3)], seconds, moves=False)
    return await keep(store, seconds + 1)


async def test_a_stall_is_told_once_to_each_place_and_edited_when_it_is_over(store: Store) -> None:
    await watched(store)
    await start(store, wish(place="C2"))
    assert await still(store, 599) == 0
    assert await still(store, 640) == 2
    assert await still(store, 900) == 0
    facts = [said.facts for said in await told(store, 901)]
    assert all(isinstance(one, StalledFacts) and (one.running, one.waiting) == (2, 1) for one in facts)
    moved = [request(1, "completed", finished=910), running(2), request(3)]
    assert await still(store, 911, *moved) == 2
    over = await edits(store, 1_000)
    assert [isinstance(one, StalledFacts) and one.over_at for one in over] == [at(910), at(910)]
    assert await still(store, 930, *moved) == 0


async def test_a_stall_that_is_over_before_it_was_posted_never_is(store: Store) -> None:
    await watched(store)
    await still(store, 640)
    await still(store, 660, request(1, "completed", finished=650), running(2), request(3))
    assert await told(store, 661) == []


async def test_a_place_that_begins_to_watch_in_a_stall_is_told_then(store: Store) -> None:
    await watched(store)
    await still(store, 640)
    await start(store, wish(place="C2"), 650)
    assert await still(store, 660) == 1
    assert [said.key.place for said in await told(store, 661)] == ["C1", "C2"]


async def test_what_ran_in_a_stall_is_given_as_much_time_again_before_it_is_called_stuck(store: Store) -> None:
    await watched(store)
    await still(store, 700)
    await told(store, 701)
    moved = [request(1, "completed", finished=710), running(2), request(3)]
    assert await still(store, 720, *moved) == 1
    await see(store, moved, 1_300)
    assert await keep(store, 1_301) == 0
    await see(store, moved, 1_320)
    assert await keep(store, 1_321) == 1
    assert [said.key.kind for said in await told(store, 1_322)] == ["stuck"]
    assert not await keep(store, 1_323)


# --- the submission ---


async def test_a_submission_that_stopped_is_told_and_edited_when_it_goes_on(store: Store) -> None:
    await watched(store, expected=4)
    rows = [request(1), request(2, created=-5)]
    await see(store, rows, 599)
    assert await keep(store, 599) == 0
    await see(store, rows, 600)
    assert (await keep(store, 601), await keep(store, 602)) == (1, 0)
    (said,) = await told(store, 603)
    assert isinstance(said.facts, MissingFacts)
    assert said.facts.progress.total == 2
    await see(store, [*rows, request(3, created=610)], 611)
    assert await keep(store, 612) == 1
    (facts,) = await edits(store, 700)
    assert isinstance(facts, MissingFacts)
    assert facts.over == "more"
