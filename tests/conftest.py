"""What tests in several rooms share."""

import asyncio
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.postgres import PostgreSQL, migrated, serve

settings.register_profile("busy machine", deadline=None)  # no test asserts on absolute times
settings.load_profile("busy machine")


LONGEST = ("test_kills.py", "test_crash.py", "test_deploy.py", "test_benchmarks.py", "test_outbox_model.py")


def pytest_xdist_auto_num_workers() -> int:
    """More workers than processors: much of the time the tests wait for processes, pages and databases."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives a worker one test at a time, but all tests of the browser to one, and all of the image."""

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        return "browser" if file.startswith("tests/browser/") else file if file == "tests/test_deploy.py" else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Make the scheduler of the workers."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end no worker goes on alone."""
    items.sort(key=lambda item: (item.path.name not in LONGEST, item.get_closest_marker("processes") is None))


def pytest_collection_finish() -> None:
    """What is loaded by now stays; without it the garbage collector has a twentieth less to do."""
    gc.freeze()


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
