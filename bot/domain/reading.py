"""What one look at a range of the API's list has shown."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.change import Transition
from bot.domain.request import LipsyncRequest

LONGEST_OVERLAP = 3


def overlap(page_size: int) -> int:
    """How many rows a page repeats of the one before, so that a shift of the list shows."""
    return min(LONGEST_OVERLAP, page_size - 1)


@dataclass(frozen=True, slots=True)
class Known:
    """What our memory holds of a reference before it is read: ids listed at the last complete reading, and which are open.

    `complete` is False when it was never read as a whole; `read_at` is the time of the last complete reading, on our clock.
    """

    listed: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    complete: bool = False
    read_at: datetime | None = None

    def explains(self, seen: dict[str, LipsyncRequest], total: int) -> bool:
        """Whether the rows seen account for every open request, every new one and the whole `total`."""
        new = sum(1 for request_id in seen if request_id not in self.listed)
        return self.complete and self.open <= seen.keys() and len(self.listed) + new == total


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of a reading (usually a page), ready to be recorded.

    `reference_id` is None for the head page of the whole account. `ended` marks the last part. `complete` says that the
    parts together account for the whole reference; `listed` has every id when they were all seen (else None).
    `asked_at` and `read_at` are our clock before the first and after the last call, `api_now` the API's clock at `read_at`.
    """

    reference_id: str | None
    requests: tuple[LipsyncRequest, ...]
    total: int
    asked_at: datetime
    read_at: datetime
    api_now: datetime
    ended: bool = True
    complete: bool = False
    listed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a part of a reading has brought.

    `references` had something new in this part (a request or a move). `settles_at` is when a batch whose requests are
    all terminal may be called settled, on the API's clock.
    """

    number: int
    transitions: tuple[Transition, ...] = ()
    announced: int = 0
    references: frozenset[str] = frozenset()
    settles_at: datetime | None = None
