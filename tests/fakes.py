"""The only stand-ins: a clock that is moved by hand, a Chamelaion that lists rows, a chat that remembers."""

import asyncio
import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.announcement import Said
from bot.domain.delivery import HistoryPage, Manner, Posted, Shown
from bot.domain.home import HomeFacts
from bot.domain.request import LipsyncRequest, Page
from bot.domain.sheet import File
from bot.errors import (
    BadRequestError,
    ChamelaionError,
    NoMessageError,
    NoSuchRequestError,
    SlackBusyError,
    SlackError,
    UnavailableError,
)
from tests.builders import NOON

BOT = "UBOT"


class FakeClock:
    """Time that passes only when told to; sleepers wake in order."""

    def __init__(self, now: datetime = NOON) -> None:
        self._began = now
        self._passed = timedelta()
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._began + self._passed

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    def step(self, seconds: float) -> None:
        """Somebody sets the wall clock forward or back; no time passes."""
        self._began += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + timedelta(seconds=seconds), self._count, future))
        await future

    def pass_time(self, seconds: float) -> datetime:
        """Move on, and wake whoever slept until then; the new present."""
        self._passed += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
        return self.now()

    @property
    def sleeping(self) -> int:
        """How many are asleep."""
        return sum(1 for _, _, future in self._sleepers if not future.done())


class HastyClock(FakeClock):
    """A clock whose sleepers do not wait: sleeping moves it on."""

    async def sleep(self, seconds: float) -> None:
        self._passed += timedelta(seconds=max(seconds, 0))
        await asyncio.sleep(0)


def newest_first(request: LipsyncRequest) -> tuple[datetime, str]:
    """The order of a list that begins with what was sent last."""
    return request.created_at, request.id


@dataclass
class FakeChamelaion:
    """Lists `rows`, the greatest by `order` first, in pages of at most `largest_page`; raises from `faults` first.

    With `refuses_large` a larger page is refused instead of cut.
    """

    clock: FakeClock
    rows: list[LipsyncRequest] = field(default_factory=list)
    largest_page: int = 100
    faults: list[ChamelaionError | None] = field(default_factory=list)
    calls: list[tuple[str | None, int]] = field(default_factory=list)
    broken: set[str | None] = field(default_factory=set)
    gate: asyncio.Event | None = None
    skew: timedelta = timedelta()
    order: Callable[[LipsyncRequest], Any] = newest_first
    refuses_large: bool = False

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        self.calls.append((reference_id, offset))
        asked_at = self.clock.now()
        if self.gate is not None:
            await self.gate.wait()
        self._fault()
        if reference_id in self.broken:
            raise UnavailableError("the API answered 500")
        rows = [r for r in self.rows if reference_id is None or r.reference_id == reference_id]
        rows.sort(key=self.order, reverse=True)
        if self.refuses_large and limit > self.largest_page:
            raise BadRequestError("the API answered 400: invalid limit")
        size = min(limit, self.largest_page)
        api_now = (self.clock.now() + self.skew).replace(microsecond=0)
        return Page(tuple(rows[offset : offset + size]), offset, size, len(rows), asked_at, self.clock.now(), api_now)

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        self.calls.append((request_id, -1))
        self._fault()
        for row in self.rows:
            if row.id == request_id.lower():
                return row
        raise NoSuchRequestError("lipsync request not found")

    def _fault(self) -> None:
        if self.faults and (fault := self.faults.pop(0)):
            raise fault

    def set(self, rows: Sequence[LipsyncRequest]) -> None:
        """Replace the rows of the same ids, add the others."""
        fresh = {row.id: row for row in rows}
        self.rows = [row for row in self.rows if row.id not in fresh] + list(rows)


@dataclass
class FakeChat:
    """Remembers what was posted; `faults` are raised in order, `after` of them once the message is in."""

    clock: FakeClock
    messages: list[tuple[str, str, Said, datetime]] = field(default_factory=list)
    edits: list[tuple[Posted, Said]] = field(default_factory=list)
    faults: list[SlackError | None] = field(default_factory=list)
    after: list[SlackError | None] = field(default_factory=list)
    find_faults: list[SlackError] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)
    edited_repeats: list[str] = field(default_factory=list)
    finds: int = 0
    closed: dict[str, SlackError] = field(default_factory=dict)
    gone: bool = False
    manners: dict[str, Manner] = field(default_factory=dict)
    edit_manners: list[Manner] = field(default_factory=list)
    most_a_page: int = 15
    find_pause: float = 0
    pages: list[str] = field(default_factory=list)
    _found_at: float = -math.inf
    unseen: set[str] = field(default_factory=set)
    deleted: list[str] = field(default_factory=list)
    delete_faults: list[SlackError] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)
    looked_at: list[str] = field(default_factory=list)
    look_faults: list[SlackError] = field(default_factory=list)
    files: list[tuple[str, File]] = field(default_factory=list)
    file_faults: list[SlackError | None] = field(default_factory=list)

    async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
        await asyncio.sleep(0)
        self.manners[delivery_id] = manner
        if place in self.closed:
            raise self.closed[place]
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.messages.append((place, delivery_id, said, self.clock.now()))
        if repeat:
            self.repeats.append(delivery_id)
        if self.after and (fault := self.after.pop(0)):
            raise fault
        return Posted(place, str(len(self.messages)))

    async def update(self, posted: Posted, said: Said, manner: Manner, *, repeat: bool = False) -> None:
        await asyncio.sleep(0)
        if self.gone:
            raise NoMessageError("message_not_found")
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.edits.append((posted, said))
        if repeat:
            self.edited_repeats.append(posted.ts)
        self.edit_manners.append(manner)

    async def find(
        self, place: str, since: datetime, until: datetime, *, thread_ts: str | None = None, cursor: str | None = None
    ) -> HistoryPage:
        await asyncio.sleep(0)
        self.finds += 1
        if self.find_faults:
            raise self.find_faults.pop(0)
        if (wait := self.find_pause - (self.clock.monotonic() - self._found_at)) > 0:
            raise SlackBusyError(timedelta(seconds=wait))
        self._found_at = self.clock.monotonic()
        self.pages.append(place)
        assert thread_ts is None
        found = [
            Shown(delivery, Posted(place, str(number)), BOT)
            for number, (where, delivery, _, posted_at) in enumerate(self.messages, 1)
            if where == place and since <= posted_at <= until and str(number) not in self.unseen
        ]
        start, found = int(cursor or 0), found[::-1]
        more = start + self.most_a_page < len(found)
        page = tuple(found[start : start + self.most_a_page])
        return HistoryPage(page, str(start + self.most_a_page) if more else None)

    async def delete(self, posted: Posted) -> None:
        await asyncio.sleep(0)
        if self.delete_faults:
            raise self.delete_faults.pop(0)
        self.deleted.append(posted.ts)
        self.unseen.add(posted.ts)

    async def is_shared(self, place: str) -> bool:
        await asyncio.sleep(0)
        self.looked_at.append(place)
        if self.look_faults:
            raise self.look_faults.pop(0)
        return place in self.shared

    async def hand(self, person: str, file: File) -> None:
        await asyncio.sleep(0)
        if self.file_faults and (fault := self.file_faults.pop(0)):
            raise fault
        self.files.append((person, file))

    @property
    def kinds(self) -> list[str]:
        """The kinds of what was posted, in order."""
        return [said.kind for _, _, said, _ in self.messages]


@dataclass
class FakeHomeTab:
    """Remembers what was shown; waits for `gate`, then raises from `faults`. Homes look alike as their drawings do."""

    shown: list[HomeFacts] = field(default_factory=list)
    faults: list[SlackError | None] = field(default_factory=list)
    gate: asyncio.Event | None = None
    tries: int = 0

    def digest(self, facts: HomeFacts) -> str:
        return str([(one.watch.reference_id, one.progress, one.muted_until) for one in facts.watches])

    async def publish(self, facts: HomeFacts) -> None:
        self.tries += 1
        if self.gate:
            await self.gate.wait()
        if self.faults and (fault := self.faults.pop(0)):
            raise fault
        self.shown.append(facts)
