"""What calls that are under way will show, so that others are chosen beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.places import Places
from bot.domain.steps import ByReference, Call, Window


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The `calls`, and what they will show as far as can be told: places from one to another, and whole references."""

    calls: tuple[Call, ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    references: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        """How many calls to the API these are, as far as is known."""
        return sum(call.pages if isinstance(call, Window) else 1 for call in self.calls)

    def shows(self, place: float | None, reference_id: str | None = None) -> bool:
        """Whether a row that stands there, of this reference, will be seen."""
        if reference_id in self.references:
            return True
        return place is not None and any(low <= place <= high for low, high in self.spans)

    def has(self, call: Call) -> bool:
        """Whether this call would show what others show already."""
        if isinstance(call, ByReference):
            return call.reference_id in self.references
        return call in self.calls if call.top is None else self.shows(call.top)


NOTHING = UnderWay()


def under_way(calls: Sequence[Call], places: Places, now: float, size: int) -> UnderWay:
    """What these calls will show, for pages of this size and a time in seconds on the API's clock."""
    windows = [call for call in calls if isinstance(call, Window)]
    return UnderWay(
        tuple(calls),
        tuple(span_of(window, places, now, size) for window in windows),
        frozenset(call.reference_id for call in calls if isinstance(call, ByReference)),
    )


def span_of(window: Window, places: Places, now: float, size: int) -> tuple[float, float]:
    """The places from one to another that a page will show, although the estimate of where rows stand may be off."""
    if window.top is None:
        return places.newest_from(now, size), math.inf
    return window.top - window.pages * size + 2 * places.margin(now, size) + 1, window.top
