"""What globs need no more: a glob never ends by itself, so what is old and settled under it must not stay for ever."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, or_, update

from bot.store.presence import all_vanished, is_known
from bot.store.schema import announcements, watches


def needs_memory() -> ColumnElement[bool]:
    """Whether a watch keeps its reference's requests: under a glob only until it is settled or all of it vanished."""
    return or_(watches.c.glob_id.is_(None), and_(watches.c.settled_reading.is_(None), ~all_vanished()))


def needs_announcements() -> ColumnElement[bool]:
    """Whether what a watch has told is kept, so that it is not told again: under a glob as long as it has requests."""
    return or_(needs_memory(), is_known())


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
    connection.execute(
        delete(watches).where(
            watches.c.account_id == account_id, watches.c.glob_id.is_not(None), ~is_known(), ~spoken_of
        )
    )
