"""The table of what a workspace refuses."""

from sqlalchemy import Column, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

refusals = Table(
    "refusals",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("refused_at", UtcDateTime, nullable=False),
)
