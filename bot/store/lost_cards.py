"""Posting a card anew after its message was lost, inside a transaction."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from bot.domain.watch import Watch
from bot.store.schema import cards
from bot.store.waits import is_ahead
from bot.store.watching import queue_card

_AT_MOST_EVERY = timedelta(hours=1)


def renew_lost_card(connection: Connection, watch: Watch, now: datetime) -> None:
    """Queue a new card when the old one is gone, at most once an hour."""
    lost = select(cards.c.number).where(
        cards.c.watch_id == watch.id,
        cards.c.lost_at.is_not(None),
        or_(cards.c.queued_at <= now - _AT_MOST_EVERY, is_ahead(cards.c.queued_at, now)),
    )
    number: int | None = connection.execute(lost).scalar_one_or_none()
    if number is None:
        return
    queue_card(connection, watch, number + 1, now)
    new = {"number": number + 1, "queued_at": now, "channel": None, "ts": None, "lost_at": None}
    connection.execute(update(cards).where(cards.c.watch_id == watch.id).values(new))
