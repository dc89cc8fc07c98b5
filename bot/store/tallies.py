"""How the outbox stands, inside a transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, literal, select

from bot.domain.announcement import OUTCOMES
from bot.domain.delivery import TO_BE_SENT, Due, State, Tally
from bot.store.copies import next_audit
from bot.store.dialect import unindexed
from bot.store.queue import WAITING, is_unsent
from bot.store.schema import announcements, places
from bot.store.trying import TEST
from bot.store.waits import LONGEST_PAUSE, LONGEST_TROUBLE, LONGEST_WAIT, Quiet

_LATEST = 100


def tally(connection: Connection, workspace_id: str, *, done: bool = True) -> Tally:
    """Counts by kind and state, the oldest unsent one, and the latencies of the last hundred outcomes told.

    What is `done` (sent or dropped) is left out on wish: of a million that takes a third of a second.
    """
    here = and_(announcements.c.workspace_id == workspace_id, _is_real())
    recorded_at = announcements.c.recorded_at  # never by its own index: it would be gone through from the oldest on
    waits = and_(unindexed(announcements.c.workspace_id) == workspace_id, _is_real(), is_unsent(announcements))
    kind_and_state = (announcements.c.kind, announcements.c.state)
    counted = select(*kind_and_state, func.count()).where(here).group_by(*kind_and_state)
    if not done:
        counted = select(*kind_and_state, func.count()).where(waits).group_by(*kind_and_state)
    by_kind = {(kind, State(state)): count for kind, state, count in connection.execute(counted).all()}
    oldest = select(func.min(func.coalesce(recorded_at, recorded_at))).where(
        waits, announcements.c.state.in_(TO_BE_SENT)
    )
    latest = (
        select(announcements.c.happened_at, announcements.c.sent_at)
        .where(
            here,
            announcements.c.state == State.SENT,
            announcements.c.happened_at.is_not(None),
            unindexed(announcements.c.kind).in_(OUTCOMES),
        )
        .order_by(announcements.c.sent_at.desc(), announcements.c.number.desc())
        .limit(_LATEST)
    )
    took = connection.execute(latest).all()
    return Tally(
        by_kind=by_kind,
        oldest_unsent_at=connection.execute(oldest).scalar_one(),
        latencies=tuple((sent_at - happened_at).total_seconds() for happened_at, sent_at in took),
    )


def _is_real() -> ColumnElement[bool]:
    """Messages of `test` are counted nowhere."""
    return unindexed(announcements.c.kind) != TEST


def next_at(
    connection: Connection,
    workspace_id: str,
    now: datetime,
    *,
    lease_now: datetime,
    quiet: timedelta,
    quiet_times: Quiet,
) -> Due:
    """When something may be done next on our clock, which shows `now` when the lease clock shows `lease_now`."""
    moments: list[datetime] = []
    for delivery_id, attempt_at, not_before in _doubts(connection, workspace_id):
        waits_until = not_before if not_before and not_before <= now + LONGEST_WAIT else now
        quiet_until = now + quiet_times.left(delivery_id, attempt_at, lease_now, quiet)
        moments.append(max(quiet_until, waits_until) if not_before else quiet_until)
    return Due(
        claim_at=_next_claim(connection, workspace_id, now),
        doubt_at=min(moments, default=None),
        audit_at=next_audit(connection, workspace_id, now),
    )


def _next_claim(connection: Connection, workspace_id: str, now: datetime) -> datetime | None:
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
    recorded_at = _unless_later(announcements.c.recorded_at, now, timedelta())
    own = case(
        (announcements.c.not_before.is_(None), recorded_at),
        else_=_unless_later(announcements.c.not_before, now, LONGEST_PAUSE),
    )
    retry_at = _unless_later(places.c.retry_at, now, LONGEST_TROUBLE)
    moment = case((and_(places.c.retry_at.is_not(None), retry_at > own), retry_at), else_=own)
    query = (
        select(func.min(moment))
        .select_from(announcements.outerjoin(places, place))
        .where(announcements.c.number.in_(first), announcements.c.state.in_(WAITING))
    )
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _unless_later(moment: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[datetime]:
    """The moment, or now when it is farther away than it can be."""
    return case((moment > now + longest, literal(now, moment.type)), else_=moment)


def _doubts(connection: Connection, workspace_id: str) -> Sequence[Row[str, datetime, datetime | None]]:
    query = select(announcements.c.id, announcements.c.attempt_at, announcements.c.not_before).where(
        announcements.c.workspace_id == workspace_id,
        announcements.c.state.in_((State.SENDING, State.IN_DOUBT)),
        is_unsent(announcements),
    )
    return connection.execute(query).all()
