"""Places of the account's list that nobody has read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_GAPS = 1_000  # so that coverage stays a few kB: beyond it, neighbours count as one


@dataclass(frozen=True, slots=True)
class Gap:
    """Places from `low` to `high` that were not read; their rows were created between these times (API's clock)."""

    low: int
    high: int
    began: float
    ended: float

    def without(self, low: int, high: int) -> "list[Gap]":
        """What is left when the places from `low` to `high` have been read."""
        if high < self.low or low > self.high:
            return [self]
        left = []
        if self.low < low:
            left.append(replace(self, high=low - 1, ended=self.created(low - 1)))
        if self.high > high:
            left.append(replace(self, low=high + 1, began=self.created(high + 1)))
        return left

    def created(self, place: float) -> float:
        """When the row at this place was created, as far as can be told."""
        return self.began + (self.ended - self.began) * (place - self.low + 1) / (self.high - self.low + 1)


def moved(gap: Gap, places: int) -> Gap:
    """The gap after rows beneath it vanished; larger by so many, because nobody knows which they were."""
    return replace(gap, low=max(gap.low - abs(places), 1))


def joined(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    """The gaps in order, those that touch as one; when there are too many, those with the least between them too."""
    out: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.low):
        if out and gap.low <= out[-1].high + 1:
            out[-1] = _spanning(out[-1], gap)
        else:
            out.append(gap)
    while len(out) > MOST_GAPS:
        at = min(range(len(out) - 1), key=lambda n: out[n + 1].low - out[n].high)
        out[at : at + 2] = [_spanning(out[at], out[at + 1])]
    return tuple(out)


def _spanning(one: Gap, other: Gap) -> Gap:
    return Gap(
        min(one.low, other.low), max(one.high, other.high), min(one.began, other.began), max(one.ended, other.ended)
    )
