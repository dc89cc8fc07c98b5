"""What tests in several rooms share."""

from collections.abc import Iterator

import pytest

from tests.postgres import PostgreSQL, serve


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server; it is started by the first test that asks for it."""
    with serve() as server:
        yield server
