"""How an account works off its requests: how long they take, how often one finishes, and when that has stopped."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

LAST = 500  # durations and finishes: about an hour of a busy account, so that they follow what it does now
SHORTEST_PATIENCE = timedelta(minutes=10)  # what takes less is no trouble, however fast the account usually is
TIMES_USUAL = 3  # so many times longer than 95 of 100 is no chance any more
TIMES_GAP = 20  # between independent finishes, a gap of so many medians comes once in a million
OVERTAKEN_BY = 10  # that many started out of order are more than the slots that start at about the same time
OVERTAKEN_FOR = timedelta(minutes=1)  # what starts in the same moment is shown one by one: the next look may differ
LULL = 0.5  # of the patience without a finish: what is slow then may be all that is, so it is not told one by one
_MANY = 0.95


@dataclass(frozen=True, slots=True)
class Traffic:
    """The account as far as our memory has it; all times are the API's.

    `usual` is within what 95 of 100 requests were done, `gap` the median time between two finishes, `starts` are the
    creations and starts of those of the newest requests that have started.
    """

    usual: timedelta | None = None
    gap: timedelta | None = None
    last_finish: datetime | None = None
    starts: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def slow_after(self) -> timedelta:
        """How long a request may run before it is called slow."""
        return max(SHORTEST_PATIENCE, TIMES_USUAL * (self.usual or timedelta()))

    @property
    def patience(self) -> timedelta:
        """How long nothing may finish while something runs."""
        return max(SHORTEST_PATIENCE, TIMES_GAP * (self.gap or timedelta()))

    def overtaken_before(self, as_of: datetime) -> datetime | None:
        """What was created before this and still waits at `as_of` was overtaken by enough; None when nothing was."""
        ahead = sorted((created for created, started in self.starts if started <= as_of - OVERTAKEN_FOR), reverse=True)
        return ahead[OVERTAKEN_BY - 1] if len(ahead) >= OVERTAKEN_BY else None


def traffic_of(
    durations: Sequence[timedelta], finishes: Iterable[datetime], starts: Iterable[tuple[datetime, datetime]]
) -> Traffic:
    """Put together what is known: how long the last ones took, when the last ones ended, which were started last."""
    in_order = sorted(finishes)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(in_order)]
    longest_first = sorted(durations)
    return Traffic(
        usual=longest_first[math.ceil(_MANY * len(longest_first)) - 1] if longest_first else None,
        gap=timedelta(seconds=statistics.median(gaps)) if gaps else None,
        last_finish=in_order[-1] if in_order else None,
        starts=tuple(starts),
    )


@dataclass(frozen=True, slots=True)
class Running:
    """What runs of all that is watched and freshly read: so many, the oldest `since`, known to run still at `as_of`."""

    count: int
    since: datetime
    as_of: datetime


def silent_since(traffic: Traffic, running: Running) -> datetime:
    """Since when something has run and nothing finished."""
    return max(traffic.last_finish or running.since, running.since)


def is_stalled(traffic: Traffic, running: Running) -> bool:
    """Whether nothing has finished for too long.

    The oldest must have run for longer than 95 of 100 do: where many start together, many finish together.
    """
    silence = running.as_of - silent_since(traffic, running)
    return silence >= traffic.patience and running.as_of - running.since >= (traffic.usual or timedelta())


def is_lull(traffic: Traffic, running: Running) -> bool:
    """Whether a stall may be about to come, so that single requests are not told beforehand."""
    return running.as_of - silent_since(traffic, running) >= LULL * traffic.patience
