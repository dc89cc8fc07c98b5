"""Pages of the account's list, weighed by what they would show."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.domain.beside import beside_read
from bot.domain.gaps import Gap
from bot.domain.places import Places
from bot.domain.steps import Call, Window

_CHUNK, _LARGEST_CHUNK = 10, 20  # places of a gap that are weighed as one; the more the larger it is


@dataclass(frozen=True, slots=True)
class Point:
    """Something to see at a place, and what a look at it is worth."""

    place: float
    worth: float


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be done next, and what each call of it is worth."""

    step: Call
    worth: float


def unread_gaps(places: Places, now: float) -> list[Gap]:
    """The places that nobody has read, with those of rows that have come since."""
    coverage = places.coverage
    if coverage is None:
        return []
    newest, known = places.expected_total(now), coverage.total
    new = [Gap(known + 1, max(int(newest), known + 1), coverage.read_at, now)] if newest > known else []
    return [*coverage.gaps, *new]


def unread_points(gaps: Iterable[Gap], now: float, worth: Callable[[float, int], float]) -> list[Point]:
    """Rows that nobody has read, a few at a time; `worth` is that of so many rows of an age in seconds."""
    points = []
    for gap in gaps:
        each = min(max((gap.high - gap.low) // _CHUNK**2, _CHUNK), _LARGEST_CHUNK)
        for low in range(gap.low, gap.high + 1, each):
            high = min(low + each - 1, gap.high)
            age = max(now - gap.created((low + high) / 2), 0.0)
            points.append(Point(high, worth(age, high - low + 1)))
    return points


def weighed(points: list[Point], gaps: Sequence[Gap], places: Places, now: float, size: int, run: int) -> list[Choice]:
    """Pages of this size with what they show: each that begins at a point, and the newest one.

    Where a `run` of that many pages may be read at once, they lie side by side; it is 0 where rows may be read twice.
    """
    points.sort(key=lambda point: point.place)
    at = [point.place for point in points]
    worth = [0.0, *accumulate(point.worth for point in points)]
    margin = places.margin(now, size)

    def choice(window: Window, top: float) -> Choice:
        width = window.pages * size - 2 * margin
        return Choice(window, (worth[bisect_right(at, top)] - worth[bisect_right(at, top - width)]) / window.pages)

    if run:
        found = [choice(window, top) for window, top in beside_read(at, gaps, size, margin, run)]
    else:
        found = [choice(Window(top), top) for top in at]
    low = bisect_left(at, places.newest_from(now, size))
    return [*found, Choice(Window(None), worth[-1] - worth[low])]
