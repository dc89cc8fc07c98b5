"""What tests in several rooms share."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import PostgreSQL, migrated, serve

settings.register_profile("busy machine", deadline=None)  # no test asserts on absolute times
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; it is started by the first test that asks for it."""
    with serve() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all migrations, to be copied."""
    file = tmp_path_factory.mktemp("template") / "lipsync.db"
    asyncio.run(migrated(f"sqlite:///{file}"))
    return file
