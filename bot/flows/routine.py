"""A task with an owner that does its step whenever it is woken."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import StoreError
from bot.ports import Clock

log = structlog.get_logger(__name__)
AFTER_A_FAULT = timedelta(seconds=5)


class Alarm(Protocol):
    """Something that calls back at a time."""

    def ring(self, name: str, at: datetime, wake: Callable[[], None]) -> None:
        """Call `wake` at this time; an earlier alarm of the same name is moved."""
        ...


class Routine:
    """Runs `step` when woken, by somebody or by the alarm that the step asked for with the time it returned."""

    def __init__(
        self, name: str, step: Callable[[], Awaitable[datetime | None]], *, clock: Clock, alarm: Alarm
    ) -> None:
        self.name = name
        self.step = step
        self._clock = clock
        self._alarm = alarm
        self._woken = asyncio.Event()
        self._failed = False
        self.busy_since: datetime | None = None
        self._due: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def is_idle(self) -> bool:
        """Whether it is there and waits for somebody or something to wake it."""
        return self._task is not None and self.busy_since is None

    @property
    def overdue(self) -> timedelta:
        """How long the step is late that was to follow the last one; nothing when none was, or while one is done."""
        if self._due is None:
            return timedelta()
        return timedelta(seconds=max(self._clock.monotonic() - self._due, 0.0))

    @property
    def ended(self) -> bool:
        """Whether its task has come to an end, whatever the reason."""
        return self._task is not None and self._task.done()

    def start(self) -> None:
        """Begin, with a first step."""
        self._task = asyncio.create_task(self._run(), name=self.name)
        self.wake()

    async def stop(self, grace_seconds: float) -> None:
        """Take no further step; give the one under way this long, then cancel it; wait for the end."""
        if self._task is None:
            return
        self._stopping = True
        self.wake()
        await asyncio.wait({self._task}, timeout=grace_seconds)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Do the step soon; several calls before it begins count as one."""
        self._woken.set()

    async def _run(self) -> None:
        """Go on until stopped; a fault of one step is logged and the next one is tried."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if self._stopping:
                return
            self.busy_since, self._due = self._clock.now(), None
            next_at = await self._safely()
            self.busy_since = None
            if next_at is not None:
                self._due = self._clock.monotonic() + (next_at - self._clock.now()).total_seconds()
                self._alarm.ring(self.name, next_at, self.wake)

    async def _safely(self) -> datetime | None:
        try:
            next_at = await self.step()
        except StoreError as error:
            if not self._failed:
                log.error("database trouble", routine=self.name, error=str(error))  # noqa: TRY400 - told in a sentence
        except Exception:
            log.exception("step failed", routine=self.name)
        else:
            if self._failed:
                log.info("works again", routine=self.name)
            self._failed = False
            return next_at
        self._failed = True
        return self._clock.now() + AFTER_A_FAULT
