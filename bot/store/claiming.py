"""Claiming what may be posted now: no announcement is ever given to two, inside one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, update

from bot.domain.delivery import BLOCKS_REFUSED, Delivery, State
from bot.domain.lease import Lease
from bot.store.holding import hold_muted
from bot.store.leasing import holds
from bot.store.manners import NO_THREAD, manner_of
from bot.store.moves import delivery_of
from bot.store.queue import WAITING, is_unsent
from bot.store.schema import announcements, places
from bot.store.waits import LONGEST_PAUSE, LONGEST_TROUBLE, is_over

TROUBLED_PAUSE = timedelta(minutes=5)
WAIT_FOR_THREAD = timedelta(seconds=2)
_BLOCKING = (State.PENDING, State.SENDING, State.PARKED)  # one in doubt blocks nobody


@dataclass(frozen=True, slots=True)
class Claim:
    """In which term somebody claims, and when on both clocks; nothing in `busy` places, at most `limit`."""

    lease: Lease
    now: datetime
    lease_now: datetime
    busy: frozenset[str]
    limit: int


def claim(connection: Connection, claim: Claim) -> tuple[Delivery, ...]:
    """The oldest announcement of each place that may be posted, now being sent by the claimer; none without a lease."""
    if not holds(connection, claim.lease, claim.lease_now):
        return ()
    hold_muted(connection, claim.lease.workspace_id)
    firsts = connection.execute(_first_of_each_place(claim)).all()
    wanted = {row.number: row.version for row in firsts}
    if not wanted:
        return ()
    query = (
        select(announcements)
        .where(announcements.c.number.in_(wanted), announcements.c.state.in_(WAITING))
        .order_by(announcements.c.number)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(query).mappings().all()
    unchanged = [row for row in rows if row["version"] == wanted[row["number"]]]
    return tuple(taken for row in unchanged if (taken := _take(connection, claim, row)))


def _take(connection: Connection, claim: Claim, seen: RowMapping) -> Delivery | None:
    """Repeats the condition: between looking and writing somebody else may have been faster."""
    manner = manner_of(connection, seen)
    if manner is None:
        _put_off(connection, seen, claim.now + WAIT_FOR_THREAD)
        return None
    number, version = seen["number"], seen["version"]
    statement = (
        update(announcements)
        .where(
            announcements.c.number == number,
            announcements.c.version == version,
            announcements.c.state.in_(WAITING),
        )
        .values(
            state=State.SENDING,
            owner=claim.lease.owner,
            term=claim.lease.term,
            attempt_at=claim.lease_now,
            not_before=None,
            why=None,
            thread_ts=manner.thread_ts or (NO_THREAD if seen["thread_ts"] == NO_THREAD else None),
            outdated=False,
            version=version + 1,
        )
        .returning(announcements)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    connection.execute(
        update(places)
        .where(
            places.c.workspace_id == claim.lease.workspace_id,
            places.c.place == row["place"],
            places.c.trouble.is_not(None),
        )
        .values(retry_at=claim.now + TROUBLED_PAUSE)
    )
    return delivery_of(row, replace(manner, words_only=seen["why"] in BLOCKS_REFUSED))


def _put_off(connection: Connection, row: RowMapping, until: datetime) -> None:
    """The message that it replies to is not in Slack yet; others of its place go first."""
    mine = (announcements.c.number == row["number"], announcements.c.version == row["version"])
    connection.execute(update(announcements).where(*mine).values(not_before=until, version=row["version"] + 1))


def _first_of_each_place(claim: Claim) -> Select[int, int]:
    earlier = announcements.alias("earlier")
    is_blocked = (
        select(earlier.c.number)
        .where(
            earlier.c.workspace_id == announcements.c.workspace_id,
            earlier.c.place == announcements.c.place,
            earlier.c.reference_key == announcements.c.reference_key,
            earlier.c.number < announcements.c.number,
            earlier.c.state.in_(_BLOCKING),
            is_unsent(earlier),
        )
        .exists()
    )
    place = and_(places.c.workspace_id == announcements.c.workspace_id, places.c.place == announcements.c.place)
    rank = func.row_number().over(partition_by=announcements.c.place, order_by=announcements.c.number)
    ready = (
        select(announcements.c.number, announcements.c.version, rank.label("rank"))
        .select_from(announcements.outerjoin(places, place))
        .where(
            announcements.c.workspace_id == claim.lease.workspace_id,
            announcements.c.state.in_(WAITING),
            is_unsent(announcements),
            announcements.c.place.not_in(claim.busy),
            or_(announcements.c.not_before.is_(None), is_over(announcements.c.not_before, claim.now, LONGEST_PAUSE)),
            or_(places.c.trouble.is_(None), is_over(places.c.retry_at, claim.now, LONGEST_TROUBLE)),
            ~is_blocked,
        )
        .subquery()
    )
    return select(ready.c.number, ready.c.version).where(ready.c.rank == 1).order_by(ready.c.number).limit(claim.limit)
