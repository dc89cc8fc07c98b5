"""Pages side by side, several at once, while so much is unread that each row can be read only once."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.gaps import Gap
from bot.domain.places import Coverage
from bot.domain.steps import Window

BEHIND = 200.0  # seconds in which as many rows come as are unread: most that ended waits for its first reading
STILL_SHORT = 0.75  # of the budget: while calls are saved up for a run, fewer are used in a minute than could be
SHORTEST_RUN = 5  # pages at once: nobody knows how many rows come before a page is read, but of five just once
LONGEST_RUN = 10  # more at once is a load for the API, and calls that are saved up for so long hold up the rest


def unread_of(coverage: Coverage | None) -> int:
    """How many rows nobody has read."""
    return sum(gap.high - gap.low + 1 for gap in coverage.gaps) if coverage else 0


def beside_read(
    tops: Iterable[float], gaps: Sequence[Gap], size: int, margin: int, run: int
) -> Iterator[tuple[Window, float]]:
    """Pages of this size that cut no gap, with their newest places; a `run` of them at most from each gap's lower end.

    A page cuts a gap when its oldest row stands within it. Then a remainder is left beneath, smaller than a page, which
    costs a call of its own; the more there are, the fewer new rows a page shows. Nor does one begin in a gap that a run
    reads. `gaps` are in order; of the places that a page shows, a `margin` at each end is not certain.
    """
    lows = [gap.low for gap in gaps]

    def gap_below(place: float) -> Gap | None:
        """The gap that this place is in, unless it is its lowest."""
        at = bisect_left(lows, place) - 1
        return gaps[at] if at >= 0 and place <= gaps[at].high else None

    for gap in gaps:
        pages = _pages(gap, size, run)
        top = float(gap.low + pages * size - 2 * margin - 1)
        yield Window(top, pages), top
    for top in tops:
        begun = gap_below(top)
        if gap_below(top - size + 2 * margin + 1) is None and (begun is None or _pages(begun, size, run) == 1):
            yield Window(top), top


def _pages(gap: Gap, size: int, run: int) -> int:
    return max(min((gap.high - gap.low + 1) // size, run), 1)
