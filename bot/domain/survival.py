"""Which share of requests is still open at an age, from those that ended and those that still run (Kaplan-Meier)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, sqrt
from statistics import NormalDist

GROUPS = 100  # ages are told in so many groups, so that a large batch is no more work than a small one
TAIL_SPREAD = 0.7  # of the logarithm: clips of most accounts are spread by 0.5 to 0.9
_TAIL = (0.8, 0.6, 0.4, 0.2, 0.05)
_NORMAL = NormalDist()

Weighted = tuple[float, float]
"""An age in seconds, and what it counts for."""


def grouped(lengths: Iterable[float], most: int) -> tuple[Weighted, ...]:
    """These lengths in so many groups at most, rising: the mean of neighbours, and how many it stands for."""
    rising = sorted(lengths)
    size = -(-len(rising) // most) or 1
    groups = (rising[low : low + size] for low in range(0, len(rising), size))
    return tuple((sum(group) / len(group), float(len(group))) for group in groups)


def survivors(ended: Iterable[Weighted], running: Iterable[Weighted] = ()) -> tuple[list[float], list[float]]:
    """The ages at which some ended, rising, and the share still open after each.

    Those that are `running` at an age count among the open ones until then, and say nothing of what comes after. The
    last share is above zero when the oldest still runs.
    """
    events = sorted(ended)
    censored = sorted(running, reverse=True)
    at_risk = sum(weight for _, weight in events) + sum(weight for _, weight in censored)
    share, ages, shares = 1.0, [], []
    for age, weight in events:
        while censored and censored[-1][0] < age:
            at_risk -= censored.pop()[1]
        share *= max(1.0 - weight / at_risk, 0.0) if at_risk > weight else 0.0
        at_risk -= weight
        ages.append(age)
        shares.append(share)
    return ages, shares


def _tail(age: float, share: float) -> tuple[list[float], list[float]]:
    """Where the share falls to zero that is open at this age."""
    here = _NORMAL.inv_cdf(1.0 - min(max(share, 1e-6), 0.999))
    ages = [age * exp(TAIL_SPREAD * (_NORMAL.inv_cdf(1.0 - part * share) - here)) for part in _TAIL if share > 0]
    return [*ages, 1.1 * (ages[-1] if ages else age) + 1e-3], [*(part * share for part in _TAIL if share > 0), 0.0]


@dataclass(frozen=True, slots=True)
class Survival:
    """How long requests take: the share still open falls in straight lines from each of the `ages` to the next.

    `areas` is the area under it from 0 to each age, in seconds; the first age is 0, at the last one the share is 0.
    """

    ages: Sequence[float]
    shares: Sequence[float]
    areas: Sequence[float]
    variance: float

    @classmethod
    def of(cls, ended: Iterable[Weighted], running: Iterable[Weighted] = ()) -> "Survival":
        """From those that ended, at least one, and those that run; what outlasts all is taken to be lognormal."""
        begun = list(running)
        ages, shares = survivors(ended, begun)
        # Each age stands in the middle of its fall, so that straight lines give the mean of the steps.
        middles = [(before + after) / 2 for before, after in zip([1.0, *shares], shares, strict=False)]
        oldest = max((age for age, _ in begun), default=0.0)
        if oldest > ages[-1]:  # until then, none of these has ended
            ages, middles = [*ages, oldest], [*middles, middles[-1]]
        tail_ages, tail_shares = _tail(ages[-1], middles[-1])
        xs, ys = [0.0, *ages, *tail_ages], [1.0, *middles, *tail_shares]
        steps = [(x1 - x0, x1 + x0, y0 + y1) for x0, x1, y0, y1 in zip(xs, xs[1:], ys, ys[1:], strict=False)]
        areas = [0.0, *accumulate(width * high / 2 for width, _, high in steps)]
        second = sum(width * middle * high for width, middle, high in steps) / 2
        return cls(xs, ys, areas, max(second - areas[-1] ** 2, 0.0))

    @property
    def mean(self) -> float:
        """How long one takes, in seconds."""
        return self.areas[-1]

    @property
    def spread(self) -> float:
        """The standard deviation of that, in seconds."""
        return sqrt(self.variance)

    @property
    def rest(self) -> float:
        """How much longer one takes that is met in the midst of its work, at any moment of a long queue, in seconds."""
        return (self.variance + self.mean**2) / (2 * self.mean)

    def at(self, age: float) -> tuple[float, float]:
        """The share still open at this age, and the area under it from 0 to it."""
        index = bisect_right(self.ages, age)
        if index >= len(self.ages):
            return 0.0, self.areas[-1]
        low = self.ages[index - 1]
        part = (age - low) / (self.ages[index] - low)
        before = self.shares[index - 1]
        share = before + part * (self.shares[index] - before)
        return share, self.areas[index - 1] + (age - low) * (before + share) / 2

    def left(self, age: float) -> float:
        """How much longer one takes that runs since so many seconds; one older than any, half as long again."""
        share, area = self.at(age)
        return (self.mean - area) / share if share > 0.0 else age / 2

    def quantiles(self, count: int) -> list[float]:
        """`count` evenly likely durations, rising."""
        found, index = [], 1
        last = len(self.ages) - 1
        for number in range(count):
            share = 1.0 - (number + 0.5) / count
            while index < last and self.shares[index] > share:
                index += 1
            before, after = self.shares[index - 1], self.shares[index]
            part = (before - share) / (before - after) if before > after else 1.0
            found.append(self.ages[index - 1] + part * (self.ages[index] - self.ages[index - 1]))
        return found

    def rests(self, count: int) -> list[float]:
        """`count` evenly likely times that one still takes which is met in the midst of its work, rising."""
        found = []
        for number in range(count):
            area = self.areas[-1] * (number + 0.5) / count
            index = bisect_right(self.areas, area)
            before, after = self.areas[index - 1], self.areas[index]
            part = (area - before) / (after - before)
            found.append(self.ages[index - 1] + part * (self.ages[index] - self.ages[index - 1]))
        return found
