"""Pages side by side, while so much is unread that each row can be read only once."""

from bisect import bisect_left
from collections.abc import Sequence

from bot.domain.gaps import Gap
from bot.domain.places import Coverage

BEHIND = 200.0  # seconds in which as many rows come as are unread: most that ended waits for its first reading


def unread_of(coverage: Coverage | None) -> int:
    """How many rows nobody has read."""
    return sum(gap.high - gap.low + 1 for gap in coverage.gaps) if coverage else 0


def beside_read(tops: Sequence[float], gaps: Sequence[Gap], width: int) -> list[float]:
    """The newest places of pages of this width: those of `tops` that cut no gap, and one at the lower end of each.

    A page cuts a gap when its oldest row stands within it. Then a remainder is left beneath, smaller than a page, which
    costs a call of its own; the more there are, the fewer new rows a page shows. `gaps` are in order.
    """
    lows = [gap.low for gap in gaps]

    def cuts(top: float) -> bool:
        oldest = top - width + 1
        at = bisect_left(lows, oldest) - 1
        return at >= 0 and oldest <= gaps[at].high

    return [*(low + width - 1 for low in lows), *(top for top in tops if not cuts(top))]
