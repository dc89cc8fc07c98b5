"""What is known of whether a place's history may be read, inside a transaction."""

from sqlalchemy import Connection, update

from bot.domain.finding import Blocked
from bot.store.dialect import insert_if_new
from bot.store.places import watched_where
from bot.store.schema import places


def learn(connection: Connection, workspace_id: str, place: str, why: str | None) -> None:
    """It may not be read, for this reason in Slack's word, or it may."""
    mine = update(places).where(places.c.workspace_id == workspace_id, places.c.place == place)
    if why is not None:
        insert_if_new(connection, places, {"workspace_id": workspace_id, "place": place, "troubles": 0})
    connection.execute(mine.where(places.c.no_history.is_distinct_from(why)).values(no_history=why))


def unreadable(connection: Connection, workspace_id: str) -> tuple[Blocked, ...]:
    """The watched places whose history may not be read."""
    return watched_where(connection, workspace_id, places.c.no_history)
