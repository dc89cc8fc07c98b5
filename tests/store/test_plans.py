"""What is asked before each message finds its rows by an index that has only these, however many there ever were."""

from typing import Any

import pytest
from sqlalchemy import Connection, Select, select

from bot.store import Store
from bot.store.awaiting import awaited_keys
from bot.store.composing_home import stuck_of
from bot.store.schema_workflow import IS_UNDONE, workflow_steps
from bot.store.sharings import places_in_the_queue, watched_places
from tests.store.rig import ACCOUNT, TEAM

UNDONE = select(workflow_steps.c.id).where(workflow_steps.c.workspace_id == TEAM, IS_UNDONE)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (watched_places(TEAM), "watches_active"),
        (places_in_the_queue(TEAM), "announcements_unsent"),
        (UNDONE.order_by(workflow_steps.c.due_at), "workflow_steps_undone"),
        (awaited_keys(ACCOUNT), "workflow_steps_waiting"),
        (stuck_of(TEAM, "U1"), "watches_active"),
    ],
    ids=["watched places", "places in the queue", "undone steps", "awaited references", "stuck on Home"],
)
async def test_only_rows_that_are_still_of_interest_are_read(store: Store, query: Select[Any], index: str) -> None:
    if store.database.is_postgresql:
        return  # its plans go by how many rows there are: with a few it reads all of them

    def plan(connection: Connection) -> str:
        found = query.compile(connection.engine, compile_kwargs={"render_postcompile": True})
        values = tuple(found.params[name] for name in found.positiontup or ())
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {found}", values).all())

    assert f"INDEX {index}" in await store.database.read(plan)
