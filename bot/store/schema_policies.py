"""The table of what channels have set: one row for each place, its patterns as a JSON list."""

from sqlalchemy import Column, Integer, String, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

policies = Table(
    "policies",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("patterns", Text, nullable=False),
    Column("links", String(16), nullable=False),
    Column("events", String(16)),
    Column("managers", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)
