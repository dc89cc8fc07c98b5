"""What a person's Home tab shows: what they watch, at risk first, and what waits for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.progress import Progress
from bot.domain.prospect import Finish
from bot.domain.risk import is_complete
from bot.domain.risk_facts import Level
from bot.domain.watch import Watch

MOST_WATCHES = 20  # three blocks each: with all the rest that stays below Slack's hundred
MOST_DEADLINES = 5  # the next ones; every watch that is shown has its own besides
MOST_MUTES = 4  # two blocks each; few people mute more at once
MOST_KINDS = 6  # two blocks each; who has more to look at reads them in their batches
FORETOLD_FOR = timedelta(minutes=30)  # three times as long as forecasts are apart that are kept: older ones are history
_RANKS = (Level.MISSED, Level.UNLIKELY, Level.AT_RISK)
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Mine:
    """A watch of one person, as it was last read: `read_at` and every other moment is our clock.

    `references` counts those that a glob covers, and `progress` has the totals of all of them. So many are `stuck`.
    `finish` is the last forecast, None without a recent one. `stale` when something is open and the data is old.
    Nothing is told before `muted_until` (`quiet`: by quiet hours). `trouble` is why the place cannot be posted to.
    """

    watch: Watch
    progress: Progress
    read_at: datetime | None = None
    references: int = 0
    stuck: int = 0
    settled: bool = False
    finish: Finish | None = None
    stale: bool = False
    muted_until: datetime | None = None
    quiet: bool = False
    trouble: str | None = None

    @property
    def risk(self) -> Level | None:
        """What is to be said of its deadline: only what is known by the last reading."""
        deadline = self.watch.deadline
        if deadline is None or self.read_at is None or is_complete(self.progress):
            return None
        if self.read_at >= deadline:
            return Level.MISSED
        told = self.watch.risk.told[-1:]
        return told[0] if told and told[0] in _RANKS else None

    @property
    def is_short(self) -> bool:
        """Whether it settled with fewer than expected."""
        return self.settled and 0 < self.progress.total < (self.progress.expected or 0)


@dataclass(frozen=True, slots=True)
class MutedHere:
    """A place where something of a person is silent: a `subject` (a pattern when it `is_glob`), or all when None."""

    id: str
    place: str
    place_name: str
    subject: str | None
    is_glob: bool
    until: datetime
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class MyKind:
    """Open failures of one kind that a person looks at since `at`, because `by` said so.

    So many of `count` are `open`; the first of them failed at `first_at`, the API's clock.
    """

    reference_id: str
    key: str
    name: str
    open: int
    count: int
    first_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """How fresh everything is: `looked_at` is the newest reading (our clock), None before the first.

    `trouble` is why the API cannot be read just now. `catching_up_since` is the last reading before a gap that is not
    caught up with yet.
    """

    looked_at: datetime | None = None
    stale: bool = False
    trouble: str | None = None
    catching_up_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """The Home tab of a `person`, whose DM with the bot is `place`. Of what is cut, the count has all there is.

    `watches` are those most at risk, `deadlines` the next ones, of watches with something open.
    """

    person: str
    place: str
    state: State = State()
    watches: tuple[Mine, ...] = ()
    count: int = 0
    deadlines: tuple[Mine, ...] = ()
    deadline_count: int = 0
    mutes: tuple[MutedHere, ...] = ()
    mute_count: int = 0
    kinds: tuple[MyKind, ...] = ()
    kind_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of this person to show."""
        return not (self.count or self.kind_count)

    @property
    def read_at(self) -> datetime | None:
        """The newest reading of anything that is shown."""
        return max((one.read_at for one in self.watches if one.read_at is not None), default=None)

    @property
    def goes_on(self) -> bool:
        """Whether something that is shown is still open, so that its age counts."""
        return any(one.progress.open for one in self.watches)


@dataclass(frozen=True, slots=True)
class Seen:
    """That a person has opened Home at `opened_at`, and what it shows since `shown_at`: a digest, empty when unknown.

    `version` grows with every attempt to show something.
    """

    person: str
    place: str
    opened_at: datetime
    version: int
    shown: str = ""
    shown_at: datetime | None = None


def at_risk_first(mine: Iterable[Mine]) -> list[Mine]:
    """Deadlines in danger, the missed ones before all; then open failures, then what is stuck, then by next finish."""
    return sorted(mine, key=_urgency)


def _urgency(one: Mine) -> tuple[int, int, float, bool, str, str]:
    rank = _rank(one)
    failures = -one.progress.open_failures if rank == len(_RANKS) else 0
    name = one.watch.reference_id
    return rank, failures, _end(one), not one.progress.open, name, one.watch.id


def _rank(one: Mine) -> int:
    risk = one.risk
    if risk is not None:
        return _RANKS.index(risk)
    troubles = (bool(one.progress.open_failures), bool(one.stuck or one.is_short))
    return len(_RANKS) + (troubles.index(True) if any(troubles) else len(troubles))


def _end(one: Mine) -> float:
    """When it ends, or has to; what has ended already comes last."""
    if is_complete(one.progress):
        return _NEVER
    ends = [one.finish.likely if one.finish else None, one.watch.deadline]
    return min((end.timestamp() for end in ends if end is not None), default=_NEVER)


def next_due(mine: Iterable[Mine]) -> list[Mine]:
    """Those with a deadline that is neither met nor behind all that was expected, the next first."""
    due = [(one.watch.deadline, one) for one in mine if one.watch.deadline and not is_complete(one.progress)]
    return [one for _, one in sorted(due, key=lambda pair: (pair[0], pair[1].watch.reference_id, pair[1].watch.id))]
