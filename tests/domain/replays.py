"""Batches played from their first clip to their last, and what would have been forecast on the way."""

import heapq
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log
from random import Random

from bot.domain.queue import Around, Queue, queue_of
from bot.domain.request import LipsyncRequest

BEGAN = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
OURS, THEIRS = "batch", "others"
SIZES = {40: 40, 150: 24, 600: 8, 5_000: 2}
"""Clips of a batch, and how many batches of this size there are in a class: small ones differ more."""
STAGES = (0.25, 0.5, 0.75)

Slots = Callable[[float], int]
"""How many run at a time, so many seconds after the beginning."""


@dataclass(slots=True)
class Clip:
    """A request with all that will become of it; times are seconds after the beginning."""

    created: float
    seconds: float
    ours: bool
    started: float = 0.0

    @property
    def ended(self) -> float:
        return self.started + self.seconds


@dataclass(slots=True)
class Replay:
    """All clips of an account in the order in which they were sent, played on `slots`, first come first served."""

    clips: list[Clip]
    slots: Slots
    changes: list[float] = field(default_factory=list)  # when the slots change
    expected: int | None = None

    def __post_init__(self) -> None:
        running: list[float] = []
        changes = sorted(self.changes)
        now = 0.0
        for clip in self.clips:
            now = max(now, clip.created)
            while True:
                while running and running[0] <= now:
                    heapq.heappop(running)
                if len(running) < self.slots(now):
                    break
                coming = bisect_right(changes, now)
                now = min(running[0], changes[coming] if coming < len(changes) else running[0])
            clip.started = now
            heapq.heappush(running, clip.ended)

    @property
    def ours(self) -> list[Clip]:
        return [clip for clip in self.clips if clip.ours]

    @property
    def finish(self) -> float:
        return max(clip.ended for clip in self.clips if clip.ours)

    def at_share(self, share: float) -> float:
        """When that share of ours had ended."""
        ends = sorted(clip.ended for clip in self.clips if clip.ours)
        return ends[max(int(share * len(ends)), 1) - 1]

    def requests(self, now: float) -> list[LipsyncRequest]:
        """Ours as the API shows them."""
        return [_shown(clip, now) for clip in self.clips if clip.ours and clip.created <= now]

    def around(self, now: float) -> Around:
        seen = [clip for clip in self.clips if clip.created <= now]
        last = max((clip.created for clip in seen if clip.ours and clip.started > now), default=-1.0)
        ended = sorted((clip for clip in seen if clip.ended <= now), key=lambda clip: clip.ended)
        return Around(
            tuple(_moment(clip.started) for clip in seen if not clip.ours and clip.started <= now < clip.ended),
            sum(1 for clip in seen if not clip.ours and clip.started > now and clip.created < last),
            tuple((_moment(clip.created), _moment(clip.started), _moment(clip.ended)) for clip in ended[-500:]),
        )

    def queue(self, now: float) -> Queue:
        return queue_of(self.requests(now), self.around(now), BEGAN + timedelta(seconds=now), self.expected)


def _moment(seconds: float) -> float:
    return (BEGAN + timedelta(seconds=seconds)).timestamp()


def _shown(clip: Clip, now: float) -> LipsyncRequest:
    started = BEGAN + timedelta(seconds=clip.started) if clip.started <= now else None
    ended = BEGAN + timedelta(seconds=clip.ended) if clip.ended <= now else None
    status = "completed" if ended else "processing" if started else "queued"
    return LipsyncRequest("c", BEGAN + timedelta(seconds=clip.created), status, started, ended, reference_id=OURS)


# --- classes of batches ---

MEDIAN, SPREAD = 65.0, 0.6  # of a clip, as the made-up account of the demo has it
USUAL_SLOTS = 8


def _clips(
    random: Random,
    count: int,
    *,
    begins: float = 0.0,
    over: float = 0.0,
    mean: float = 1.0,
    spread: float = SPREAD,
    ours: bool = True,
) -> list[Clip]:
    return [
        Clip(begins + over * number / count, mean * random.lognormvariate(log(MEDIAN), spread), ours)
        for number in range(count)
    ]


def _history(random: Random) -> list[Clip]:
    """What the account did before: another batch, whose clips took longer or shorter on the whole."""
    return _clips(random, 200, mean=random.lognormvariate(0, 0.2), ours=False)


def _after(clips: list[Clip], slots: int = USUAL_SLOTS) -> float:
    """When as good as all of these will have ended."""
    return sum(clip.seconds for clip in clips) / slots + 60


def steady(random: Random, count: int) -> Replay:
    before = _history(random)
    begins = _after(before)
    slots = random.choice((4, 8, 16))
    return Replay(before + _clips(random, count, begins=begins), lambda _: slots)


def fresh(random: Random, count: int) -> Replay:
    """The account has no history."""
    slots = random.choice((4, 8, 16))
    return Replay(_clips(random, count), lambda _: slots)


def _changing(random: Random, count: int, times: float) -> Replay:
    before = _history(random)
    begins = _after(before)
    ours = _clips(random, count, begins=begins)
    work = sum(clip.seconds for clip in ours) / USUAL_SLOTS
    at = begins + random.uniform(0.05, 0.35) * work
    return Replay(before + ours, lambda now: USUAL_SLOTS if now < at else round(USUAL_SLOTS * times), [at])


def drop(random: Random, count: int) -> Replay:
    """In the first third, slots halve."""
    return _changing(random, count, 0.5)


def rise(random: Random, count: int) -> Replay:
    return _changing(random, count, 2.0)


def breathing(random: Random, count: int) -> Replay:
    """Slots change every quarter of an hour or so."""
    before = _history(random)
    begins = _after(before)
    at, changes, levels = 0.0, [], [USUAL_SLOTS]
    while at < 60_000:
        at += random.expovariate(1 / 900) + 60
        changes.append(at)
        levels.append(random.choice((5, 8, 11)))
    return Replay(
        before + _clips(random, count, begins=begins), lambda now: levels[bisect_right(changes, now)], changes
    )


def mixed(random: Random, count: int) -> Replay:
    """One in four clips takes four times as long; so it was before."""
    before = _lengthened(random, _history(random))
    ours = _lengthened(random, _clips(random, count, begins=_after(before)))
    return Replay(before + ours, lambda _: USUAL_SLOTS)


def _lengthened(random: Random, clips: list[Clip]) -> list[Clip]:
    for clip in clips:
        clip.seconds *= 4 if random.random() < 0.25 else 1
    return clips


def growing(random: Random, count: int) -> Replay:
    """Half is sent at once, the rest bit by bit; how many there will be is known."""
    before = _history(random)
    begins = _after(before)
    over = random.uniform(0.5, 1.5) * count * MEDIAN * 1.2 / USUAL_SLOTS
    ours = _clips(random, count, begins=begins, over=over)
    for clip in ours:
        clip.created += random.uniform(0, 30)
    ours.sort(key=lambda clip: clip.created)
    return Replay(before + ours, lambda _: USUAL_SLOTS, expected=count)


def shared(random: Random, count: int) -> Replay:
    """Others' clips lie in the queue among ours."""
    before = _history(random)
    begins = _after(before)
    ours = _clips(random, count, begins=begins, over=count / 5)
    theirs = _clips(random, count // 2, begins=begins, over=count / 5, mean=random.lognormvariate(0, 0.2), ours=False)
    return Replay(before + sorted(ours + theirs, key=lambda clip: clip.created), lambda _: USUAL_SLOTS)


CLASSES = {
    "steady": steady,
    "no history": fresh,
    "slots halve": drop,
    "slots double": rise,
    "slots change all the time": breathing,
    "mixed lengths": mixed,
    "growing batch": growing,
    "shared with others": shared,
}


def replays(make: Callable[[Random, int], Replay], times: int = 1) -> Iterator[Replay]:
    """Batches of all sizes; `times` as many."""
    for count, number in SIZES.items():
        for seed in range(times * number):
            yield make(Random(f"{make.__name__} {count} {seed}"), count)  # noqa: S311 - no secret
