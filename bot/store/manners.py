"""How an announcement is to be said: in which thread, naming whom, inside a transaction."""

from dataclasses import replace

from sqlalchemy import Connection, RowMapping, exists, select

from bot.domain.delivery import PLAINLY, Asked, Manner
from bot.domain.watch import Watch
from bot.store.queue import is_unsent
from bot.store.rows import watch_of
from bot.store.schema import announcements, cards, watches

NO_THREAD = ""  # in `thread_ts`: Slack takes no reply where it belongs, so it goes into the place itself
_CARD = "card"


def manner_of(connection: Connection, row: RowMapping) -> Manner | None:
    """The manner of the announcement in this row; None while the message that it replies to is not there yet."""
    watch = _watch(connection, row["watch_id"])
    if watch is None or row["kind"] == _CARD:
        return PLAINLY
    thread_ts = _thread(connection, watch, row)
    if thread_ts is None:
        return None
    broadcast = bool(thread_ts) and watch.placement.is_broadcast
    return replace(_addressed(watch), thread_ts=thread_ts or None, broadcast=broadcast)


def manner_of_edit(connection: Connection, watch_id: str | None) -> Manner:
    """The manner of a message that is there already: it stays where it is."""
    watch = _watch(connection, watch_id)
    return PLAINLY if watch is None else _addressed(watch)


def _addressed(watch: Watch) -> Manner:
    asked = Asked(watch.asked_in, watch.created_at) if watch.asked_in else None
    return Manner(mention=watch.mention, asked=asked)


def _watch(connection: Connection, watch_id: str | None) -> Watch | None:
    if watch_id is None:
        return None
    row = connection.execute(select(watches).where(watches.c.id == watch_id)).mappings().one_or_none()
    return watch_of(row) if row else None


def _thread(connection: Connection, watch: Watch, row: RowMapping) -> str | None:
    """The `ts` of the thread, `NO_THREAD` for none, None while that cannot be told."""
    if row["thread_ts"] == NO_THREAD:
        return NO_THREAD
    if watch.placement.is_under_card:
        return _card(connection, watch.card_id)
    if watch.placement.has_threads and row["under"] is not None:
        return _parent(connection, row["under"])
    return NO_THREAD


def _card(connection: Connection, watch_id: str) -> str | None:
    ts: str | None = connection.execute(select(cards.c.ts).where(cards.c.watch_id == watch_id)).scalar_one_or_none()
    if ts is not None:
        return ts
    on_its_way = exists().where(
        announcements.c.watch_id == watch_id, announcements.c.kind == _CARD, is_unsent(announcements)
    )
    return None if connection.execute(select(on_its_way)).scalar_one() else NO_THREAD


def _parent(connection: Connection, key: str) -> str | None:
    """A reply to a reply belongs into the same thread."""
    query = select(announcements.c.ts, announcements.c.thread_ts, is_unsent(announcements)).where(
        announcements.c.key == key
    )
    found = connection.execute(query).one_or_none()
    if found is None:
        return NO_THREAD
    ts, thread_ts, is_on_its_way = found
    return None if is_on_its_way else (thread_ts or ts or NO_THREAD)
