"""The compare-and-set by which a claimed announcement is written to, inside a transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, select, update

from bot.domain.delivery import Delivery, Manner, State
from bot.store.queue import announcement_of
from bot.store.schema import announcements, watches

UNWATCHED = "unwatched"


def delivery_of(row: RowMapping, manner: Manner | None = None) -> Delivery:
    """The delivery in a row of `announcements`; without a `manner` only the thread is told in which it was tried."""
    return Delivery(
        id=row["id"],
        announcement=announcement_of(row),
        version=row["version"],
        attempt_at=row["attempt_at"],
        repeat=row["repeat"],
        owner=row["owner"],
        term=row["term"],
        manner=manner or Manner(thread_ts=row["thread_ts"] or None),
    )


def move(connection: Connection, delivery: Delivery, states: Sequence[State], values: dict[str, Any]) -> bool:
    """Write to the announcement if it is still as it was given out; returns whether it was."""
    mine = (
        announcements.c.id == delivery.id,
        announcements.c.version == delivery.version,
        announcements.c.owner.is_not_distinct_from(delivery.owner),
        announcements.c.term.is_not_distinct_from(delivery.term),
        announcements.c.state.in_(states),
    )
    new = {**values, "version": announcements.c.version + 1}
    return connection.execute(update(announcements).where(*mine).values(new)).rowcount == 1


def is_unwatched(connection: Connection, delivery: Delivery) -> bool:
    """Whether the watch that it is for has ended meanwhile."""
    # As it is now: what was on its way when its watch ended may have been given to another that goes on.
    watch_id = select(announcements.c.watch_id).where(announcements.c.id == delivery.id).scalar_subquery()
    ended = exists().where(watches.c.id == watch_id, watches.c.ended_at.is_not(None))
    return bool(connection.execute(select(ended)).scalar_one())
