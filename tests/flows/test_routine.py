"""A routine: its step is done when it is woken, goes on after faults, and has an orderly end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.flows.routine import AFTER_A_FAULT, Routine
from tests.builders import NOON
from tests.fakes import FakeClock
from tests.flows.conftest import Alarms

LATER = NOON + timedelta(minutes=1)


class Steps:
    """Counts the steps; raises the faults first, and waits for the gate when there is one."""

    def __init__(self, *faults: Exception | None, next_at: datetime | None = LATER) -> None:
        self.faults = list(faults)
        self.next_at = next_at
        self.begun = self.done = 0
        self.gate: asyncio.Event | None = None

    async def __call__(self) -> datetime | None:
        self.begun += 1
        if self.gate:
            await self.gate.wait()
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.done += 1
        return self.next_at


Make = Callable[[Steps], Routine]


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
def alarms() -> Alarms:
    return Alarms()


@pytest.fixture
async def make(alarms: Alarms) -> AsyncIterator[Make]:
    made: list[Routine] = []

    def new(steps: Steps) -> Routine:
        made.append(Routine("look", steps, clock=FakeClock(), alarm=alarms))
        return made[-1]

    yield new
    for routine in made:
        await routine.stop(0)


async def test_it_begins_with_a_step_and_asks_to_be_woken_at_the_time_it_got(make: Make, alarms: Alarms) -> None:
    steps = Steps()
    make(steps).start()
    await settled()
    assert steps.done == 1
    assert alarms.set == {"look": LATER}


async def test_without_a_next_time_no_alarm_is_set(make: Make, alarms: Alarms) -> None:
    steps = Steps(next_at=None)
    routine = make(steps)
    routine.start()
    await settled()
    assert alarms.set == {}
    routine.wake()
    await settled()
    assert steps.done == 2


async def test_several_wakes_before_a_step_count_as_one(make: Make) -> None:
    steps = Steps()
    routine = make(steps)
    routine.start()
    routine.wake()
    routine.wake()
    await settled()
    assert steps.done == 1


async def test_a_wake_during_a_step_leads_to_another_step(make: Make) -> None:
    steps = Steps()
    steps.gate = asyncio.Event()
    routine = make(steps)
    routine.start()
    await settled()
    routine.wake()
    steps.gate.set()
    await settled()
    assert steps.done == 2


async def test_it_is_idle_only_between_its_steps(make: Make) -> None:
    steps = Steps()
    steps.gate = asyncio.Event()
    routine = make(steps)
    assert not routine.is_idle
    routine.start()
    await settled()
    assert not routine.is_idle
    assert routine.busy_since == NOON
    steps.gate.set()
    await settled()
    assert routine.is_idle


async def test_after_any_fault_it_tries_again_soon(make: Make, alarms: Alarms) -> None:
    steps = Steps(KeyError("a bug"))
    routine = make(steps)
    with capture_logs() as log:
        routine.start()
        await settled()
        assert alarms.set == {"look": NOON + AFTER_A_FAULT}
        assert not routine.ended
        routine.wake()
        await settled()
    assert steps.done == 1
    assert [line["event"] for line in log] == ["step failed", "works again"]


async def test_database_trouble_is_logged_once_and_its_end_once(make: Make) -> None:
    steps = Steps(StoreError("the disk is full"), StoreError("the disk is full"))
    routine = make(steps)
    with capture_logs() as log:
        routine.start()
        for _ in range(4):
            await settled()
            routine.wake()
        await settled()
    assert steps.done == 3
    assert [(line["event"], line.get("error")) for line in log] == [
        ("database trouble", "the disk is full"),
        ("works again", None),
    ]


async def test_at_the_end_the_step_under_way_may_finish_and_no_other_begins(make: Make) -> None:
    steps = Steps()
    steps.gate = asyncio.Event()
    routine = make(steps)
    routine.start()
    await settled()
    stopping = asyncio.create_task(routine.stop(60))
    await settled()
    ended_at_first = routine.ended
    routine.wake()
    steps.gate.set()
    await stopping
    assert (ended_at_first, routine.ended) == (False, True)
    assert (steps.begun, steps.done) == (1, 1)


async def test_a_step_that_takes_too_long_is_cut_short_at_the_end(make: Make) -> None:
    steps = Steps()
    steps.gate = asyncio.Event()
    routine = make(steps)
    routine.start()
    await settled()
    await routine.stop(0)
    assert routine.ended
    assert (steps.begun, steps.done) == (1, 0)


async def test_one_that_never_began_can_be_stopped(make: Make) -> None:
    steps = Steps()
    routine = make(steps)
    await routine.stop(0)
    assert not routine.ended
    assert steps.begun == 0
