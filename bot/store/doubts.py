"""Announcements that may or may not have been posted, inside a transaction."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from bot.domain.delivery import Delivery, Posted, State
from bot.store.moves import delivery_of, move
from bot.store.outcomes import sent, wait_again
from bot.store.queue import is_unsent
from bot.store.schema import announcements

_UNKNOWN = (State.IN_DOUBT, State.SENDING)


def doubt(connection: Connection, delivery: Delivery) -> bool:
    """The outcome of the attempt is unknown; when it was made is kept."""
    return move(connection, delivery, (State.SENDING,), {"state": State.IN_DOUBT, "not_before": None})


def doubtful(
    connection: Connection, workspace_id: str, attempted_before: datetime, now: datetime, limit: int
) -> tuple[Delivery, ...]:
    """What can be looked up; what is still being sent after so long was left by a process that died."""
    query = (
        select(announcements)
        .where(
            announcements.c.workspace_id == workspace_id,
            announcements.c.state.in_(_UNKNOWN),
            is_unsent(announcements),
            announcements.c.attempt_at <= attempted_before,
            or_(announcements.c.not_before.is_(None), announcements.c.not_before <= now),
        )
        .order_by(announcements.c.attempt_at, announcements.c.number)
        .limit(limit)
    )
    return tuple(delivery_of(row) for row in connection.execute(query).mappings())


def settle(connection: Connection, delivery: Delivery, posted: Posted | None, now: datetime, repeat: bool) -> bool:
    """It is there, or is not."""
    if posted is not None:
        return sent(connection, delivery, posted, now, _UNKNOWN)
    return wait_again(connection, delivery, None, repeat=repeat, states=_UNKNOWN)


def later(connection: Connection, delivery: Delivery, not_before: datetime, why: str) -> bool:
    """It is looked up again then."""
    return move(connection, delivery, _UNKNOWN, {"state": State.IN_DOUBT, "not_before": not_before, "why": why})
