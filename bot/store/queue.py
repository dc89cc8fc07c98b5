"""Putting announcements in the queue, inside the transaction that found out about them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from pydantic import Field, TypeAdapter
from sqlalchemy import ColumnElement, Connection, FromClause, RowMapping, bindparam, select, update

from bot.domain.announcement import Announcement, Editable, Key, Spoken, StoredFacts, renewed
from bot.domain.delivery import State
from bot.store.columns import key_of
from bot.store.dialect import insert_if_new
from bot.store.rows import Row
from bot.store.schema import announcements

UNSENT = (State.PENDING, State.SENDING, State.IN_DOUBT, State.PARKED, State.HELD)
WAITING = (State.PENDING, State.PARKED)
UNTOUCHED = (*WAITING, State.HELD)  # no attempt to post it is under way
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # what has been shown since then may be edited now
_MAYBE_SHOWN = (State.SENDING, State.IN_DOUBT, State.SENT)
_SPOKEN: TypeAdapter[Spoken] = TypeAdapter(Annotated[Spoken, Field(discriminator="kind")])
_FACTS: TypeAdapter[StoredFacts] = TypeAdapter(Annotated[StoredFacts, Field(discriminator="kind")])


def is_unsent(table: FromClause) -> ColumnElement[bool]:
    """The condition of the index of unsent rows, written out: SQLite uses the index only where it can read it."""
    return table.c.state.in_(
        bindparam("unsent", [state.value for state in UNSENT], expanding=True, literal_execute=True)
    )


def queue(connection: Connection, news: Iterable[Announcement], held: str | None = None) -> int:
    """Queue what was never queued before; of what was, the facts become the newer ones. Counts the new.

    `held` is why the new ones must not be posted by themselves. A message that may be in Slack already is to be edited
    when it is of a kind that can.
    """
    return sum(_queue_one(connection, announcement, held) for announcement in news)


def _queue_one(connection: Connection, announcement: Announcement, held: str | None) -> bool:
    row = announcement_row(announcement)
    if held is not None:
        row |= {"state": State.HELD, "why": held}
    if insert_if_new(connection, announcements, row):
        return True
    renew(connection, row["key"], announcement.facts)
    return False


def renew(connection: Connection, key: str, facts: StoredFacts, *, at_once: bool = False) -> None:
    """What was queued under this key gets the newer facts; the message of a failure kind is to be edited."""
    mine = announcements.c.key == key
    query = select(announcements.c.facts).where(mine, announcements.c.state != State.DROPPED)
    old = connection.execute(query).scalar_one_or_none()
    if old is None:
        return
    values = {"facts": facts_text(renewed(_FACTS.validate_json(old), facts))}
    waiting = update(announcements).where(mine, announcements.c.state.in_(UNTOUCHED))
    connection.execute(waiting.values(**values, version=announcements.c.version + 1))
    if isinstance(facts, Editable):
        shown = update(announcements).where(mine, announcements.c.state.in_(_MAYBE_SHOWN))
        connection.execute(shown.values(**values, outdated=True, changes=announcements.c.changes + 1))
        if at_once:
            connection.execute(shown.values(shown_at=_LONG_AGO))


def stored_key(key: Key) -> str:
    """The short stand-in for a key."""
    return key_of(key.workspace_id, key.place, key.kind, key.subject, key.level, key.generation)


def announcement_row(announcement: Announcement) -> Row:
    """The row of a new announcement, ready to be sent."""
    key = announcement.key
    return {
        "id": str(uuid4()),
        "key": stored_key(key),
        "workspace_id": key.workspace_id,
        "place": key.place,
        "kind": key.kind,
        "subject": key.subject,
        "level": key.level,
        "generation": key.generation,
        "reference_id": announcement.reference_id,
        "reference_key": key_of(announcement.reference_id),
        "watch_id": announcement.watch_id,
        "facts": facts_text(announcement.facts),
        "state": State.PENDING,
        "version": 1,
        "repeat": False,
        "recorded_at": announcement.recorded_at,
        "happened_at": announcement.happened_at,
        "under": stored_key(announcement.under) if announcement.under else None,
    }


def facts_text(facts: StoredFacts) -> str:
    """Facts as they are stored."""
    return _FACTS.dump_json(facts).decode()


def announcement_of(row: RowMapping) -> Announcement:
    """The announcement in a row of `announcements`."""
    return Announcement(
        key=Key(row["workspace_id"], row["place"], row["kind"], row["subject"], row["level"], row["generation"]),
        facts=_FACTS.validate_json(row["facts"]),
        reference_id=row["reference_id"],
        recorded_at=row["recorded_at"],
        happened_at=row["happened_at"],
        watch_id=row["watch_id"],
    )


def spoken_of(row: RowMapping) -> Spoken:
    """The facts of an announcement that is no card: only these are ever outdated."""
    return _SPOKEN.validate_json(row["facts"])


def drop_unsent_of(connection: Connection, watch_id: str, why: str, *, kind: str | None = None) -> None:
    """Drop what waits for a watch, or that of one kind; what may be on its way is settled by whoever sent it."""
    mine = (announcements.c.watch_id == watch_id, announcements.c.state.in_(UNTOUCHED))
    wanted = mine if kind is None else (*mine, announcements.c.kind == kind)
    connection.execute(
        update(announcements).where(*wanted).values(state=State.DROPPED, why=why, version=announcements.c.version + 1)
    )
