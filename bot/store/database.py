"""The database: transactions, each whole or not at all, in threads beside the event loop."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import OperationalError

from bot.domain.finding import Condition
from bot.errors import StoreError
from bot.ports import Clock
from bot.store.condition import is_writable, made, unmade
from bot.store.engines import THREADS, make_engine
from bot.store.migrating import migrate
from bot.store.revision import is_current
from bot.store.trouble import may_try_again, told

T = TypeVar("T")
Work = Callable[[Connection], T]

BUSY = timedelta(seconds=5)
_ATTEMPTS = 5


class Database:
    """One public store method is one transaction is one trip to a thread.

    A cancelled caller does not cut a transaction in half: the thread goes on to its end. Every fault of the database is
    a `StoreError`, and then nothing was written.
    """

    def __init__(self, engine: Engine, lease_clock: Clock | None, busy: timedelta) -> None:
        self._engine = engine
        self._driver = engine.dialect.loaded_dbapi
        self._busy = busy
        self._lease_clock = lease_clock
        self.is_postgresql = engine.dialect.name == "postgresql"
        self._readers = ThreadPoolExecutor(THREADS if self.is_postgresql else THREADS - 1, "database")
        # SQLite has one writer at a time: waiting in line here is fair, waiting for its lock is not.
        self._writers = self._readers if self.is_postgresql else ThreadPoolExecutor(1, "database-writer")

    @classmethod
    def open(cls, url: str, lease_clock: Clock | None = None, *, busy: timedelta = BUSY) -> Self:
        """A database by its URL (`sqlite:///path`, `postgresql://…`); nothing is connected yet.

        `lease_clock` is the clock for leases and quiet times; without it the database's own is used. `busy` is how
        long to wait while another program has locked SQLite's file.
        """
        return cls(make_engine(url, busy), lease_clock, busy)

    async def write(self, work: "Work[T]") -> T:
        """Do `work` in a transaction that may write. It may be done again from the start, so it must only use SQL."""
        return await self._in_thread(self._writers, lambda: self._transact(work, {"writes": True}))

    async def read(self, work: "Work[T]") -> T:
        """Do `work` in a transaction that sees one moment and writes nothing."""
        options = {"isolation_level": "REPEATABLE READ"} if self.is_postgresql else {}
        return await self._in_thread(self._readers, lambda: self._transact(work, options))

    async def _in_thread(self, threads: Executor, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, job)

    def _transact(self, work: "Work[T]", options: Mapping[str, Any]) -> T:
        with told(self._driver):
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._once(work, options)
                except OperationalError as error:
                    if not may_try_again(error):
                        raise
            return self._once(work, options)

    def _once(self, work: "Work[T]", options: Mapping[str, Any]) -> T:
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            return work(connection)

    def lease_now(self, connection: Connection) -> datetime:
        """The time that leases and quiet times go by: one clock for all replicas."""
        if self._lease_clock is not None:
            return self._lease_clock.now()
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now

    async def migrate(self) -> None:
        """Bring the tables up to date; several replicas may do so at once. Raises `NewerDatabaseError`."""
        if not await self.write(is_current):
            await self._migrations(rehearsal=False)

    @property
    def is_made(self) -> bool:
        """Whether there is a database at all: SQLite would make its file at the first question."""
        return unmade(self._engine.url) is None

    async def examine(self) -> Condition:
        """What state the database is in, found by writing to it and undoing that; raises a `StoreError`.

        A file that is not there is not made.
        """
        is_not_there = unmade(self._engine.url)
        if is_not_there is not None:
            return is_not_there
        lacks = 0 if await self.write(is_writable) else await self._migrations(rehearsal=True)
        return made(self._engine.url, lacks)

    async def _migrations(self, *, rehearsal: bool) -> int:
        job = partial(migrate, self._engine.url, self._busy, rehearsal=rehearsal)
        return await self._in_thread(self._writers, job)

    async def ping(self) -> bool:
        """Whether the database answers."""
        try:
            await self.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one())
        except StoreError:
            return False
        return True

    async def close(self) -> None:
        """Wait for the transactions under way and disconnect; nothing may be asked any more."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        self._engine.dispose()
