"""After a gap in which nothing could be read: what was held back in it is told to each place in one message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.announcement import FailureFacts, FinishedFacts, Meanwhile, News, ReopenedFacts, ShortFacts
from bot.domain.change import Entry, triage_of
from bot.domain.failure import FailureKind
from bot.domain.progress import summarise
from bot.domain.risk_facts import RiskFacts
from bot.domain.stuck_facts import StuckFacts
from bot.domain.watch import Watch, may_announce

SHORTEST_GAP = timedelta(minutes=5)  # a restart or a hiccup is shorter, and what happened in it is still news
MISSED_POLLS = 20  # where looks are rare, a gap is what is long beside the wait for the next one
LONGEST_CATCH_UP = timedelta(minutes=30)  # of looks; who has more news than calls is never through


def gap_begins_after(poll_interval: timedelta) -> timedelta:
    """How long nothing of the account must have been read before that is a gap, and no pause between two looks."""
    return max(SHORTEST_GAP, MISSED_POLLS * poll_interval)


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was read after `since` (our clock); `reading` is the number of the last reading before."""

    since: datetime
    reading: int

    @property
    def level(self) -> str:
        """What makes it another gap than any before or after, whatever was done to the clock."""
        return f"{self.since.isoformat()} {self.reading}"

    def holds_news_of(self, watch: Watch) -> bool:
        """Whether the watch was there before the gap; what was begun in it is told as ever."""
        return watch.created_at <= self.since


def meanwhile(watch: Watch, entries: Sequence[Entry], held: Sequence[News], gap: Gap) -> Meanwhile:
    """What happened to the reference of a watch in the gap.

    `entries` is the whole memory of the reference, `held` what was to be said of it, in order.
    """
    listed = [entry for entry in entries if entry.listed]
    gone = len(entries) - len(listed)
    requests = [entry.request for entry in listed]
    ended = [e.request.status for e in listed if (e.outcome_reading or 0) > gap.reading and may_announce(watch, e)]
    ends = [said for said in held if isinstance(said, FinishedFacts | ShortFacts | ReopenedFacts)]
    last = ends[-1] if ends else None
    risks = [said.level for said in held if isinstance(said, RiskFacts)]
    stuck = [len(said.ones) for said in held if isinstance(said, StuckFacts)]
    return Meanwhile(
        progress=summarise(
            watch.reference_id, requests, expected=watch.expected, vanished=gone, triage=triage_of(listed)
        ),
        completed=ended.count("completed"),
        failed=ended.count("failed"),
        kinds=tuple(_kind(said) for said in held if isinstance(said, FailureFacts)),
        ending=last.kind if isinstance(last, FinishedFacts | ShortFacts) else None,
        arrived=sum(said.arrived for said in ends if isinstance(said, ReopenedFacts)),
        risk=risks[-1] if risks else None,
        stuck=stuck[-1] if stuck else 0,
    )


def _kind(facts: FailureFacts) -> FailureKind:
    return FailureKind(
        facts.key, facts.name, facts.ids, facts.first_at, facts.last_at, cleared=facts.cleared, care=facts.care
    )


def together(parts: Iterable[Meanwhile]) -> tuple[Meanwhile, ...]:
    """One for each reference, the later ones of the same added to the first."""
    found: dict[str, Meanwhile] = {}
    for part in parts:
        name = part.progress.reference_id
        found[name] = _added(found[name], part) if name in found else part
    return tuple(found.values())


def _added(one: Meanwhile, other: Meanwhile) -> Meanwhile:
    known = {kind.key for kind in one.kinds}
    return replace(
        one,
        completed=one.completed + other.completed,
        failed=one.failed + other.failed,
        kinds=(*one.kinds, *(kind for kind in other.kinds if kind.key not in known)),
        ending=one.ending or other.ending,
        arrived=one.arrived + other.arrived,
        risk=other.risk or one.risk,
        stuck=max(one.stuck, other.stuck),
    )


def worst_first(references: Iterable[Meanwhile]) -> tuple[Meanwhile, ...]:
    """Those with the most failures of new kinds, then those that lack requests, then the others, by name."""

    def urgency(one: Meanwhile) -> tuple[int, bool, str]:
        return (-sum(kind.count for kind in one.kinds), one.ending != "short", one.progress.reference_id)

    return tuple(sorted(references, key=urgency))
