"""Home tabs: who opened theirs, which attempt counts, and what is shown there."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.calibration import Foretold
from bot.domain.failure import kind_of
from bot.domain.home import MOST_WATCHES, HomeFacts, Seen
from bot.domain.mute import Mute
from bot.domain.natural_time import TypedTime
from bot.domain.risk_facts import Level
from bot.domain.watch import Watch
from bot.store import Store
from bot.store.composing_home import Wanted
from bot.store.triages import Which
from tests.builders import NOON, at, request
from tests.store.glob_rig import glob
from tests.store.rig import ACCOUNT, TEAM, reading, record, start, wish

NO_FACE = kind_of("no face")
ME, DM = "U1", "D1"


async def facts(store: Store, seconds: float = 200, person: str = ME, fresh_after: float = 0) -> HomeFacts:
    return await store.homes.facts(Wanted(TEAM, ACCOUNT, person, DM, at(seconds), at(fresh_after)))


async def opened(store: Store, seconds: float = 0, person: str = ME) -> Seen:
    return await store.homes.opened(TEAM, person, DM, now=at(seconds))


async def lately(store: Store, since: float = -1) -> list[tuple[str, str]]:
    return [(seen.person, seen.shown) for seen in await store.homes.lately(TEAM, since=at(since))]


async def see(store: Store, reference: str, *statuses: str, seconds: float = 100, first: int = 0) -> None:
    rows = [
        request(first + n, status, reference=reference, created=5, error="no face" if status == "failed" else None)
        for n, status in enumerate(statuses)
    ]
    await record(store, reading(rows, seconds, reference=reference))


def names(found: HomeFacts) -> list[str]:
    return [one.watch.reference_id for one in found.watches]


# --- who opened it ---


async def test_who_has_opened_home_is_remembered_until_it_was_long_ago(store: Store) -> None:
    await opened(store, 0)
    await opened(store, 50, "U2")
    assert await lately(store) == [("U2", ""), (ME, "")]
    await opened(store, 60)
    assert await lately(store) == [(ME, ""), ("U2", "")]
    assert await lately(store, since=55) == [(ME, "")]
    assert await store.homes.lately("T2", since=at(-1)) == ()


async def test_what_is_shown_counts_unless_somebody_else_began_to_show_something(store: Store) -> None:
    seen = await opened(store)
    begun = await store.homes.begin(TEAM, ME)
    assert begun is not None
    assert begun.version > seen.version
    await store.homes.shown(TEAM, begun, "one", now=at(1))
    assert await lately(store) == [(ME, "one")]

    late, newer = await store.homes.begin(TEAM, ME), await store.homes.begin(TEAM, ME)
    assert late is not None
    assert newer is not None
    await store.homes.shown(TEAM, newer, "two", now=at(2))
    assert await lately(store) == [(ME, "two")]
    await store.homes.shown(TEAM, late, "old", now=at(3))  # and maybe it is what can be seen
    assert await lately(store) == [(ME, "")]


async def test_opening_it_again_means_that_nobody_knows_what_it_shows(store: Store) -> None:
    await opened(store)
    begun = await store.homes.begin(TEAM, ME)
    assert begun is not None
    await store.homes.shown(TEAM, begun, "one", now=at(1))
    await opened(store, 10)
    assert await lately(store) == [(ME, "")]


async def test_whoever_has_not_opened_home_is_not_begun_with(store: Store) -> None:
    assert await store.homes.begin(TEAM, ME) is None
    await opened(store)
    await store.homes.leave(TEAM, ME)
    assert await store.homes.begin(TEAM, ME) is None
    assert await lately(store) == []


async def test_two_who_open_it_at_once_are_one(store: Store) -> None:
    versions = {seen.version for seen in await asyncio.gather(*(opened(store) for _ in range(8)))}
    assert len(versions) == 8
    assert await lately(store) == [(ME, "")]


async def test_an_old_visit_is_forgotten_with_everything_else(store: Store) -> None:
    await opened(store, 0)
    await opened(store, 500, "U2")
    await record(store, reading([request()], 1))
    await store.ledger.forget(ACCOUNT, at(100))
    assert await lately(store, since=-9_999) == [("U2", "")]


# --- what it shows ---


async def test_somebody_new_has_nothing(store: Store) -> None:
    found = await facts(store)
    assert found.is_empty
    assert (found.person, found.place, found.state.looked_at) == (ME, DM, None)


async def test_my_watches_are_shown_in_every_place_and_nobody_elses(store: Store) -> None:
    await start(store, wish("one", name="dubbing-de"))
    await start(store, wish("two", place=DM))
    await start(store, wish("theirs", author="U2"))
    stopped = await start(store, wish("stopped"))
    await store.watches.stop(TEAM, stopped.place, stopped.reference_id, now=at(1))
    await see(store, "one", "completed", "queued")
    found = await facts(store)
    assert sorted(names(found)) == ["one", "two"]
    one, two = found.watches
    assert (one.progress.total, one.progress.percent, one.read_at) == (2, 50, at(100))
    assert (two.progress.total, two.read_at) == (0, None)
    assert found.state.looked_at == at(100)
    assert (await facts(store, person="U2")).count == 1


async def test_those_at_risk_come_first_and_the_rest_is_counted(store: Store) -> None:
    for number in range(MOST_WATCHES + 5):
        await start(store, wish(f"calm-{number:02}"))
    for reference in ("failing", "missed", "danger"):
        due = {"missed": TypedTime(at(50), "UTC", NOON), "danger": TypedTime(at(9_000), "UTC", NOON)}.get(reference)
        await start(store, replace(wish(reference), due=due))
    await see(store, "failing", "failed", "queued")
    await see(store, "missed", "queued", first=10)
    await see(store, "danger", "queued", first=20)
    (one,) = [each for each in await store.deadlines.due(ACCOUNT, fresh_after=at(0)) if each.deadline == at(9_000)]
    await store.deadlines.judged(one, replace(one.watch.risk, told=(Level.AT_RISK,)), None, now=at(101))

    found = await facts(store)

    assert names(found)[:3] == ["missed", "danger", "failing"]
    assert [one.risk for one in found.watches[:3]] == [Level.MISSED, Level.AT_RISK, None]
    assert (found.count, len(found.watches)) == (MOST_WATCHES + 8, MOST_WATCHES)
    assert [one.watch.reference_id for one in found.deadlines] == ["missed", "danger"]


async def test_a_glob_is_shown_with_all_that_it_covers_and_found_by_what_failed_under_it(store: Store) -> None:
    await see(store, "batch-old", "failed", "completed", seconds=1, first=50)
    await start(store, wish("a-calm-one"), 2)
    await start(store, glob("batch-*"), 2)
    await see(store, "batch-new", "failed", "queued", seconds=100)
    found = await facts(store, fresh_after=50)
    assert names(found) == ["batch-*", "a-calm-one"]
    of_glob = found.watches[0]
    assert (of_glob.references, of_glob.progress.total, of_glob.progress.failed) == (2, 4, 2)
    assert (of_glob.read_at, of_glob.stale) == (at(100), False)
    assert found.count == 2  # what a glob keeps is not counted


async def test_what_was_read_long_ago_and_goes_on_is_old(store: Store) -> None:
    await start(store, wish("one"))
    await start(store, wish("two"))
    await see(store, "one", "queued", seconds=100)
    await see(store, "two", "completed", seconds=101, first=10)
    found = await facts(store, fresh_after=500)
    assert {one.watch.reference_id: one.stale for one in found.watches} == {"one": True, "two": False}
    assert found.state.stale


async def test_the_last_forecast_is_shown_by_our_clock_while_it_is_recent(store: Store) -> None:
    watch = await start(store, wish("one"))
    await see(store, "one", "completed", "queued", "queued")
    ahead = timedelta(seconds=30)
    made = Foretold(
        watch.id, watch.generation, ACCOUNT, "one", at(110), at(110) + ahead, NOON, 1, 3,
        at(660) + ahead, at(780) + ahead, at(900) + ahead,
    )  # fmt: skip
    await store.forecasts.keep([made])
    (mine,) = (await facts(store, 200)).watches
    assert mine.finish is not None
    assert (mine.finish.early, mine.finish.likely, mine.finish.late) == (at(660), at(780), at(900))
    assert (await facts(store, 2_000)).watches[0].finish is None  # made half an hour ago
    assert (await facts(store, 790)).watches[0].finish is None  # a time that is past


async def test_what_of_mine_is_muted_is_shown_once_with_its_end(store: Store) -> None:
    for reference in ("one", "two", "three"):
        await start(store, wish(reference))
    await start(store, wish("other", place="C2", author="U2"))
    for place, subject in (("C1", "one"), ("C1", None), ("C2", None)):
        wanted = Mute("", TEAM, ACCOUNT, place, subject, False, "U9", at(0), 0, at(3_600))
        await store.mutes.begin(wanted)
    found = await facts(store)
    assert [(mute.place, mute.subject) for mute in found.mutes] in (
        [("C1", "one"), ("C1", None)],
        [("C1", None), ("C1", "one")],
    )
    assert found.mute_count == 2
    assert {one.muted_until for one in found.watches} == {at(3_600)}
    of_all = next(mute for mute in found.mutes if mute.subject is None)
    there = await store.homes.mute(TEAM, of_all.id)
    assert there is not None
    assert there.subject is None
    assert await store.homes.mute(TEAM, "gone") is None


async def test_open_failures_that_i_look_at_are_shown_wherever_they_are(store: Store) -> None:
    await see(store, "far-away", "failed", "failed", "completed")
    which = Which(TEAM, ACCOUNT, "C1", "far-away", (NO_FACE,))
    await store.triages.assign(which, ME, person="U2", now=at(150))
    (kind,) = (await facts(store)).kinds
    assert (kind.reference_id, kind.key, kind.name) == ("far-away", NO_FACE, "no face")
    assert (kind.open, kind.count, kind.by, kind.at, kind.first_at) == (2, 2, "U2", at(150), at(65))
    assert not (await facts(store)).is_empty

    await store.triages.handle(which, person=ME, now=at(160), seen={NO_FACE: 1})
    (kind,) = (await facts(store)).kinds
    assert (kind.open, kind.count) == (1, 2)
    await store.triages.handle(which, person=ME, now=at(170))
    assert (await facts(store)).kinds == ()

    await see(store, "far-away", "failed", "failed", "completed", "failed", seconds=200)
    assert [kind.open for kind in (await facts(store)).kinds] == [1]
    await store.triages.assign(which, "U2", person="U2", now=at(210))
    assert (await facts(store)).kinds == ()


async def test_a_place_that_cannot_be_posted_to_is_told(store: Store) -> None:
    await start(store, wish("one"))
    await store.happenings.closed("e1", TEAM, "C1", "is_archived", now=at(1), retry_after=timedelta(minutes=5))
    assert [one.trouble for one in (await facts(store)).watches] == ["is_archived"]


async def test_a_watch_is_found_by_its_id_while_it_is_active_and_in_its_workspace(store: Store) -> None:
    watch = await start(store, wish("one"))
    found = await store.homes.watch(TEAM, watch.id)
    assert isinstance(found, Watch)
    assert found.reference_id == "one"
    assert await store.homes.watch("T2", watch.id) is None
    await store.watches.stop(TEAM, "C1", "one", now=at(1))
    assert await store.homes.watch(TEAM, watch.id) is None


async def test_a_watch_that_has_just_ended_is_found_where_that_is_asked_for(store: Store) -> None:
    watch = await start(store, wish("one"))
    await store.watches.stop(TEAM, "C1", "one", now=at(10))
    found = await store.homes.watch(TEAM, watch.id, ended_since=at(10))
    assert found is not None
    assert (found.reference_id, found.ended_at) == ("one", at(10))
    assert await store.homes.watch(TEAM, watch.id, ended_since=at(11)) is None
    assert await store.homes.watch("T2", watch.id, ended_since=at(10)) is None


@pytest.mark.parametrize("name", ["<!channel>", "x" * 2_000, "שלום", "a\n> b"])
async def test_any_reference_can_be_shown(store: Store, name: str) -> None:
    await start(store, wish(name))
    await see(store, name, "failed")
    await store.triages.assign(Which(TEAM, ACCOUNT, "C1", name, (NO_FACE,)), ME, person=ME, now=at(150))
    found = await facts(store)
    assert names(found) == [name]
    assert [kind.reference_id for kind in found.kinds] == [name]
