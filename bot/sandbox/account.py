"""A made-up Chamelaion account whose requests move as the clock does: the same seed tells the same story."""

import heapq
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import log
from random import Random
from typing import Literal
from uuid import UUID

from bot.domain.request import LipsyncRequest
from bot.ports import Clock

Order = Literal["newest_first", "oldest_first", "shuffled", "unstable"]

FAILURE_KINDS = (
    "video URL is not accessible",
    "no face detected",
    "audio track is longer than video: {seconds} s > 120 s",
    "could not download {url}: status 403",
    "worker {id} ran out of memory at frame {frame}",
)

MEDIAN_SECONDS = 65.0
SPREAD = 0.6
PICKUP_SECONDS = 4.0
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Job:
    """One request over its whole life: `end` is how it looks at last, `starts_at` and `ends_at` are the plan.

    A request without a plan is shown as it is. `place` is its draw in a shuffled list, `serial` settles ties.
    """

    end: LipsyncRequest
    serial: int
    place: float
    seconds: float | None = None
    starts_at: datetime = NEVER
    ends_at: datetime = NEVER
    shown: LipsyncRequest | None = None

    def plan(self, start: datetime) -> None:
        self.starts_at, self.ends_at = start, start + timedelta(seconds=self.seconds or 0)
        self.shown = None

    def seen_at(self, now: datetime) -> LipsyncRequest:
        if self.seconds is None:
            return self.end
        status = self.end.status if self.ends_at <= now else "processing" if self.starts_at <= now else "queued"
        if self.shown is None or self.shown.status != status:
            self.shown = self._dressed(status)
        return self.shown

    def _dressed(self, status: str) -> LipsyncRequest:
        if status == self.end.status:
            return replace(self.end, started_at=self.starts_at, finished_at=self.ends_at)
        started = self.starts_at if status == "processing" else None
        return replace(self.end, status=status, started_at=started, output_url=None, error_message=None)


class Account:
    """The account of one API key. `slots` requests run at a time; `speed` shortens durations, not the clock.

    The state at any moment is computed from the plan; what has started is never planned again.
    """

    def __init__(
        self, clock: Clock, *, seed: int = 0, slots: int = 8, speed: float = 1.0, order: Order = "newest_first"
    ) -> None:
        self.order: Order = order
        self._clock = clock
        self._random = Random(seed)  # noqa: S311 - made-up data, not secrets
        self._shuffler = Random(seed)  # noqa: S311 - its own, so that looking changes no story
        self._slots = slots
        self._speed = speed
        self._jobs: dict[str, _Job] = {}
        self._serials = count()
        self._sorted: list[_Job] = []

    def submit(
        self,
        reference_id: str | None,
        number: int,
        *,
        over_seconds: float = 0,
        failure_share: float = 0.0,
        failure_kinds: Sequence[str] = FAILURE_KINDS,
        speed: float | None = None,
    ) -> list[str]:
        """Send `number` requests, evenly over `over_seconds` from now; answers their ids. `speed` is theirs alone.

        Each fails with probability `failure_share` with one of `failure_kinds`, whose `{url}`, `{id}`, `{seconds}`
        and `{frame}` are drawn anew for every request.
        """
        now = self._clock.now()
        arrivals = (now + timedelta(seconds=over_seconds * n / number) for n in range(number))
        pace = speed or self._speed
        ids = [self._draw(reference_id, at, failure_share, failure_kinds, pace) for at in arrivals]
        self._replan(now)
        return ids

    def add(self, request: LipsyncRequest) -> None:
        """Put a request into the list exactly as it is; it stays so until it is replaced."""
        if request.id in self._jobs:
            raise ValueError(f"there is a request {request.id} already")
        self._put(request)
        self._replan(self._clock.now())

    def replace(self, request: LipsyncRequest) -> None:
        """Show this instead of the request with its id, from now on."""
        self._fix(request)
        self._replan(self._clock.now())

    def remove(self, request_id: str) -> None:
        """Take a request out of the list, as if it had never been."""
        del self._jobs[request_id]
        self._replan(self._clock.now())

    def fail(self, request_id: str, message: str) -> None:
        """Let a request fail now, whatever it was doing."""
        now = self._clock.now()
        shown = self._jobs[request_id].seen_at(now)
        self.replace(replace(shown, status="failed", finished_at=now, error_message=message, output_url=None))

    def finish(self, reference_id: str) -> None:
        """Let every open request of a reference come to its end now, those still to be sent included."""
        now = self._clock.now()
        for job in [job for job in self._jobs.values() if job.end.reference_id == reference_id]:
            shown = job.seen_at(now)
            if not shown.is_terminal:
                created, started = min(shown.created_at, now), shown.started_at or now
                self._fix(replace(_ended(job.end), created_at=created, started_at=started, finished_at=now))
        self._replan(now)

    @property
    def speed(self) -> float:
        """How much shorter clips take than in real life."""
        return self._speed

    def hasten(self, speed: float) -> None:
        """Let clips take so much less time from now on; of those in work it is what is left that changes."""
        now, ratio = self._clock.now(), self._speed / speed
        self._speed = speed
        for job in self._jobs.values():
            if job.seconds is not None and job.ends_at > now:
                spent = max((now - job.starts_at).total_seconds(), 0)
                job.seconds = spent + (job.seconds - spent) * ratio
                job.ends_at = job.starts_at + timedelta(seconds=job.seconds)
        self._replan(now)

    def find(self, key: str, now: datetime) -> LipsyncRequest | None:
        """The request with this id, else the newest of this reference, as it looks at `now`."""
        job = self._jobs.get(key)
        if job is not None and job.end.created_at <= now:
            return job.seen_at(now)
        named = [job for job in self._arrived(now) if job.end.reference_id == key]
        return named[-1].seen_at(now) if named else None

    def requests(self, now: datetime, reference_id: str | None = None) -> list[LipsyncRequest]:
        """All requests that exist at `now`, or those of one reference, in the account's order."""
        jobs = [j for j in self._arrived(now) if reference_id is None or j.end.reference_id == reference_id]
        match self.order:
            case "newest_first":
                jobs.reverse()
            case "shuffled":
                jobs.sort(key=lambda job: job.place)
            case "unstable":
                self._shuffler.shuffle(jobs)
            case "oldest_first":
                pass
        return [job.seen_at(now) for job in jobs]

    def _arrived(self, now: datetime) -> list[_Job]:
        return self._sorted[: bisect_right(self._sorted, now, key=lambda job: job.end.created_at)]

    def _put(self, request: LipsyncRequest, seconds: float | None = None) -> None:
        self._jobs[request.id] = _Job(request, next(self._serials), self._random.random(), seconds)

    def _fix(self, request: LipsyncRequest) -> None:
        old = self._jobs[request.id]
        self._jobs[request.id] = _Job(request, old.serial, old.place)

    def _draw(
        self,
        reference_id: str | None,
        created_at: datetime,
        failure_share: float,
        failure_kinds: Sequence[str],
        speed: float,
    ) -> str:
        draw = self._random
        request_id = _uuid(draw)
        request = LipsyncRequest(request_id, created_at, "processing", reference_id=reference_id)
        message = _filled(draw.choice(failure_kinds), draw) if draw.random() < failure_share else None
        self._put(_ended(request, message), draw.lognormvariate(log(MEDIAN_SECONDS), SPREAD) / speed)
        return request_id

    def _replan(self, now: datetime) -> None:
        """Give every planned request that has not started the next free slot, first come first served."""
        self._sorted = sorted(self._jobs.values(), key=lambda job: (job.end.created_at, job.serial))
        planned = [job for job in self._sorted if job.seconds is not None]
        free = [job.ends_at for job in planned if job.starts_at <= now < job.ends_at]
        free += [now] * (self._slots - len(free))
        heapq.heapify(free)
        pickup = timedelta(seconds=PICKUP_SECONDS / self._speed)
        for job in planned:
            if job.starts_at > now:
                job.plan(max(job.end.created_at + pickup, free[0]))
                heapq.heapreplace(free, job.ends_at)


def _ended(request: LipsyncRequest, message: str | None = None) -> LipsyncRequest:
    """The request as it looks at last; a request that ended already stays as it is."""
    if request.is_terminal:
        return request
    if message is not None:
        return replace(request, status="failed", error_message=message)
    return replace(request, status="completed", output_url=f"https://storage.chamelaion.com/output/{request.id}.mp4")


def _uuid(draw: Random) -> str:
    return str(UUID(int=draw.getrandbits(128), version=4))


def _filled(kind: str, draw: Random) -> str:
    url = f"https://media.example.com/takes/{_uuid(draw)}.mp4?signature={draw.getrandbits(64):016x}"
    values = {"url": url, "id": _uuid(draw), "seconds": f"{draw.uniform(120, 300):.1f}"}
    values["frame"] = str(draw.randrange(1, 5000))
    return re.sub(r"\{(url|id|seconds|frame)\}", lambda match: values[match[1]], kind)
