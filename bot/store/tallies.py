"""How the outbox stands, inside a transaction."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, select

from bot.domain.delivery import State, Tally
from bot.store.queue import WAITING, is_unsent
from bot.store.schema import announcements, places

_LATEST = 100
_OUTCOMES = ("failure", "clips")  # the finish waits for its settle window, on purpose


def tally(connection: Connection, workspace_id: str) -> Tally:
    """Counts by state, the oldest unsent one, and the latencies of the last hundred outcomes that were told."""
    here = announcements.c.workspace_id == workspace_id
    counted = select(announcements.c.state, func.count()).where(here).group_by(announcements.c.state)
    counts = {State(state): count for state, count in connection.execute(counted).all()}
    oldest = select(func.min(announcements.c.recorded_at)).where(here, is_unsent(announcements))
    latest = (
        select(announcements.c.happened_at, announcements.c.sent_at)
        .where(
            here,
            announcements.c.state == State.SENT,
            announcements.c.happened_at.is_not(None),
            announcements.c.kind.in_(_OUTCOMES),
        )
        .order_by(announcements.c.sent_at.desc(), announcements.c.number.desc())
        .limit(_LATEST)
    )
    took = connection.execute(latest).all()
    return Tally(
        counts=counts,
        oldest_unsent_at=connection.execute(oldest).scalar_one(),
        latencies=tuple((sent_at - happened_at).total_seconds() for happened_at, sent_at in took),
    )


def next_at(connection: Connection, workspace_id: str, quiet: timedelta, lease_ahead: timedelta) -> datetime | None:
    """When something may be done next on our clock; the lease clock is `lease_ahead` of it."""
    moments = (_next_claim(connection, workspace_id), _next_doubt(connection, workspace_id, quiet, lease_ahead))
    return min((moment for moment in moments if moment is not None), default=None)


def _next_claim(connection: Connection, workspace_id: str) -> datetime | None:
    """Of each reference in each place only the first counts: the others wait for it, and it may be on its way."""
    first = (
        select(func.min(announcements.c.number))
        .where(
            announcements.c.workspace_id == workspace_id,
            announcements.c.state.in_((*WAITING, State.SENDING)),
            is_unsent(announcements),
        )
        .group_by(announcements.c.place, announcements.c.reference_key)
    )
    place = and_(places.c.workspace_id == announcements.c.workspace_id, places.c.place == announcements.c.place)
    own = func.coalesce(announcements.c.not_before, announcements.c.recorded_at, type_=announcements.c.not_before.type)
    moment = case((and_(places.c.retry_at.is_not(None), places.c.retry_at > own), places.c.retry_at), else_=own)
    query = (
        select(func.min(moment))
        .select_from(announcements.outerjoin(places, place))
        .where(announcements.c.number.in_(first), announcements.c.state.in_(WAITING))
    )
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _next_doubt(connection: Connection, workspace_id: str, quiet: timedelta, lease_ahead: timedelta) -> datetime | None:
    query = select(announcements.c.attempt_at, announcements.c.not_before).where(
        announcements.c.workspace_id == workspace_id,
        announcements.c.state.in_((State.SENDING, State.IN_DOUBT)),
        is_unsent(announcements),
    )
    moments = (
        max(attempt_at + quiet - lease_ahead, not_before or attempt_at + quiet - lease_ahead)
        for attempt_at, not_before in connection.execute(query).all()
    )
    return min(moments, default=None)
