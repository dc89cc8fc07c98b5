"""Announcements that may or may not have been posted, inside a transaction."""

from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, or_, select

from bot.domain.delivery import Delivery, Posted, State
from bot.store.moves import delivery_of, move
from bot.store.outcomes import sent, wait_again
from bot.store.queue import is_unsent
from bot.store.schema import announcements
from bot.store.troubles import drop_gone, is_gone
from bot.store.waits import LONGEST_WAIT, Quiet, is_ahead, is_over

_UNKNOWN = (State.IN_DOUBT, State.SENDING)


def doubt(connection: Connection, delivery: Delivery) -> bool:
    """The outcome of the attempt is unknown; when it was made is kept."""
    return move(connection, delivery, (State.SENDING,), {"state": State.IN_DOUBT, "not_before": None})


def doubtful(
    connection: Connection,
    workspace_id: str,
    now: datetime,
    limit: int,
    *,
    lease_now: datetime,
    quiet: timedelta,
    quiet_times: Quiet,
) -> tuple[Delivery, ...]:
    """What can be looked up; what is still being sent after so long was left by a process that died."""
    query = (
        select(announcements)
        .where(
            announcements.c.workspace_id == workspace_id,
            announcements.c.state.in_(_UNKNOWN),
            is_unsent(announcements),
            or_(announcements.c.attempt_at <= lease_now - quiet, is_ahead(announcements.c.attempt_at, lease_now)),
            or_(announcements.c.not_before.is_(None), is_over(announcements.c.not_before, now, LONGEST_WAIT)),
        )
        .order_by(announcements.c.attempt_at, announcements.c.number)
    )
    due = (
        row
        for row in connection.execute(query).mappings()
        if quiet_times.left(row["id"], row["attempt_at"], lease_now, quiet) <= timedelta()
    )
    return tuple(map(delivery_of, islice(due, limit)))


def settle(connection: Connection, delivery: Delivery, posted: Posted | None, now: datetime, repeat: bool) -> bool:
    """It is there, or is not."""
    if posted is not None:
        return sent(connection, delivery, posted, now, _UNKNOWN)
    return wait_again(connection, delivery, None, repeat=repeat, doubted=True, states=_UNKNOWN)


def never_known(connection: Connection, delivery: Delivery, why: str) -> bool:
    """It is looked up no more, and not posted again."""
    return move(connection, delivery, _UNKNOWN, {"state": State.DROPPED, "why": why})


def later(connection: Connection, delivery: Delivery, not_before: datetime, why: str) -> bool:
    """It is looked up again then, unless its place is gone."""
    key = delivery.announcement.key
    if is_gone(connection, key.workspace_id, key.place):
        return drop_gone(connection, delivery, _UNKNOWN)
    return move(connection, delivery, _UNKNOWN, {"state": State.IN_DOUBT, "not_before": not_before, "why": why})
