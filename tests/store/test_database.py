"""Transactions are whole or not at all, and every fault is told in a sentence."""

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text, update

from bot.errors import NewerDatabaseError, StoreError
from bot.store import Store, open_store
from bot.store.database import Database
from bot.store.schema import accounts, metadata
from tests.builders import NOON, at, request
from tests.fakes import FakeClock
from tests.postgres import PostgreSQL
from tests.store.rig import ACCOUNT, claim, news, next_at, reading, record, start, wish


class StoppedHardError(BaseException):
    """Not an `Exception`, like what ends a task or a program."""


def add_account(connection: Connection) -> None:
    connection.execute(insert(accounts), {"account_id": "a", "readings": 0, "looked_at": NOON})


def read_then_write(connection: Connection) -> None:
    readings = connection.execute(select(accounts.c.readings).with_for_update()).scalar_one()
    connection.execute(update(accounts).values(readings=readings + 1))


def count(connection: Connection) -> int:
    return len(connection.execute(select(accounts)).all())


# --- transactions ---


async def test_thirty_parallel_read_then_writes_of_two_replicas_leave_a_right_counter(store: Store, url: str) -> None:
    other = Database.open(url)
    await store.database.write(add_account)

    await asyncio.gather(*(database.write(read_then_write) for database in (store.database, other) for _ in range(15)))

    await other.close()
    assert await store.database.read(lambda c: c.execute(select(accounts.c.readings)).scalar_one()) == 30


async def test_moments_come_back_aware_and_in_utc_to_the_microsecond(store: Store) -> None:
    moment = datetime(2026, 4, 1, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    await store.database.write(add_account)
    await store.database.write(lambda c: c.execute(update(accounts).values(looked_at=moment)))

    found = await store.database.read(lambda c: c.execute(select(accounts.c.looked_at)).scalar_one())

    assert found == moment
    assert found.tzinfo is UTC


async def test_a_naive_moment_is_refused(store: Store) -> None:
    row = {"account_id": "a", "readings": 0, "looked_at": datetime(2026, 4, 1)}  # noqa: DTZ001 - that is the point

    with pytest.raises(StoreError):
        await store.database.write(lambda c: c.execute(insert(accounts), row))


async def test_a_cancelled_caller_does_not_cut_a_transaction_in_half(store: Store, url: str) -> None:
    half, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        add_account(connection)
        half.set()
        go_on.wait()
        read_then_write(connection)

    task = asyncio.create_task(store.database.write(work))
    await asyncio.to_thread(half.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    await store.database.close()  # waits for the thread

    again = Database.open(url)
    assert await again.read(lambda c: c.execute(select(accounts.c.readings)).scalar_one()) == 1
    await again.close()


@pytest.mark.parametrize("error", [RuntimeError, StoppedHardError])
async def test_whatever_ends_the_work_rolls_it_back(store: Store, error: type[BaseException]) -> None:
    def work(connection: Connection) -> None:
        add_account(connection)
        raise error

    with pytest.raises(error):
        await store.database.write(work)

    assert await store.database.read(count) == 0


async def test_text_that_cannot_be_stored_leaves_nothing_half_written(store: Store) -> None:
    with pytest.raises(StoreError, match="not text"):
        await start(store, wish(name="half a \ud800 character"))
    with pytest.raises(StoreError, match="not text"):
        await record(store, reading([request(1), request(2, "failed", error="\udfff")]))

    assert await store.watches.active(ACCOUNT) == ()
    assert (await store.ledger.known(ACCOUNT, "batch-1")).listed == frozenset()


async def test_a_nul_is_stored_or_refused_but_never_half_written(store: Store) -> None:
    if store.database.is_postgresql:
        with pytest.raises(StoreError, match="not text"):
            await record(store, reading([request(1), request(2, "failed", error="\0")]))
        assert (await store.ledger.known(ACCOUNT, "batch-1")).listed == frozenset()
    else:
        await record(store, reading([request(1), request(2, "failed", error="\0")]))
        assert len((await store.ledger.known(ACCOUNT, "batch-1")).listed) == 2


async def test_announcements_that_cannot_be_stored_are_refused_as_not_text(store: Store) -> None:
    with pytest.raises(StoreError, match="not text"):
        await store.outbox.queue([news("fine"), news("one", reference="\ud800")])

    assert await claim(store) == ()


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_transaction_that_was_in_the_way_of_another_is_done_again(
    postgresql: PostgreSQL, clock: FakeClock, state: str
) -> None:
    attempts: list[int] = []

    def work(connection: Connection) -> None:
        add_account(connection)
        attempts.append(1)
        if len(attempts) < 3:
            connection.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

    with postgresql.fresh() as url:
        store = await open_store(url, clock)
        await store.database.write(work)
        found = await store.database.read(count)
        await store.database.close()

    assert (len(attempts), found) == (3, 1)


async def test_a_transaction_that_is_always_in_the_way_is_given_up(postgresql: PostgreSQL) -> None:
    with postgresql.fresh() as url:
        database = Database.open(url)
        with pytest.raises(StoreError, match="nothing was written"):
            await database.write(
                lambda c: c.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"))
            )
        await database.close()


# --- migrations ---


async def test_migrating_twice_is_harmless(store: Store) -> None:
    await store.database.write(add_account)

    await store.database.migrate()

    assert await store.database.read(count) == 1


async def test_replicas_may_migrate_at_the_same_time(bare_url: str) -> None:
    replicas = [Database.open(bare_url) for _ in range(3)]

    await asyncio.gather(*(replica.migrate() for replica in replicas))

    assert await replicas[0].read(count) == 0
    for replica in replicas:
        await replica.close()


async def test_the_migrations_lead_to_the_tables_that_the_code_knows(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, metadata)
        return found

    assert await store.database.read(differences) == []


async def test_the_database_of_a_newer_version_is_refused(store: Store) -> None:
    await store.database.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))

    with pytest.raises(NewerDatabaseError, match="newer version"):
        await store.database.migrate()


async def test_a_database_without_tables_says_what_to_do(bare_url: str, clock: FakeClock) -> None:
    store = await open_store(bare_url, clock)

    with pytest.raises(StoreError, match="migrate"):
        await store.ledger.known(ACCOUNT, "batch-1")

    await store.database.close()


# --- faults of SQLite ---


async def test_a_locked_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lipsync.db"
    database = Database.open(f"sqlite:///{file}", busy=timedelta(0))
    await database.migrate()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="locked"):
        await database.write(add_account)

    assert await database.read(count) == 0
    other.close()
    await database.close()


async def test_a_full_database_is_told_and_nothing_is_half_written(tmp_path: Path, clock: FakeClock) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'lipsync.db'}", clock)
    await store.database.migrate()

    def shut(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")

    await store.database.write(shut)

    with pytest.raises(StoreError, match="full"):
        await record(store, reading(request(number) for number in range(500)))

    assert (await store.ledger.known(ACCOUNT, "batch-1")).listed == frozenset()
    assert await store.ledger.looked_at(ACCOUNT) is None
    await store.database.close()


async def test_a_read_only_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lipsync.db"
    first = Database.open(f"sqlite:///{file}")
    await first.migrate()
    await first.close()
    database = Database.open(f"sqlite:///file:{file}?mode=ro&uri=true")

    with pytest.raises(StoreError, match="read-only"):
        await database.write(add_account)

    await database.close()


async def test_a_file_in_a_missing_folder_is_told(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'missing' / 'lipsync.db'}")

    with pytest.raises(StoreError, match="cannot be opened"):
        await database.migrate()

    assert await database.ping() is False
    await database.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lipsync.db"
    file.write_bytes(b"a text that is longer than the header of a database would have to be" * 20)
    database = Database.open(f"sqlite:///{file}")

    with pytest.raises(StoreError, match="not a database"):
        await database.migrate()

    await database.close()


# --- URLs and servers ---


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://u:secret@h/d", "secret", "postgresql://u:secret@h:x/d"]
)
def test_a_url_that_cannot_be_used_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(StoreError, match="database") as refused:
        Database.open(url)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
async def test_a_server_that_cannot_be_reached_is_told_without_its_password(scheme: str) -> None:
    database = Database.open(f"{scheme}://u:secret@127.0.0.1:1/d")

    with pytest.raises(StoreError, match="cannot be reached") as refused:
        await database.write(add_account)

    assert await database.ping() is False
    assert "secret" not in f"{refused.value!r} {refused.value.__cause__} {database!r} {vars(database)}"
    await database.close()


async def test_a_missing_database_is_told(postgresql: PostgreSQL) -> None:
    with postgresql.bare() as url:
        database = Database.open(url)

    with pytest.raises(StoreError, match=r"cannot be reached|no database of this name"):
        await database.migrate()

    await database.close()


async def test_without_a_lease_clock_sqlite_goes_by_ours_and_postgresql_by_its_own(url: str) -> None:
    clock = FakeClock(at(-1_000_000_000))
    store = await open_store(url, clock)
    await store.database.migrate()

    now = await store.database.read(store.database.lease_now)

    assert (now == clock.now()) is url.startswith("sqlite")
    assert now.tzinfo is UTC
    await store.database.close()


async def test_a_quiet_time_on_another_clock_ends_at_the_same_moment_of_ours(url: str) -> None:
    ours, theirs = FakeClock(at(0)), FakeClock(at(500))
    store = await open_store(url, ours, lease_clock=theirs)
    await store.database.migrate()
    await store.outbox.queue([news("one")])

    (delivery,) = await claim(store)

    assert delivery.attempt_at == at(500)
    assert await next_at(store) == at(90)
    await store.database.close()
