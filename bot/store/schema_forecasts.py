"""The table of forecasts that are kept, to be judged by what came of them."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import COUNTED, metadata

forecasts = Table(
    "forecasts",
    metadata,
    Column("number", COUNTED, primary_key=True, autoincrement=True),
    Column("watch_id", String(64), ForeignKey("watches.id", ondelete="CASCADE"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("reference_id", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("api_now", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("clips", BigInteger, nullable=False),
    Column("early", UtcDateTime, nullable=False),
    Column("likely", UtcDateTime, nullable=False),
    Column("late", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_clips", BigInteger),
)
Index("forecasts_of_watch", forecasts.c.watch_id, forecasts.c.number)
Index("forecasts_made", forecasts.c.made_at)
PENDING = forecasts.c.ended_at.is_(None)
Index("forecasts_pending", forecasts.c.watch_id, sqlite_where=PENDING, postgresql_where=PENDING)
