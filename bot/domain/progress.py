"""How far a batch is: totals, per cent, failure kinds, and whether it is settled."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.failure import FailureKind, kinds
from bot.domain.request import DOCUMENTED_OPEN, DOCUMENTED_TERMINAL, LipsyncRequest
from bot.domain.triage import NO_TRIAGE, Triage

SHORTEST_SETTLE_WINDOW = timedelta(seconds=60)  # submitting hundreds of clips by script pauses less
_DOCUMENTED = (*DOCUMENTED_OPEN, *DOCUMENTED_TERMINAL)


@dataclass(frozen=True, slots=True)
class Progress:
    """The totals of one reference.

    `other` counts undocumented statuses by name, `ended_otherwise` those of them that are terminal. `total` counts
    what the API lists; `vanished` what it no longer lists. `cleared` of the failed ones are not open any more:
    handled, or recovered. Times are the API's.
    """

    reference_id: str
    total: int = 0
    completed: int = 0
    failed: int = 0
    processing: int = 0
    queued: int = 0
    other: tuple[tuple[str, int], ...] = ()
    ended_otherwise: int = 0
    vanished: int = 0
    expected: int | None = None
    kinds: tuple[FailureKind, ...] = ()
    oldest_waiting: LipsyncRequest | None = None
    first_created_at: datetime | None = None
    last_created_at: datetime | None = None
    last_ended_at: datetime | None = None
    cleared: int = 0

    @property
    def terminal(self) -> int:
        """How many have come to an end, well or not."""
        return self.completed + self.failed + self.ended_otherwise

    @property
    def open(self) -> int:
        """How many are still to come to an end."""
        return self.total - self.terminal

    @property
    def open_failures(self) -> int:
        """How many failed requests nobody has marked handled, and nothing has made good."""
        return max(self.failed - self.cleared, 0)

    @property
    def of(self) -> int:
        """What per cent is counted against: the larger of expected and seen."""
        return max(self.expected or 0, self.total)

    @property
    def percent(self) -> int:
        """Terminal of `of`, rounded down; 0 when there is nothing."""
        return 100 * self.terminal // self.of if self.of else 0

    @property
    def took(self) -> timedelta | None:
        """From the first creation to the last outcome."""
        if self.first_created_at is None or self.last_ended_at is None:
            return None
        return max(self.last_ended_at - self.first_created_at, timedelta())


def summarise(
    reference_id: str,
    requests: Sequence[LipsyncRequest],
    *,
    expected: int | None = None,
    vanished: int = 0,
    triage: Triage = NO_TRIAGE,
) -> Progress:
    """The progress of a reference from its listed requests (distinct ids, any order)."""
    by_status = Counter(r.status for r in requests)
    ended = [r.ended_at for r in requests if r.is_terminal]
    waiting = [r for r in requests if r.status == "queued"]
    return Progress(
        reference_id=reference_id,
        total=len(requests),
        completed=by_status["completed"],
        failed=by_status["failed"],
        processing=by_status["processing"],
        queued=by_status["queued"],
        other=tuple(sorted((status, n) for status, n in by_status.items() if status not in _DOCUMENTED)),
        ended_otherwise=sum(1 for r in requests if r.is_terminal and r.status not in DOCUMENTED_TERMINAL),
        vanished=vanished,
        expected=expected,
        kinds=kinds(requests, triage),
        oldest_waiting=min(waiting, key=lambda r: (r.created_at, r.id), default=None),
        first_created_at=min((r.created_at for r in requests), default=None),
        last_created_at=max((r.created_at for r in requests), default=None),
        last_ended_at=max(ended, default=None),
        cleared=sum(1 for r in requests if r.status == "failed" and r.id in triage.cleared),
    )


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something is open, or nothing was seen yet."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """All seen are terminal; called settled at `until` (the API's clock) if nothing new is created before."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """Finished; `short` when fewer arrived than were expected."""

    short: bool


Settlement = Unfinished | Waiting | Settled
UNFINISHED = Unfinished()


def settle_window(created: Sequence[datetime], longest: timedelta) -> timedelta:
    """How long nothing new must be created: twice the longest gap so far, 60 s at least, `longest` at most."""
    in_order = sorted(created)
    gap = max((later - earlier for earlier, later in pairwise(in_order)), default=timedelta())
    return min(max(2 * gap, SHORTEST_SETTLE_WINDOW), longest)


def settlement(
    requests: Sequence[LipsyncRequest], *, expected: int | None, api_now: datetime, longest: timedelta
) -> Settlement:
    """Whether a batch is settled, by its listed requests and the API's clock; `longest` caps the settle window."""
    if not requests or not all(r.is_terminal for r in requests):
        return UNFINISHED
    if expected is not None and len(requests) >= expected:
        return Settled(short=False)
    created = [r.created_at for r in requests]
    until = max(created) + settle_window(created, longest)
    if longest and api_now < until:
        return Waiting(until)
    return Settled(short=expected is not None)
