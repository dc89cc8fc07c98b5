"""The rest of a queue, played through many times on the slots that run now."""

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from itertools import repeat
from math import ceil, exp, inf, log, sqrt
from random import Random
from statistics import NormalDist, fmean, pstdev

from bot.domain.block import Block, inverted
from bot.domain.queue import Queue
from bot.domain.survival import GROUPS, Survival, grouped

DRAWS = 300  # the tenth of them that P10 and P90 rest on are 30: their error is small beside the spread itself
HISTORY_WEIGHT = 5.0  # finished clips that all history counts for: the means of batches differ by about a quarter
UNKNOWN_MEAN = 0.01  # how far what is to come may differ from what came, however much has come
UNSTEADY = 0.015  # how far slots may differ on average from what runs now, without any change
CHANGES = ((0.55, 0.04), (1.7, 0.04))  # times the slots, and how likely: few batches see such a change, but some do
ALIKE = 1.2  # times as many slots
TURNS_FOR_ONE = 1.5  # changes for each turn: some go on in the same way
MOST_DIRECT = 96  # clips, and slots: each of so few is drawn by itself; as a block five a slot are up to 15 % off
_TABLE = 1_024  # durations: one of a thousand that takes twenty times as long decides when a batch is finished

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
        self._theirs = Survival.of(queue.history) if queue.history else self._survival
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
        if max(self._left, self._slots) <= MOST_DIRECT:
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
        starts = [(age, survival.at(age)[0], count) for age, count in grouped(self._queue.running, GROUPS)]
        over = [(age / 2, count) for age, share, count in starts if share <= 0.0]
        known = [each for each in starts if each[1] > 0.0]

        def chance(seconds: float) -> float:
            ended = 1.0
            for age, share, count in known:
                ended *= (1.0 - survival.at(age + seconds)[0] / share) ** count
            for mean, count in over:
                ended *= (1.0 - exp(-seconds / mean)) ** count
            return ended

        longest = max(survival.ages[-1], *(6 * mean for mean, _ in over)) if over else survival.ages[-1]
        tails = inverted(chance, longest, _MIDDLES)
        return [tails[int(u * DRAWS)] * mean for u, mean in zip(self._turned(_TAILS), means, strict=True)]

    def in_a_block(self) -> list[float]:
        """The work until the last one begins by its mean and spread, then the longest of the last."""
        block = Block(self._queue, self._survival, self._theirs, self._slots, self._left)
        tails = block.tails(_MIDDLES)
        rows = zip(
            self.means(), self._turned(_SUMS), self.speeds(), self._turned(_TAILS), self._arrivals(), strict=True
        )
        return [
            max((block.work * m + block.noise * z) / (self._slots * f), last, 0.0) + tails[int(u * DRAWS)] * m
            for m, z, f, u, last in rows
        ]

    def one_by_one(self) -> list[float]:
        """Each clip takes the slot that is free first."""
        durations = self._survival.quantiles(_TABLE)
        theirs = self._theirs.quantiles(_TABLE) if self._queue.ahead else durations
        rests = self._theirs.rests(_TABLE) if self._queue.others else durations
        queue, random = self._queue, self._random.random
        starts = [(age, bisect_right(durations, age)) for age in queue.running]
        mine = (queue.waiting + queue.to_come) / self._left
        here = queue.waiting + queue.ahead
        idle = self._slots - queue.now_running
        found = []
        for m, f, last in zip(self.means(), self.speeds(), self._arrivals(), strict=True):
            free = [self._rest(age, first, durations) * m for age, first in starts]
            finish = max(free, default=0.0)
            free += [rests[int(random() * _TABLE)] * m for _ in range(queue.others)] + [0.0] * idle
            self._change(free, f)
            heapq.heapify(free)
            for number in range(self._left):
                begins = max(free[0], last * (number - here + 1) / queue.to_come if number >= here else 0.0)
                is_mine = mine == 1.0 or number == self._left - 1 or random() < mine
                ends = begins + (durations if is_mine else theirs)[int(random() * _TABLE)] * m
                heapq.heapreplace(free, ends)
                if is_mine and ends > finish:
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
