"""Other ways to look at a made-up account, which the planner is held against: polling, sweeping, knowing everything."""

import heapq
import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.simulated_account import Job, Jobs
from bot.sandbox.simulation import Figures, Plan, figures

EVERY = 30.0  # seconds between two looks at the same thing
_OVERLAP = 3  # rows


@dataclass(slots=True)
class _Caller:
    """Makes calls as fast as the budget lets it, and notes what they show."""

    jobs: Jobs
    plan: Plan
    now: float = 0.0
    calls: list[float] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)

    def call(self, not_before: float = 0.0) -> float:
        """Make the next call; returns which moment its answer shows."""
        pace = 60 / self.plan.calls_per_minute
        free = self.calls[-1] + pace if self.calls else 0.0
        at = max(self.now, not_before, free)
        self.calls.append(at)
        self.now = at + self.jobs.model.latency
        return at + self.jobs.model.latency / 2

    def find(self, job: Job) -> None:
        """The last call has shown that this request ended."""
        self.found.setdefault(job.id, self.now)

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return self.now < self.plan.ends

    def figures(self, name: str) -> Figures:
        """What this way of looking has reached in the measured time."""
        return figures(name, self.plan, self.jobs, self.calls, self.found)


def polling(jobs: Jobs, plan: Plan) -> Figures:
    """The newest page of each watched reference every 30 s, or as often as the budget allows."""
    caller = _Caller(jobs, plan)
    due = [(EVERY * number / jobs.model.references, number) for number in range(jobs.model.references)]
    while caller.goes_on and due:
        at, reference = due[0]
        shown_at = caller.call(at)
        heapq.heapreplace(due, (max(at + EVERY, shown_at), reference))
        total = jobs.total_of(reference, shown_at)
        for job in jobs.of.get(reference, [])[max(total - jobs.model.page_size, 0) : total]:
            if job.finished <= shown_at:
                caller.find(job)
    return caller.figures("per reference, every 30 s")


def sweeping(jobs: Jobs, plan: Plan) -> Figures:
    """The account's list from its newest page down to the oldest open request that is watched, every 30 s."""
    caller = _Caller(jobs, plan)
    is_open: dict[int, Job] = {}
    seen, at = 0, 0.0
    while caller.goes_on:
        at = max(at + EVERY, caller.now)
        newest, seen = seen, jobs.total(at)
        top = None
        while caller.goes_on:
            shown_at = caller.call(at)
            top = jobs.total(shown_at) if top is None else top
            low = max(top - jobs.model.page_size, 0)
            for job in jobs.all[low:top]:
                _saw(caller, job, shown_at, is_open)
            lowest = min(is_open, default=math.inf)
            if low == 0 or low < min(newest + 1, lowest):
                break
            top = low + _OVERLAP
    return caller.figures("sweep, every 30 s")


def _saw(caller: _Caller, job: Job, shown_at: float, is_open: dict[int, Job]) -> None:
    if not job.watched:
        return
    if job.finished > shown_at:
        is_open[job.place] = job
        return
    is_open.pop(job.place, None)
    caller.find(job)


def clairvoyant(jobs: Jobs, plan: Plan) -> Figures:
    """Who knows when everything ends calls only when something is about to be late, for as much as one page shows."""
    caller = _Caller(jobs, plan)
    waiting: list[tuple[int, Job]] = []  # by place
    coming = iter(jobs.ended(0.0, plan.ends))
    following = next(coming, None)
    by_deadline: list[tuple[float, int, Job]] = []
    while caller.goes_on and (by_deadline or following):
        first = by_deadline[0][0] if by_deadline else math.inf
        latest = max(first - jobs.model.latency, caller.now)
        if following is not None and following.finished <= latest:
            heapq.heappush(by_deadline, (following.finished + plan.within, following.place, following))
            insort(waiting, (following.place, following), key=_place)
            following = next(coming, None)
            continue
        if by_deadline[0][2].id in caller.found:
            heapq.heappop(by_deadline)
            continue
        shown_at = caller.call(first - jobs.model.latency)
        for job in list(_best_page(waiting, by_deadline[0][2], jobs.model.page_size)):
            if job.finished <= shown_at:
                caller.find(job)
                del waiting[bisect_left(waiting, job.place, key=_place)]
    return caller.figures("clairvoyant")


def _place(one: tuple[int, Job]) -> int:
    return one[0]


def _best_page(waiting: list[tuple[int, Job]], urgent: Job, size: int) -> Iterator[Job]:
    """What the page with the urgent request shows that has most of what waits to be found: of the list, or filtered."""
    of_reference = [job for _, job in waiting if job.reference == urgent.reference]
    first = bisect_left(waiting, urgent.place - size + 1, key=_place)
    last = bisect_right(waiting, urgent.place, key=_place)
    pages = []
    for low in range(first, last):
        high = bisect_right(waiting, waiting[low][0] + size - 1, key=_place)
        pages.append([job for _, job in waiting[low:high]])
    yield from max([of_reference, *pages], key=len)


def lower_bound(jobs: Jobs, plan: Plan) -> float:
    """Calls a minute without which nobody finds everything within `plan.within`, whatever he knows.

    A page shows so many rows at most, and no call serves two requests of which one is late before the other ends.
    """
    ended = jobs.ended(plan.begins, plan.ends)
    apart, free_from = 0, -math.inf
    for job in ended:
        if job.finished > free_from:
            apart, free_from = apart + 1, job.finished + plan.within
    return max(math.ceil(len(ended) / jobs.model.page_size), apart) / plan.minutes
