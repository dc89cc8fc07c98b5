"""What a watch would have posted lately: the sums of many references that were looked at again."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.replay import MOST_WORK, Kind, Replayed, Told
from bot.domain.watch import Watch

WINDOW = timedelta(days=7)  # a week has every weekday once
DAY = timedelta(days=1)
MOST_REFERENCES = 2_000  # small ones take some seconds of one core; those that changed last come first
MANY_REQUESTS = 10_000  # that take longer to look at than the three seconds which people wait without a word
MOST_BUSY = 5  # what people read of a list
CLIPS: Kind = "clips"
KINDS: tuple[Kind, ...] = ("failure", "ping", "finished", "short", "reopened", CLIPS)


@dataclass(frozen=True, slots=True)
class Recent:
    """What our memory has of the references that a watch would be about.

    `names` are those with news in the window, the latest first, with how many requests each has; `changed` counts all
    of these, `known` every one that was ever seen. The ledger knows since `began_at` (our clock; None: nothing yet).
    `filled` is the share of the account's list that was read; None: a list without order, of which nobody knows.
    """

    names: tuple[tuple[str, int], ...] = ()
    changed: int = 0
    known: int = 0
    began_at: datetime | None = None
    filled: float | None = 0.0

    @property
    def requests(self) -> int:
        """How many requests those by name have together."""
        return sum(size for _, size in self.names)


@dataclass(frozen=True, slots=True)
class Preview:
    """The sums from `since` to `until` (our clock).

    `new` counts new messages by kind and `replies` those in threads, as the watch places them; finished clips are
    counted even when it does not want them. `days` has the new messages of each 24 hours, the last first, `busy` the
    references with the most, `examples` the latest of each kind. `looked_at` references were looked at again;
    `ended_at` is when a watch would have ended by itself.
    """

    since: datetime
    until: datetime
    new: Counter[str] = field(default_factory=Counter)
    replies: Counter[str] = field(default_factory=Counter)
    edits: int = 0
    days: tuple[int, ...] = ()
    busy: tuple[tuple[str, int], ...] = ()
    examples: tuple[Told, ...] = ()
    corrected: int = 0
    gone: int = 0
    ended_at: datetime | None = None
    looked_at: int = 0

    @property
    def length(self) -> timedelta:
        """How long the time is that it is about; more than nothing."""
        return max(self.until - self.since, timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class PreviewBegun:
    """It takes some seconds: so much is looked at again."""

    watch: Watch
    recent: Recent


@dataclass(frozen=True, slots=True)
class PreviewAnswer:
    """`preview`: `watch` as it would be now, what it would have posted, and of how much of the account that tells.

    `nearest` are references that may have been meant where none matches.
    """

    watch: Watch
    preview: Preview
    recent: Recent
    nearest: tuple[str, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether some references were left out because it would have taken too long."""
        return self.preview.looked_at < self.recent.changed


@dataclass(slots=True)
class Tally:
    """Adds up what came of one reference after the other; clips count as messages only where they are wanted."""

    watch: Watch
    since: datetime
    until: datetime
    work: int = 0
    _new: Counter[str] = field(default_factory=Counter)
    _replies: Counter[str] = field(default_factory=Counter)
    _days: Counter[int] = field(default_factory=Counter)
    _busy: Counter[str] = field(default_factory=Counter)
    _examples: dict[str, Told] = field(default_factory=dict)
    _sums: Counter[str] = field(default_factory=Counter)
    _ended_at: datetime | None = None

    @property
    def is_full(self) -> bool:
        """Whether it has taken so long that no further reference is looked at."""
        return self.work >= MOST_WORK

    @property
    def left(self) -> int:
        """How much work may still be done."""
        return max(MOST_WORK - self.work, 0)

    @property
    def _spans(self) -> int:
        """How many spans of 24 hours there are, the first one maybe shorter."""
        return max(-((self.since - self.until) // DAY), 1)

    def add(self, reference_id: str, found: Replayed) -> None:
        """Take in one reference; one that was cut is left out."""
        self.work += found.work
        if found.cut:
            return
        self._sums.update(looked_at=1, edits=found.edits, corrected=found.corrected, gone=found.gone)
        self._ended_at = found.ended_at or self._ended_at
        for told in found.told:
            (self._new if told.is_new else self._replies)[told.kind] += 1
            if told.kind == CLIPS and not wants_clips(self.watch):
                continue
            self._show(told)
            if told.is_new:
                self._days[min(max(self.until - told.at, timedelta()) // DAY, self._spans - 1)] += 1
                self._busy[reference_id] += 1

    def _show(self, told: Told) -> None:
        known = self._examples.get(told.kind)
        if known is None or told.at > known.at:
            self._examples[told.kind] = told

    def sums(self) -> Preview:
        """All of it so far."""
        days = range(self._spans)
        busy = sorted(self._busy.items(), key=lambda one: (-one[1], one[0]))
        return Preview(
            since=self.since,
            until=self.until,
            new=Counter(self._new),
            replies=Counter(self._replies),
            edits=self._sums["edits"],
            days=tuple(self._days[day] for day in days),
            busy=tuple(busy[:MOST_BUSY]),
            examples=tuple(sorted(self._examples.values(), key=lambda told: told.at, reverse=True)),
            corrected=self._sums["corrected"],
            gone=self._sums["gone"],
            ended_at=self._ended_at,
            looked_at=self._sums["looked_at"],
        )


def wants_clips(watch: Watch) -> bool:
    """Whether finished clips are told."""
    return watch.events.tell_completions and not watch.only_failures


def without_clips(counts: Counter[str]) -> Counter[str]:
    """The counts of what is told besides finished clips."""
    return Counter({kind: count for kind, count in counts.items() if kind != CLIPS})


def a_day(count: int, length: timedelta) -> float:
    """How many that are a day."""
    return count / (length / DAY)
