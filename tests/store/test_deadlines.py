"""A deadline is kept with its watch, judged by what was read, told once, and can be taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.answer import Wish
from bot.domain.deadline import Due
from bot.domain.natural_time import TypedTime
from bot.domain.people_answer import Undone
from bot.domain.progress import Progress
from bot.domain.risk import Risk
from bot.domain.risk_facts import Before, Level, RiskFacts
from bot.domain.watch import Watch
from bot.store import Store
from tests.builders import NOON, at, request
from tests.store.rig import ACCOUNT, TEAM, drain, kinds, reading, record, start, wish

HOUR = 3_600
ZONE = "Europe/Berlin"
PROGRESS = Progress("batch-1", 4, 1, processing=1, queued=2)


def due_at(seconds: float, zone: str = ZONE) -> TypedTime:
    return TypedTime(at(seconds), zone, NOON)


def by(seconds: float, expected: int | None = None) -> Wish:
    return replace(wish(expected=expected), due=due_at(seconds))


async def here(store: Store) -> Watch:
    watch = await store.watches.at(TEAM, "C1", "batch-1")
    assert watch is not None
    return watch


async def due(store: Store, *, fresh_after: float = 0) -> tuple[Due, ...]:
    return await store.deadlines.due(ACCOUNT, fresh_after=at(fresh_after))


async def the_due(store: Store) -> Due:
    (found,) = await due(store)
    return found


def facts(one: Due, level: Level) -> RiskFacts:
    return RiskFacts(
        PROGRESS, level, one.deadline, ZONE, NOON, 0.2, at(1), at(2), at(3), 1.5, 3.0, Before(NOON, 2.0, 4)
    )


async def test_a_watch_has_its_deadline_and_zone(store: Store) -> None:
    await start(store, by(HOUR))
    watch = await here(store)
    assert (watch.deadline, watch.deadline_zone) == (at(HOUR), ZONE)


async def test_a_wish_without_one_keeps_it_and_another_replaces_it(store: Store) -> None:
    await start(store, by(HOUR))
    await start(store, wish(expected=5))
    assert (await here(store)).deadline == at(HOUR)

    await start(store, replace(wish(), due=due_at(2 * HOUR, "UTC")))

    watch = await here(store)
    assert (watch.deadline, watch.deadline_zone, watch.expected) == (at(2 * HOUR), "UTC", 5)


async def test_only_a_watch_that_is_there_can_be_changed(store: Store) -> None:
    assert await store.watches.change(by(HOUR), now=at(1), undo_id="u1") is None
    glob = Wish(TEAM, ACCOUNT, "C1", "batch-*", "U1", is_glob=True)
    await start(store, glob)
    await record(store, reading([request(1)]))
    assert await store.watches.change(by(HOUR), now=at(200), undo_id="u1") is None
    assert not await store.undos.knows("u1")


async def test_a_deadline_and_a_number_can_be_taken_away_and_back(store: Store) -> None:
    await start(store, replace(by(HOUR), expected=5))
    for number, limit in enumerate(("deadline", "expect")):
        without = replace(wish(), without=frozenset({limit}))  # type: ignore[arg-type] # one of the two names
        await store.watches.change(without, now=at(1), undo_id=f"u{number}")
    watch = await here(store)
    assert (watch.deadline, watch.deadline_zone, watch.expected) == (None, "", None)

    for which in ("u1", "u0"):
        assert (await store.undos.take_back(which, TEAM, "C1", now=at(60), person="U1")).outcome is Undone.DONE

    watch = await here(store)
    assert (watch.deadline, watch.deadline_zone, watch.expected) == (at(HOUR), ZONE, 5)


async def test_who_changed_it_is_written_down(store: Store) -> None:
    await start(store, wish())
    await store.watches.change(replace(by(HOUR), author="U2"), now=at(1), undo_id="u1")
    deeds = await store.deeds.since(NOON)
    assert [(deed.did.value, deed.person, deed.details.get("by")) for deed in deeds] == [
        ("watch", "U1", None),
        ("change", "U2", f"2026-04-01T15:00+02:00 {ZONE}"),
    ]


# --- judging ---


async def test_what_was_never_read_whole_or_long_ago_is_not_judged(store: Store) -> None:
    await start(store, by(HOUR))
    assert await due(store) == ()
    await record(store, reading([request(1)], 100))
    assert [one.read_at for one in await due(store)] == [at(100)]
    assert await due(store, fresh_after=100) == ()


@pytest.mark.parametrize(("expected", "judged"), [(None, False), (2, False), (3, True)])
async def test_what_has_come_to_its_end_is_not_judged(store: Store, expected: int | None, judged: bool) -> None:
    await start(store, by(HOUR, expected=expected))
    await record(store, reading([request(1, "completed"), request(2, "failed")]))
    assert bool(await due(store)) is judged


async def test_of_what_nothing_came_the_deadline_is_judged(store: Store) -> None:
    await start(store, by(HOUR))
    await record(store, reading([]))
    assert (await store.deadlines.batch(await the_due(store))).progress.total == 0


async def test_a_judgement_is_told_once_and_remembered(store: Store) -> None:
    await start(store, by(HOUR))
    await drain(store)
    await record(store, reading([request(1)]))
    one = await the_due(store)
    risk = Risk((Level.AT_RISK,), Before(NOON, 2.0, 4))

    assert await store.deadlines.judged(one, risk, facts(one, Level.AT_RISK), now=at(101))
    assert not await store.deadlines.judged(one, risk, facts(one, Level.AT_RISK), now=at(101))

    assert (await here(store)).risk == risk
    told = await drain(store, 102)
    assert kinds(told) == ["risk"]
    assert told[0].announcement.facts == facts(one, Level.AT_RISK)


@pytest.mark.parametrize("change", [due_at(2 * HOUR), None])
async def test_a_judgement_about_another_deadline_is_dropped(store: Store, change: TypedTime | None) -> None:
    await start(store, by(HOUR))
    await drain(store)
    await record(store, reading([request(1)]))
    one = await the_due(store)
    without = frozenset() if change else frozenset({"deadline"})
    changed = replace(wish(), due=change, without=without)  # type: ignore[arg-type] # one of the two names
    await store.watches.change(changed, now=at(101), undo_id="u1")

    assert not await store.deadlines.judged(one, Risk((Level.MISSED,)), facts(one, Level.MISSED), now=at(102))

    assert (await here(store)).risk == Risk()
    assert await drain(store, 103) == []


async def test_of_another_deadline_nothing_was_told_until_it_is_taken_back(store: Store) -> None:
    await start(store, by(HOUR))
    await record(store, reading([request(1)]))
    risk = Risk((Level.MISSED,))
    assert await store.deadlines.judged(await the_due(store), risk, None, now=at(101)) is False
    assert await due(store) == ()

    await store.watches.change(by(2 * HOUR), now=at(102), undo_id="u1")
    assert (await the_due(store)).watch.risk == Risk()

    await store.undos.take_back("u1", TEAM, "C1", now=at(103), person="U1")
    assert (await here(store)).risk == risk


async def test_the_same_deadline_again_forgets_nothing(store: Store) -> None:
    await start(store, by(HOUR))
    await record(store, reading([request(1)]))
    await store.deadlines.judged(await the_due(store), Risk((Level.AT_RISK,)), None, now=at(101))
    await store.watches.change(replace(by(HOUR), due=due_at(HOUR, "UTC")), now=at(102), undo_id="u1")
    assert (await here(store)).risk == Risk((Level.AT_RISK,))


async def test_the_apis_clock_at_the_reading_is_known(store: Store) -> None:
    await start(store, by(HOUR))
    part = reading([request(1)])
    await record(store, replace(part, api_now=part.read_at + timedelta(minutes=5)))
    one = await the_due(store)
    assert one.ahead == timedelta(minutes=5)
    assert one.sight(PROGRESS, at(110)).deadline == at(HOUR + 300)


async def test_an_unwatched_batch_is_not_judged(store: Store) -> None:
    await start(store, by(HOUR))
    await record(store, reading([request(1)]))
    one = await the_due(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(101))
    assert await due(store) == ()
    assert not await store.deadlines.judged(one, Risk((Level.MISSED,)), facts(one, Level.MISSED), now=at(102))


async def test_what_was_told_of_a_deadline_that_is_taken_back_is_not_told_of_the_one_before(store: Store) -> None:
    await start(store, by(2 * HOUR))
    await record(store, reading([request(1)]))
    await store.watches.change(by(HOUR), now=at(101), undo_id="u1")
    await store.deadlines.judged(await the_due(store), Risk((Level.UNLIKELY,)), None, now=at(102))

    await store.undos.take_back("u1", TEAM, "C1", now=at(103), person="U1")

    watch = await here(store)
    assert (watch.deadline, watch.risk) == (at(2 * HOUR), Risk())


@pytest.mark.parametrize("change", [due_at(2 * HOUR), None])
async def test_what_waits_of_a_deadline_is_not_told_once_there_is_another(
    store: Store, change: TypedTime | None
) -> None:
    await start(store, by(HOUR))
    await drain(store)
    await record(store, reading([request(1)]))
    one = await the_due(store)
    assert await store.deadlines.judged(one, Risk((Level.AT_RISK,)), facts(one, Level.AT_RISK), now=at(101))
    without = frozenset() if change else frozenset({"deadline"})
    await store.watches.change(replace(wish(), due=change, without=without), now=at(102), undo_id="u1")  # type: ignore[arg-type] # one of the two names

    assert await drain(store, 103) == []

    await store.undos.take_back("u1", TEAM, "C1", now=at(104), person="U1")
    assert kinds(await drain(store, 105)) == ["risk"]


async def test_what_waits_of_a_deadline_is_not_told_by_a_pattern_that_goes_on_without_it(store: Store) -> None:
    await start(store, Wish(TEAM, ACCOUNT, "C1", "batch-*", "U1", is_glob=True))
    await start(store, by(HOUR))
    await drain(store)
    await record(store, reading([request(1)]))
    one = await the_due(store)
    assert await store.deadlines.judged(one, Risk((Level.AT_RISK,)), facts(one, Level.AT_RISK), now=at(101))
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(102))
    assert kinds(await drain(store, 103)) == []
