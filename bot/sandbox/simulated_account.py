"""A made-up account at the API, and a clock whose sleepers do not wait: sleeping moves it on."""

import asyncio
import math
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from bot.domain.places import Order
from bot.domain.request import LipsyncRequest, Page
from bot.errors import NoSuchRequestError
from bot.ports import Clock

BEGAN = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
_BETWEEN = 0.2  # seconds between two requests of a batch
_TAIL_SHAPE = 1.1  # of a Pareto distribution
_LONGEST = 1_800.0  # seconds of processing


@dataclass(frozen=True, slots=True)
class Model:
    """What goes on in the account; times are in seconds.

    `references` are watched and have `a_day` requests each; they are the share `watched` of all. Requests come in
    batches of `batch` on average, wait about `queued`, and are processed for about `median` (a lognormal with `sigma`);
    a share of `tail` takes much longer, up to half an hour, and a share of `failing` fails. `busy` is how much more
    than on average goes on. A call takes `latency`.
    """

    references: int = 1_000
    a_day: float = 20.0
    watched: float = 0.1
    page_size: int = 100
    order: Order = Order.NEWEST_FIRST
    batch: float = 5.0
    queued: float = 20.0
    median: float = 90.0
    sigma: float = 0.6
    tail: float = 0.03
    failing: float = 0.04
    busy: float = 1.5
    latency: float = 0.2


@dataclass(slots=True, eq=False)
class Job:
    """One request, with all that will become of it; times are seconds since the beginning."""

    id: str
    reference: int
    created: float
    started: float
    finished: float
    fails: bool
    watched: bool
    place: int = 0
    shown: LipsyncRequest | None = None

    def at(self, now: float) -> LipsyncRequest:
        """As the API shows it at this time."""
        status = "queued" if now < self.started else "processing" if now < self.finished else self._outcome
        if self.shown is None or self.shown.status != status:
            self.shown = self._as(status)
        return self.shown

    @property
    def _outcome(self) -> str:
        return "failed" if self.fails else "completed"

    def _as(self, status: str) -> LipsyncRequest:
        return LipsyncRequest(
            id=self.id,
            created_at=moment(self.created),
            status=status,
            started_at=None if status == "queued" else moment(self.started),
            finished_at=moment(self.finished) if status == self._outcome else None,
            output_url=f"https://storage.invalid/{self.id}.mp4" if status == "completed" else None,
            error_message="no face detected" if status == "failed" else None,
            reference_id=name_of(self.reference),
        )


def name_of(reference: int) -> str:
    """The reference id of this number."""
    return f"batch-{reference}"


def moment(seconds: float) -> datetime:
    """So many seconds after the beginning, on the API's clock."""
    return BEGAN + timedelta(seconds=seconds)


class Jobs:
    """All requests that come within some `seconds`; the list is empty at the beginning."""

    def __init__(self, model: Model, seconds: float, seed: int) -> None:
        self.model = model
        chance = Random(seed)  # noqa: S311 - a made-up account, no secrets
        everybody = max(round(model.references / model.watched), model.references)
        made = [*_made(model, chance, 0, model.references, seconds)]
        made += _made(model, chance, model.references, everybody, seconds)
        self.all = sorted(made, key=lambda job: job.created)
        self.of: dict[int, list[Job]] = {}
        for place, job in enumerate(self.all, 1):
            job.place, job.id = place, f"{seed:08x}-0000-4000-8000-{place:012x}"
            self.of.setdefault(job.reference, []).append(job)
        self._times = [job.created for job in self.all]
        self._times_of = {number: [job.created for job in jobs] for number, jobs in self.of.items()}

    def total(self, now: float) -> int:
        """How many there are by now."""
        return bisect_right(self._times, now)

    def total_of(self, reference: int, now: float) -> int:
        """How many there are by now of one reference."""
        return bisect_right(self._times_of.get(reference, []), now)

    def ended(self, began: float, until: float) -> list[Job]:
        """The watched ones that end between these times, in that order."""
        return sorted(
            (job for job in self.all if job.watched and began <= job.finished < until), key=lambda job: job.finished
        )


def _made(model: Model, chance: Random, low: int, high: int, seconds: float) -> Iterator[Job]:
    left = round((high - low) * model.a_day / 86_400 * model.busy * seconds)
    while left > 0:
        rest = chance.expovariate(1 / (model.batch - 1)) if model.batch > 1 else 0.0
        count = min(1 + int(rest + 0.5), left)
        left -= count
        reference, created = chance.randrange(low, high), chance.uniform(0, seconds)
        for number in range(count):
            began = created + number * _BETWEEN
            started = began + (chance.expovariate(1 / model.queued) if model.queued else 0.0)
            ends = started + _processing(model, chance)
            fails = chance.random() < model.failing
            yield Job("", reference, began, started, ends, fails, reference < model.references)


def _processing(model: Model, chance: Random) -> float:
    if chance.random() < model.tail:
        return min(_LONGEST, model.median * chance.paretovariate(_TAIL_SHAPE))
    return chance.lognormvariate(math.log(model.median), model.sigma)


class SimulatedClock:
    """Begins at `BEGAN`; sleeping moves it on at once, but only once for all who begin at the same moment."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        """The present."""
        return moment(self._passed)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Move on; others go first."""
        until = self._passed + max(seconds, 0.0)
        await asyncio.sleep(0)
        self._passed = max(self._passed, until)


def _nowhere_near(job: Job) -> int:
    """Sorts requests so that neighbours in time are none in the list."""
    return job.place * 2_654_435_761 % 2**32


@dataclass(slots=True)
class SimulatedAccount:
    """The API in front of the jobs: notes when it was called, and when it first showed each outcome."""

    jobs: Jobs
    clock: Clock
    calls: list[float] = field(default_factory=list)
    of_references: int = 0
    found: dict[str, float] = field(default_factory=dict)
    _mixed: list[Job] = field(default_factory=list)

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """One page, as large as the account gives."""
        asked_at = self.clock.now()
        self.calls.append(self.clock.monotonic())
        self.of_references += reference_id is not None
        await self.clock.sleep(self.jobs.model.latency / 2)
        now = self.clock.monotonic()
        size = min(limit, self.jobs.model.page_size)
        shown, total = self._listed(reference_id, now, offset, size)
        rows = tuple(job.at(now) for job in shown)
        await self.clock.sleep(self.jobs.model.latency / 2)
        for job in shown:
            if job.finished <= now and job.watched:
                self.found.setdefault(job.id, self.clock.monotonic())
        told = moment(now).replace(microsecond=0)
        return Page(rows, offset, size, total, asked_at, self.clock.now(), told)

    def _listed(self, reference_id: str | None, now: float, offset: int, size: int) -> tuple[list[Job], int]:
        jobs, total = self.jobs.all, self.jobs.total(now)
        if self.jobs.model.order is Order.NONE:
            for job in jobs[len(self._mixed) : total]:
                insort(self._mixed, job, key=_nowhere_near)
            jobs = self._mixed
        if reference_id is not None:
            number = int(reference_id.rpartition("-")[2])
            jobs, total = self.jobs.of.get(number, []), self.jobs.total_of(number, now)
        if self.jobs.model.order is Order.OLDEST_FIRST:
            return jobs[min(offset, total) : min(offset + size, total)], total
        high = max(total - offset, 0)
        return jobs[max(high - size, 0) : high][::-1], total

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        """One request; the planner does not ask for any by itself."""
        raise NoSuchRequestError(request_id)
