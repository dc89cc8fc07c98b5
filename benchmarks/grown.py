"""An account with a long past that the ledger has already, and with something going on in a few of its batches."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from bot.domain.places import Coverage, Order
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Watch
from bot.sandbox.simulated_account import BEGAN, Job, Jobs, Model, SimulatedAccount, SimulatedClock, moment, name_of
from bot.sandbox.simulation import Plan, Simulation, simulation_of
from bot.store import Store, open_store
from bot.store.columns import key_of
from bot.store.migrate import bring_up_to_date
from bot.store.rows import watch_row
from bot.store.schema import accounts, batches, requests, watches

OF_A_BATCH = 20
BUSY = 10  # batches in which something goes on; they are the first ones
_PAST = 80 * 86_400.0  # seconds
_TAKES = 130.0  # seconds from creation to outcome, on average
_FIRST = 1  # the reading that has shown all of the past


@dataclass(frozen=True, slots=True)
class Grown:
    """How large the ledger is, how many of its batches are watched, and about how many requests are open."""

    watched: int
    batches: int
    open: int = 50
    hours: float = 3.0

    @property
    def rows(self) -> int:
        """How many requests belong to the past."""
        return self.batches * OF_A_BATCH

    def jobs(self) -> Jobs:
        """What goes on, the same for every size."""
        a_day = self.open / _TAKES * 86_400 / BUSY
        return Jobs(Model(BUSY, a_day, watched=1.0, busy=1.0), self.hours * 3_600, seed=1)

    def past(self, place: int) -> Job:
        """The request at this place of the account's list; it has ended long ago."""
        created = -_PAST + place * (_PAST - 86_400) / self.rows
        number = (place - 1) // OF_A_BATCH
        return Job(f"{0:08x}-0000-4000-8000-{place:012x}", number, created, created + 5, created + 65, False, True)


class GrownAccount(SimulatedAccount):
    """The past beneath all that goes on; nothing of it is kept in memory."""

    def __init__(self, size: Grown, clock: SimulatedClock) -> None:
        super().__init__(size.jobs(), clock)
        self._size = size

    def _listed(self, reference_id: str | None, now: float, offset: int, size: int) -> tuple[list[Job], int]:
        low, rows = 1, self._size.rows
        if reference_id is not None:
            low, rows = int(reference_id.rpartition("-")[2]) * OF_A_BATCH + 1, OF_A_BATCH
        _, later = super()._listed(reference_id, now, 0, 0)
        newer, _ = super()._listed(reference_id, now, offset, size) if offset < later else ([], later)
        skipped, left = max(offset - later, 0), size - len(newer)
        places = range(low + rows - 1 - skipped, max(low + rows - 1 - skipped - left, low - 1), -1)
        return [*newer, *map(self._size.past, places)], later + rows


@asynccontextmanager
async def opened(file: Path, size: Grown) -> AsyncIterator[Simulation]:
    """The real flows on a ledger that was filled."""
    clock = SimulatedClock()
    store = await open_store(f"sqlite:///{file}", clock)
    yield simulation_of(Plan(), GrownAccount(size, clock), clock, store)
    await store.database.close()


async def pass_looks(world: Simulation, looks: int) -> None:
    """So many looks, each when it is due."""
    for _ in range(looks):
        next_at = await world.poll.look()
        await world.clock.sleep((next_at - world.clock.now()).total_seconds())


async def fill(file: Path, size: Grown) -> None:
    """Write the past as looks would have written it, only faster."""
    store = await open_store(f"sqlite:///{file}", SimulatedClock())
    await store.database.write(bring_up_to_date)
    await _begin(store, size)
    await store.database.close()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        _insert(connection, batches, (_batch(size, number) for number in range(size.batches)))
        _insert(connection, requests, map(_entry, map(size.past, range(1, size.rows + 1))))
        connection.execute("COMMIT")


async def _begin(store: Store, size: Grown) -> None:
    anchors = {size.past(place).id: place for place in range(size.rows, max(size.rows - 20, 0), -1)}
    coverage = Coverage(Order.NEWEST_FIRST, size.rows, BEGAN.timestamp(), anchors=anchors, since=_FIRST)
    account = {
        "account_id": "default",
        "readings": _FIRST,
        "looked_at": BEGAN,
        "coverage": json.dumps(asdict(coverage)),
    }
    await store.database.write(lambda connection: connection.execute(insert(accounts), [account]))
    rows = [watch_row(_watch(number)) for number in range(size.watched)]
    await store.database.write(lambda connection: connection.execute(insert(watches), rows))


def _watch(number: int) -> Watch:
    return Watch(
        id=f"watch-{number}", workspace_id="T1", account_id="default", place="C1", reference_id=name_of(number),
        author="U1", events=Events.PROBLEMS, expected=None, created_at=BEGAN, started_at=BEGAN, since_reading=_FIRST,
        generation=1, generation_reading=_FIRST, baseline_at=BEGAN, clips_reading=_FIRST,
        settled_reading=None if number < BUSY else _FIRST,
    )  # fmt: skip


def _batch(size: Grown, number: int) -> dict[str, Any]:
    first, last = size.past(number * OF_A_BATCH + 1), size.past((number + 1) * OF_A_BATCH)
    return {
        "account_id": "default",
        "reference_key": key_of(name_of(number)),
        "reference_id": name_of(number),
        "read_at": BEGAN,
        "api_now": BEGAN,
        "reading": _FIRST,
        "changed_at": BEGAN - timedelta(days=1),
        "total": OF_A_BATCH,
        "completed": OF_A_BATCH,
        **dict.fromkeys(("failed", "processing", "queued", "ended_otherwise", "vanished", "cleared"), 0),
        "first_created_at": moment(first.created),
        "last_created_at": moment(last.created),
        "last_ended_at": moment(last.finished),
    }


def _entry(job: Job) -> dict[str, Any]:
    shown: LipsyncRequest = job.at(0)
    return {
        "account_id": "default",
        "id": shown.id,
        "reference_id": shown.reference_id,
        "reference_key": key_of(name_of(job.reference)),
        "created_at": shown.created_at,
        "status": shown.status,
        "started_at": shown.started_at,
        "finished_at": shown.finished_at,
        "output_url": shown.output_url,
        "terminal": True,
        "listed": True,
        "first_reading": _FIRST,
        "outcome_reading": _FIRST,
        "changed_at": moment(job.finished),
        "cleared": False,
    }


def _insert(connection: sqlite3.Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    names = [column.name for column in table.c]
    sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own words
    connection.executemany(sql, _plain(rows, names))


def _plain(rows: Iterable[dict[str, Any]], names: list[str]) -> Iterator[list[object]]:
    """As the store writes them."""
    for row in rows:
        values = map(row.get, names)
        yield [
            value.replace(tzinfo=None).isoformat(" ", "microseconds") if isinstance(value, datetime) else value
            for value in values
        ]
