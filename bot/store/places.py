"""What watched places are called, and with which of them something is the matter, inside a transaction."""

from sqlalchemy import ColumnElement, Connection, and_, func, select

from bot.domain.finding import Blocked
from bot.store.schema import places, watches


def watched_where(connection: Connection, workspace_id: str, why: ColumnElement[str | None]) -> tuple[Blocked, ...]:
    """The watched places of which this column of `places` says why something cannot be done there."""
    here = and_(watches.c.workspace_id == places.c.workspace_id, watches.c.place == places.c.place)
    query = (
        select(places.c.place, func.max(watches.c.place_name), why)
        .join_from(places, watches, here)
        .where(places.c.workspace_id == workspace_id, why.is_not(None), watches.c.ended_at.is_(None))
        .group_by(places.c.place, why)
        .order_by(places.c.place)
    )
    return tuple(Blocked(*row) for row in connection.execute(query).all())


def names_of_places(connection: Connection) -> dict[str, str]:
    """The names of channels, as far as Slack has told them."""
    query = select(watches.c.place, func.max(watches.c.place_name)).group_by(watches.c.place)
    return {row[0]: row[1] for row in connection.execute(query)}
