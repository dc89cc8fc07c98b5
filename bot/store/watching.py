"""Statements about watches that more than one subject needs, inside a transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.announcement import Announcement, CardPlaceholder, Key
from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.queue import queue
from bot.store.rows import watch_of, watch_row
from bot.store.schema import cards, watches


def active_of_references(connection: Connection, account_id: str, references: Iterable[str]) -> list[Watch]:
    """The active watches of these references, the oldest first."""
    found: list[Watch] = []
    for part in chunks(sorted(references)):
        rows = connection.execute(
            select(watches).where(
                watches.c.account_id == account_id,
                watches.c.reference_key.in_([key_of(reference) for reference in part]),
                watches.c.ended_at.is_(None),
            )
        ).mappings()
        found += map(watch_of, rows)
    return sorted(found, key=lambda watch: (watch.created_at, watch.id))


def save(connection: Connection, watch: Watch) -> None:
    """Write a watch that is there already."""
    connection.execute(update(watches).where(watches.c.id == watch.id).values(watch_row(watch)))


def with_card(connection: Connection, watch: Watch) -> Watch:
    """The watch that has the card which shows this one."""
    if watch.glob_id is None:
        return watch
    return watch_of(connection.execute(select(watches).where(watches.c.id == watch.glob_id)).mappings().one())


def touch_card(connection: Connection, watch_id: str, *, urgent: bool) -> None:
    """The card must be edited, at once when urgent."""
    values: dict[str, object] = {"dirty": True, "changes": cards.c.changes + 1}
    if urgent:
        values["urgent"] = True
    connection.execute(update(cards).where(cards.c.watch_id == watch_id).values(values))


def touch_cards(connection: Connection, watch_ids: Iterable[str]) -> None:
    """These cards must be edited at once."""
    for part in chunks(watch_ids):
        values = {"dirty": True, "urgent": True, "changes": cards.c.changes + 1}
        connection.execute(update(cards).where(cards.c.watch_id.in_(part)).values(values))


def with_own_card(connection: Connection, workspace_id: str, place: str) -> list[Watch]:
    """The active watches of a place that people began, the oldest first."""
    query = select(watches).where(
        watches.c.workspace_id == workspace_id,
        watches.c.place == place,
        watches.c.glob_id.is_(None),
        watches.c.ended_at.is_(None),
    )
    rows = connection.execute(query.order_by(watches.c.created_at, watches.c.id)).mappings()
    return [watch_of(row) for row in rows]


def queue_card(connection: Connection, watch: Watch, number: int, now: datetime) -> None:
    """Queue the posting of a watch's card; `number` is above 1 when an earlier one is gone."""
    level = watch.id if number == 1 else f"{watch.id} {number}"
    card = Announcement(
        key=Key(watch.workspace_id, watch.place, "card", watch.reference_id, level, 1),
        facts=CardPlaceholder(watch.id),
        reference_id=watch.reference_id,
        recorded_at=now,
        watch_id=watch.id,
    )
    queue(connection, [card])
