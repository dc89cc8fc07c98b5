"""When: the system's clock, and alarms that wake the tasks which do the work."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger


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

    def __init__(self) -> None:
        # An alarm that is set again while it rings would be dropped with the default of one instance at a time.
        self._jobs = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 100}
        )

    def start(self) -> None:
        """Begin to ring; needs a running event loop."""
        self._jobs.start()

    def ring(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        """Call `wake` at this time; an earlier alarm of the same name is moved."""
        self._jobs.add_job(_waker(wake), DateTrigger(at), id=name, replace_existing=True)

    def close(self) -> None:
        """Ring no more."""
        if self._jobs.running:
            self._jobs.shutdown(wait=False)


def _waker(wake: Callable[[], None]) -> Callable[[], object]:
    async def job() -> None:  # a coroutine job runs in the loop; a plain one would run in a thread
        wake()

    return job
