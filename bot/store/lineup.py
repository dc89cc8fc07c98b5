"""The queue of the whole account in numbers, inside a transaction; each statement goes by an index."""

import statistics
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select, true

from bot.domain.lineup import DAY, HOUR, InLine, Lineup, Outcomes, in_order
from bot.store.coverage import coverage_of
from bot.store.schema import ENDED, IS_OPEN, accounts, batches, requests

_LATEST = 500  # requests that ended: enough to know how long they take


def lineup(connection: Connection, account_id: str, until: datetime) -> Lineup:
    """What is open, and what ended shortly before `until` (the API's clock)."""
    line = in_order(_line(connection.execute(open_by_reference(account_id))))
    hour, day = _ended(connection.execute(ended_by_status(account_id, until)))
    took = [_seconds(row) for row in connection.execute(latest(account_id, until)) if row.status == "completed"]
    known = [seconds for seconds in took if seconds is not None]
    query = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
    coverage = coverage_of(connection, account_id)
    read_at, unread = _oldest_reading(connection, account_id)
    return Lineup(
        until=until,
        line=line,
        hour=hour,
        day=day,
        typical=timedelta(seconds=statistics.median(known)) if known else None,
        measured=len(known),
        looked_at=connection.execute(query).scalar_one_or_none(),
        read_at=read_at,
        unread=unread,
        filled=coverage.filled if coverage is not None else 0.0,
    )


def open_by_reference(account_id: str) -> Select[Any]:
    """How many requests of each reference are open in each status, and when the oldest was created."""
    name = func.max(requests.c.reference_id).label("reference_id")
    return (
        select(
            requests.c.reference_key,
            requests.c.status,
            name,
            func.count().label("many"),
            func.min(requests.c.created_at).label("oldest_at"),
        )
        .where(requests.c.account_id == account_id, IS_OPEN)
        .group_by(requests.c.reference_key, requests.c.status)
    )


def ended_by_status(account_id: str, until: datetime) -> Select[Any]:
    """How many ended in each status in the last 24 hours, and how many of them in the last one."""
    within_hour = case((requests.c.finished_at > until - HOUR, 1))
    return (
        select(requests.c.status, func.count().label("day"), func.count(within_hour).label("hour"))
        .where(
            requests.c.account_id == account_id,
            ENDED,
            requests.c.finished_at > until - DAY,
            requests.c.finished_at <= until,
            requests.c.terminal == true(),
            requests.c.listed == true(),
        )
        .group_by(requests.c.status)
    )


def latest(account_id: str, until: datetime) -> Select[Any]:
    """The latest that ended, whatever became of them: nobody searches a long past for one that did."""
    return (
        select(requests.c.status, requests.c.started_at, requests.c.finished_at)
        .where(requests.c.account_id == account_id, ENDED, requests.c.finished_at <= until)
        .order_by(requests.c.finished_at.desc())
        .limit(_LATEST)
    )


def _oldest_reading(connection: Connection, account_id: str) -> tuple[datetime | None, int]:
    """The oldest complete reading among references with open requests, and how many of them never had one."""
    in_line = select(requests.c.reference_key).where(
        requests.c.account_id == account_id, IS_OPEN, requests.c.reference_key.is_not(None)
    )
    unread = func.count(case((batches.c.read_at.is_(None), 1)))
    query = select(func.min(batches.c.read_at), unread).where(
        batches.c.account_id == account_id, batches.c.reference_key.in_(in_line)
    )
    read_at, never = connection.execute(query).one()
    return read_at, never


def _line(rows: Iterable[Row[Any]]) -> list[InLine]:
    by_key: dict[str | None, list[Row[Any]]] = {}
    for row in rows:
        by_key.setdefault(row.reference_key, []).append(row)
    return [_in_line(these) for these in by_key.values()]


def _in_line(rows: list[Row[Any]]) -> InLine:
    many = {row.status: row.many for row in rows}
    waiting = [row.oldest_at for row in rows if row.status == "queued"]
    running, queued = many.pop("processing", 0), many.pop("queued", 0)
    return InLine(
        reference_id=rows[0].reference_id,
        running=running,
        waiting=queued,
        other=sum(many.values()),
        oldest_at=min(row.oldest_at for row in rows),
        waiting_since=min(waiting, default=None),
    )


def _ended(rows: Iterable[Row[Any]]) -> tuple[Outcomes, Outcomes]:
    every = list(rows)
    failed = [row for row in every if row.status == "failed"]
    return (
        Outcomes(sum(row.hour for row in every), sum(row.hour for row in failed)),
        Outcomes(sum(row.day for row in every), sum(row.day for row in failed)),
    )


def _seconds(row: Row[Any]) -> float | None:
    if row.started_at is None or row.finished_at < row.started_at:
        return None
    length: timedelta = row.finished_at - row.started_at
    return length.total_seconds()
