"""The tables of what a place has by the clock: quiet hours and a digest.

Times of the day are written as `19:00`, days as numbers from 0 (Monday) on.
"""

from sqlalchemy import Column, String, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

quiets = Table(
    "quiets",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("begin_at", String(5), nullable=False),
    Column("end_at", String(5), nullable=False),
    Column("days", String(16), nullable=False),
    Column("zone", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("begun", UtcDateTime),
)

digests = Table(
    "digests",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("at", String(5), nullable=False),
    Column("days", String(16), nullable=False),
    Column("zone", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("told_on", String(10)),
)
