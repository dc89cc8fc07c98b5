"""What goes into a digest: each reference that is watched in a place, in the part where it belongs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.digest_facts import DigestFacts, DigestLine, DigestPart, OpenKind
from bot.domain.failure import FailureKind
from bot.domain.hours import day_of
from bot.domain.progress import Progress
from bot.domain.risk import is_complete
from bot.domain.risk_facts import Level
from bot.domain.stale import STALE

PATIENCE = timedelta(minutes=5)  # until data is fresh again after a start: much longer than reading all there is takes
MOST_LINES = 10  # of a part: what is longer is not read in the morning
MOST_KINDS = 3  # of a reference: so many fill a line
_DANGERS = (Level.AT_RISK, Level.UNLIKELY)

LATEST = timedelta(hours=12)  # after that a digest is of a morning that is over, and the next one is near


@dataclass(frozen=True, slots=True)
class Seen:
    """A reference that is watched in a place, as it was last read (`read_at`, our clock; None when it never was).

    `settled` when no more are waited for. `told` is what was last told of its `deadline`, which was meant in `zone`.
    """

    progress: Progress
    read_at: datetime | None
    settled: bool = False
    stuck: int = 0
    deadline: datetime | None = None
    zone: str = ""
    told: Level | None = None

    @property
    def is_short(self) -> bool:
        """Whether it settled with fewer than expected."""
        return self.settled and 0 < self.progress.total < (self.progress.expected or 0)

    @property
    def risk(self) -> Level | None:
        """What is to be said of its deadline: only what is known by the last reading."""
        if self.deadline is None or self.read_at is None or is_complete(self.progress):
            return None
        if self.read_at >= self.deadline:
            return Level.MISSED
        return self.told if self.told in _DANGERS else None


@dataclass(frozen=True, slots=True)
class Moments:
    """When a digest is made, since when it looks back, and whose calendar says what is today (an IANA name, or none).

    What was read before `fresh_after` is too old to be taken for the present; `looked_at` is the account's newest
    reading, None before the first.
    """

    since: datetime
    until: datetime
    zone: str
    fresh_after: datetime
    looked_at: datetime | None = None


def digest(seen: Iterable[Seen], moments: Moments, watches: int) -> DigestFacts:
    """The digest without failure kinds; `watches` counts those of the place, of patterns too."""
    needs: list[Seen] = []
    due: list[Seen] = []
    finished: list[Seen] = []
    running: list[Seen] = []
    every = list(seen)
    for one in every:
        if _needs_somebody(one):
            needs.append(one)
        elif _is_due_today(one, moments):
            due.append(one)
        elif one.progress.open:
            running.append(one)
        elif _is_finished(one, moments):
            finished.append(one)
    read_at = _read_at(every, moments.looked_at)
    return DigestFacts(
        since=moments.since,
        until=moments.until,
        read_at=read_at,
        stale=read_at is None or read_at <= moments.fresh_after,
        watches=watches,
        needs=_part(sorted(needs, key=_urgency)),
        due=_part(sorted(due, key=lambda one: (one.deadline or moments.until, one.progress.reference_id))),
        finished=_part(sorted(finished, key=lambda one: (-one.progress.total, one.progress.reference_id))),
        running=_part(sorted(running, key=lambda one: (-one.progress.open, one.progress.reference_id))),
    )


def as_told(facts: DigestFacts, now: datetime) -> DigestFacts | None:
    """The digest that was made earlier, when it is posted only now: it is old then; None when it is too late for it."""
    waited = now - facts.until
    if waited > LATEST:
        return None
    return replace(facts, stale=facts.stale or waited > STALE)


def open_kinds(kinds: Iterable[FailureKind]) -> tuple[tuple[OpenKind, ...], int]:
    """The largest kinds that are open, with who looks at each, and how many more there are."""
    still_open = sorted((kind for kind in kinds if kind.open), key=lambda kind: (-kind.open, kind.first_at, kind.key))
    shown = (
        OpenKind(kind.name, kind.open, kind.care.assigned.to if kind.care.assigned else None)
        for kind in still_open[:MOST_KINDS]
    )
    return tuple(shown), max(len(still_open) - MOST_KINDS, 0)


def _needs_somebody(one: Seen) -> bool:
    return bool(one.progress.open_failures or one.risk or one.stuck or one.is_short)


def _is_due_today(one: Seen, moments: Moments) -> bool:
    if one.deadline is None or is_complete(one.progress):
        return False
    zone = moments.zone or one.zone
    return day_of(one.deadline, zone) == day_of(moments.until, zone)


def _is_finished(one: Seen, moments: Moments) -> bool:
    ended = one.progress.last_ended_at
    return one.progress.total > 0 and ended is not None and ended > moments.since


def _urgency(one: Seen) -> tuple[bool, bool, bool, int, str]:
    """Deadlines first, the missed ones before all; then what lacks requests, then the most open failures."""
    progress = one.progress
    troubles = progress.open_failures + one.stuck
    return (one.risk is not Level.MISSED, one.risk is None, not one.is_short, -troubles, progress.reference_id)


def _read_at(seen: Iterable[Seen], looked_at: datetime | None) -> datetime | None:
    """The oldest reading of what is open; where nothing is, the account's newest."""
    still_open = [one.read_at for one in seen if one.progress.open and one.read_at is not None]
    if looked_at is None:
        return None
    return min((looked_at, *still_open))


def _part(found: list[Seen]) -> DigestPart:
    return DigestPart(tuple(map(_line, found[:MOST_LINES])), len(found))


def _line(one: Seen) -> DigestLine:
    deadline = None if is_complete(one.progress) else one.deadline
    return DigestLine(one.progress, short=one.is_short, stuck=one.stuck, deadline=deadline, risk=one.risk)
