"""The machine's clock, and alarms that ring."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.scheduler import Scheduler, SystemClock


@pytest.fixture
async def scheduler() -> AsyncIterator[Scheduler]:
    made = Scheduler(SystemClock())
    made.start()
    yield made
    made.close()


async def rung(event: asyncio.Event) -> bool:
    async with asyncio.timeout(10):
        return await event.wait()


async def test_an_alarm_for_now_or_for_the_past_rings_at_once(scheduler: Scheduler) -> None:
    for at in (datetime.now(UTC), datetime.now(UTC) - timedelta(days=1)):
        event = asyncio.Event()
        scheduler.ring("look", at, event.set)
        assert await rung(event)


async def test_an_alarm_of_the_same_name_is_moved(scheduler: Scheduler) -> None:
    earlier, later, other = asyncio.Event(), asyncio.Event(), asyncio.Event()
    soon = datetime.now(UTC) + timedelta(milliseconds=20)
    scheduler.ring("look", soon, earlier.set)
    scheduler.ring("look", soon + timedelta(milliseconds=20), later.set)
    scheduler.ring("tend", soon, other.set)
    assert await rung(later)
    assert await rung(other)
    assert not earlier.is_set()


async def test_an_alarm_can_be_set_again_from_the_alarm(scheduler: Scheduler) -> None:
    second = asyncio.Event()
    scheduler.ring("look", datetime.now(UTC), lambda: scheduler.ring("look", datetime.now(UTC), second.set))
    assert await rung(second)


async def test_what_wakes_is_called_in_the_loop(scheduler: Scheduler) -> None:
    found: asyncio.Future[asyncio.AbstractEventLoop] = asyncio.get_running_loop().create_future()
    scheduler.ring("look", datetime.now(UTC), lambda: found.set_result(asyncio.get_running_loop()))
    async with asyncio.timeout(10):
        assert await found is asyncio.get_running_loop()


class SteppedClock(SystemClock):
    """The wall clock as it was before it was set: so much ahead of the machine's own."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=-400), timedelta(hours=1)])
async def test_an_alarm_rings_in_time_although_the_clock_is_set_meanwhile(step: timedelta) -> None:
    clock = SteppedClock()
    clock.ahead = -step
    scheduler, rings = Scheduler(clock), asyncio.Queue[float]()
    scheduler.start()
    began = clock.monotonic()
    scheduler.ring("look", clock.now() + timedelta(seconds=0.2), lambda: rings.put_nowait(clock.monotonic()))
    async with asyncio.timeout(10):
        assert await rings.get() - began < 2
    scheduler.ring("look", clock.now() + timedelta(seconds=0.05), lambda: rings.put_nowait(clock.monotonic()))
    async with asyncio.timeout(10):
        await rings.get()
    scheduler.close()
    assert rings.empty()


async def test_after_its_end_nothing_rings() -> None:
    scheduler, event, mark = Scheduler(SystemClock()), asyncio.Event(), asyncio.Event()
    scheduler.start()
    scheduler.ring("look", datetime.now(UTC), event.set)
    scheduler.close()
    scheduler.close()
    scheduler.ring("look", datetime.now(UTC), event.set)
    asyncio.get_running_loop().call_later(0.05, mark.set)
    assert await rung(mark)
    assert not event.is_set()


async def test_the_systems_clock_is_aware_and_sleeping_for_no_time_only_yields() -> None:
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(-1)
    await clock.sleep(0.01)
    assert before.tzinfo is UTC
    assert clock.now() - before >= timedelta(milliseconds=9)
