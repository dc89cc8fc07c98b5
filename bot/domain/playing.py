"""The rest of a queue, played through many times on the slots that run now."""

import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from math import ceil, exp, inf, log, sqrt
from random import Random
from statistics import NormalDist, fmean, pstdev

from bot.domain.queue import Queue
from bot.domain.survival import Survival, Weighted

DRAWS = 300  # the tenth of them that P10 and P90 rest on are 30: their error is small beside the spread itself
HISTORY_WEIGHT = 5.0  # finished clips that all history counts for: the means of batches differ by about a quarter
UNKNOWN_MEAN = 0.01  # how far what is to come may differ from what came, however much has come
UNSTEADY = 0.015  # how far slots may differ on average from what runs now, without any change
CHANGES = ((0.55, 0.04), (1.7, 0.04))  # times the slots, and how likely: few batches see such a change, but some do
ALIKE = 1.2  # times as many slots
TURNS_FOR_ONE = 1.5  # changes for each turn: some go on in the same way
MOST_DIRECT = 96  # clips waiting and running: up to so many, each is drawn by itself; in a block: up to 15 % off
_TAIL_POINTS = 48
_TABLE = 1_024  # durations: one of a thousand that takes twenty times as long decides when a batch is finished
_STEPS = 32
_HALVINGS = 8

_MIDDLES = [(n + 0.5) / DRAWS for n in range(DRAWS)]
_NORMAL = [NormalDist().inv_cdf(share) for share in _MIDDLES]


def _mixed(values: Sequence[float], number: int) -> list[float]:
    """The values in an order of its own, so that draws of different things have nothing to do with one another."""
    order = list(values)
    Random(number).shuffle(order)  # noqa: S311 - no secret
    return order + order


_MEANS, _SUMS, _STEADY, _ARRIVALS, _SLOTS = (_mixed(_NORMAL, number) for number in (0, 1, 2, 3, 5))
_TAILS = _mixed(_MIDDLES, 4)


def survival_of(queue: Queue) -> Survival:
    """How long clips of the batch take: those that ended, those still in work, and a little of the account's others."""
    ended = [*queue.durations]
    if queue.history:
        weight = min(HISTORY_WEIGHT / sum(count for _, count in queue.history), 1.0)
        ended += [(seconds, count * weight) for seconds, count in queue.history]
    return Survival.of(ended, zip(queue.running, repeat(1.0)))


class Play:
    """One queue, played through many times."""

    def __init__(self, queue: Queue, seed: int) -> None:
        self._queue = queue
        self._random = Random(seed)  # noqa: S311 - no secret
        self._survival = survival_of(queue)
        known = queue.timed + (HISTORY_WEIGHT if queue.history else 0.0)
        relative = self._survival.variance / max(self._survival.mean, 1e-9) ** 2
        self._unknown = sqrt(relative / known + UNKNOWN_MEAN**2)
        self._slots = max(queue.now_running, 1)
        if not queue.waiting + queue.ahead and queue.slots:
            self._slots = max(self._slots, ceil(max(queue.slots)))
        self._left = queue.waiting + queue.ahead + queue.to_come

    def draws(self) -> list[float]:
        """Seconds until the last one is finished, once for each run; never negative."""
        if not self._left:
            return self.of_running()
        if self._left + self._slots <= MOST_DIRECT:
            return self.one_by_one()
        return self.in_a_block()

    # --- what differs from run to run ---

    def _turned(self, values: list[float]) -> list[float]:
        start = int(self._random.random() * DRAWS)
        return values[start : start + DRAWS]

    def means(self) -> list[float]:
        """Times the mean duration."""
        unknown = self._unknown
        return [exp(unknown * z) for z in self._turned(_MEANS)]

    def speeds(self) -> list[float]:
        """Times the slots of now, on average until the end."""
        ratios = _ratios(self._queue, self._left * self._survival.mean / self._slots, self._turned(_SLOTS))
        return [ratio * exp(UNSTEADY * z) for ratio, z in zip(ratios, self._turned(_STEADY), strict=True)]

    def _arrivals(self) -> list[float]:
        """When the last one is submitted."""
        queue = self._queue
        if not queue.to_come:
            return [0.0] * DRAWS
        usual, unknown = queue.to_come / queue.rate, queue.rate_unknown
        return [usual * exp(unknown * z) for z in self._turned(_ARRIVALS)]

    # --- three ways to play ---

    def of_running(self) -> list[float]:
        """Only those in work are left: the longest of what is left of each."""
        survival, means = self._survival, self.means()
        starts = [(age, survival.at(age)[0]) for age in self._queue.running]
        over = [age / 2 for age, share in starts if share <= 0.0]
        known = [(age, share) for age, share in starts if share > 0.0]

        def chance(seconds: float) -> float:
            ended = 1.0
            for age, share in known:
                ended *= 1.0 - survival.at(age + seconds)[0] / share
            for mean in over:
                ended *= 1.0 - exp(-seconds / mean)
            return ended

        longest = max(survival.ages[-1], *(6 * mean for mean in over)) if over else survival.ages[-1]
        tails = _inverted(chance, longest)
        return [tails[int(u * DRAWS)] * mean for u, mean in zip(self._turned(_TAILS), means, strict=True)]

    def in_a_block(self) -> list[float]:
        """All slots are busy until the last one begins: work by its mean and spread. Then the longest of the last."""
        survival, queue, slots = self._survival, self._queue, self._slots
        mean = survival.mean
        noise = sqrt(self._left) * survival.spread
        usual = _mean(queue.history) if queue.ahead and queue.history else mean
        busy = slots if not queue.to_come else max(min(slots, queue.rate * mean), 1.0)
        busy_of_ours = 1 + (busy - 1) * (queue.waiting + queue.to_come) / self._left
        work = sum(map(survival.left, queue.running)) + queue.others * self._resting
        work += (self._left - queue.ahead) * mean + queue.ahead * usual
        lasts = self._lasts(work)
        tails = self._tails(busy_of_ours, lasts)
        rows = zip(
            self.means(), self._turned(_SUMS), self.speeds(), self._turned(_TAILS), self._arrivals(), strict=True
        )
        done = work - self._held(lasts)
        return [
            max((done * m + noise * z) / (slots * f), last, 0.0) + tails[int(u * DRAWS)] * m
            for m, z, f, u, last in rows
        ]

    @property
    def _resting(self) -> float:
        """How much longer a clip takes that is met in the midst of its work, in a long queue."""
        return (self._survival.variance + self._survival.mean**2) / (2 * self._survival.mean)

    def _lasts(self, work: float) -> float:
        """After how many seconds the last one begins: the slots have done then all the work but what they hold."""
        longest = self._survival.ages[-1]
        seconds = (work - self._held(longest)) / self._slots
        if seconds >= longest:
            return seconds
        seconds = work / self._slots
        for _ in range(_HALVINGS):
            seconds = (seconds + (work - self._held(seconds)) / self._slots) / 2
        return seconds

    def _begin(self, seconds: float) -> float:
        """How many begin in a slot each second until the last one does: at first more, while the longest go on."""
        is_long = seconds >= self._survival.ages[-1]
        return 1.0 / self._survival.mean if is_long else self._left / (seconds * self._slots)

    def _held(self, seconds: float) -> float:
        """The work that the slots hold when the last one begins: of those begun until then, and of those of now."""
        survival, queue = self._survival, self._queue
        if seconds >= survival.ages[-1]:
            return self._slots * self._resting
        step = seconds / _STEPS
        areas = [survival.at((n + 0.5) * step)[1] for n in range(_STEPS)]
        begun = sum(survival.mean - area for area in areas) * step
        going_on = queue.others * (self._resting - begun / survival.mean) + sum(self._outlasting(seconds))
        return self._slots * begun * self._begin(seconds) + going_on

    def _outlasting(self, seconds: float) -> Iterator[float]:
        """How much longer than so many seconds each of those in work goes on."""
        survival = self._survival
        for age in self._queue.running:
            share, _ = survival.at(age)
            yield (survival.mean - survival.at(age + seconds)[1]) / share if share > 0.0 else survival.left(age)

    def _tails(self, busy: float, lasts: float) -> list[float]:
        """How long after the last one began the longest goes on: it, one that began before, or one that runs now."""
        survival, begin = self._survival, self._begin(lasts)
        running = [(age, share) for age in self._queue.running if (share := survival.at(age)[0]) > 0.0]

        def chance(seconds: float) -> float:
            share, area = survival.at(seconds)
            going_on = (survival.at(lasts + seconds)[1] - area) * begin
            ended = math.pow(max(1.0 - going_on, 0.0), busy - 1.0) * (1.0 - share)
            if lasts < survival.ages[-1]:
                for age, open_now in running:
                    ended *= 1.0 - survival.at(age + lasts + seconds)[0] / open_now
            return ended

        return _inverted(chance, survival.ages[-1])

    def one_by_one(self) -> list[float]:
        """Each clip takes the slot that is free first."""
        durations = self._survival.quantiles(_TABLE)
        queue, random = self._queue, self._random.random
        starts = [(age, bisect_right(durations, age)) for age in queue.running]
        mine = (queue.waiting + queue.to_come) / self._left
        here = queue.waiting + queue.ahead
        idle = self._slots - queue.now_running
        found = []
        for m, f, last in zip(self.means(), self.speeds(), self._arrivals(), strict=True):
            free = [self._rest(age, first, durations) * m for age, first in starts]
            finish = max(free, default=0.0)
            free += [durations[int(random() * _TABLE)] * random() * m for _ in range(queue.others)] + [0.0] * idle
            self._change(free, f)
            heapq.heapify(free)
            for number in range(self._left):
                begins = max(free[0], last * (number - here + 1) / queue.to_come if number >= here else 0.0)
                ends = begins + durations[int(random() * _TABLE)] * m
                heapq.heapreplace(free, ends)
                if ends > finish and (number == self._left - 1 or mine == 1.0 or random() < mine):
                    finish = ends
            found.append(finish)
        return found

    def _rest(self, age: float, first: int, durations: list[float]) -> float:
        if first >= len(durations):
            return -log(1.0 - self._random.random()) * age / 2
        return durations[first + int(self._random.random() * (len(durations) - first))] - age

    def _change(self, free: list[float], speed: float) -> None:
        """As many slots more or less as the speed says; those that go, go when their clip ends."""
        wanted = max(int(len(free) * speed + self._random.random()), 1)
        if wanted > len(free):
            free += [0.0] * (wanted - len(free))
        elif wanted < len(free):
            free.sort()
            del free[: len(free) - wanted]


def _mean(durations: Sequence[Weighted]) -> float:
    return sum(seconds * count for seconds, count in durations) / sum(count for _, count in durations)


def _ratios(queue: Queue, horizon: float, unsteady: Sequence[float]) -> list[float]:
    """What the slots will be on average in such a time, beside what they are: once for each draw.

    Slots that went up and down go on to do so: they come back to their mean, the sooner the more often they turned. A
    single change is taken to last.
    """
    turns = _turns(queue.slots)
    if not turns:
        return _CHANGED
    usual, now = fmean(queue.slots), queue.slots[-1]
    lasting = queue.apart * len(queue.slots) / (TURNS_FOR_ONE * turns)
    kept = lasting / horizon * (1.0 - exp(-horizon / lasting)) if horizon > 0 and lasting > 0 else float(horizon <= 0)
    likely = usual + (now - usual) * kept
    spread = pstdev(queue.slots, usual) * sqrt((1.0 - kept) * min(2.0 * lasting / horizon, 1.0)) if horizon > 0 else 0.0
    least, most = min(queue.slots) / now, max(queue.slots) / now
    return [min(max((likely + spread * z) / now, least), most) for z in unsteady]


def _turns(slots: Sequence[float]) -> int:
    """How often the slots went clearly up after they had gone down, or down after up."""
    turns, way, low, high = 0, 0, inf, 0.0
    for now in slots:
        low, high = min(low, now), max(high, now)
        if now > ALIKE * low and way != 1:
            turns, way, high = turns + (way == -1), 1, now
        elif now * ALIKE < high and way != -1:
            turns, way, low = turns + (way == 1), -1, now
        if way == 1:
            low = high if now == high else low
        elif way == -1:
            high = low if now == low else high
    return turns


def _changed() -> list[float]:
    found: list[float] = []
    for times, chance in CHANGES:
        found += [times] * round(chance * DRAWS)
    return _mixed(found + [1.0] * (DRAWS - len(found)), 6)[:DRAWS]


_CHANGED = _changed()


def _inverted(chance: Callable[[float], float], longest: float) -> list[float]:
    """Evenly likely values of something whose chance to be at most so much is given; rising."""
    points = [longest * (n / _TAIL_POINTS) ** 2 for n in range(_TAIL_POINTS + 1)]
    chances = [chance(point) for point in points]
    chances[-1] = 1.0
    found, index = [], 1
    for share in _MIDDLES:
        while chances[index] < share:
            index += 1
        low, high = chances[index - 1], chances[index]
        part = (share - low) / (high - low) if high > low else 1.0
        found.append(points[index - 1] + part * (points[index] - points[index - 1]))
    return found
