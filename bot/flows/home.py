"""Keep Home tabs up to date: at once when somebody opens theirs, then whenever it would show something else."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import structlog

from bot.domain.budget import Budget, Purpose
from bot.domain.deed import CLICKED_TWICE
from bot.domain.home import HomeFacts, Seen
from bot.domain.mute import Mute
from bot.domain.stale import stale_after
from bot.domain.watch import Watch
from bot.errors import InDoubtError, NotSentError, SlackBusyError, SlackError, TokenRefusedError
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.flows.slack_line import MISSING_SCOPE, SlackLine
from bot.flows.vitals import Vitals
from bot.ports import Clock, HomeTab
from bot.store import Store
from bot.store.composing_home import Wanted

log = structlog.get_logger(__name__)

METHOD = "home"
RENEWAL = "home renewal"  # what is done by itself rests more often than what somebody waits for
PUBLISHES_PER_MINUTE = 60  # views.publish has 100 a minute for the workspace; the rest is for those who open Home
LATELY = timedelta(hours=8)  # a working day in which Home may stay in sight; opening it again is told by Slack
RENEWED_AFTER = timedelta(minutes=5)  # how old "read" may get on a Home when nothing else changes
RETRY = timedelta(seconds=10)
LONGEST_RETRY = timedelta(minutes=10)
BEHIND_MESSAGES = 1.0  # seconds that one waits for messages that are being posted: longer would be for ever
BY_ITSELF_AFTER = 10.0  # seconds in which whoever heard that it is opened shows it: nobody else does it too
_NAP = 0.05  # seconds


@dataclass(slots=True)
class Home:
    """Shows each person their Home tab. `posts` tells whether messages are being posted just now.

    The sender of the workspace keeps those up to date that were opened lately; whichever process hears that one is
    opened, or clicked in, shows it at once.
    """

    store: Store
    tab: HomeTab
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    vitals: Vitals
    sender: Sender
    posts: Callable[[], bool]
    on_due: Callable[[], None]
    _budget: Budget = field(init=False)
    _next_look: dict[str, float] = field(default_factory=dict, init=False)
    _faults: Counter[str] = field(default_factory=Counter, init=False)
    _changed_at: datetime | None = field(default=None, init=False)
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, init=False)

    def __post_init__(self) -> None:
        self._budget = Budget(PUBLISHES_PER_MINUTE, self.clock.monotonic())

    # --- for people ---

    async def opened(self, person: str, place: str) -> None:
        """Somebody opens their Home; `place` is their DM with the bot. Raises a `StoreError`: then nobody knows of it.

        What it shows comes from `show`.
        """
        if self.identity.known:
            self._leave_alone(person, BY_ITSELF_AFTER)
            await self.store.homes.opened(self.identity.workspace_id, person, place, now=self.clock.now())

    async def show(self, person: str) -> None:
        """Show a person's Home as things are now, if they have opened it; what cannot be shown is tried again."""
        if not self.identity.known or self.line.is_refused():
            return
        self._leave_alone(person, BY_ITSELF_AFTER)
        async with self._turn_of(person):
            seen = await self.store.homes.begin(self.identity.workspace_id, person)
            if seen is not None and not self.line.is_closed(METHOD):
                await self._publish(seen, await self._facts(seen))
            else:
                self._leave_alone(person, 0)
        self.on_due()

    def _leave_alone(self, person: str, seconds: float) -> None:
        """Do nothing for this person by itself for so long."""
        self._next_look[person] = self.clock.monotonic() + seconds

    async def watch(self, watch_id: str, *, or_just_ended: bool = False) -> Watch | None:
        """The watch of a button; None when it has ended, unless that was by another click just now."""
        since = self.clock.now() - CLICKED_TWICE if or_just_ended else None
        return await self.store.homes.watch(self.identity.workspace_id, watch_id, ended_since=since)

    async def mute(self, mute_id: str) -> Mute | None:
        """The mute of a button; None when it has ended."""
        return await self.store.homes.mute(self.identity.workspace_id, mute_id)

    # --- by itself ---

    def hurry(self) -> None:
        """Somebody changed what is watched: whoever did that looks for it, so it is not shown with what comes later."""
        self._changed_at = self.clock.now()

    async def step(self) -> datetime | None:
        """Show what is due; returns when to come back."""
        if not self.identity.known or self.line.is_refused():
            return None  # whoever learns better wakes this
        if await self.sender.turn() is None:
            return self.sender.asks_at
        now = self.clock.now()
        lately = await self.store.homes.lately(self.identity.workspace_id, since=now - LATELY)
        self._remember_only({seen.person for seen in lately})
        for seen in lately:
            if not self._may_publish:
                break
            if self._is_time_for(seen, now):
                await self._renew(seen)
        return self._back_at() if lately else None

    @property
    def _often(self) -> timedelta:
        """How often it is drawn to see whether it shows something else, which costs more than what it saves."""
        return self.rules.card_interval / 4

    def _back_at(self) -> datetime:
        return max(self.clock.now() + self._often, self.line.opens_at(METHOD), self.line.opens_at(RENEWAL))

    @property
    def _may_publish(self) -> bool:
        is_closed = self.line.is_closed(METHOD) or self.line.is_closed(RENEWAL) or self.line.is_refused()
        return not (is_closed or self.sender.lease is None)

    def _is_time_for(self, seen: Seen, now: datetime) -> bool:
        shown_at = seen.shown_at if seen.shown else None
        is_behind = shown_at is None or (self._changed_at is not None and shown_at <= self._changed_at)
        if shown_at is not None and not is_behind and timedelta() <= now - shown_at < self.rules.card_interval:
            return False
        return self.clock.monotonic() >= self._next_look.get(seen.person, 0.0)

    async def _renew(self, seen: Seen) -> None:
        self._leave_alone(seen.person, self._often.total_seconds())
        facts = await self._facts(seen)
        if not self._has_aged(seen, facts) and seen.shown == await asyncio.to_thread(self.tab.digest, facts):
            return
        if pause := self._budget.take(Purpose.LOOK, self.clock.monotonic()):
            self._leave_alone(seen.person, 0)
            self.line.close(RENEWAL, timedelta(seconds=pause))
            return
        await self._behind_messages()
        async with self._turn_of(seen.person):
            begun = await self.store.homes.begin(self.identity.workspace_id, seen.person)
            if begun is not None and self._may_publish:
                await self._publish(begun, await self._facts(begun))  # somebody may have clicked since

    async def _behind_messages(self) -> None:
        waited = 0.0
        while self.posts() and waited < BEHIND_MESSAGES:
            await self.clock.sleep(_NAP)
            waited += _NAP

    def _has_aged(self, seen: Seen, facts: HomeFacts) -> bool:
        """Whether it shows an age that is not true any more: there are newer readings of what goes on."""
        if seen.shown_at is None or facts.read_at is None or not facts.goes_on:
            return False
        return facts.read_at > seen.shown_at and self.clock.now() - seen.shown_at >= RENEWED_AFTER

    def _remember_only(self, people: set[str]) -> None:
        for person in self._next_look.keys() - people:
            del self._next_look[person]
        for person in self._faults.keys() - people:
            del self._faults[person]

    # --- both ---

    def _turn_of(self, person: str) -> asyncio.Lock:
        """One at a time reads and publishes for a person, so that what was read first never replaces what is newer."""
        return self._turns.setdefault(person, asyncio.Lock())

    async def _facts(self, seen: Seen) -> HomeFacts:
        now = self.clock.now()
        wanted = Wanted(
            workspace_id=self.identity.workspace_id,
            account_id=self.rules.account_id,
            person=seen.person,
            place=seen.place,
            now=now,
            fresh_after=now - stale_after(self.rules.gap_after),
        )
        facts = await self.store.homes.facts(wanted)
        return replace(facts, state=replace(facts.state, trouble=self.vitals.api_trouble))

    async def _publish(self, begun: Seen, facts: HomeFacts) -> None:
        digest = await asyncio.to_thread(self.tab.digest, facts)
        try:
            await self.tab.publish(facts)
        except SlackError as error:
            await self._failed(begun.person, error)
            return
        self._faults.pop(begun.person, None)
        self._leave_alone(begun.person, 0)
        await self.store.homes.shown(self.identity.workspace_id, begun, digest, now=self.clock.now())

    async def _failed(self, person: str, error: SlackError) -> None:
        """What may pass is tried again, more and more rarely; what will not ends until Home is opened again."""
        if isinstance(error, SlackBusyError):
            self.line.close(METHOD, error.retry_after)
            self._leave_alone(person, 0)
        elif isinstance(error, TokenRefusedError) and error.code != MISSING_SCOPE:
            self.line.refused(error.code)
            self._leave_alone(person, 0)
        elif isinstance(error, InDoubtError | NotSentError):
            pause = min(RETRY * 2 ** min(self._faults[person], 10), LONGEST_RETRY)
            self._faults[person] += 1
            self._leave_alone(person, pause.total_seconds())
            self.line.close(RENEWAL, RETRY)
        else:
            log.info("a Home cannot be shown; it is tried again when it is opened", person=person, why=error.why)
            await self.store.homes.leave(self.identity.workspace_id, person)
