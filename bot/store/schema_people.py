"""The tables of what people do: deeds, mutes, what can be taken back, and care for failures."""

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text, false

from bot.store.columns import UtcDateTime
from bot.store.schema import COUNTED, KEY, metadata

deeds = Table(
    "deeds",
    metadata,
    Column("number", COUNTED, primary_key=True, autoincrement=True),
    Column("done_at", UtcDateTime, nullable=False),
    Column("workspace_id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
)
Index("deeds_done", deeds.c.done_at)

mutes = Table(
    "mutes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("subject_key", KEY, primary_key=True),
    Column("id", String(64), nullable=False),
    Column("subject", Text),
    Column("is_glob", Boolean, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("reading", BigInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("by_hours", Boolean, nullable=False, server_default=false()),
)

undos = Table(
    "undos",
    metadata,
    Column("number", COUNTED, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("workspace_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("watch_id", String(64)),
    Column("done_at", UtcDateTime, nullable=False),
    Column("journal", Text, nullable=False),
    Column("used_at", UtcDateTime),
)

cares = Table(
    "cares",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("reference_key", KEY, primary_key=True),
    Column("kind", KEY, primary_key=True),
    Column("assigned_to", Text),
    Column("assigned_by", Text),
    Column("assigned_at", UtcDateTime),
    Column("handled_by", Text),
    Column("handled_at", UtcDateTime),
)
