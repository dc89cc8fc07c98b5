"""The table of what people were given in sheets."""

from sqlalchemy import Column, LargeBinary, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import KEY, metadata

sheets = Table(
    "sheets",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("reference_key", KEY, primary_key=True),
    Column("given_at", UtcDateTime, nullable=False),
    Column("marks", LargeBinary, nullable=False),
)
