"""What asks for open requests finds them by their own index, however many requests there ever were."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select

from bot.store import Store
from bot.store.handing import open_references
from bot.store.pasts import first_move
from bot.store.remembering import open_requests
from bot.store.vigil_cases import last_started, longest_waiting
from tests.builders import at
from tests.store.rig import ACCOUNT


async def plan(store: Store, query: Select[Any]) -> list[str]:
    """How SQLite goes about it."""

    def explained(connection: Connection) -> list[str]:
        text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
        return [str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]

    return await store.database.read(explained)


@pytest.mark.parametrize(
    "query",
    [open_requests(ACCOUNT), open_references(ACCOUNT), longest_waiting(ACCOUNT, at(0)), last_started(ACCOUNT, at(0))],
    ids=["what a look goes by", "what a new pattern begins with", "what waits longest", "what started last"],
)
async def test_open_requests_are_not_looked_for_among_all_there_ever_were(store: Store, query: Select[Any]) -> None:
    if store.database.is_postgresql:
        return  # its plans go by how many rows there are: with a few it reads all of them
    looked_up = [step for step in await plan(store, query) if "requests" in step]
    assert looked_up
    assert all("INDEX requests_open" in step or "INDEX requests_started" in step for step in looked_up)


async def test_the_first_move_is_found_without_sorting_all_there_are(store: Store) -> None:
    if not store.database.is_postgresql:
        assert not any("TEMP B-TREE" in step for step in await plan(store, first_move(ACCOUNT)))
