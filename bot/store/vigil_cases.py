"""What a vigil has to judge: the watches whose references have something open, and what goes on there."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, func, or_, select

from bot.domain.request import LipsyncRequest
from bot.domain.traffic import Running, Traffic
from bot.domain.vigil import Case
from bot.domain.watch import Events
from bot.store.columns import key_of
from bot.store.dialect import chunks, unindexed
from bot.store.rows import REQUEST, request_of, watch_of
from bot.store.schema import IS_OPEN, batches, requests, watches
from bot.store.schema_vigil import STARTED, vigils
from bot.store.standings import COUNTS, MOMENTS, others_of, progress_of

_AHEAD = timedelta(minutes=1)  # a reading dated later than this was made before our clock was set back
_QUEUED = "queued"
_LONGEST_WAIT = timedelta(days=1)  # what was sent before has ended long ago, and nobody has looked
_MOST_WITNESSES = 2  # of those that run, and of those that wait
_MOST_LOOKED_THROUGH = 1_000
_TROUBLES = tuple(events.value for events in Events if events.tell_troubles)


@dataclass(frozen=True, slots=True)
class Freshness:
    """When it is (our clock), and from when on a reading is fresh enough to conclude something from."""

    now: datetime
    after: datetime

    def has(self, read_at: datetime) -> bool:
        """Whether a reading of this time is fresh."""
        return self.after < read_at <= self.now + _AHEAD


def cases_of(connection: Connection, account_id: str, number: int, fresh: Freshness) -> list[Case]:
    """The watches to judge, the oldest first; their number grows with what is open, not with what is watched."""
    found: dict[str, Case] = {}
    for query in (_unsettled(account_id), _told(account_id)):
        for row in connection.execute(query).mappings():
            found.setdefault(row["id"], _case(row, number, fresh))
    return sorted(found.values(), key=lambda case: (case.watch.created_at, case.watch.id))


_COUNTED = tuple(batches.c[name].label(f"of_{name}") for name in (*COUNTS, *MOMENTS, "other", "read_at", "api_now"))
_its_batch = and_(batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key)
_is_open = batches.c.total > batches.c.completed + batches.c.failed + batches.c.ended_otherwise


def _wanted(mine: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Those of these watches that are told of problems, and whose reference was read as a whole."""
    return (
        select(watches, *_COUNTED)
        .select_from(watches.join(batches, _its_batch))
        .where(
            mine,
            watches.c.ended_at.is_(None),
            watches.c.is_glob == false(),
            watches.c.only_failures == false(),
            watches.c.baseline_at.is_not(None),
            watches.c.events.in_(_TROUBLES),
            batches.c.read_at.is_not(None),
        )
    )


def _unsettled(account_id: str) -> Select[tuple[object, ...]]:
    lacks = watches.c.expected > batches.c.total
    mine = watches.c.account_id == account_id
    return _wanted(mine).where(watches.c.settled_reading.is_(None), or_(_is_open, lacks))


def _told(account_id: str) -> Select[tuple[object, ...]]:
    """Those of which something was told that is not over yet."""
    return _wanted(unindexed(watches.c.account_id) == account_id).where(watches.c.id.in_(select(vigils.c.watch_id)))


def _case(row: RowMapping, number: int, fresh: Freshness) -> Case:
    watch = watch_of(row)
    counts = {name.removeprefix("of_"): value for name, value in row.items() if name.startswith("of_")}
    progress = progress_of(watch.reference_id, counts, others_of(counts["other"]))
    return Case(
        watch=watch,
        progress=replace(progress, expected=watch.expected),
        number=number,
        read_at=counts["read_at"],
        as_of=counts["api_now"],
        fresh=fresh.has(counts["read_at"]),
    )


# --- what goes on there ---


_RUNS = and_(IS_OPEN, STARTED, requests.c.status != _QUEUED)


def running_of(connection: Connection, account_id: str, cases: Iterable[Case]) -> Running | None:
    """What runs under the references of these cases; None when nothing does."""
    as_of = {key_of(case.watch.reference_id): case.as_of for case in cases}
    count, since, moments = 0, [], []
    for part in chunks(as_of):
        query = (
            select(requests.c.reference_key, func.count(), func.min(requests.c.started_at))
            .where(requests.c.account_id == account_id, _RUNS, requests.c.reference_key.in_(part))
            .group_by(requests.c.reference_key)
        )
        for key, many, oldest in connection.execute(query):
            count += many
            since.append(oldest)
            moments.append(as_of[key])
    return Running(count, min(since), min(moments)) if since else None


def suspects_of(
    connection: Connection, account_id: str, cases: Iterable[Case], traffic: Traffic
) -> Mapping[str, tuple[LipsyncRequest, ...]]:
    """By reference those open requests that may be stuck; the domain decides which are."""
    latest: dict[str, datetime] = {}
    for case in cases:
        latest[case.watch.reference_id] = case.as_of
    if not latest:
        return {}
    may_be = _may_be_stuck(max(latest.values()), traffic)
    found: defaultdict[str, list[LipsyncRequest]] = defaultdict(list)
    for part in chunks(map(key_of, latest)):
        query = select(*REQUEST).where(
            requests.c.account_id == account_id, IS_OPEN, requests.c.reference_key.in_(part), may_be
        )
        for row in connection.execute(query):
            one = request_of(row)
            if one.reference_id is not None:
                found[one.reference_id].append(one)
    return {name: tuple(these) for name, these in found.items()}


def _may_be_stuck(as_of: datetime, traffic: Traffic) -> ColumnElement[bool]:
    slow = and_(requests.c.status != _QUEUED, requests.c.started_at < as_of - traffic.slow_after)
    before = traffic.overtaken_before(as_of)
    return slow if before is None else or_(slow, and_(requests.c.status == _QUEUED, requests.c.created_at < before))


# --- what nobody watches ---


def witnesses_of(connection: Connection, account_id: str, cases: Iterable[Case], since: datetime) -> tuple[str, ...]:
    """Requests that could tell whether others finish, since nobody has read them: started last, or waiting longest."""
    known = {key_of(case.watch.reference_id) for case in cases}
    after = since - _LONGEST_WAIT
    started = connection.execute(last_started(account_id, after)).all()
    oldest = connection.execute(longest_waiting(account_id, after)).all()
    return tuple(
        id_ for rows in (started, oldest) for id_ in [one for one, key in rows if key not in known][:_MOST_WITNESSES]
    )


def last_started(account_id: str, after: datetime) -> Select[Any]:
    """What runs, of what was created after that: the last started ones first."""
    running = _others(after).where(requests.c.account_id == account_id, _RUNS)
    return running.order_by(requests.c.started_at.desc())


def longest_waiting(account_id: str, after: datetime) -> Select[Any]:
    """What waits, of what was created after that: the first created ones first; found by the index of open ones."""
    mine = unindexed(requests.c.account_id) == account_id
    return _others(after).where(mine, IS_OPEN, requests.c.status == _QUEUED).order_by(requests.c.created_at)


def _others(after: datetime) -> Select[Any]:
    query = select(requests.c.id, requests.c.reference_key).where(requests.c.created_at > after)
    return query.limit(_MOST_LOOKED_THROUGH)
