"""The table of what was shown below links."""

from sqlalchemy import Column, Index, Table, Text

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata

unfurls = Table(
    "unfurls",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("message_ts", Text, nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
)
Index("unfurls_shown", unfurls.c.shown_at)
