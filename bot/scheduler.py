"""When: the system's clock, and alarms that wake the tasks which do the work."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from bot.ports import Clock


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment, which nobody can set."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only yields."""
        await asyncio.sleep(max(seconds, 0))


class Scheduler:
    """Alarms by name, each a job that only wakes a task: the work itself is never in a job."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._latest: dict[str, asyncio.TimerHandle] = {}
        # An alarm that is set again while it rings would be dropped with the default of one instance at a time.
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 100}
        )

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        self._jobs.start()

    def ring(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        """Call `wake` at this time; an earlier alarm of the same name is moved.

        It rings no later than after the time that is left until then, even when the clock is set back meanwhile.
        """
        self._jobs.add_job(_waker(wake), DateTrigger(at), id=name, replace_existing=True)
        if name in self._latest:
            self._latest.pop(name).cancel()
        if self._jobs.running:
            left = max((at - self._clock.now()).total_seconds(), 0)
            # The jobs go by the wall clock alone, an interval job too; the loop's timers go by one that nobody can set.
            self._latest[name] = asyncio.get_running_loop().call_later(left, self._hurry, name)

    def _hurry(self, name: str) -> None:
        del self._latest[name]
        if self._jobs.get_job(name) is not None:  # else it has rung
            self._jobs.modify_job(name, next_run_time=datetime.now(UTC))

    def close(self) -> None:
        """Ring no more."""
        while self._latest:
            self._latest.popitem()[1].cancel()
        if self._jobs.running:
            self._jobs.shutdown(wait=False)


def _waker(wake: Callable[[], None]) -> Callable[[], object]:
    async def job() -> None:  # a coroutine job runs in the loop; a plain one would run in a thread
        wake()

    return job
