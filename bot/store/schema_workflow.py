"""The table of the steps that workflows have begun. No token is kept: the bot's own ends them."""

from sqlalchemy import Column, Index, Integer, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import KEY, metadata

workflow_steps = Table(
    "workflow_steps",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workspace_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("reference_id", Text),
    Column("reference_key", KEY),
    Column("ends_at", UtcDateTime),
    Column("answer", Text),
    Column("answered_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("why", Text),
    Column("ended_at", UtcDateTime),
)
IS_WAITING = workflow_steps.c.phase == "waiting"
IS_UNDONE = workflow_steps.c.phase.in_(("taken", "waiting", "answered"))
Index("workflow_steps_waiting", workflow_steps.c.account_id, sqlite_where=IS_WAITING, postgresql_where=IS_WAITING)
Index(
    "workflow_steps_undone",
    workflow_steps.c.workspace_id,
    workflow_steps.c.due_at,
    sqlite_where=IS_UNDONE,
    postgresql_where=IS_UNDONE,
)
Index("workflow_steps_ended", workflow_steps.c.ended_at)
