"""What tests in several rooms share."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.postgres import PostgreSQL, serve

settings.register_profile("busy machine", deadline=None)  # no test asserts on absolute times
settings.load_profile("busy machine")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; it is started by the first test that asks for it."""
    with serve() as server:
        yield server
