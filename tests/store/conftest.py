"""The store on both databases: every test that takes `store` or a URL runs on each."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import Store, open_store
from tests.fakes import FakeClock
from tests.postgres import PostgreSQL


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.bare() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[str]:
    """A database with all tables, empty."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'lipsync.db')}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.fresh() as fresh:
        yield fresh


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def store(url: str, clock: FakeClock) -> AsyncIterator[Store]:
    """An empty store whose leases go by the test's clock."""
    opened = await open_store(url, clock, lease_clock=clock)
    yield opened
    await opened.database.close()
