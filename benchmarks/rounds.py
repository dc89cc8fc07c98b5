"""Measuring side by side: every round times each candidate in turn, so that a noisy moment falls on all of them."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Candidate = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one call took in one round, in seconds: on the clock, and of this process's processor time."""

    wall: float
    cpu: float


async def side_by_side(candidates: Mapping[str, Candidate], *, rounds: int, calls: int) -> dict[str, list[Sample]]:
    """Time `calls` calls of every candidate in each round, after one that does not count."""
    taken: dict[str, list[Sample]] = {name: [] for name in candidates}
    for candidate in candidates.values():
        await candidate()
    for _ in range(rounds):
        for name, candidate in candidates.items():
            taken[name].append(await _timed(candidate, calls))
    return taken


async def _timed(candidate: Candidate, calls: int) -> Sample:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        await candidate()
    return Sample((time.perf_counter() - wall) / calls, (time.process_time() - cpu) / calls)


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of the rounds' ratios."""
    return median(this / that for this, that in zip(these, those, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
