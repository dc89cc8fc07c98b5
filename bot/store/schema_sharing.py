"""The table of which places other organisations read."""

from sqlalchemy import Boolean, Column, Table, Text, false

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

sharings = Table(
    "sharings",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("shared", Boolean),
    Column("learnt_at", UtcDateTime),
    Column("doubted", Boolean, nullable=False, server_default=false()),
    Column("why", Text),
)
