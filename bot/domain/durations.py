"""How long requests of this account take until they end, learned from those that have."""

import math
from bisect import bisect_right
from collections import deque
from datetime import timedelta
from itertools import pairwise

from bot.domain.survival import survivors

_REMEMBERED = 2_000
_RENEW_EVERY = 50  # ended requests; a table costs a millisecond
_PRIOR = tuple(20.0 + 4.0 * n for n in range(40))  # seconds: about a minute a clip, until the account shows its own
_PRIOR_WEIGHT = 0.5  # of one real duration
_LAST = 14 * 86_400.0


def _knots() -> tuple[float, ...]:
    """Ages in seconds: every two at first, then 3 % apart."""
    ages = [2.0 * n for n in range(151)]
    while ages[-1] < _LAST:
        ages.append(ages[-1] * 1.03)
    return tuple(ages)


_AGES = _knots()


class Durations:
    """The chance that a request has ended by an age, and what an unread one has cost meanwhile.

    Beyond the median the hazard is at least 1 / age, so that stragglers are never given up. Ages are in seconds.
    """

    def __init__(self) -> None:
        self._known: deque[float] = deque(maxlen=_REMEMBERED)
        self._fresh = 0
        self.learned = 0  # grows whenever the shares change
        self._survival: tuple[float, ...] = ()
        self._area: tuple[float, ...] = ()
        self._renew()

    def learn(self, duration: timedelta) -> None:
        """Take in how long a request took that has just ended."""
        self._known.append(max(duration.total_seconds(), 0.0))
        self._fresh += 1
        if self._fresh >= min(_RENEW_EVERY, max(len(self._known) // 2, 1)):
            self._renew()

    def survival(self, age: float) -> tuple[float, float]:
        """The share still open at this age, and the area under that share from 0 to it, in seconds.

        A negative age is a time before the beginning, when all were open.
        """
        if age <= 0:
            return 1.0, age
        age = min(age, _LAST)
        at = bisect_right(_AGES, age) - 1
        if at >= len(_AGES) - 1:
            return self._survival[-1], self._area[-1]
        part = (age - _AGES[at]) / (_AGES[at + 1] - _AGES[at])
        share = self._survival[at] + part * (self._survival[at + 1] - self._survival[at])
        return share, self._area[at] + (age - _AGES[at]) * (self._survival[at] + share) / 2

    @property
    def soonest(self) -> float:
        """The age in seconds by which 1 of 100 requests has ended."""
        return next((age for age, share in zip(_AGES, self._survival, strict=True) if share < 0.99), _LAST)

    def _renew(self) -> None:
        self._fresh = 0
        self.learned += 1
        ended, left = survivors([(d, 1.0) for d in self._known] + [(d, _PRIOR_WEIGHT) for d in _PRIOR])
        shares = [left[at - 1] if (at := bisect_right(ended, age)) else 1.0 for age in _AGES]
        self._survival = tuple(_with_tail(shares))
        self._area = tuple(_areas(self._survival))


def _with_tail(shares: list[float]) -> list[float]:
    """The same curve with a hazard of at least 1 / age beyond the median, and of just that where none took longer.

    What hangs for longer than anything took would otherwise be taken to end at any moment, and be read all the time.
    """
    out = [1.0]
    for (age, later), (share, next_share) in zip(pairwise(_AGES), pairwise(shares), strict=True):
        ratio = next_share / share if share > 0 else age / later
        ratio = min(ratio, age / later) if share <= 0.5 else ratio
        out.append(out[-1] * max(ratio, math.exp(-2.0)))
    return out


def _areas(shares: tuple[float, ...]) -> list[float]:
    out = [0.0]
    for (age, later), (share, next_share) in zip(pairwise(_AGES), pairwise(shares), strict=True):
        out.append(out[-1] + (later - age) * (share + next_share) / 2)
    return out
