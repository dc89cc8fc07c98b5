"""What the looks know between two calls: what is open, what waits to be concluded, and what nobody has read yet."""

import asyncio
from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.arrears import Arrears
from bot.domain.beside import LONGEST_RUN, SHORTEST_RUN
from bot.domain.closings import Closings, waiting_of
from bot.domain.glob import Interest
from bot.domain.outlook import Outlook
from bot.domain.pace import SHORT, pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.reading import Reading, Recorded, Remembered
from bot.domain.request import Page
from bot.domain.steps import Call, Step, Wait, Window
from bot.domain.under_way import NOTHING, UnderWay
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.store import Store

REFRESH = 600.0  # seconds after which memory is asked again: another process may have changed it
SMALL_SKEW = 2.0  # seconds
_TURN = 16  # every so many steps what waits to be concluded goes first, then what was never read
_TURN_BEHIND = 4  # the same after a gap, with what was skipped of it: places wait to be told


@dataclass(slots=True)
class Lookout:
    """Derived from our memory, and made anew from it whenever that may have changed behind its back.

    All numbers are seconds on the API's clock, as far as is known.
    """

    source: Source
    store: Store
    rules: Rules
    places_of: Callable[[Coverage | None], Places] = Places
    interest: Interest = field(default_factory=Interest, init=False)
    outlook: Outlook = field(init=False)
    _closings: Closings = field(init=False)
    _arrears: Arrears = field(default_factory=Arrears, init=False)
    _refreshed_at: float | None = field(default=None, init=False)
    _meanwhile: list[tuple[Reading, float]] | None = field(default=None, init=False)  # since it is asked again
    _begins: bool = field(default=True, init=False)
    _steps: int = field(default=0, init=False)
    _reads_newest: bool = field(default=False, init=False)
    _clock: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self._clock = (self.source.api_now().timestamp(), self.source.clock.monotonic())
        self.outlook = self._blank(None)
        self._closings = Closings(audited_at=self.api_now)

    def _blank(self, coverage: Coverage | None) -> Outlook:
        return Outlook(self.places_of(coverage), self._covers, pace_of(self.rules.poll_interval.total_seconds()))

    def _covers(self, reference_id: str) -> bool:
        return self.interest.covers(reference_id)

    # --- the clock ---

    @property
    def api_now(self) -> float:
        """The API's clock as the last answer told it: nobody can set ours back in between."""
        told, at = self._clock
        return told + self.source.clock.monotonic() - at

    def _set_clock(self, api_now: datetime) -> None:
        """The API has told its time. When that is earlier than it was reckoned, what was reckoned by it moves along."""
        ahead = api_now.timestamp() - self.api_now
        if ahead < -SMALL_SKEW:
            self.outlook.shift(ahead)
            self._closings.was_set_back()
        if abs(ahead) > SMALL_SKEW:
            self._clock = (api_now.timestamp(), self.source.clock.monotonic())

    # --- from memory ---

    def forget(self) -> None:
        """Somebody changed what is watched, or writing failed: ask our memory before the next call."""
        self._refreshed_at = None

    def look_anew(self) -> None:
        """Nothing is known for sure after a gap: read the newest rows and all that is open."""
        self.forget()
        self._reads_newest = True

    async def refresh(self) -> None:
        """Make the outlook anew where it may be behind our memory."""
        now = self.source.clock.monotonic()
        if self._refreshed_at is not None and now < self._refreshed_at + REFRESH:
            return
        self._refreshed_at = now  # first, so that what is forgotten from here on is asked for again
        self._meanwhile = []
        account_id = self.rules.account_id
        self.interest = await self.store.watches.patterns(account_id)
        memory = await self.store.ledger.remembered(account_id)
        before = self.outlook.places
        self.outlook = await asyncio.to_thread(self._made, memory)
        self.outlook.places.go_on_from(before)
        self.outlook.is_watching = bool(self.interest)
        if self._reads_newest:
            self._arrears.begin(self.outlook.open)
        for part, seen_at in self._meanwhile:
            self._take_in(part, seen_at)
        self._meanwhile = None
        await self._recall_waiting()
        if self._begins:
            await self._recall_gone()

    def _made(self, memory: Remembered) -> Outlook:
        outlook = self._blank(memory.coverage)
        outlook.learn(memory.ended)
        for request, place in memory.open:
            outlook.recall(request, place)
        return outlook

    async def _recall_waiting(self) -> None:
        """Watched references may be settled by now, or were never read at all."""
        coverage = self._coverage
        has_all = coverage is not None and coverage.contiguous and coverage.filled_from == 1
        watched = await self.store.watches.watched(self.rules.account_id)
        now = self.source.clock.now()
        waiting = await asyncio.to_thread(waiting_of, watched, now, has_all=has_all, begins=self._begins)
        self._closings.drop_unwatched(self.interest.without)
        self._closings.unaccounted |= dict.fromkeys(waiting.unread)
        self._closings.touched |= waiting.touched
        self._closings.audits = deque(waiting.longest_unread)

    async def _recall_gone(self) -> None:
        """Whether another reading agreed that open requests have gone, nobody knows who has only begun."""
        gone = await self.store.ledger.gone(self.rules.account_id)
        self._closings.unaccounted |= dict.fromkeys(sorted(name for name in gone if self.interest.covers(name)))
        self._begins = False

    # --- from what is read ---

    def place(self, page: Page) -> tuple[int, ...] | None:
        """Where the rows of a page of the account's list stand; None when the list has no order."""
        self._set_clock(self.source.api_now())
        came_at = min(self.source.api_now(page.read_at).timestamp(), self.api_now)  # one beside it may have been slower
        known = self.outlook.known_places(page.requests)
        return self.outlook.places.add(page.requests, page.offset, page.total, came_at, known)

    def saw(self, part: Reading, recorded: Recorded) -> None:
        """Take in a part of any reading that was recorded."""
        if part.reference_id is not None:
            self._set_clock(self.source.api_now())
        self.outlook.learn(recorded.ended_lately(part))
        have_gone = self._take_in(part, self.api_now)
        if self._meanwhile is not None:
            self._meanwhile.append((part, self.api_now))
        if part.coverage is not None and not part.coverage.since:
            self.outlook.places.coverage = replace(part.coverage, since=recorded.number)
        self._closings.touched |= {name for name in recorded.references if self.interest.covers(name)}
        if part.reference_id is not None and part.ended:
            self._closings.was_read(part.reference_id)
            if have_gone:
                self._closings.read_again(part.reference_id, self.api_now + self.outlook.pace.longest_unread)
        has_all = self._coverage is not None and self._coverage.contiguous
        self._closings.were_closed(part.closes, recorded.unaccounted, contiguous=has_all)
        self._closings.settles |= {name: moment.timestamp() for name, moment in recorded.settles.items()}

    def _take_in(self, part: Reading, seen_at: float) -> bool:
        """Whether open requests have gone."""
        self._arrears.saw(part.requests)
        if part.places is not None and part.total is not None:
            self._arrears.saw_list(part.total)
        if part.requests:
            self.outlook.saw(part.requests, part.places, seen_at)
        if part.reference_id is not None and part.listed is not None:
            return self.outlook.saw_whole(part.reference_id, part.listed)
        return False

    def put_off(self, what: str | None) -> None:
        """What could not be read goes after everything else; None is the account's list."""
        if what is None:
            self.outlook.put_off_list(self.api_now)
        else:
            self._closings.put_off(what, self.api_now + self.rules.poll_interval.total_seconds())
            self.outlook.put_off(what, self.api_now)

    # --- how it stands ---

    @property
    def _coverage(self) -> Coverage | None:
        return self.outlook.places.coverage

    @property
    def is_ordered(self) -> bool:
        """Whether the account's list has an order, as far as is known."""
        return self._coverage is None or self._coverage.order is not Order.NONE

    @property
    def has_unaccounted(self) -> bool:
        """Whether references wait to be read by themselves, before it can be said how they stand."""
        return bool(self._closings.unaccounted)

    def settles_arrears(self, unreadable: AbstractSet[str | None]) -> bool:
        """Whether all that a gap has left behind was read, but for what is `unreadable` (None is the account's list).

        Once it was, what only newer rows keep from being concluded is read by itself, before that is said.
        """
        if not self._arrears.over:
            shows_nothing = not self.is_ordered or None in unreadable
            has_list = shows_nothing or self._arrears.is_list_read(self._coverage)
            if not has_list or not self._arrears.are_requests_read(self.outlook.open, unreadable):
                return False
            self._arrears.over = True
            self._closings.account_for({one.reference_id for one in self.outlook.open.values()})
        return not self.has_unaccounted

    @property
    def filled(self) -> float | None:
        """Which share of the account's list our memory has, from 0 to 1; nobody knows where it has no order."""
        return self._coverage.filled if self._coverage is not None else 0.0

    # --- what to do ---

    async def next_step(self, page_size: int, beside: UnderWay = NOTHING) -> Step:
        """The call that is worth most now, `beside` others; or until when none is."""
        now = self.api_now
        self._steps += 1
        if self._reads_newest and not beside.calls:
            self._reads_newest = False
            return Window(None)
        turn = _TURN if self._arrears.over else _TURN_BEHIND
        if self._steps % turn == 0 and (waiting := self._in_its_turn(now, page_size, beside)):
            return waiting
        step = await self._chosen(page_size, beside)
        if not isinstance(step, Wait):
            return step
        return (
            self._for_closings(now, page_size, beside)
            or (None if beside.calls else self._to_spare(now))
            or Wait(min([step.until, *self._closings.moments]))
        )

    async def _chosen(self, page_size: int, beside: UnderWay) -> Step:
        """Pages that are read at once are chosen when so many calls may be made."""
        budget, clock = self.source.budget, self.source.clock
        while True:
            free = budget.free(clock.monotonic()) - beside.count
            self.outlook.load = budget.load(clock.monotonic())
            self.outlook.places.ahead = self.source.latency
            self.outlook.run = min(max(free, SHORTEST_RUN), budget.burst, LONGEST_RUN)
            step = await asyncio.to_thread(self.outlook.choose, self.api_now, page_size, beside)
            if not isinstance(step, Window) or step.pages <= max(free, 1):
                return step
            if beside.calls:
                return Wait(self.api_now)
            await self.source.until_free(step.pages)

    def _in_its_turn(self, now: float, page_size: int, beside: UnderWay) -> Call | None:
        """What would wait for ever where each call is worth more for something else, and none is to spare."""
        missed, can_read = self._arrears.unread(self._coverage), self.outlook.can_read_list(now)
        waiting = [self._for_closings(now, page_size, beside), Window(missed.high) if missed and can_read else None]
        if can_read and self.outlook.load >= SHORT and self._steps % _TURN == 0:
            waiting.append(self._to_fill())
        return next((call for call in waiting if call and not beside.has(call)), None)

    def _for_closings(self, now: float, page_size: int, beside: UnderWay) -> Call | None:
        still_open = {one.reference_id for one in self.outlook.open.values()} if self._closings.later else set()
        newest, patience = self.outlook.places.newest_from(now, page_size), self.outlook.pace.patience
        return self._closings.next_call(now, self._coverage, still_open, patience, newest, beside)

    def _to_spare(self, now: float) -> Call | None:
        """What is read when nothing is urgent: what was skipped, the oldest rows, and each reference by itself.

        Few of the rows that were skipped are watched, or they would have been worth a call; but some may be.
        """
        coverage = self._coverage
        if coverage is None or not self.source.budget.has_to_spare(self.source.clock.monotonic()):
            return None
        if self.interest and coverage.gaps and now >= coverage.gaps[-1].began + self.outlook.longest_head:
            return Window(coverage.gaps[-1].high)
        return self._to_fill() or self._closings.next_audit(now)

    def _to_fill(self) -> Call | None:
        """The newest of the old rows that nobody has ever read."""
        filled_from = self._coverage.filled_from if self._coverage else 1
        return Window(filled_from - 1) if filled_from > 1 else None

    def closing(self) -> Reading | None:
        """The part without rows that ends a look; None when there is nothing to end."""
        coverage = self._coverage
        if coverage is None:
            return None
        closes = self._closings.conclude(coverage)
        fresh = self._closings.freshen(coverage, self.outlook.longest_unread())
        if not closes and not fresh:
            return None
        return Reading.end_of_look(coverage, closes, fresh, self.source.our_time, self.source.ahead)
