"""Places that may not be posted to, inside a transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, case, exists, select, update

from bot.domain.announcement import AccessFacts, Announcement, Key
from bot.domain.delivery import Delivery, State
from bot.domain.finding import Blocked
from bot.domain.watch import Watch
from bot.store.dialect import insert_if_new
from bot.store.moves import UNWATCHED, is_unwatched, move
from bot.store.places import watched_where
from bot.store.queue import UNSENT, UNTOUCHED, WAITING, is_unsent, queue
from bot.store.rows import watch_of
from bot.store.schema import announcements, places, watches
from bot.store.schema_timetable import digests

_PERSONS = ("U", "W", "D")  # ids of people and of DMs with one begin so: nobody else is there to be told
_ARCHIVED = "is_archived"
_DELETED = "channel_deleted"  # which Slack, asked later, calls channel_not_found, as if somebody could invite us
_GONE_WITH_IT = (*UNTOUCHED, State.IN_DOUBT)  # what is being sent is decided by whoever sends it


def trouble(connection: Connection, workspace_id: str, place: str) -> str | None:
    """Why the place may not be posted to."""
    query = select(places.c.trouble).where(places.c.workspace_id == workspace_id, places.c.place == place)
    why: str | None = connection.execute(query).scalar_one_or_none()
    return why


def is_gone(connection: Connection, workspace_id: str, place: str) -> bool:
    """Whether Slack has told that the place was deleted: nothing is ever posted or found there again."""
    return trouble(connection, workspace_id, place) == _DELETED


def drop_gone(connection: Connection, delivery: Delivery, states: Sequence[State]) -> bool:
    """It is over with its place."""
    return move(connection, delivery, states, {"state": State.DROPPED, "why": _DELETED})


def is_shut(table: FromClause) -> ColumnElement[bool]:
    """Whether the row's place may not be posted to: what waits there can be edited again when it opens."""
    return exists().where(
        places.c.workspace_id == table.c.workspace_id,
        places.c.place == table.c.place,
        places.c.trouble.is_not(None),
    )


def blocked(connection: Connection, workspace_id: str) -> tuple[Blocked, ...]:
    """The places with watches that may not be posted to."""
    return watched_where(connection, workspace_id, places.c.trouble)


def retry(connection: Connection, workspace_id: str, place: str, now: datetime) -> None:
    """Its oldest announcement may be tried, and what is in doubt there looked up, from now on."""
    untried(connection, workspace_id, place, now)
    _look_up(connection, workspace_id, place)


def _look_up(connection: Connection, workspace_id: str, place: str) -> None:
    """What is in doubt there is looked up without waiting any longer."""
    connection.execute(
        update(announcements)
        .where(
            announcements.c.workspace_id == workspace_id,
            announcements.c.place == place,
            announcements.c.state == State.IN_DOUBT,
            is_unsent(announcements),
        )
        .values(not_before=None)
    )


def untried(connection: Connection, workspace_id: str, place: str, retry_at: datetime) -> None:
    """What was claimed to try a place in trouble has not told whether it takes messages: it is tried again then."""
    connection.execute(
        update(places)
        .where(places.c.workspace_id == workspace_id, places.c.place == place, places.c.trouble.is_not(None))
        .values(retry_at=retry_at)
    )


def left_untried(connection: Connection, workspace_id: str, term: int, retry_at: datetime) -> None:
    """The same of each place with a claim that was not ended in this term, which is over.

    What was claimed stays as it is, and goes through doubt: only what else waits there is tried before.
    """
    left = exists().where(
        announcements.c.workspace_id == places.c.workspace_id,
        announcements.c.place == places.c.place,
        announcements.c.state == State.SENDING,
        is_unsent(announcements),
        announcements.c.term == term,
    )
    connection.execute(
        update(places)
        .where(places.c.workspace_id == workspace_id, places.c.trouble.is_not(None), left)
        .values(retry_at=retry_at)
    )


def end_trouble(connection: Connection, workspace_id: str, place: str) -> None:
    """The place takes messages: what waited there goes on in order, what is in doubt is looked up."""
    mine = update(places).where(
        places.c.workspace_id == workspace_id, places.c.place == place, places.c.trouble.is_not(None)
    )
    if connection.execute(mine.values(trouble=None, trouble_at=None, retry_at=None)).rowcount == 0:
        return
    _move_all(connection, workspace_id, place, (State.PARKED,), State.PENDING, None)
    _look_up(connection, workspace_id, place)


def let_in(connection: Connection, workspace_id: str, place: str, now: datetime) -> None:
    """The bot is in: the oldest that waits is tried, and the trouble is over when it is taken, or nothing waits."""
    if _is_waiting(connection, workspace_id, place):
        retry(connection, workspace_id, place, now)
    else:
        end_trouble(connection, workspace_id, place)


def unarchived(connection: Connection, workspace_id: str, place: str, now: datetime) -> None:
    """That trouble is over; if the bot may still not post, because it was let out, that is another one."""
    if trouble(connection, workspace_id, place) == _ARCHIVED:
        end_trouble(connection, workspace_id, place)
    else:
        retry(connection, workspace_id, place, now)


def _is_waiting(connection: Connection, workspace_id: str, place: str, states: Sequence[State] = WAITING) -> bool:
    waits = exists().where(
        announcements.c.workspace_id == workspace_id,
        announcements.c.place == place,
        announcements.c.state.in_(states),
        is_unsent(announcements),
    )
    return bool(connection.execute(select(waits)).scalar_one())


def park(connection: Connection, delivery: Delivery, why: str, now: datetime, retry_at: datetime) -> bool:
    """All that waits for the place stays there, unless it is gone; its watches' authors are told when it begins."""
    if is_unwatched(connection, delivery):
        values = {"state": State.DROPPED, "why": UNWATCHED}
    else:
        values = {"state": State.PARKED, "why": why}
    key = delivery.announcement.key
    if is_gone(connection, key.workspace_id, key.place):
        values = {"state": State.DROPPED, "why": _DELETED}
    if not move(connection, delivery, (State.SENDING,), values):
        return False
    _shut(connection, key.workspace_id, key.place, why, now, retry_at)
    return True


def close(connection: Connection, workspace_id: str, place: str, why: str, now: datetime, retry_at: datetime) -> None:
    """The same before anything was refused, where something is watched or waits."""
    watched = exists().where(
        watches.c.workspace_id == workspace_id, watches.c.place == place, watches.c.ended_at.is_(None)
    )
    if connection.execute(select(watched)).scalar_one() or _is_waiting(connection, workspace_id, place, UNSENT):
        _shut(connection, workspace_id, place, why, now, retry_at)


def _shut(connection: Connection, workspace_id: str, place: str, why: str, now: datetime, retry_at: datetime) -> None:
    began = _set_trouble(connection, workspace_id, place, why, now, retry_at)
    if is_gone(connection, workspace_id, place):
        _move_all(connection, workspace_id, place, _GONE_WITH_IT, State.DROPPED, _DELETED)
    else:
        _move_all(connection, workspace_id, place, (State.PENDING,), State.PARKED, why)
    if began is not None and not place.startswith(_PERSONS):
        queue(connection, _to_authors(connection, workspace_id, place, why, began, now))


def _move_all(
    connection: Connection, workspace_id: str, place: str, old: Sequence[State], new: State, why: str | None
) -> None:
    connection.execute(
        update(announcements)
        .where(
            announcements.c.workspace_id == workspace_id,
            announcements.c.place == place,
            announcements.c.state.in_(old),
            is_unsent(announcements),
        )
        .values(state=new, why=why, version=announcements.c.version + 1)
    )


def _set_trouble(
    connection: Connection, workspace_id: str, place: str, why: str, now: datetime, retry_at: datetime
) -> int | None:
    """How many times the place has been in trouble when this one begins, None when it goes on."""
    insert_if_new(connection, places, {"workspace_id": workspace_id, "place": place, "troubles": 0})
    mine = update(places).where(places.c.workspace_id == workspace_id, places.c.place == place)
    began: int | None = connection.execute(
        mine.where(places.c.trouble.is_(None))
        .values(trouble=why, trouble_at=now, retry_at=retry_at, troubles=places.c.troubles + 1)
        .returning(places.c.troubles)
    ).scalar_one_or_none()
    if began is None:
        lasting = case((places.c.trouble == _DELETED, _DELETED), else_=why)
        connection.execute(mine.values(trouble=lasting, retry_at=retry_at))
    return began


def _to_authors(
    connection: Connection, workspace_id: str, place: str, why: str, generation: int, now: datetime
) -> list[Announcement]:
    by_author: dict[str, list[Watch]] = {}
    query = (
        select(watches)
        .where(
            watches.c.workspace_id == workspace_id,
            watches.c.place == place,
            watches.c.glob_id.is_(None),
            watches.c.ended_at.is_(None),
        )
        .order_by(watches.c.created_at, watches.c.id)
    )
    for watch in map(watch_of, connection.execute(query).mappings()):
        by_author.setdefault(watch.author, []).append(watch)
    asked = select(digests.c.author).where(digests.c.workspace_id == workspace_id, digests.c.place == place)
    for author in connection.execute(asked).scalars():
        by_author.setdefault(author, [])
    names = [watch.place_name for theirs in by_author.values() for watch in theirs]
    return [
        Announcement(
            key=Key(workspace_id, author, "access", place, why, generation),
            facts=AccessFacts(place, names[-1] if names else "", why, tuple(watch.reference_id for watch in theirs)),
            reference_id="",
            recorded_at=now,
        )
        for author, theirs in by_author.items()
    ]
