"""What state the database is in is found out without leaving a trace."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from bot.domain.finding import Blocked
from bot.errors import NewerDatabaseError, StoreError
from bot.store import Store
from bot.store.database import Database
from tests.builders import at
from tests.store.rig import TEAM, add_account, claim, count, drain, news, start, wish


async def test_an_empty_database_lacks_migrations_and_keeps_lacking_them(bare_url: str) -> None:
    database = Database.open(bare_url)
    if database.is_postgresql is False:
        await database.write(lambda connection: connection.execute(text("CREATE TABLE other (x INTEGER)")))
    first = await database.examine()
    assert first.exists
    assert first.lacks >= 1
    assert await database.examine() == first
    assert not await database.read(lambda connection: inspect(connection).has_table("accounts"))
    await database.close()


async def test_a_migrated_database_lacks_nothing_and_keeps_what_it_has(store: Store) -> None:
    await store.database.write(add_account)
    condition = await store.database.examine()
    assert (condition.exists, condition.lacks) == (True, 0)
    assert await store.database.read(count) == 1


async def test_where_it_is_is_told_without_the_password(url: str) -> None:
    database = Database.open(url.replace("postgres@", "postgres:secret-word@"))
    condition = await database.examine()
    assert condition.where
    assert "secret-word" not in condition.where
    await database.close()


async def test_a_newer_database_is_refused(store: Store) -> None:
    await store.database.write(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    )
    with pytest.raises(NewerDatabaseError):
        await store.database.examine()


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'lipsync.db'}")
    condition = await database.examine()
    assert (condition.exists, condition.file) == (False, tmp_path / "lipsync.db")
    assert (await database.examine()).exists is False
    await database.close()


async def test_a_file_in_a_missing_folder_cannot_be_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path / 'missing' / 'lipsync.db'}")
    with pytest.raises(StoreError, match="folder"):
        await database.examine()
    await database.close()


async def test_watched_places_in_trouble_are_listed_by_name(store: Store) -> None:
    await start(store, wish(name="dubbing", public=True))
    await start(store, wish("batch-2", place="C2"))
    await drain(store)
    await store.outbox.queue([news("one"), news("else", place="C3")])
    for delivery in await claim(store):
        await store.outbox.park(delivery, "not_in_channel", now=at(0), retry_after=timedelta(minutes=5))

    assert await store.outbox.blocked(TEAM) == (Blocked("C1", "dubbing", "not_in_channel"),)
    assert await store.outbox.blocked("T2") == ()
