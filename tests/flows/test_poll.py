"""Looks go on for everybody else, whatever one reference or one page does."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.places import Coverage
from bot.domain.reading import Reading, Recorded
from bot.domain.request import Page
from bot.domain.steps import ByReference, Step, Wait, Window
from bot.domain.under_way import NOTHING, UnderWay
from bot.errors import KeyRefusedError, RateLimitedError, StoreError, UnavailableError
from bot.flows.lookout import Lookout
from bot.flows.poll import MOST_STEPS, SOONEST, Poll
from bot.flows.read import Readings
from tests.builders import request
from tests.fakes import FakeChamelaion
from tests.flows.conftest import World, Worlds, until


async def two_watches(world: World) -> None:
    world.api.set([request(1, reference="a-broken"), request(2, reference="b-fine"), request(3, reference="b-fine")])
    await world.watch("b-fine")
    world.api.broken = {"a-broken"}
    await world.watch("a-broken")
    world.clock.pass_time(60)
    world.api.set([request(2, "failed", reference="b-fine", error="x", finished=30)])


async def test_a_reference_that_cannot_be_read_holds_up_nobody_and_is_logged_once(world: World) -> None:
    await two_watches(world)
    world.api.broken |= {None}
    with capture_logs() as lines:
        for _ in range(5):
            world.clock.pass_time(15)
            await world.look()
    await world.deliver()
    assert world.told == ["failure"]
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == [
        "a watched reference cannot be read; the others go on"
    ]
    assert world.ground.vitals.api_trouble == "the API answered 500"
    world.api.broken = set()
    world.clock.pass_time(60)
    await world.look()
    assert world.ground.vitals.api_trouble is None


async def test_a_head_page_that_cannot_be_read_stops_no_watch(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    world.api.broken = {None}
    await world.look()
    await world.deliver()
    assert world.told == ["failure"]


async def test_an_api_that_is_away_is_left_alone_after_three_calls(world: World) -> None:
    for number in range(6):
        world.api.set([request(number, reference=f"b-{number}")])
        await world.watch(f"b-{number}")
    world.api.broken = {None, *(f"b-{number}" for number in range(6))}
    before = len(world.api.calls)
    await world.look()
    assert len(world.api.calls) - before == 3


async def test_with_nothing_watched_a_look_that_failed_is_tried_again_later_and_later(world: World) -> None:
    world.api.broken = {None}
    pauses = []
    for _ in range(4):
        next_at = await world.look()
        pauses.append((next_at - world.clock.now()).total_seconds())
    assert pauses[0] < 20
    assert pauses[-1] > 40


async def test_where_the_list_has_no_order_an_open_reference_is_read_once_a_poll_interval(world: World) -> None:
    world.api.order = lambda row: row.id
    world.api.set([request(1, created=-30), request(2, created=-60), request(3, created=-40)])
    await world.watch()
    before = len(world.api.calls)
    until = world.clock.now() + timedelta(minutes=2)
    while world.clock.now() < until:
        next_at = await world.look()
        world.clock.pass_time((next_at - world.clock.now()).total_seconds())
    read = [reference for reference, _ in world.api.calls[before:]]
    assert 7 <= read.count("batch-1") <= 10


async def test_while_calls_are_worth_it_looks_follow_each_other_without_a_pause(world: World) -> None:
    busy, _ = looking(world, *[Window(float(ROWS))] * (2 * MOST_STEPS))
    assert await busy.look() == world.clock.now()
    assert await busy.look() == world.clock.now()
    assert await busy.look() > world.clock.now() + SOONEST / 2


# --- several pages at once ---

ROWS, SIZE = 300, 100
SIDE_BY_SIDE = Window(float(ROWS), pages=3)


@dataclass(slots=True)
class Told(Lookout):
    """Does these steps, whatever they are worth."""

    steps: list[Step] = field(default_factory=list)

    async def next_step(self, page_size: int, beside: UnderWay = NOTHING) -> Step:  # noqa: ARG002 - as it is asked
        return self.steps.pop(0) if self.steps else Wait(self.api_now + 60)

    @property
    def coverage(self) -> Coverage:
        coverage = self.outlook.places.coverage
        assert coverage is not None
        return coverage


@dataclass
class Hesitant(FakeChamelaion):
    """Answers for the newest page last, when one row more has come."""

    hesitates: bool = False

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        if self.hesitates and offset == 0:
            before = len(self.calls)
            await until(lambda: len(self.calls) == before + 2)
            self.set([request(ROWS)])
        return await FakeChamelaion.page(self, reference_id=reference_id, offset=offset, limit=limit)


def _nobody_listens() -> None:
    pass


def looking(world: World, *steps: Step) -> tuple[Poll, Told]:
    """A look at an account of three pages, of which nothing is known but the newest, that does these steps."""
    on = world.ground
    world.api.set([request(n, created=n - ROWS) for n in range(ROWS)])
    lookout = Told(on.source, on.store, on.rules, steps=[Window(None), *steps])
    readings = Readings(on.source, on.store, on.vitals, rules=on.rules, on_news=_nobody_listens, on_part=lookout.saw)
    return Poll(readings, lookout, on.source, on.store, on.clock, on.vitals, on.rules, world.stories.catch_up), lookout


async def test_pages_that_are_read_at_once_are_taken_in_so_that_no_row_seems_to_have_gone(worlds: Worlds) -> None:
    worlds.api = Hesitant(worlds.clock)
    world = await worlds.begin()
    poll, lookout = looking(world)
    await poll.look()
    read_since = lookout.coverage.since
    worlds.api.hesitates = True
    lookout.steps = [SIDE_BY_SIDE]
    await poll.look()
    assert [offset for _, offset in world.api.calls] == [0, SIZE, 2 * SIZE, 0]
    assert (lookout.coverage.total, lookout.coverage.filled_from) == (ROWS + 1, 1)
    assert lookout.coverage.contiguous
    assert lookout.coverage.since == read_since > 0


async def test_of_pages_that_are_read_at_once_one_that_cannot_be_had_stays_unread(world: World) -> None:
    poll, lookout = looking(world, SIDE_BY_SIDE)
    world.api.faults = [None, None, UnavailableError("the API answered 500"), None]
    with capture_logs() as lines:
        await poll.look()
    assert "the API cannot be read; every watch is kept" in [line["event"] for line in lines]
    assert lookout.coverage.filled_from == 2 * SIZE + 1
    assert await world.store.ledger.request("default", request(0).id) is not None
    lookout.steps = [SIDE_BY_SIDE]
    await poll.look()
    assert lookout.coverage.filled_from == 1
    assert world.ground.vitals.api_trouble is None


async def test_a_new_row_in_the_place_of_one_that_vanished_is_read_although_those_above_it_are_known(
    world: World,
) -> None:
    poll, lookout = looking(world, SIDE_BY_SIDE)
    await poll.look()
    del world.api.rows[-1]
    new, *others = (request(n, "failed", reference="batch-2", created=n - ROWS) for n in range(ROWS, 2 * ROWS))
    world.api.set([replace(new, reference_id="batch-1"), *others])
    world.clock.pass_time(400)
    lookout.steps = [ByReference("batch-2"), Window(None), Window(ROWS + 2.0 * SIZE), Window(ROWS + 1.0 * SIZE)]
    await poll.look()
    assert [(gap.low, gap.high) for gap in lookout.coverage.gaps] == [(ROWS, ROWS)]
    lookout.steps = [Window(float(ROWS))]
    await poll.look()
    assert not lookout.coverage.gaps
    assert await world.store.ledger.request("default", new.id) is not None


# --- other calls at once ---


async def made_at_once(world: World, *steps: Step) -> Told:
    """What a look knows that has asked for these at once, where the API is slow, after it has read the newest page."""
    poll, lookout = looking(world)
    await poll.look()
    world.clock.pass_time(60)
    world.source.latency = 10.0
    world.api.gate, before = asyncio.Event(), len(world.api.calls)
    lookout.steps = list(steps)
    look = asyncio.create_task(poll.look())
    await until(lambda: len(world.api.calls) == before + len(steps))
    world.api.gate.set()
    await look
    return lookout


async def test_where_the_api_is_slow_pages_and_references_are_asked_for_at_once(world: World) -> None:
    other = request(ROWS + 1, "completed", reference="batch-2", created=-2 * ROWS)
    world.api.set([other])
    lookout = await made_at_once(world, Window(2.0 * SIZE + 1), Window(1.0 * SIZE + 1), ByReference("batch-2"))
    assert {offset for reference, offset in world.api.calls if reference is None} == {0, SIZE, 2 * SIZE}
    assert lookout.coverage.filled_from == 2
    assert await world.store.ledger.request("default", other.id) is not None


async def test_of_calls_that_are_made_at_once_each_comes_to_its_end_whatever_becomes_of_the_others(
    world: World,
) -> None:
    world.api.set([request(ROWS + 1, "completed", reference="batch-2", created=-2 * ROWS)])
    world.api.broken = {"batch-1"}
    with capture_logs() as lines:
        lookout = await made_at_once(world, ByReference("batch-1"), Window(2.0 * SIZE + 1), ByReference("batch-2"))
    assert [line["reference"] for line in lines if "the others go on" in line["event"]] == ["batch-1"]
    assert lookout.coverage.filled_from == SIZE + 2
    assert await world.store.ledger.request("default", request(ROWS + 1).id) is not None


async def test_a_page_that_came_is_kept_although_the_key_was_refused_to_the_one_beside_it(world: World) -> None:
    poll, lookout = looking(world)
    await poll.look()
    world.clock.pass_time(60)
    world.source.latency = 10.0
    world.api.faults = [None, KeyRefusedError("the API refuses the key")]
    lookout.steps = [Window(2.0 * SIZE), Window(1.0 * SIZE)]
    await poll.look()
    assert lookout.coverage.filled_from == SIZE + 1
    assert world.ground.vitals.key_refused


@dataclass
class Uneven(FakeChamelaion):
    """The first page comes, then time passes, then the one that was asked for with it."""

    seconds: float = 0.0
    late: asyncio.Event = field(default_factory=asyncio.Event)

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        page = await FakeChamelaion.page(self, reference_id=reference_id, offset=offset, limit=limit)
        if self.seconds and offset > SIZE:
            await self.late.wait()
            return replace(page, read_at=self.clock.now())
        if self.seconds:
            self.clock.pass_time(self.seconds)
            self.late.set()
            return replace(page, read_at=page.asked_at)
        return page


async def test_a_page_that_waited_for_one_beside_it_is_taken_in_as_of_when_it_came(worlds: Worlds) -> None:
    worlds.api = api = Uneven(worlds.clock)
    world = await worlds.begin()
    poll, lookout = looking(world)
    await poll.look()
    world.clock.pass_time(60)
    world.source.latency = 10.0
    lookout._closings.delayed["batch-9"] = lookout.api_now + 600
    asked_at, api.seconds = lookout.api_now, 8.0
    lookout.steps = [Window(2.0 * SIZE), Window(1.0 * SIZE)]
    await poll.look()
    assert lookout.api_now == asked_at + 8
    assert asked_at <= lookout.coverage.read_at <= asked_at + 8
    assert lookout._closings.delayed.keys() == {"batch-9"}


class FullDisk(Readings):
    """Records no page of the account's list."""

    def __init__(self, world: World, lookout: Told) -> None:
        on = world.ground
        super().__init__(on.source, on.store, on.vitals, rules=on.rules, on_news=_nobody_listens, on_part=lookout.saw)

    async def record(self, part: Reading) -> Recorded:
        if part.reference_id is None:
            raise StoreError("the disk is full")
        return await super().record(part)


async def test_what_could_not_be_recorded_is_asked_for_again_although_the_key_was_refused_beside_it(
    world: World,
) -> None:
    poll, lookout = looking(world)
    await poll.look()
    world.clock.pass_time(60)
    world.source.latency = 10.0
    world.api.faults = [None, KeyRefusedError("the API refuses the key")]
    lookout.steps = [Window(2.0 * SIZE), ByReference("batch-2")]
    able, poll.readings = poll.readings, FullDisk(world, lookout)
    with pytest.raises(StoreError):
        await poll.look()
    poll.readings = able
    world.clock.pass_time(30)
    lookout.steps = [Window(None)]
    await poll.look()
    assert lookout.coverage.filled_from == 2 * SIZE + 1


async def test_after_a_429_to_one_of_several_the_api_is_left_alone(world: World) -> None:
    poll, lookout = looking(world)
    await poll.look()
    world.clock.pass_time(60)
    world.source.latency = 10.0
    before, least = len(world.api.calls), world.clock.now() + timedelta(seconds=20)
    world.api.faults = [RateLimitedError("the API answered 429", timedelta(seconds=20)), None]
    lookout.steps = [Window(2.0 * SIZE), Window(1.0 * SIZE)]
    await poll.look()
    assert len(world.api.calls) == before + 2
    assert world.source.budget.allowed(world.clock.monotonic()) == world.source.budget.limit / 2
    assert world.clock.now() >= least
    assert lookout.coverage.filled_from == ROWS - SIZE + 1
