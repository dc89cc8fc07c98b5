"""How an announcement is to be said: in which thread, naming whom, inside a transaction."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, exists, select

from bot.domain.announcement import CatchUpFacts
from bot.domain.delivery import PLAINLY, Asked, Manner
from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.policy_rows import links_at
from bot.store.queue import announcement_of, is_unsent
from bot.store.rows import watch_of
from bot.store.schema import announcements, cards, watches

NO_THREAD = ""  # in `thread_ts`: Slack takes no reply where it belongs, so it goes into the place itself
_CARD = "card"
_CATCH_UP = "catch_up"


def manner_of(connection: Connection, row: RowMapping) -> Manner | None:
    """The manner of the announcement in this row; None while the message that it replies to is not there yet."""
    if row["kind"] == _CATCH_UP:
        return _together(_told_about(connection, row))
    watch = _watch(connection, row["watch_id"])
    if watch is None or row["kind"] == _CARD:
        return PLAINLY
    links = links_at(connection, watch.workspace_id, watch.place)
    thread_ts = _thread(connection, watch, row)
    if thread_ts is None:
        return None
    broadcast = bool(thread_ts) and watch.placement.is_broadcast
    return replace(_together([watch]), thread_ts=thread_ts or None, broadcast=broadcast, links=links)


def manner_of_edit(connection: Connection, watch_id: str | None) -> Manner:
    """The manner of a message that is there already: it stays where it is."""
    watch = _watch(connection, watch_id)
    return PLAINLY if watch is None else _together([watch])


def _together(watches_: Sequence[Watch]) -> Manner:
    """Whoever is to be named by any of these watches, and when each was asked for; of a glob's all at once."""
    mention = dict.fromkeys(person for watch in watches_ for person in watch.mention)
    asked = {Asked(watch.asked_in, watch.created_at) for watch in watches_ if watch.asked_in}
    return Manner(mention=tuple(mention), asked=tuple(sorted(asked, key=lambda each: (each.at, each.place))))


def _told_about(connection: Connection, row: RowMapping) -> list[Watch]:
    """The active watches of what is told in one message for the whole place, the oldest first."""
    facts = announcement_of(row).facts
    if not isinstance(facts, CatchUpFacts):
        return []
    found: list[Watch] = []
    for part in chunks(key_of(one.progress.reference_id) for one in facts.references):
        query = select(watches).where(
            watches.c.workspace_id == row["workspace_id"],
            watches.c.place == row["place"],
            watches.c.reference_key.in_(part),
            watches.c.ended_at.is_(None),
        )
        found += map(watch_of, connection.execute(query).mappings())
    return sorted(found, key=lambda watch: (watch.created_at, watch.id))


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
