"""What a card and a status say of the rest of a batch: when it will be finished, and how fast it goes."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Literal
from zlib import crc32

from bot.domain.forecast import Forecast, forecast
from bot.domain.progress import SHORTEST_SETTLE_WINDOW, settle_window
from bot.domain.queue import ENOUGH, Around, Queue, queue_of
from bot.domain.request import LipsyncRequest

BUCKETS = 8  # of the time so far: more do not fit beside the rest on a telephone
RECENT = 2  # of them tell the pace of now, or a minute: of less, a single clip would make too much
LEVELS = 8  # so many blocks of different height there are in plain text
_MINUTE, _QUARTER, _HOUR = timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1)

Why = Literal["told", "early", "stands", "unknown"]
"""Whether a finish is told, or why none is: too few have ended, none is in work, nothing tells how long clips take."""


@dataclass(frozen=True, slots=True)
class Finish:
    """A forecast as it is shown: to minutes when it is less than an hour off, else to quarters of an hour."""

    early: datetime
    likely: datetime
    late: datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How fast clips ended: a minute of late, levels from 0 to 7 over the time so far, and how long one takes."""

    a_minute: float
    levels: tuple[int, ...]
    typical: timedelta | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """The rest of a batch; `missing` are expected, but nobody knows whether they still come, so they are left out."""

    finish: Finish | None
    why: Why
    finished: int
    missing: int = 0
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A prospect, and the queue and the forecast that are behind it."""

    prospect: Prospect
    queue: Queue
    forecast: Forecast | None


def prospect(
    reference_id: str,
    requests: Sequence[LipsyncRequest],
    around: Around,
    *,
    read_at: datetime,
    at: datetime,
    expected: int | None = None,
    longest_settle: timedelta = _HOUR,
) -> View | None:
    """The prospect of a batch that was read at `read_at` and is shown at `at`, both on the API's clock.

    Where something of it was seen to happen after that reading, it is of that later moment.
    `longest_settle` caps the time after which nothing more is taken to be submitted. None when nothing is open.
    """
    if all(request.is_terminal for request in requests):
        return None
    read_at = max(read_at, min(_latest(requests), at))
    missing = max((expected or 0) - len(requests), 0)
    if missing and _has_stopped(requests, read_at, longest_settle):
        queue = queue_of(requests, around, read_at)
    else:
        queue, missing = queue_of(requests, around, read_at, expected), 0
    found = forecast(queue, crc32(reference_id.encode("utf-8", "replace")))
    finish = rounded(found, at) if found is not None else None
    return View(Prospect(finish, _why(queue, found), queue.finished, missing, rhythm(requests, read_at)), queue, found)


def _latest(requests: Sequence[LipsyncRequest]) -> datetime:
    """When the last thing happened that was seen."""
    moments = ((request.created_at, request.started_at, request.finished_at) for request in requests)
    return max(moment for three in moments for moment in three if moment is not None)


def _has_stopped(requests: Sequence[LipsyncRequest], now: datetime, longest: timedelta) -> bool:
    """Whether nothing new was submitted for so long that nobody knows whether more will be."""
    created = [request.created_at for request in requests]
    return now >= max(created) + max(settle_window(created, longest), SHORTEST_SETTLE_WINDOW)


def _why(queue: Queue, found: Forecast | None) -> Why:
    if found is not None:
        return "told"
    if queue.stands:
        return "stands"
    return "early" if queue.finished < ENOUGH else "unknown"


def rounded(found: Forecast | Finish, at: datetime) -> Finish:
    """The forecast as it is shown at a moment: never in the past, and early before likely before late."""
    step = _MINUTE if found.likely - at < _HOUR else _QUARTER
    soonest = _up(at, _MINUTE)
    early = max(_down(found.early, step), soonest)
    likely = max(_down(found.likely + step / 2, step), early)
    return Finish(early, likely, max(_up(found.late, step), likely))


def _down(moment: datetime, step: timedelta) -> datetime:
    beginning = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return beginning + (moment - beginning) // step * step


def _up(moment: datetime, step: timedelta) -> datetime:
    down = _down(moment, step)
    return down if down == moment else down + step


def rhythm(requests: Sequence[LipsyncRequest], now: datetime) -> Rhythm | None:
    """How fast a batch goes; None before anything of it has ended."""
    ended = sorted(r.finished_at for r in requests if r.is_terminal and r.finished_at is not None)
    began = min((r.started_at for r in requests if r.started_at is not None), default=None)
    if not ended or began is None or began >= now:
        return None
    bucket = (now - began) / BUCKETS
    edges = [bisect_right(ended, began + bucket * number) for number in range(1, BUCKETS)]
    counts = [later - earlier for earlier, later in zip([0, *edges], [*edges, len(ended)], strict=True)]
    lately = min(max(bucket * RECENT, _MINUTE), now - began)
    recent = len(ended) - bisect_left(ended, now - lately)
    return Rhythm(round(recent / (lately / _MINUTE), 2), _levels(counts), _typical(requests))


def _levels(counts: Sequence[int]) -> tuple[int, ...]:
    most = max(counts)
    return tuple(-(-count * (LEVELS - 1) // most) for count in counts) if most else (0,) * len(counts)


def _typical(requests: Sequence[LipsyncRequest]) -> timedelta | None:
    took = [
        r.finished_at - r.started_at
        for r in requests
        if r.is_terminal and r.finished_at is not None and r.started_at is not None and r.finished_at > r.started_at
    ]
    return timedelta(seconds=round(median(each.total_seconds() for each in took))) if took else None
