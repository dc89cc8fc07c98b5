"""What looks know stays true while people watch, clocks are set and calls fail."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.domain.announcement import FailureFacts
from bot.domain.budget import Purpose
from bot.domain.gaps import Gap
from bot.domain.outlook import Outlook
from bot.domain.places import Coverage, Order, Places
from bot.domain.reading import Remembered
from bot.domain.steps import ByReference, Step, Wait, Window
from bot.domain.under_way import NOTHING, UnderWay
from bot.flows.lookout import Lookout
from bot.store import Store, open_store
from bot.store.ledger import Ledger
from tests.builders import NOON, request, uuid
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds


@dataclass(frozen=True, slots=True)
class SlowLedger(Ledger):
    """Has read its answer when `asked` is set, and gives it when `told` is."""

    asked: asyncio.Event
    told: asyncio.Event

    async def remembered(self, account_id: str) -> Remembered:
        memory = await Ledger.remembered(self, account_id)
        self.asked.set()
        await self.told.wait()
        return memory


@dataclass
class Slow:
    """A world whose looks ask a memory that answers only after whatever happens `meanwhile`."""

    worlds: Worlds

    async def begin(self) -> World:
        self.asked, self.told = asyncio.Event(), asyncio.Event()
        self.world = await self.worlds.begin(settle=0, opened=self._opened)
        return self.world

    async def _opened(self, url: str, clock: FakeClock) -> Store:
        store = await open_store(url, clock)
        return replace(store, ledger=SlowLedger(store.database, self.asked, self.told))

    async def look_while(self, reference: str) -> None:
        """Look, and meanwhile somebody begins to watch this reference."""
        look = asyncio.create_task(self.world.look())
        await self.asked.wait()
        await self.world.watch(reference)
        self.told.set()
        await look


async def test_a_watch_that_begins_while_memory_is_asked_is_not_forgotten(worlds: Worlds) -> None:
    slow = Slow(worlds)
    world = await slow.begin()
    world.api.set([request(1), request(2)])
    await slow.look_while("batch-1")
    world.api.set([request(1, "completed", finished=5), request(2, "completed", finished=5)])
    for _ in range(3):
        world.clock.pass_time(60)
        await world.look()
    await world.deliver()
    assert world.told == ["finished"]


async def test_what_is_read_while_memory_is_asked_is_not_forgotten(worlds: Worlds) -> None:
    """Of an old request no look sees anything by chance."""
    slow = Slow(worlds)
    world = await slow.begin()
    world.api.set([request(1_000, reference="old", created=-9_000)])
    world.api.set([request(number, reference="other") for number in range(1, 300)])
    await slow.look_while("old")
    world.api.set([request(1_000, "failed", error="x", reference="old", created=-9_000, finished=5)])
    for _ in range(15):
        world.clock.pass_time(20)
        await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]


async def test_a_batch_that_cannot_be_read_at_its_end_is_read_again_soon(worlds: Worlds) -> None:
    world = await worlds.begin(settle=0)
    world.api.set([request(1, "failed", error="x", finished=-50), request(2)])
    world.api.broken = {"batch-1"}
    await world.watch()
    world.clock.pass_time(20)
    world.api.set([request(2, "completed", finished=15)])
    await world.look()
    world.api.broken = set()
    for _ in range(4):
        world.clock.pass_time(5)
        await world.look()
    await world.deliver()
    assert world.told == ["finished"]


@pytest.mark.parametrize("seconds", [-3_600, -40, 40, 3_600])
async def test_what_ends_after_a_watch_began_is_told_although_our_clock_was_set(world: World, seconds: float) -> None:
    await world.look()
    world.clock.step(seconds)
    world.clock.pass_time(10)
    world.api.skew = timedelta(seconds=-seconds)
    world.api.broken = {"batch-1"}
    await world.watch()
    world.api.broken = set()
    world.clock.pass_time(10)
    ended = [request(1, "failed", error="x", created=5, finished=15), request(2, "failed", error="y", finished=6)]
    world.api.set(ended)
    await world.look()
    world.clock.pass_time(600)
    await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]
    (failure,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert failure.ids == (uuid(1),)


@pytest.mark.parametrize("seconds", [-3_600, -40, 40, 3_600])
async def test_a_pattern_begins_when_it_begins_although_our_clock_is_set_before_the_first_answer(
    worlds: Worlds, seconds: float
) -> None:
    """Also when a reference under it is touched by another process only, after our clock was set again."""
    world = await worlds.begin(settle=0)
    await world.watch("batch-*")
    set_our_clock(worlds, seconds)
    worlds.clock.pass_time(10)
    await world.look()
    set_our_clock(worlds, -2 * seconds)
    world = await worlds.begin(settle=0)
    before = request(1, "failed", error="x", created=-300, finished=-15)
    after = request(2, "failed", error="y", created=-300, finished=5, reference="batch-2")
    worlds.api.set([before, after])
    for _ in range(5):
        worlds.clock.pass_time(10)
        await world.look()
    await world.deliver()
    told = [said.ids for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert told == [(uuid(2),)]


def set_our_clock(worlds: Worlds, seconds: float) -> None:
    """Somebody sets our clock, and the API's goes on as ever."""
    worlds.clock.step(seconds)
    worlds.api.skew -= timedelta(seconds=seconds)


async def test_after_a_restart_a_clock_of_the_api_that_is_ahead_holds_up_nothing(worlds: Worlds) -> None:
    worlds.api.skew = timedelta(hours=1)
    before = await worlds.begin()
    await before.watch()
    await before.look()
    after = await worlds.begin()
    worlds.api.set([request(1, "failed", error="x", created=3_605)])
    for _ in range(3):
        worlds.clock.pass_time(20)
        await after.look()
    await after.deliver()
    assert after.told == ["failure"]


@pytest.mark.parametrize(("age", "is_read"), [(5, False), (70, True)])
async def test_new_rows_that_were_skipped_are_read_when_there_are_calls_to_spare(
    world: World, age: float, *, is_read: bool
) -> None:
    """They are hardly ever watched, and pages of older rows are read all the time."""
    await world.watch("batch-*")
    world.clock.pass_time(60)
    now = NOON.timestamp() + 60
    lookout = Lookout(world.source, world.store, world.ground.rules)
    await lookout.refresh()
    gap = Gap(39, 40, now - age - 1, now - age)
    lookout.outlook.places = Places(Coverage(Order.NEWEST_FIRST, 40, now, (gap,)))
    step = await lookout.next_step(20)
    assert step == Window(40) if is_read else isinstance(step, Wait)


class Wants(Outlook):
    """Always wants the same."""

    def __init__(self, before: Outlook, step: Step, coverage: Coverage | None) -> None:
        super().__init__(Places(coverage), before.covers, before.pace)
        self.step = step

    def choose(self, now: float, size: int, beside: UnderWay = NOTHING) -> Step:  # noqa: ARG002 - as it is asked
        return self.step


async def wanting(world: World, step: Step, coverage: Coverage | None = None) -> Lookout:
    """A lookout for which this is always worth most."""
    lookout = Lookout(world.source, world.store, world.ground.rules)
    await lookout.refresh()
    lookout.outlook = Wants(lookout.outlook, step, coverage)
    return lookout


async def test_a_run_that_is_not_free_waits_for_its_calls_and_beside_another_call_for_that(world: World) -> None:
    """What to read is chosen anew when a call comes back: until then nobody knows what its page shows."""
    lookout = await wanting(world, Window(900.0, 5))
    world.clock.pass_time(60)
    newest, budget, now = UnderWay((Window(None),)), world.source.budget, world.clock.monotonic()
    while budget.free(now) > 5:
        assert budget.take(Purpose.LOOK, now) == 0
    assert await lookout.next_step(100) == Window(900.0, 5)
    assert await lookout.next_step(100, newest) == Wait(lookout.api_now)  # five are free, but one call is not back
    assert world.clock.monotonic() == now
    assert budget.take(Purpose.LOOK, now) == 0
    assert await lookout.next_step(100) == Window(900.0, 5)
    assert world.clock.monotonic() > now


async def test_what_was_never_read_gets_its_turn_where_each_call_is_worth_more_for_something_else(
    worlds: Worlds,
) -> None:
    world = await worlds.begin(calls=60)
    unfilled = Coverage(Order.NEWEST_FIRST, 900, NOON.timestamp(), filled_from=401)
    for coverage, turns in ((unfilled, 10), (replace(unfilled, filled_from=1), 0)):
        lookout = await wanting(world, ByReference("batch-1"), coverage)
        for _ in range(60):
            world.clock.pass_time(1)
            world.source.budget.take(Purpose.LOOK, world.clock.monotonic())
        steps = [await lookout.next_step(100) for _ in range(160)]
        assert (steps.count(Window(400)), steps.count(ByReference("batch-1"))) == (turns, 160 - turns)


async def test_what_was_never_read_waits_for_calls_to_spare_where_there_are_any(world: World) -> None:
    unfilled = Coverage(Order.NEWEST_FIRST, 900, NOON.timestamp(), filled_from=401)
    lookout = await wanting(world, ByReference("batch-1"), unfilled)
    assert {await lookout.next_step(100) for _ in range(32)} == {ByReference("batch-1")}
    world.clock.pass_time(60)
    lookout = await wanting(world, Wait(lookout.api_now + 9), unfilled)
    assert await lookout.next_step(100) == Window(400)


async def test_after_a_gap_what_was_skipped_of_it_goes_before_all_else_in_its_turn(worlds: Worlds) -> None:
    """Others wait for it to be told; what has come since the first page of the list is no part of that."""
    world = await worlds.begin()
    torn = Coverage(Order.NEWEST_FIRST, 90, NOON.timestamp(), (Gap(40, 44, 0.0, 1.0), Gap(60, 64, 2.0, 3.0)))
    lookout = await wanting(world, ByReference("batch-1"), torn)
    lookout._arrears.begin(())
    lookout._arrears.saw_list(50)
    steps = [await lookout.next_step(20) for _ in range(16)]
    assert (steps.count(Window(44)), steps.count(ByReference("batch-1"))) == (4, 12)
    lookout.put_off(None)
    assert {await lookout.next_step(20) for _ in range(16)} == {ByReference("batch-1")}, "the list cannot be read"
    world.clock.pass_time(60)
    assert Window(44) in [await lookout.next_step(20) for _ in range(4)]
    lookout.outlook.places = Places(replace(torn, gaps=torn.gaps[1:]))
    assert {await lookout.next_step(20) for _ in range(16)} == {ByReference("batch-1")}


async def test_a_gap_is_settled_once_what_was_open_was_read_and_what_waits_for_newer_rows_was_read_by_itself(
    world: World,
) -> None:
    await world.watch("batch-1")
    lookout = await wanting(world, Wait(0.0), Coverage(Order.NEWEST_FIRST, 50, NOON.timestamp()))
    lookout.outlook.recall(request(1), 50)
    lookout._arrears.begin(lookout.outlook.open)
    lookout._arrears.saw_list(50)
    closings = lookout._closings
    closings.unaccounted, closings.later = {}, {"batch-1", "batch-2"}
    assert not lookout.settles_arrears(frozenset())
    assert closings.unaccounted == {}
    lookout._arrears.saw([request(1)])
    for _ in range(2):
        assert not lookout.settles_arrears(frozenset())
        assert closings.unaccounted == {"batch-2": None}, "a request of the other one is open"
    closings.was_read("batch-2")
    assert lookout.settles_arrears(frozenset())
