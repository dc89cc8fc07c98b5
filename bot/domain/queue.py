"""What is left of a batch, and what its account has shown of how fast that goes."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf, log, sqrt

from bot.domain.request import LipsyncRequest
from bot.domain.survival import GROUPS, Weighted, grouped

ENOUGH = 5  # finished clips: of fewer than five the mean is off by a quarter as often as not
ENOUGH_HISTORY = 20  # ended requests of the account that stand in for them
MOST_HISTORY = 500  # of the account, the latest
_MOMENTS = 24  # at which it is looked how many were in work
_TIMES_AS_FAR = 4.0  # as the batch has still to go, it is looked back
_AT_LEAST = 3_600.0
_PICKUP = 15.0  # seconds that one may wait although there is room
_LONGEST = 14 * 86_400.0  # seconds: what took longer tells nothing of clips

Span = tuple[float, float, float]
"""When a request was created, when its work began and when it ended, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Around:
    """What else there is in the account: `running` of other references are in work since then, `ahead` of them wait.

    `ahead` counts those that were created before the last waiting one of the batch. `latest` are the account's requests
    that ended last, whatever their reference.
    """

    running: tuple[float, ...] = ()
    ahead: int = 0
    latest: tuple[Span, ...] = ()


NOTHING_AROUND = Around()


@dataclass(frozen=True, slots=True)
class Queue:
    """What is left of a batch at the moment `now` of the API's clock; ages and durations are seconds.

    `running` are the ages of its requests in work, `waiting` how many wait, `ahead` how many of others wait before its
    last one, `others` how many of others are in work, `to_come` how many are not submitted yet: these come at `rate`
    a second, as `seen` did before. Of the `finished` ones, `durations` has how long the latest were in work, `history`
    how long the account's latest others were. `slots` is how many of the account were in work at moments `apart`
    seconds from each other, oldest first, while something waited.
    """

    now: datetime
    finished: int
    running: tuple[float, ...] = ()
    waiting: int = 0
    ahead: int = 0
    others: int = 0
    to_come: int = 0
    rate: float = 0.0
    seen: int = 0
    rate_unknown: float = 0.0
    durations: tuple[Weighted, ...] = ()
    history: tuple[Weighted, ...] = ()
    slots: tuple[float, ...] = ()
    apart: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return not (self.running or self.waiting or self.to_come)

    @property
    def now_running(self) -> int:
        """How many of the account are in work."""
        return len(self.running) + self.others

    @property
    def stands(self) -> bool:
        """Whether some wait and none is in work: nobody can say then when they will begin."""
        return self.waiting > 0 and not self.now_running

    @property
    def is_known(self) -> bool:
        """Whether enough has ended to know how long clips take."""
        return self.timed >= ENOUGH or sum(count for _, count in self.history) >= ENOUGH_HISTORY

    @property
    def timed(self) -> float:
        """Of how many finished ones it is known how long they were in work."""
        return sum(count for _, count in self.durations)


def queue_of(requests: Sequence[LipsyncRequest], around: Around, now: datetime, expected: int | None = None) -> Queue:
    """The queue of a batch from its listed requests; `now` is the moment on the API's clock when they were so."""
    moment = now.timestamp()
    running = [(r.created_at.timestamp(), _began(r)) for r in requests if r.status == "processing"]
    waiting = [r.created_at.timestamp() for r in requests if r.status == "queued"]
    spans = _spans(requests)
    others = _without(around.latest, spans)
    rate, unknown = _rate([r.created_at.timestamp() for r in requests], moment)
    left = len(waiting) + around.ahead
    begun = [*running, *((began, began) for began in around.running)]
    horizon = _horizon(spans or others, left, len(begun))
    slots, apart = _slots(spans, others, begun, waiting, _known_since(around, others), horizon, moment)
    return Queue(
        now=now,
        finished=sum(r.is_terminal for r in requests),
        running=tuple(max(moment - began, 0.0) for _, began in running),
        waiting=len(waiting),
        ahead=around.ahead if waiting else 0,
        others=len(around.running),
        to_come=max((expected or 0) - len(requests), 0),
        rate=rate,
        seen=len(requests),
        rate_unknown=unknown,
        durations=_grouped(spans),
        history=_grouped(others),
        slots=slots,
        apart=apart,
    )


def _grouped(spans: Sequence[Span]) -> tuple[Weighted, ...]:
    """How long these were."""
    return grouped((end - start for _, start, end in spans), GROUPS)


def _rate(created: list[float], now: float) -> tuple[float, float]:
    """How many are submitted a second, and how far that may be off (of the logarithm): the later half may differ."""
    created.sort()
    if not created or created[0] >= now:
        return 0.0, 0.0
    rate = len(created) / (now - created[0])
    middle = created[len(created) // 2]
    later = (len(created) - len(created) // 2) / max(now - middle, 1e-3)
    unknown = min(1 / sqrt(len(created)) + abs(log(later / rate)) / 2, 1.0)
    return sqrt(rate * later), unknown


def _began(request: LipsyncRequest) -> float:
    return (request.started_at or request.created_at).timestamp()


def _spans(requests: Iterable[LipsyncRequest]) -> list[Span]:
    """When those were in work that ended after some work."""
    found = []
    for each in requests:
        if each.finished_at is not None and each.started_at is not None and each.is_terminal:
            start, end = each.started_at.timestamp(), each.finished_at.timestamp()
            if 0 < end - start < _LONGEST:
                found.append((each.created_at.timestamp(), start, end))
    return found


def _without(latest: Iterable[Span], spans: Iterable[Span]) -> list[Span]:
    ours = set(spans)
    return [span for span in latest if span not in ours and 0 < span[2] - span[1] < _LONGEST]


def _known_since(around: Around, others: Sequence[Span]) -> float:
    """Since when it is known what else was in work; always, where nothing else was for as far as one can see."""
    if len(around.latest) < MOST_HISTORY or not (others or around.running):
        return -inf
    return min(end for _, _, end in around.latest)


def _horizon(spans: Sequence[Span], left: int, running: int) -> float:
    """About how long the rest takes, in seconds."""
    return left * sum(end - start for _, start, end in spans) / max(len(spans), 1) / max(running, 1)


def _slots(
    spans: Sequence[Span],
    others: Sequence[Span],
    begun: Sequence[tuple[float, float]],
    waiting: Sequence[float],
    known_since: float,
    horizon: float,
    now: float,
) -> tuple[tuple[float, ...], float]:
    """How many of the account were in work at moments at which something waited, and how far these are apart.

    `begun` are creation and beginning of those in work, `waiting` the creation of those that are not.
    """
    every = [*spans, *others]
    since = min([start for _, start, _ in every], default=now)
    since = max(since, known_since)
    since = max(since, now - max(_TIMES_AS_FAR * horizon, _AT_LEAST))
    apart = (now - since) / _MOMENTS
    if apart <= 0:
        return (), 0.0
    recent = [span for span in every if span[2] > since]
    starts = sorted([*(start for _, start, _ in recent), *(start for _, start in begun)])
    ends = sorted(end for _, _, end in recent)
    waits = [(created, start) for created, start, _ in recent] + [*begun] + [(created, now) for created in waiting]
    late = [(created + _PICKUP, start) for created, start in waits if start > created + _PICKUP]
    came, went = sorted(came for came, _ in late), sorted(went for _, went in late)
    moments = [since + apart * (number + 1) for number in range(_MOMENTS - 1)] + [now - 1e-3]
    full = [at for at in moments if bisect_right(came, at) > bisect_right(went, at)]
    return tuple(float(bisect_right(starts, at) - bisect_right(ends, at)) for at in full), apart
