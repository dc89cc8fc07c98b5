"""What rules that go by time have told, of watches and of whole accounts, and the indexes by which they look."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, and_

from bot.store.schema import metadata, requests, watches

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

_is_unsettled = and_(watches.c.ended_at.is_(None), watches.c.settled_reading.is_(None))
Index(
    "watches_unsettled",
    watches.c.account_id,
    watches.c.reference_key,
    sqlite_where=_is_unsettled,
    postgresql_where=_is_unsettled,
)

STARTED = requests.c.started_at.is_not(None)
Index(
    "requests_started",
    requests.c.account_id,
    requests.c.created_at,
    sqlite_where=STARTED,
    postgresql_where=STARTED,
)
