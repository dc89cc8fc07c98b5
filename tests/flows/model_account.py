"""A made-up account that changes, fails and lies by order, and remembers what every answer has shown of it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from random import Random
from typing import Any

from bot.domain.request import LipsyncRequest, Page
from bot.errors import BadRequestError, ChamelaionError, RateLimitedError, UnavailableError
from tests.builders import NOON, uuid
from tests.fakes import FakeChamelaion, newest_first

LATENCY = 0.05  # seconds
TIMEOUT = 10.0
REASONS = ("no face detected", "video URL is not accessible")


def _mixed(row: LipsyncRequest) -> float:
    return Random(row.id).random()  # noqa: S311 - an order, not a secret


ORDERS: dict[str, Callable[[LipsyncRequest], Any]] = {
    "newest first": newest_first,
    "oldest first": lambda row: (-row.created_at.timestamp(), row.id),
    "mixed": _mixed,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of an answer: the `number` of that answer, and when it was given (our seconds that nobody can set)."""

    number: int
    at: float
    row: LipsyncRequest


@dataclass
class ModelAccount(FakeChamelaion):
    """Its clock goes by the seconds that nobody can set, ahead of them by `ahead` seconds.

    `answers` counts the answers given; those after `kept` may have been lost with the process that asked for them. At
    `kill_in` further calls the caller waits for ever, `reached` says so. `meanwhile` has what changes just before which
    call is answered. The next `stale` answers are older ones. An answer takes `latency` seconds.
    """

    ahead: float = 0.0
    latency: float = LATENCY
    answers: int = 0
    kept: int = 0
    process: int = 0
    stale: int = 0
    kill_in: int | None = None
    meanwhile: list[tuple[int, Callable[["ModelAccount"], None]]] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    shown: defaultdict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    lost: set[int] = field(default_factory=set)  # the numbers of answers that may never have been recorded
    called: list[tuple[int, float]] = field(default_factory=list)  # by which process, and when
    troubled_at: float = float("-inf")
    refusals: int = 0  # 429s that this process has got
    lied: bool = False
    taken_back: set[str] = field(default_factory=set)  # requests whose outcome it changed
    left: set[str | None] = field(default_factory=set)  # references of which it lists a request no more
    inserted: dict[str, float] = field(default_factory=dict)
    _before: list[LipsyncRequest] = field(default_factory=list)  # as it was some changes ago
    _made: int = 0

    # --- what happens in it ---

    @property
    def is_mixed(self) -> bool:
        """Whether its list has no order."""
        return self.order is _mixed

    @property
    def now(self) -> datetime:
        """What its clock shows."""
        return self.of(self.clock.monotonic())

    def of(self, monotonic: float) -> datetime:
        """What its clock shows when ours, that nobody can set, shows this."""
        return NOON + timedelta(seconds=monotonic + self.ahead)

    def remember(self) -> None:
        """As it is now, stale answers show it from now on."""
        self._before = list(self.rows)

    def recover(self) -> None:
        """From now on it answers, and tells the truth."""
        self.faults.clear()
        self.broken = set()
        self.stale = 0

    def insert(self, reference: str | None, count: int, *, age: float = 0.0) -> None:
        """So many new requests, all created in the same moment."""
        created = self.now - timedelta(seconds=age)
        for _ in range(count):
            self._made += 1
            number = Random(self._made).getrandbits(48) * 10_000 + self._made  # noqa: S311 - an order, not a secret
            self.inserted[uuid(number)] = self.clock.monotonic()
            self.rows.append(LipsyncRequest(uuid(number), created, "queued", reference_id=reference))

    def move(self, row: LipsyncRequest, status: str, *, reason: str = REASONS[0], age: float = 0.0) -> None:
        """A request goes on, back or to its end, so many seconds ago."""
        if row.is_terminal:
            self.taken_back.add(row.id)
        at = max(self.now - timedelta(seconds=age), row.created_at)
        ends = status in ("completed", "failed", "canceled")
        self.set(
            [
                replace(
                    row,
                    status=status,
                    started_at=None if status == "queued" else row.started_at or at,
                    finished_at=at if ends else None,
                    error_message=reason if status == "failed" else None,
                    output_url=f"https://storage.example/{row.id}.mp4" if status == "completed" else None,
                )
            ]
        )

    def delete(self, row: LipsyncRequest) -> None:
        """The account lists it no more."""
        self.rows.remove(row)
        self.left.add(row.reference_id)

    def listed(self, reference: str) -> set[str]:
        """The ids of its requests."""
        return {row.id for row in self.rows if row.reference_id == reference}

    def in_order(self, rows: Iterable[LipsyncRequest]) -> list[LipsyncRequest]:
        """Rows in the order in which they were sent, whatever the order of the list."""
        return sorted(rows, key=lambda row: (row.created_at, row.id))

    # --- what it answers ---

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        self.called.append((self.process, self.clock.monotonic()))
        asked_at = self.clock.now()
        await self._wait_for_ever_if_killed()
        await self._fail(reference_id)
        self._change()
        if self.refuses_large and limit > self.largest_page:
            raise BadRequestError("the API answered 400: invalid limit")
        rows = [row for row in self._listed() if reference_id in (None, row.reference_id)]
        rows.sort(key=self.order, reverse=True)
        size = min(limit, self.largest_page)
        page = rows[offset : offset + size]
        self._show(page)
        api_now = self.now.replace(microsecond=0)
        await self.clock.sleep(self.latency)
        return Page(tuple(page), offset, size, len(rows), asked_at, self.clock.now(), api_now)

    async def _wait_for_ever_if_killed(self) -> None:
        if self.kill_in is None:
            return
        self.kill_in -= 1
        if self.kill_in <= 0:
            self.reached.set()
            await asyncio.Event().wait()

    @property
    def asked(self) -> int:
        """How many calls there were."""
        return len(self.called)

    def _change(self) -> None:
        due = [change for at, change in self.meanwhile if at <= self.asked]
        self.meanwhile = [each for each in self.meanwhile if each[0] > self.asked]
        for change in due:
            change(self)

    async def _fail(self, reference_id: str | None) -> None:
        fault: ChamelaionError | None = self.faults.pop(0) if self.faults else None
        if fault is None and reference_id in self.broken:
            fault = UnavailableError("the API answered 500")
        if fault is not None:
            await self.clock.sleep(TIMEOUT if "time" in str(fault) else LATENCY)
            self.troubled_at = self.clock.monotonic()
            self.refusals += isinstance(fault, RateLimitedError)
            raise fault

    def _listed(self) -> Sequence[LipsyncRequest]:
        if not self.stale:
            return self.rows
        self.stale -= 1
        self.lied = True
        self.troubled_at = self.clock.monotonic()
        return self._before

    def _show(self, page: Sequence[LipsyncRequest]) -> None:
        self.answers += 1
        for row in page:
            self.shown[row.id].append(Shown(self.answers, self.clock.monotonic(), row))

    def calls_since(self, monotonic: float) -> int:
        """How many calls the present process has made since then."""
        mine = takewhile(lambda call: call[0] == self.process and call[1] >= monotonic, reversed(self.called))
        return sum(1 for _ in mine)

    # --- what became of the answers ---

    def keep(self) -> None:
        """Whoever asked has written down every answer so far."""
        self.kept = self.answers

    def lose(self) -> None:
        """Whoever asked died: of the answers since then nobody knows which were written down."""
        self.lost |= set(range(self.kept + 1, self.answers + 1))
        self.kept = self.answers

    def outcomes(self, request_id: str) -> list[Shown]:
        """The answers that may have been the first to show the bot its outcome; the last of them surely did."""
        found = []
        for shown in self.shown[request_id]:
            if shown.row.is_terminal:
                found.append(shown)
                if shown.number not in self.lost:
                    return found
        return found

    def is_known_ended(self, request_id: str) -> bool:
        """Whether an answer that was surely written down has shown its outcome."""
        return any(shown.row.is_terminal and shown.number not in self.lost for shown in self.shown[request_id])

    def was_corrected(self, request_id: str) -> bool:
        """Whether an answer has shown another state after its outcome."""
        ended: LipsyncRequest | None = None
        for shown in self.shown[request_id]:
            if ended is not None and shown.row != ended:
                return True
            if shown.row.is_terminal:
                ended = shown.row
        return False
