"""What is known of whether a place's history may be read, inside a transaction."""

from sqlalchemy import Connection, and_, func, select, update

from bot.domain.finding import Blocked
from bot.store.dialect import insert_if_new
from bot.store.schema import places, watches


def learn(connection: Connection, workspace_id: str, place: str, why: str | None) -> None:
    """It may not be read, for this reason in Slack's word, or it may."""
    mine = update(places).where(places.c.workspace_id == workspace_id, places.c.place == place)
    if why is not None:
        insert_if_new(connection, places, {"workspace_id": workspace_id, "place": place, "troubles": 0})
    connection.execute(mine.where(places.c.no_history.is_distinct_from(why)).values(no_history=why))


def unreadable(connection: Connection, workspace_id: str) -> tuple[Blocked, ...]:
    """The watched places whose history may not be read."""
    here = and_(watches.c.workspace_id == places.c.workspace_id, watches.c.place == places.c.place)
    query = (
        select(places.c.place, func.max(watches.c.place_name), places.c.no_history)
        .join_from(places, watches, here)
        .where(places.c.workspace_id == workspace_id, places.c.no_history.is_not(None), watches.c.ended_at.is_(None))
        .group_by(places.c.place, places.c.no_history)
        .order_by(places.c.place)
    )
    return tuple(Blocked(*row) for row in connection.execute(query).all())
