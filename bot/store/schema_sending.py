"""The tables of sending: whose turn it is, what Slack has told, and which failure kinds are known."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

senders = Table(
    "senders",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("term", BigInteger, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("acted_at", UtcDateTime, nullable=False),
)
Index("events_acted", events.c.acted_at)

kinds = Table(
    "kinds",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
)
Index("kinds_by_age", kinds.c.account_id, kinds.c.seen_at)
