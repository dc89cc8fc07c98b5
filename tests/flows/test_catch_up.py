"""After a gap each place is told once what happened meanwhile; after a pause as ever; nothing is lost or doubled."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.announcement import CatchUpFacts, FailureFacts, Said
from bot.domain.catch_up import LONGEST_CATCH_UP, gap_begins_after
from bot.domain.delivery import State
from bot.domain.reading import Reading, Recorded
from bot.errors import ChamelaionError, KeyRefusedError, StoreError, UnavailableError
from bot.flows.health import Health
from bot.store import Store, open_store
from bot.store.ledger import Ledger
from tests.builders import NOON, at, request, uuid
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds

GAP = 300.0  # with the poll interval of these tests


async def begin(worlds: Worlds) -> World:
    """The bot starts, and makes sure of a gap before anybody can ask it anything."""
    world = await worlds.begin(gap=GAP)
    await world.stories.catch_up.begin()
    return world


async def watched(worlds: Worlds, *places: str) -> World:
    """The bot watches two requests in each place and has posted its cards."""
    world = await begin(worlds)
    worlds.api.set([request(1), request(2)])
    for place in places or ("C1",):
        await world.watch(place=place)
    await world.look()
    await world.deliver()
    return world


def told_in(worlds: Worlds, place: str = "C1") -> list[Said]:
    """What was posted in a place, cards left out."""
    return [said for where, _, said, _ in worlds.chat.messages if where == place and said.kind != "card"]


def catch_up(said: Said) -> CatchUpFacts:
    assert isinstance(said, CatchUpFacts)
    return said


def all_ends(worlds: Worlds) -> None:
    """One request fails, the other finishes."""
    now = (worlds.clock.now() - NOON).total_seconds()
    worlds.api.set(
        [request(1, "failed", error="no face", finished=now - 60), request(2, "completed", finished=now - 70)]
    )


@pytest.mark.parametrize(("interval", "limit"), [(0.2, 300), (15, 300), (16, 320), (60, 1_200)])
def test_a_gap_is_longer_than_five_minutes_and_twenty_polls(interval: float, limit: float) -> None:
    assert gap_begins_after(at(interval) - NOON) == at(limit) - NOON


async def test_after_four_minutes_each_thing_is_told_as_ever(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(240)
    all_ends(worlds)
    after = await begin(worlds)
    await after.look()
    await after.deliver()
    assert after.told == ["failure", "finished"]


async def test_after_six_minutes_each_place_is_told_once_and_nothing_one_by_one(worlds: Worlds) -> None:
    await watched(worlds, "C1", "C2")
    worlds.clock.pass_time(360)
    all_ends(worlds)
    after = await begin(worlds)
    for _ in range(3):
        await after.look()
        await after.deliver()
        worlds.clock.pass_time(15)
    for place in ("C1", "C2"):
        (facts,) = map(catch_up, told_in(worlds, place))
        (one,) = facts.references
        assert (facts.since, facts.until - facts.since) >= (NOON, at(360) - NOON)
        assert (one.completed, one.failed, one.ending) == (1, 1, "finished")
        assert [(kind.name, kind.ids) for kind in one.kinds] == [("no face", (uuid(1),))]


async def test_the_card_is_right_at_once(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(360)
    all_ends(worlds)
    after = await begin(worlds)
    await after.look()
    await after.deliver()
    (_, shown) = worlds.chat.edits[-1]
    assert "failed=1" in repr(shown)


async def test_an_api_that_is_away_for_a_day_makes_one_catch_up(worlds: Worlds) -> None:
    world = await watched(worlds)
    until = worlds.clock.now() + (at(86_400) - NOON)
    worlds.api.broken = {None, "batch-1"}
    while worlds.clock.now() < until:
        await world.look()
        worlds.clock.pass_time(600)
    assert await world.store.ledger.catching_up_since("default") is not None
    all_ends(worlds)
    worlds.api.broken = set()
    for _ in range(4):
        await world.look()
        await world.deliver()
        worlds.clock.pass_time(15)
    assert world.told == ["catch_up"]
    assert catch_up(told_in(worlds)[0]).since < at(30)


@pytest.mark.parametrize("fault", [UnavailableError("the API answered 502"), KeyRefusedError("refused")])
async def test_while_the_api_comes_and_goes_all_is_held_and_then_told_once(
    worlds: Worlds, fault: ChamelaionError
) -> None:
    world = await watched(worlds)
    await world.watch("batch-2")
    worlds.clock.pass_time(20)
    worlds.api.set([request(8, reference="batch-2"), request(9, reference="batch-2")])
    await world.look()
    worlds.clock.pass_time(400)
    worlds.api.set([request(1, "failed", error="no face", finished=100)])
    worlds.api.faults = [fault, fault, fault]
    await world.look()
    await world.deliver()
    assert world.told == []
    worlds.clock.pass_time(7_200)
    worlds.api.faults = []
    worlds.api.set([request(9, "failed", reference="batch-2", error="no sound", finished=7_000)])
    await world.look()
    await world.deliver()
    assert world.told == ["catch_up"]
    assert [one.progress.reference_id for one in catch_up(told_in(worlds)[0]).references] == ["batch-1", "batch-2"]


async def test_a_question_before_the_first_look_hides_nothing(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    all_ends(worlds)
    after = await begin(worlds)
    assert [answer async for answer in after.stories.ask.reference("batch-1", place="C1")]
    await after.deliver()
    assert after.told == []
    await after.look()
    await after.deliver()
    assert after.told == ["catch_up"]


async def test_a_reference_that_cannot_be_read_holds_up_nobody_for_longer_than_one_look(worlds: Worlds) -> None:
    world = await watched(worlds)
    await world.watch("batch-2")
    worlds.clock.pass_time(3_600)
    all_ends(worlds)
    worlds.api.broken = {None, "batch-2"}
    after = await begin(worlds)
    await after.look()
    await after.deliver()
    assert after.told == []
    await after.look()
    await after.deliver()
    assert after.told == ["catch_up"]


async def test_what_comes_after_it_is_told_as_ever_and_nothing_of_it_again(worlds: Worlds) -> None:
    world = await watched(worlds)
    worlds.clock.pass_time(3_600)
    worlds.api.set([request(1, "failed", error="no face", finished=3_000), request(3, created=3_000)])
    await world.look()
    worlds.clock.pass_time(15)
    worlds.api.set([request(2, "failed", error="no face", finished=3_610)])
    await world.look()
    worlds.clock.pass_time(15)
    worlds.api.set([request(3, "failed", error="no sound", created=3_000, finished=3_625)])
    await world.look()
    await world.deliver()
    assert world.told[:2] == ["catch_up", "failure"]
    failure = told_in(worlds)[1]
    assert isinstance(failure, FailureFacts)
    assert failure.name == "no sound"


async def test_a_watch_that_was_stopped_while_catching_up_is_told_nothing(worlds: Worlds) -> None:
    await watched(worlds, "C1", "C2")
    worlds.clock.pass_time(3_600)
    all_ends(worlds)
    after = await begin(worlds)
    worlds.api.broken = {None}
    await after.look()
    assert (await after.store.outbox.tally("T1")).counts[State.HELD] == 4
    await after.stories.watching.stop("C1", "batch-1")
    worlds.api.broken = set()
    await after.look()
    await after.deliver()
    assert (len(told_in(worlds, "C1")), len(told_in(worlds, "C2"))) == (0, 1)


async def test_a_watch_begun_after_the_gap_is_told_as_ever(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    worlds.api.set([request(8, reference="batch-2", created=3_590), request(9, reference="batch-2", created=3_590)])
    worlds.api.broken = {None}
    after = await begin(worlds)
    await after.watch("batch-2")
    worlds.clock.pass_time(10)
    worlds.api.set([request(8, "failed", reference="batch-2", error="x", created=3_590, finished=3_605)])
    await after.look()
    await after.deliver()
    assert after.told == ["failure"]


async def test_a_gap_in_which_nothing_happened_or_nothing_was_watched_is_not_told(worlds: Worlds) -> None:
    world = await begin(worlds)
    await world.look()
    worlds.clock.pass_time(3_600)
    await world.look()
    assert (await world.stories.ask.about()).catching_up_since is None
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    after = await begin(worlds)
    await after.look()
    await after.deliver()
    assert after.told == []
    assert await after.store.ledger.catching_up_since("default") is None


async def test_about_and_the_figures_say_that_it_is_catching_up(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    all_ends(worlds)
    after = await begin(worlds)
    worlds.api.broken = {None}
    await after.look()
    about = await after.stories.ask.about()
    assert about.catching_up_since is not None
    assert (about.held, about.unsent) == (2, 0)
    figures = {figure.name: figure for figure in await health(after).figures()}
    assert figures["lipsync_announcements"].values["held"] == 2


def health(world: World) -> Health:
    on = world.ground
    look = world.stories.look
    return Health(on.clock, on.vitals, on.identity, on.source, on.store, look, "default", lambda: True)


async def test_looks_in_a_row_do_not_ask_the_database_for_a_gap(worlds: Worlds) -> None:
    world = await watched(worlds)
    await world.store.database.close()
    assert not await world.stories.catch_up.begin()
    worlds.clock.pass_time(GAP)
    with pytest.raises(RuntimeError):
        await world.stories.catch_up.begin()


async def test_a_machine_that_slept_has_a_gap_though_its_other_clock_stood_still(worlds: Worlds) -> None:
    world = await watched(worlds)
    worlds.clock.step(3_600)
    all_ends(worlds)
    await world.look()
    await world.deliver()
    assert world.told == ["catch_up"]


async def test_a_gap_that_is_noticed_in_the_middle_of_a_look_is_not_ended_by_that_look(worlds: Worlds) -> None:
    world = await watched(worlds)
    await world.stories.catch_up.begin()
    worlds.clock.pass_time(3_600)
    assert await world.stories.catch_up.is_behind()
    await world.stories.catch_up.end_look(frozenset(), has_read_all=True, others_go_on=True)
    all_ends(worlds)
    assert await world.store.ledger.catching_up_since("default") is not None
    await world.look()
    await world.deliver()
    assert world.told == ["catch_up"]


async def test_where_more_comes_than_can_be_read_what_was_found_is_told_after_half_an_hour_of_looks(
    worlds: Worlds,
) -> None:
    world = await watched(worlds)
    for gap in (1, 2):
        worlds.clock.pass_time(3_600)
        all_ends(worlds)
        worlds.api.broken = {None}
        await world.look()
        for look in range(1, 4):
            await world.stories.catch_up.begin()
            worlds.clock.pass_time(LONGEST_CATCH_UP.total_seconds() * 0.4)
            assert await world.store.ledger.catching_up_since("default") is not None, (gap, look)
            missed = frozenset({None}) if look == 2 else frozenset()
            await world.stories.catch_up.end_look(missed, has_read_all=False, others_go_on=False)
        assert await world.store.ledger.catching_up_since("default") is None
        worlds.api.broken = set()
    await world.deliver()
    assert world.told[0] == "catch_up"


async def test_a_new_gap_in_the_middle_of_a_catch_up_is_another_one(worlds: Worlds) -> None:
    """Nothing is known of what happened in it; but an outage in which looks come to no end is noticed once."""
    world = await watched(worlds)
    catch_up = world.stories.catch_up
    worlds.clock.pass_time(3_600)
    gaps = [await catch_up.begin()]
    await catch_up.end_look(frozenset(), has_read_all=False, others_go_on=True)
    gaps.append(await catch_up.begin())
    for _ in range(3):
        worlds.clock.pass_time(3_600)
        gaps.append(await catch_up.begin())
    assert gaps == [1, 1, 2, 2, 2]


@dataclass(frozen=True, slots=True)
class FullDisk(Ledger):
    """Has no room for so many parts of readings."""

    failing: list[str]

    async def record(self, account_id: str, part: Reading, settle: timedelta) -> Recorded:
        if self.failing:
            raise StoreError(self.failing.pop())
        return await Ledger.record(self, account_id, part, settle)


async def test_nothing_is_told_of_a_gap_before_its_first_page_is_written_down(worlds: Worlds) -> None:
    world = await watched(worlds)
    worlds.clock.pass_time(3_600)
    all_ends(worlds)

    async def opened(url: str, clock: FakeClock) -> Store:
        store = await open_store(url, clock)
        return replace(store, ledger=FullDisk(store.database, ["the disk is full"]))

    world = await worlds.begin(gap=GAP, opened=opened)
    with pytest.raises(StoreError):
        await world.stories.look.step()
    for _ in range(3):
        await world.look()
        await world.deliver()
        worlds.clock.pass_time(60)
    assert world.told == ["catch_up"]
