"""Ending watches that have settled, a day after they did, inside one transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, update

from bot.domain.deed import NOBODY, Deed, Did
from bot.domain.watch import ENDS_AFTER, Watch
from bot.store.accounts import lock_account
from bot.store.deeds import note
from bot.store.queue import is_unsent
from bot.store.rows import watch_of
from bot.store.schema import accounts, announcements, watches
from bot.store.stopping import end
from bot.store.waits import is_ahead

AFTER = ENDS_AFTER


def may_end(connection: Connection, account_id: str, now: datetime) -> bool:
    """Whether there is anything to be written down or ended."""
    return bool(connection.execute(select(exists().where(_settled(account_id), _unmarked(now)))).scalar_one()) or bool(
        _due(connection, account_id, now)
    )


def end_settled(connection: Connection, account_id: str, now: datetime) -> tuple[Watch, ...]:
    """Write down when watches settled, and end those that did so a day ago; returns these."""
    readings = lock_account(connection, account_id)
    due = _due(connection, account_id, now)
    mark = update(watches).where(_settled(account_id), _unmarked(now))
    connection.execute(mark.values(settled_at=now, settled_for=watches.c.settled_reading))
    return tuple(_end(connection, watch, readings, now) for watch in due)


def _end(connection: Connection, watch: Watch, readings: int, now: datetime) -> Watch:
    ended = end(connection, watch, readings, now, by_itself=True)
    details = {"author": watch.author}
    note(connection, Deed(now, watch.workspace_id, watch.place, NOBODY, Did.ENDED, watch.reference_id, details))
    return ended


def _settled(account_id: str) -> ColumnElement[bool]:
    """Whether a watch that a person began of a reference has settled, and goes on."""
    return and_(
        watches.c.account_id == account_id,
        watches.c.ended_at.is_(None),
        watches.c.glob_id.is_(None),
        watches.c.is_glob == false(),
        watches.c.settled_reading.is_not(None),
    )


def _unmarked(now: datetime) -> ColumnElement[bool]:
    """Whether it settled anew since that was last written down, or by a clock that was set back since."""
    return or_(
        watches.c.settled_for.is_(None),
        watches.c.settled_for != watches.c.settled_reading,
        is_ahead(watches.c.settled_at, now),
    )


def _due(connection: Connection, account_id: str, now: datetime) -> list[Watch]:
    """Those that were read again after a day had passed, and whose news have all been told."""
    unsent = exists().where(announcements.c.watch_id == watches.c.id, is_unsent(announcements))
    query = (
        select(watches, accounts.c.looked_at)
        .join(accounts, accounts.c.account_id == watches.c.account_id)
        .where(
            _settled(account_id),
            watches.c.settled_for == watches.c.settled_reading,
            watches.c.settled_at <= now - AFTER,
            accounts.c.catching_up_since.is_(None),
            ~unsent,
        )
    )
    rows = connection.execute(query.order_by(watches.c.created_at, watches.c.id)).mappings()
    return [
        watch_of(row) for row in rows if row["looked_at"] is not None and row["looked_at"] >= row["settled_at"] + AFTER
    ]
