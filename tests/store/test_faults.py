"""Every fault of a database is told in a sentence for a person, without its password."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.errors import StoreError
from bot.store import open_store
from bot.store.database import Database
from bot.store.migrate import bring_up_to_date
from tests.builders import request
from tests.fakes import FakeClock
from tests.postgres import PostgreSQL
from tests.store.rig import ACCOUNT, add_account, count, reading, record


async def test_a_locked_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "lipsync.db"
    database = Database.open(f"sqlite:///{file}", busy=timedelta(0))
    await database.write(bring_up_to_date)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreError, match="locked"):
        await database.write(add_account)

    assert await database.read(count) == 0
    other.close()
    await database.close()


async def test_a_full_database_is_told_and_nothing_is_half_written(tmp_path: Path, clock: FakeClock) -> None:
    store = await open_store(f"sqlite:///{tmp_path / 'lipsync.db'}", clock)
    await store.database.write(bring_up_to_date)

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
    await first.write(bring_up_to_date)
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
