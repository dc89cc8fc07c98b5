"""What globs need no more: a glob never ends by itself, so what is old and settled under it must not stay for ever."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, update

from bot.store.schema import announcements, requests, watches


def needs_memory() -> ColumnElement[bool]:
    """Whether a watch keeps its reference's requests from being forgotten: under a glob only until it is settled."""
    return or_(watches.c.glob_id.is_(None), watches.c.settled_reading.is_(None))


def needs_announcements() -> ColumnElement[bool]:
    """Whether what a watch has told is kept, so that it is not told again: under a glob as long as it has requests."""
    return or_(needs_memory(), _filled())


def _filled() -> ColumnElement[bool]:
    return exists().where(
        requests.c.account_id == watches.c.account_id, requests.c.reference_key == watches.c.reference_key
    )


def forget_under_globs(connection: Connection, account_id: str, before: datetime) -> None:
    """What ended before this will be told by no glob, should the API list it again after it was forgotten."""
    of_globs = or_(watches.c.is_glob, watches.c.glob_id.is_not(None))
    connection.execute(
        update(watches)
        .where(watches.c.account_id == account_id, watches.c.ended_at.is_(None), of_globs)
        .where(watches.c.started_at < before)
        .values(started_at=before, start_is_ours=False)
    )


def end_empty_under_globs(connection: Connection, account_id: str) -> None:
    """Under a glob a reference that is forgotten needs no watch, once what was told of it is forgotten too."""
    spoken_of = exists().where(announcements.c.watch_id == watches.c.id)
    settled = watches.c.settled_reading.is_not(None)
    connection.execute(
        delete(watches).where(
            watches.c.account_id == account_id, watches.c.glob_id.is_not(None), settled, ~_filled(), ~spoken_of
        )
    )
