"""Transactions are whole or not at all, on both databases and whatever happens."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, insert, select, text, update

from bot.errors import StoreError
from bot.store import Store, open_store
from bot.store.database import Database
from bot.store.migrate import bring_up_to_date
from bot.store.schema import accounts
from tests.builders import at, request
from tests.fakes import FakeClock
from tests.postgres import PostgreSQL
from tests.store.rig import ACCOUNT, add_account, claim, count, news, next_at, reading, record, start, wish


class StoppedHardError(BaseException):
    """Not an `Exception`, like what ends a task or a program."""


def read_then_write(connection: Connection) -> None:
    readings = connection.execute(select(accounts.c.readings).with_for_update()).scalar_one()
    connection.execute(update(accounts).values(readings=readings + 1))


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


async def test_without_a_lease_clock_sqlite_goes_by_ours_and_postgresql_by_its_own(url: str) -> None:
    clock = FakeClock(at(-1_000_000_000))
    store = await open_store(url, clock)
    await store.database.write(bring_up_to_date)

    now = await store.database.read(store.database.lease_now)

    assert (now == clock.now()) is url.startswith("sqlite")
    assert now.tzinfo is UTC
    await store.database.close()


async def test_a_quiet_time_on_another_clock_ends_at_the_same_moment_of_ours(url: str) -> None:
    ours, theirs = FakeClock(at(0)), FakeClock(at(500))
    store = await open_store(url, ours, lease_clock=theirs)
    await store.database.write(bring_up_to_date)
    await store.outbox.queue([news("one")])

    (delivery,) = await claim(store)

    assert delivery.attempt_at == at(500)
    assert await next_at(store) == at(90)
    await store.database.close()
