"""Look at the API, notice what changed, record it."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.budget import Purpose
from bot.domain.places import Coverage
from bot.domain.plan import after_trouble, due
from bot.domain.reading import Reading
from bot.domain.request import Page
from bot.domain.steps import ByReference, Call, Wait, Window
from bot.domain.under_way import NOTHING, under_way
from bot.errors import BadRequestError, ChamelaionError, StoreError, UnavailableError
from bot.flows.catch_up import CatchUp
from bot.flows.lookout import Lookout
from bot.flows.read import Readings
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
MOST_FAULTS_IN_A_ROW = 3  # after so many the API is taken to be away
MOST_STEPS = 10  # of one look: then what they have shown is told
LONGEST_SILENCE = 60.0  # seconds without an answer after which the API is taken to be away for everything
SOONEST = timedelta(seconds=0.2)  # until the next look, when nothing is worth a call now
_TOLERABLE = (UnavailableError, BadRequestError)  # something else may be readable


@dataclass(slots=True)
class Poll:
    """One look: the calls that are worth most now, some of them at once; then what they have shown is told."""

    readings: Readings
    lookout: Lookout
    source: Source
    store: Store
    clock: Clock
    vitals: Vitals
    rules: Rules
    catch_up: CatchUp
    chance: Callable[[], float] = random.random
    _failures: int = field(default=0, init=False)
    _faults: int = field(default=0, init=False)  # in a row
    _answered_at: float = field(default=-math.inf, init=False)
    _gap: int | None = field(default=None, init=False)  # the last one that was caught up with
    _told_filled: float = field(default=1.0, init=False)  # in the log: nothing needs to be told of a list read at once
    _unreadable: set[str | None] = field(default_factory=set, init=False)
    _each_at: float = field(default=-math.inf, init=False)  # when what is watched is next read one by one

    async def look(self) -> datetime:
        """Look once; returns when to look next. Trouble with the API is no error here: it is told, and tried again."""
        gap = await self.catch_up.begin()
        if gap is not None and gap != self._gap:
            self._gap = gap
            self.lookout.look_anew()
        self._faults = 0
        try:
            next_at = await self._look()
        except ChamelaionError:
            self._failures += 1
            return after_trouble(
                self.clock.now(), failures=self._failures, interval=self.rules.poll_interval, jitter=self.chance()
            )
        except StoreError:
            self.lookout.forget()
            raise
        self._failures = 0
        self.vitals.looks += 1
        if not self._unreadable:
            self.source.all_well()
        return next_at

    async def _look(self) -> datetime:
        """Raises a `ChamelaionError` when nothing more can be read; one unreadable reference holds up nobody."""
        await self.lookout.refresh()
        self.vitals.filled, self.vitals.is_ordered = self.lookout.filled, self.lookout.is_ordered
        self._unreadable = {name for name in self._unreadable if name is None or self.lookout.interest.covers(name)}
        left, until = MOST_STEPS, None
        while left:
            left, until = await self._take_steps(left)
            if self._is_each_due:
                await self._read_each()
            if (closing := self.lookout.closing()) is not None:
                await self.readings.record(closing)
            if not self.lookout.has_unaccounted:
                break
        has_read_all = self.lookout.settles_arrears(self._unreadable)
        await self.catch_up.end_look(self._unreadable, has_read_all=has_read_all, others_go_on=self._others_go_on)
        return self._next_at(until)

    @property
    def _is_each_due(self) -> bool:
        """Whether the list shows nothing, and a POLL_INTERVAL has passed since what is watched was read one by one."""
        shows_nothing = not self.lookout.is_ordered or None in self._unreadable
        return shows_nothing and self.clock.monotonic() >= self._each_at

    async def _take_steps(self, left: int) -> tuple[int, float | None]:
        """What is worth a call now, as many as there are `left`; returns how many still are, and until when to wait."""
        while left:
            await self.source.until_free()
            calls = await self._calls(min(left, self.source.at_once))
            if isinstance(calls, Wait):
                return left, calls.until
            await self._make(calls)
            left -= len(calls)
        return left, None

    async def _calls(self, most: int) -> Sequence[Call] | Wait:
        """What is worth a call now, so many at most, to be made at once; or until when nothing is."""
        beside, size = NOTHING, self.source.page_size
        while beside.count < most:
            step = await self.lookout.next_step(size, beside)
            if isinstance(step, Wait):
                return beside.calls or step
            beside = under_way((*beside.calls, step), self.lookout.outlook.places, self.lookout.api_now, size)
        return beside.calls

    @property
    def _others_go_on(self) -> bool:
        """Whether the API answers at all."""
        return self.clock.monotonic() < self._answered_at + LONGEST_SILENCE

    def _next_at(self, until: float | None) -> datetime:
        if until is None:
            return self.clock.now()
        at = self.clock.now() + max(timedelta(seconds=until - self.lookout.api_now), SOONEST)
        if not self.lookout.is_ordered or self._unreadable:
            at = min(at, self.clock.now() + self.rules.poll_interval)
        return at

    async def _make(self, calls: Sequence[Call]) -> None:
        """All at once; whatever becomes of one, the others come to their end. Raises what is worst of their errors."""
        windows = [call for call in calls if isinstance(call, Window)]
        alone = [call.reference_id for call in calls if isinstance(call, ByReference)]
        reads = [self._tolerating(name, partial(self._read, name)) for name in alone]
        if windows:
            reads.append(self._tolerating(None, partial(self._read_windows, windows)))
        outcomes = await asyncio.gather(*reads, return_exceptions=True)
        _raise_worst(outcome for outcome in outcomes if outcome is not None)

    async def _tolerating(self, what: str | None, read: Callable[[], Awaitable[None]]) -> None:
        """Go on although this cannot be read, unless it is one too many in a row."""
        try:
            await read()
        except _TOLERABLE as error:
            self._could_not_read(what, error)
            self._faults += 1
            if self._faults >= MOST_FAULTS_IN_A_ROW and isinstance(error, UnavailableError):
                raise
        else:
            self._faults = 0
            self._answered_at = self.clock.monotonic()
            self._unreadable.discard(what)

    def _could_not_read(self, what: str | None, error: ChamelaionError) -> None:
        if what is None and not self.lookout.interest:
            raise error
        if what is not None and what not in self._unreadable:
            log.warning("a watched reference cannot be read; the others go on", reference=what, why=str(error))
        self._unreadable.add(what)
        self.lookout.put_off(what)

    async def _read_windows(self, windows: Sequence[Window]) -> None:
        """Pages of the account's list, asked for at once and taken in as they follow.

        Where some came and others could not be had, the list can be read: what those would have shown stays unread.
        """
        offsets = [offset for window in windows for offset in self._offsets(window)]
        answers = await self.source.pages(offsets, Purpose.LOOK)
        places = self.lookout.outlook.places
        pages = places.as_they_follow(answer for answer in answers if isinstance(answer, Page))
        for page in pages:
            await self._take_in(page)
        faults = [answer for answer in answers if isinstance(answer, BaseException)]
        _raise_worst(fault for fault in faults if not (pages and isinstance(fault, _TOLERABLE)))

    def _offsets(self, window: Window) -> Iterator[int]:
        """Where to ask for its pages, those side by side one after the other."""
        places, now, size = self.lookout.outlook.places, self.lookout.api_now, self.source.page_size
        if window.top is None:
            first = places.head_offset(now, size)
        else:
            first = places.offset(window.top, now, size, window.pages)
        yield from range(first, first + window.pages * size, size)

    async def _take_in(self, page: Page) -> None:
        before = self.lookout.outlook.places.coverage
        where = self.lookout.place(page)
        await self._read_on_beneath(page, where, before)
        await self.readings.record(
            Reading(
                reference_id=None,
                requests=page.requests,
                total=page.total,
                asked_at=page.asked_at,
                read_at=page.read_at,
                api_now=self.source.api_now(page.read_at),
                ended=False,
                places=where,
                coverage=self.lookout.outlook.places.coverage,
                ahead=self.source.ahead,
            )
        )
        oldest = self.source.api_now() - self.rules.retention
        if page.requests and all(row.created_at < oldest for row in page.requests):
            self.lookout.outlook.places.give_up_filling()  # of what is older still our memory would keep nothing
        self._tell_filled()
        self._unreadable -= {row.reference_id for row in page.requests if row.reference_id is not None}

    def _tell_filled(self) -> None:
        filled, self.vitals.is_ordered = self.lookout.filled, self.lookout.is_ordered
        self.vitals.filled = filled
        if filled is not None and int(10 * filled) != int(10 * self._told_filled):
            log.info("the account's older requests are read in the background", percent=int(100 * filled))
            self._told_filled = filled

    async def _read_on_beneath(self, page: Page, where: Sequence[int] | None, before: Coverage | None) -> None:
        """If the list should have shown the oldest row of this page and did not, nobody knows what is beneath it."""
        if not where:
            return
        low, oldest = min(zip(where, page.requests, strict=True), key=lambda each: each[0])
        if oldest.created_at < self.source.api_now(page.read_at) - self.rules.retention:
            return
        if not await self.store.ledger.is_placed(self.rules.account_id, oldest.id):
            self.lookout.outlook.places.read_on(before, low, max(where), oldest.created_at.timestamp())

    async def _read(self, reference_id: str) -> None:
        run = await self.readings.start(reference_id, Purpose.LOOK)
        await run.task

    async def _read_each(self) -> None:
        """A list without an order, or that cannot be read, shows nothing: read what is watched one by one."""
        began = self.clock.monotonic()
        watched = await self.store.watches.watched(self.rules.account_id)
        unreadable = frozenset(name for name in self._unreadable if name is not None)
        for reference_id in due(watched, self.clock.now(), unreadable):
            await self._tolerating(reference_id, partial(self._read, reference_id))
        self._each_at = began + self.rules.poll_interval.total_seconds()


def _raise_worst(errors: Iterable[BaseException]) -> None:
    """First what is no trouble of the API: then what was read may not have been recorded."""
    worst = sorted(errors, key=lambda error: (isinstance(error, ChamelaionError), isinstance(error, _TOLERABLE)))
    if worst:
        raise worst[0]
