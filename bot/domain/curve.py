"""How a batch went over time: how many were submitted, done and failed by each of a few moments."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.request import LipsyncRequest

MOST_POINTS = 20  # Slack's charts take no more
WORTH_DRAWING = 20  # ended requests: of fewer, the totals say as much as a picture
_DAY = timedelta(days=1)
_STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400)
)


@dataclass(frozen=True, slots=True)
class Point:
    """The totals by one moment: what had been submitted, and what of it had ended how; none of them ever falls."""

    submitted: int
    done: int
    failed: int
    other: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """The totals at moments that lie `step` apart; at the first one nothing had been submitted.

    The last moment is that of the last outcome when all have `ended`, else the reading; the last point has the totals
    that everything else is told with. `span` is the time from the first request to that moment.
    """

    step: timedelta
    span: timedelta
    ended: bool
    points: tuple[Point, ...]


def curve(requests: Sequence[LipsyncRequest], at: datetime) -> Curve | None:
    """How a batch went until it was read, `at` on the API's clock; None where a picture would show nothing.

    That is while little has ended, and where all times are the same. A request whose outcome is older than itself
    counts as submitted when it ended.
    """
    ended = [request for request in requests if request.is_terminal]
    if len(ended) < WORTH_DRAWING:
        return None
    is_over = len(ended) == len(requests)
    latest = max(max(request.created_at, request.ended_at) for request in requests)
    until = latest if is_over else max(latest, at)
    # Counted from the end: no date lies before the first one that there is.
    came = [_came(request) - until for request in requests]
    span = -min(came)
    if not span:
        return None
    step = step_for(span)
    moments = [-step * number for number in range(span // step + 1, -1, -1)]
    every = _by(moments, (request.ended_at - until for request in ended))
    done = _by(moments, (request.ended_at - until for request in ended if request.status == "completed"))
    failed = _by(moments, (request.ended_at - until for request in ended if request.status == "failed"))
    rows = zip(_by(moments, came), done, failed, every, strict=True)
    return Curve(
        step, span, is_over, tuple(Point(all_, good, bad, some - good - bad) for all_, good, bad, some in rows)
    )


def step_for(span: timedelta) -> timedelta:
    """The smallest round step with which a span, however long, needs few enough points; whole days when it is long."""
    fitting = (step for step in _STEPS if _fits(span, step))
    return next(fitting, _DAY * (span // (_DAY * (MOST_POINTS - 1)) + 1))


def _fits(span: timedelta, step: timedelta) -> bool:
    """Whether it does with a point before the first request, even where a step ends just there."""
    return span // step + 2 <= MOST_POINTS


def _came(request: LipsyncRequest) -> datetime:
    return min(request.created_at, request.ended_at) if request.is_terminal else request.created_at


def _by(moments: Sequence[timedelta], times: Iterable[timedelta]) -> list[int]:
    in_order = sorted(times)
    return [bisect_right(in_order, moment) for moment in moments]
