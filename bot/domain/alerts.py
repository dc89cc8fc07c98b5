"""When failures deserve a message of their own, and when they only change the one that was sent."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.failure import FailureKind
from bot.domain.progress import Progress

MOST_MESSAGES = 8  # new messages about the failures of one reference; what comes after is on the card
STEPS = (10, 100)  # so many of a kind are worth another ping
Rate = Literal[5, 20]
RATES: tuple[Rate, ...] = (5, 20)  # per cent of the finished requests that failed, for certain
ENOUGH_FINISHED = 50  # of fewer, a single failure moves the rate by more than 2 %
_MUTED = "~"
_Z = 1.959964  # of the normal distribution: 2.5 % lie above


@dataclass(frozen=True, slots=True)
class Alerts:
    """What a place was told of a reference's failures.

    `told` holds the keys of failure kinds, of steps that were reached (`key×10`), of rates (`5%`), of kinds that failed
    again after they were handled (`key!` and when), and of kinds of which nothing shall be told (`key~`); `messages`
    counts the new messages.
    """

    told: frozenset[str] = frozenset()
    messages: int = 0

    @property
    def is_full(self) -> bool:
        """Whether no new message may be sent any more."""
        return self.messages >= MOST_MESSAGES

    def has_told(self, kind: FailureKind) -> bool:
        """Whether the kind has its message."""
        return kind.key in self.told

    @property
    def muted_kinds(self) -> frozenset[str]:
        """The keys of the failure kinds of which nothing shall be told."""
        return frozenset(each.removesuffix(_MUTED) for each in self.told if each.endswith(_MUTED))

    def mute_kind(self, key: str, *, muted: bool) -> "Alerts":
        """The same, with nothing to be told of a failure kind, or as ever."""
        mark = frozenset({f"{key}{_MUTED}"})
        return replace(self, told=self.told | mark if muted else self.told - mark)

    @property
    def only_muted(self) -> "Alerts":
        """What a watch of another reference under the same glob begins with: nothing told, the same kinds muted."""
        return Alerts(frozenset(each for each in self.told if each.endswith(_MUTED)))


NOTHING_TOLD = Alerts()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from failures that were just seen.

    `first` are the kinds to be told for the first time, `grown` those whose message changes, `pinged` those of them
    that are worth another message. `rate` is a failure rate that was passed for certain, in per cent: it is told with
    the first of these that there is. `after` is what was told then.
    """

    first: tuple[FailureKind, ...]
    grown: tuple[FailureKind, ...]
    pinged: tuple[FailureKind, ...]
    rate: Rate | None
    after: Alerts


def weigh(before: Alerts, kinds: Sequence[FailureKind], progress: Progress, *, pings_are_new: bool) -> Verdict:
    """Decide about the `kinds` that a look added to, the largest first.

    A ping that is a new message counts among the eight (`pings_are_new`); one in a thread does not. A muted kind
    only changes the message that it may have.
    """
    heard = [kind for kind in kinds if kind.key not in before.muted_kinds]
    first = tuple(kind for kind in heard if not before.has_told(kind))[: max(MOST_MESSAGES - before.messages, 0)]
    grown = tuple(kind for kind in kinds if before.has_told(kind))
    reached = frozenset(step for kind in (*first, *grown) if kind in heard for step in _steps(kind)) - before.told
    pinged = tuple(kind for kind in grown if not reached.isdisjoint(_steps(kind)))
    rate = _rate(progress.failed, progress.terminal)
    passed = frozenset(_percent(each) for each in RATES if rate is not None and each <= rate) - before.told
    told = before.told | reached | passed | {kind.key for kind in first}
    news = rate if rate is not None and _percent(rate) in passed else None
    after = Alerts(told, before.messages + len(first))
    if pings_are_new and (pinged or (news and not first)):
        if after.is_full:
            return Verdict(first, grown, (), news if first else None, after)
        after = replace(after, messages=after.messages + 1)
    return Verdict(first, grown, pinged, news, after)


def only_grows(before: Alerts, counts: Mapping[str, int], *, failed: int, terminal: int) -> bool:
    """Whether weighing could do no more than change messages that were sent, so that nobody needs to weigh.

    `counts` has how many there are now of each kind (by key) that a look added to; `failed` and `terminal` are totals.
    Kinds that were handled or muted are not considered.
    """
    marks = {f"{key}×{step}" for key in counts.keys() & before.told for step in STEPS if counts[key] >= step}
    rate = _rate(failed, terminal)
    marks |= {_percent(each) for each in RATES if rate is not None and each <= rate}
    return marks <= before.told and (before.is_full or counts.keys() <= before.told)


def _steps(kind: FailureKind) -> Iterable[str]:
    handled = kind.care.handled
    again = [f"{kind.key}!{handled.at.isoformat()}"] if handled is not None and kind.open else []
    return [*(f"{kind.key}×{step}" for step in STEPS if kind.count >= step), *again]


def _percent(rate: int) -> str:
    return f"{rate}%"


def _rate(failed: int, terminal: int) -> Rate | None:
    """The highest rate that failures have passed for certain."""
    if terminal < ENOUGH_FINISHED:
        return None
    at_least = 100 * lower_bound(failed, terminal)
    return max((rate for rate in RATES if at_least > rate), default=None)


def lower_bound(hits: int, of: int) -> float:
    """The lower end of Wilson's 95 % interval for a share of which `hits` of `of` were seen."""
    if not hits:
        return 0.0
    share, z2 = hits / of, _Z * _Z
    middle = share + z2 / (2 * of)
    spread = _Z * math.sqrt((share * (1 - share) + z2 / (4 * of)) / of)
    return max((middle - spread) / (1 + z2 / of), 0.0)
