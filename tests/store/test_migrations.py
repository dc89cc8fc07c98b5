"""The migrations lead to the present tables, once, whoever starts them."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.errors import NewerDatabaseError, StoreError
from bot.store import Store, open_store
from bot.store.database import Database
from bot.store.revision import REVISION
from bot.store.schema import metadata
from tests.fakes import FakeClock
from tests.processes import ROOT
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


def test_the_revision_that_needs_no_alembic_is_alembics_newest() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [REVISION]


def test_what_the_bot_keeps_in_memory_has_no_alembic_no_command_line_and_no_driver_it_does_not_use() -> None:
    code = "import sys, bot.serve; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "sqlalchemy" in done.stdout.split()
    assert {"alembic", "mako", "typer", "psycopg"} & set(done.stdout.split()) == set()


async def test_a_program_that_breaks_off_while_migrating_is_told(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'lipsync.db'}")
    await database.write(lambda c: c.execute(text("CREATE TABLE accounts (x INTEGER)")))

    with pytest.raises(StoreError, match="nothing was written"):
        await database.migrate()

    assert await database.read(lambda c: inspect(c).get_table_names()) == ["accounts"]
    await database.close()


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
