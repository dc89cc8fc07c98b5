"""The tables of what rules that go by time have told: of watches, and of whole accounts."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from bot.store.schema import metadata

vigils = Table(
    "vigils",
    metadata,
    Column("watch_id", String(64), ForeignKey("watches.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("state", Text, nullable=False),
)

account_vigils = Table(
    "account_vigils",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("state", Text, nullable=False),
)
