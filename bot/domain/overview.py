"""Many references side by side: how each is doing, and which of them are most at risk."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from itertools import chain

from bot.domain.progress import Progress

MOST_ON_A_CARD = 10  # what fits on a screen
MOST_IN_A_TABLE = 99  # with the header a table has a hundred rows


@dataclass(frozen=True, slots=True)
class Standing:
    """One reference: its totals (without failure kinds), and since when its oldest waiting request waits.

    `read_at` is our clock at its last complete reading, None when it was never read as a whole.
    """

    progress: Progress
    waiting_since: datetime | None = None
    read_at: datetime | None = None

    @property
    def is_unread(self) -> bool:
        """Whether it goes on, and there may be more of it than was seen."""
        return self.read_at is None and self.progress.open > 0


@dataclass(frozen=True, slots=True)
class Overview:
    """All references that a glob covers: their totals under the pattern's name, and those `most` at risk.

    `read_at` is the oldest reading of those with open requests (when nothing is open, the newest of the account);
    None when nothing was read as a whole yet. `unread` counts those with open requests that never were. `filled` is the
    share of the account's list that our memory has, from 0 to 1: of the rest nobody knows which references it holds.
    It is None where that list has no order: then nobody knows what is missing. `only`: the patterns of the place that
    leave out some of what the glob covers.
    """

    totals: Progress
    references: int = 0
    most: tuple[Standing, ...] = ()
    read_at: datetime | None = None
    unread: int = 0
    filled: float | None = 1.0
    only: tuple[str, ...] = ()

    @property
    def pattern(self) -> str:
        """The glob as it was typed."""
        return self.totals.reference_id


def survey(pattern: str, standings: Sequence[Standing], *, looked_at: datetime | None, most: int) -> Overview:
    """Put references together; `looked_at` is our clock at the newest reading of the account."""
    read = [each.read_at for each in standings if each.progress.open and each.read_at is not None]
    every = Overview(
        totals=_totals(pattern, [each.progress for each in standings]),
        references=len(standings),
        most=tuple(standings),
        read_at=min(read, default=None),
        unread=sum(each.is_unread for each in standings),
    )
    return joined(pattern, [every], looked_at=looked_at, most=most)


def joined(pattern: str, parts: Sequence[Overview], *, looked_at: datetime | None, most: int) -> Overview:
    """Put overviews together, of different references each, that know only the readings of what is open."""
    totals = _totals(pattern, [part.totals for part in parts])
    return Overview(
        totals=totals,
        references=sum(part.references for part in parts),
        most=tuple(nsmallest(most, chain.from_iterable(part.most for part in parts), key=_safety)),
        read_at=_first(part.read_at for part in parts) if totals.open else looked_at,
        unread=sum(part.unread for part in parts),
    )


def _safety(each: Standing) -> tuple[bool, int, bool, float, bool, float, str]:
    """Open failures first, the most of them; then the oldest waiting; then the open ones; then the newest."""
    progress, waits = each.progress, each.waiting_since
    created = progress.last_created_at
    return (
        not progress.open_failures,
        -progress.open_failures,
        waits is None,
        waits.timestamp() if waits else 0.0,
        not progress.open,
        -created.timestamp() if created else 0.0,
        progress.reference_id,
    )


def _totals(pattern: str, each: Sequence[Progress]) -> Progress:
    other: Counter[str] = Counter()
    for progress in each:
        other.update(dict(progress.other))
    return Progress(
        reference_id=pattern,
        total=sum(p.total for p in each),
        completed=sum(p.completed for p in each),
        failed=sum(p.failed for p in each),
        processing=sum(p.processing for p in each),
        queued=sum(p.queued for p in each),
        other=tuple(sorted(other.items())),
        ended_otherwise=sum(p.ended_otherwise for p in each),
        vanished=sum(p.vanished for p in each),
        cleared=sum(p.cleared for p in each),
        first_created_at=_first(p.first_created_at for p in each),
        last_created_at=_last(p.last_created_at for p in each),
        last_ended_at=_last(p.last_ended_at for p in each),
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _last(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
