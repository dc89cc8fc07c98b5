"""The rest of a long queue as a whole: all slots are busy until the last clip begins, and then the longest goes on."""

from collections.abc import Callable, Iterator, Sequence
from math import sqrt

from bot.domain.queue import Queue
from bot.domain.survival import GROUPS, Survival, grouped

_STEPS = 32
_HALVINGS = 12
_TAIL_POINTS = 48


class Block:
    """A queue in which `left` clips wait or come for `slots`; `ours` and `theirs` are how long they take.

    `work` is what is done until the last one begins, in seconds of one slot, `noise` its spread. All times are those of
    mean durations.
    """

    def __init__(self, queue: Queue, ours: Survival, theirs: Survival, slots: int, left: int) -> None:
        self._ours, self._theirs, self._slots, self._left = ours, theirs, slots, left
        self._others = queue.others
        self._of_ours = (queue.waiting + queue.to_come) / left
        self._kinds = ((self._of_ours, ours), (1.0 - self._of_ours, theirs))
        self._mean = sum(share * kind.mean for share, kind in self._kinds)
        second = sum(share * (kind.variance + kind.mean**2) for share, kind in self._kinds)
        self._resting = second / (2 * self._mean)
        self._longest = max(kind.ages[-1] for share, kind in self._kinds if share)
        self._running = grouped(queue.running, GROUPS)
        begun = sum(ours.left(age) * count for age, count in self._running) + queue.others * theirs.rest
        work = begun + left * self._mean
        self._lasts = self._last_begins(work)
        self.work = work - self._held(self._lasts)
        self.noise = sqrt(left * max(second - self._mean**2, 0.0))
        self._busy, self._begins = slots, self._begin(self._lasts)
        if queue.to_come and (comes := queue.to_come / queue.rate) > self._lasts:  # each finds a slot when it comes
            self._lasts, self._busy, self._begins = comes, left, 1.0 / comes

    def tails(self, shares: Sequence[float]) -> list[float]:
        """How long after the last one begins the longest goes on: it, one begun before, or one that runs now."""
        ours, lasts = self._ours, self._lasts
        begins = self._begins * self._of_ours
        running = [(age, share, count) for age, count in self._running if (share := ours.at(age)[0]) > 0.0]

        def chance(seconds: float) -> float:
            share, area = ours.at(seconds)
            going_on = (ours.at(lasts + seconds)[1] - area) * begins
            ended = max(1.0 - going_on, 0.0) ** (self._busy - 1) * (1.0 - share)
            if lasts < ours.ages[-1]:
                for age, open_now, count in running:
                    ended *= (1.0 - ours.at(age + lasts + seconds)[0] / open_now) ** count
            return ended

        return inverted(chance, ours.ages[-1], shares)

    def _last_begins(self, work: float) -> float:
        """After how many seconds: the slots have done then all the work but what they hold.

        At no time they have done nothing and hold everything, which is no answer: the latest moment is.
        """
        seconds = (work - self._held(self._longest)) / self._slots
        if seconds >= self._longest:
            return seconds
        early, late = 0.0, work / self._slots
        for _ in range(_HALVINGS):
            seconds = (early + late) / 2
            if seconds * self._slots + self._held(seconds) < work:
                early = seconds
            else:
                late = seconds
        return late

    def _begin(self, seconds: float) -> float:
        """How many begin in a slot each second before the last one does: at first more, while the longest go on."""
        usual = 1.0 / self._mean
        if seconds >= self._longest:
            return usual
        at_first = (self._left - 1) / (seconds * max(self._slots - 1, 1))
        return at_first + (usual - at_first) * seconds / self._longest

    def _held(self, seconds: float) -> float:
        """The work that the slots hold when the last one begins: of those begun until then, and of those of now."""
        if seconds >= self._longest:
            return self._slots * self._resting
        begun = sum(share * _left_of(kind, seconds) for share, kind in self._kinds)
        theirs = self._theirs.rest - _left_of(self._theirs, seconds) / self._theirs.mean
        held = self._mean + (self._slots - 1) * self._begin(seconds) * begun  # the last one, and those before it
        return held + self._others * theirs + sum(self._outlasting(seconds))

    def _outlasting(self, seconds: float) -> Iterator[float]:
        """How much longer than so many seconds those in work go on."""
        ours = self._ours
        for age, count in self._running:
            share, _ = ours.at(age)
            yield count * ((ours.mean - ours.at(age + seconds)[1]) / share if share > 0.0 else ours.left(age))


def _left_of(survival: Survival, seconds: float) -> float:
    """The work that is left then of clips of which one began in each second until then."""
    step = seconds / _STEPS
    return sum(survival.mean - survival.at((n + 0.5) * step)[1] for n in range(_STEPS)) * step


def inverted(chance: Callable[[float], float], longest: float, shares: Sequence[float]) -> list[float]:
    """Values of something whose chance to be at most so much is given, one for each share of them; all rise."""
    points = [longest * (n / _TAIL_POINTS) ** 2 for n in range(_TAIL_POINTS + 1)]
    chances = [chance(point) for point in points]
    chances[-1] = 1.0
    found, index = [], 1
    for share in shares:
        while chances[index] < share:
            index += 1
        low, high = chances[index - 1], chances[index]
        part = (share - low) / (high - low) if high > low else 1.0
        found.append(points[index - 1] + part * (points[index] - points[index - 1]))
    return found
