"""The migrations lead to the present tables, once, whoever starts them."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import NewerDatabaseError, StoreError
from bot.store import Store, open_store
from bot.store.database import Database
from bot.store.schema import metadata
from tests.fakes import FakeClock
from tests.store.rig import ACCOUNT, add_account, count


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
