"""The table of who has opened Home, and the indexes by which what is shown there is found."""

from sqlalchemy import Column, Index, Integer, Table, Text, and_

from bot.store.columns import UtcDateTime
from bot.store.schema import metadata, watches
from bot.store.schema_people import cares

homes = Table(
    "homes",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("place", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("shown", Text, nullable=False),
    Column("shown_at", UtcDateTime),
)
Index("homes_opened", homes.c.workspace_id, homes.c.opened_at)

IS_SOMEBODYS = and_(watches.c.ended_at.is_(None), watches.c.glob_id.is_(None))
Index(
    "watches_of_author",
    watches.c.workspace_id,
    watches.c.author,
    sqlite_where=IS_SOMEBODYS,
    postgresql_where=IS_SOMEBODYS,
)

IS_ASSIGNED = cares.c.assigned_to.is_not(None)
Index(
    "cares_assigned",
    cares.c.account_id,
    cares.c.assigned_to,
    sqlite_where=IS_ASSIGNED,
    postgresql_where=IS_ASSIGNED,
)
