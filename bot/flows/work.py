"""The owner of work that outlives the call that asked for it: nothing is fire-and-forget."""

import asyncio
from collections.abc import Coroutine

import structlog

log = structlog.get_logger(__name__)


class Work:
    """Runs coroutines as tasks, keeps them, logs what they raise, and awaits them all at the end."""

    def __init__(self, limit: int = 2_000) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._limit = limit
        self._closed = False

    def start(self, work: Coroutine[object, object, None], name: str) -> bool:
        """Begin the work now; False when there is too much of it or the end has come (then it was not begun)."""
        if self._closed or len(self._tasks) >= self._limit:
            work.close()
            return False
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work failed", work=task.get_name(), exc_info=error)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, grace_seconds: float) -> None:
        """Take no more; give what is under way this long, then cancel it and wait for the end."""
        self._closed = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in tuple(self._tasks):
            task.cancel()
        await self.settle()
