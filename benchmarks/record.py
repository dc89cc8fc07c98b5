"""Recording a page (80 unchanged, 10 new, 10 completed) beside 100,000 rows: the store × sqlite3 by hand."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.by_hand import record_by_hand
from benchmarks.listing import request
from benchmarks.report import Ceiling, Report, run, times, us
from benchmarks.rounds import ratio, side_by_side
from bot.domain.reading import Reading
from bot.domain.request import LipsyncRequest
from bot.scheduler import SystemClock
from bot.store import Store, open_store
from bot.store.migrate import bring_up_to_date
from tests.postgres import serve

CEILING = 4.0
ACCOUNT = "default"
HAND, SQLITE, POSTGRESQL = "sqlite3 by hand", "the store, SQLite", "the store, PostgreSQL"
NOW = datetime(2026, 4, 2, tzinfo=UTC)
OLD, MOVED, NEW = 80, 10, 10
KNOWN, PAGE = OLD + MOVED, OLD + MOVED + NEW
_LONGEST_SETTLE = timedelta(minutes=10)
_AT_ONCE = 100  # batches


async def measured(quick: bool) -> Report:
    batches, rounds, calls = (30, 1, 5) if quick else (1_112, 12, 60)
    pages = [_page(batch) for batch in range(rounds * calls + 1)]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        await _filled(f"sqlite:///{folder / 'store.db'}", batches)
        shutil.copy(folder / "store.db", folder / "hand.db")
        server = await asyncio.to_thread(stack.enter_context, serve())  # it has an event loop of its own
        postgresql = stack.enter_context(server.fresh())
        await _filled(postgresql, batches)
        hand = stack.enter_context(closing(_connection(folder / "hand.db")))
        candidates = {HAND: _Pages(partial(_by_hand, hand), pages).next}
        for name, url in ((SQLITE, f"sqlite:///{folder / 'store.db'}"), (POSTGRESQL, postgresql)):
            store = await open_store(url, SystemClock())
            stack.push_async_callback(store.database.close)
            candidates[name] = _Pages(partial(_recorded, store), pages).next
        taken = await side_by_side(candidates, rounds=rounds, calls=calls)
    cpu = {name: [sample.cpu for sample in samples] for name, samples in taken.items()}
    wall = {name: median(sample.wall for sample in samples) for name, samples in taken.items()}
    return Report(
        title=f"Recording a page of {PAGE} requests beside {batches * KNOWN:,} others, each page a durable transaction",
        columns=("", "processor time", "× by hand", "pages a second"),
        rows=[
            (name, us(median(cpu[name])), times(ratio(cpu[name], cpu[HAND])), f"{1 / wall[name]:,.0f}")
            for name in taken
        ],
        notes=["PostgreSQL's own processor time is in its server, which runs without fsync here."],
        ceilings=[Ceiling("a page, processor time on SQLite", ratio(cpu[SQLITE], cpu[HAND]), CEILING)],
    )


class _Pages:
    """Gives each call the page of another batch, made beforehand."""

    def __init__(self, record: Callable[[Reading], Awaitable[None]], pages: Sequence[Reading]) -> None:
        self._record = record
        self._pages = iter(pages)

    async def next(self) -> None:
        await self._record(next(self._pages))


def _known(batch: int) -> list[LipsyncRequest]:
    """The requests of a batch that the ledger has before it is measured."""
    first, reference = batch * PAGE, f"batch-{batch}"
    old = [request(first + n, reference_id=reference) for n in range(OLD)]
    return old + [request(first + OLD + n, "processing", reference_id=reference) for n in range(MOVED)]


def _page(batch: int) -> Reading:
    first, reference = batch * PAGE, f"batch-{batch}"
    moved = [request(first + OLD + n, reference_id=reference) for n in range(MOVED)]
    new = [request(first + KNOWN + n, "queued", reference_id=reference) for n in range(NEW)]
    rows = (*_known(batch)[:OLD], *moved, *new)
    return Reading(reference, rows, 2 * PAGE, NOW, NOW, NOW, ended=False)


async def _filled(url: str, batches: int) -> None:
    """A database in which every batch is known."""
    store = await open_store(url, SystemClock())
    await store.database.write(bring_up_to_date)
    for start in range(0, batches, _AT_ONCE):
        these = range(start, min(start + _AT_ONCE, batches))
        rows = tuple(one for batch in these for one in _known(batch))
        before = NOW - timedelta(minutes=1)
        await _recorded(store, replace(_page(0), reference_id=None, requests=rows, asked_at=before, read_at=before))
    await store.database.close()


async def _recorded(store: Store, page: Reading) -> None:
    await store.ledger.record(ACCOUNT, page, _LONGEST_SETTLE)


async def _by_hand(connection: sqlite3.Connection, page: Reading) -> None:
    record_by_hand(connection, ACCOUNT, page)


def _connection(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


if __name__ == "__main__":
    run(measured)
