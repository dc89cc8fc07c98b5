"""Settle what is in doubt: all doubts of a place by one walk through its history."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.delivery import Delivery
from bot.errors import NoHistoryError, SlackError
from bot.flows.history import History, Walk, Where
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)

BEFORE_THE_ATTEMPT = timedelta(seconds=60)  # how far back the history is read, against clocks that differ
AFTER_THE_QUIET = timedelta(hours=1)  # how far forth: what a clock that is wrong by less cannot hide
SET_BACK = timedelta(hours=1)  # how far back it is read when nobody knows when that was: the clock was set back since
TOGETHER = timedelta(hours=1)  # attempts that are farther apart get walks of their own
LONGEST_GATHERING = timedelta(seconds=60)  # a walk waits for doubts of its place whose quiet time is nearly over
GATHER_STEP = timedelta(seconds=1)
HELD_RETRY = timedelta(hours=1)
NOT_THERE = ("channel_not_found", "not_in_channel")  # nothing can be posted there now; when it can, it can be read too
NOT_THERE_RETRY = timedelta(minutes=5)  # for an hour, then every hour
NOT_THERE_LONGEST = timedelta(days=1)  # then it goes by what is done where nobody can look
NEVER_FOUND_OUT = "nobody could look it up"
MOST_PAGES = 100
MOST_DOUBTS = 1_000
TOO_LONG = "too_many_messages"


@dataclass(slots=True)
class Search:
    """A walk, and the doubts that it settles: those whose quiet time was over when it began."""

    walk: Walk
    doubts: dict[str, Delivery]


@dataclass(slots=True)
class Doubts:
    """Settles the doubts of one workspace. Where a walk stands is not kept: after a restart it begins again."""

    store: Store
    clock: Clock
    identity: Identity
    rules: Rules
    sender: Sender
    history: History
    _searches: list[Search] = field(default_factory=list, init=False)
    _gathering: dict[Where, float] = field(default_factory=dict, init=False)

    async def step(self) -> None:
        """Read at most one page for each place, the one that has waited longest first."""
        due = await self._doubtful(self.rules.quiet)
        await self._keep_up({delivery.id: delivery for delivery in due})
        for search in sorted(self._searches, key=lambda each: each.walk.read_at):
            if self.sender.lease is None:
                return
            if self.history.may_read(search.walk):
                await self._read(search)

    @property
    def are_searched(self) -> bool:
        """Whether a walk has begun that is not over, or is about to."""
        return bool(self._searches or self._gathering)

    def next_at(self, doubt_at: datetime | None) -> datetime | None:
        """When to come back, if a doubt may be looked up at `doubt_at`."""
        moments = [self.history.opens_at(search.walk) for search in self._searches]
        moments += [self.clock.now() + GATHER_STEP] if self._gathering else []
        return min(moments, default=doubt_at)

    async def _doubtful(self, quiet: timedelta) -> tuple[Delivery, ...]:
        return await self.store.outbox.doubtful(self.identity.workspace_id, quiet=quiet, limit=MOST_DOUBTS)

    async def _keep_up(self, due: dict[str, Delivery]) -> None:
        for search in self._searches:
            mine = search.doubts.items()
            search.doubts = {name: each for name, each in mine if name in due and due[name].version == each.version}
        self._searches = [search for search in self._searches if search.doubts]
        searched = {search.walk.where for search in self._searches}
        waiting = {where: each for where, each in _by_place(due.values()).items() if where not in searched}
        self._searches += [self._begun(where, each) for where, each in await self._gathered(waiting)]
        if not self._searches:
            self.history.relax()

    async def _gathered(self, waiting: dict[Where, list[Delivery]]) -> list[tuple[Where, list[Delivery]]]:
        """Those for whose place no more doubts are about to come: they would need a walk of their own."""
        # What is being sent at this moment is not about to come: a call takes less than half the quiet time.
        now, longest = self.clock.monotonic(), min(LONGEST_GATHERING, self.rules.quiet / 2)
        self._gathering = {where: self._gathering.get(where, now) for where in waiting}
        if not waiting:
            return []
        soon = _by_place(await self._doubtful(self.rules.quiet - longest))
        ready = [
            where
            for where, began in self._gathering.items()
            if len(soon.get(where, ())) <= len(waiting[where]) or now - began >= longest.total_seconds()
        ]
        for where in ready:
            del self._gathering[where]
        return [(where, waiting[where]) for where in ready]

    def _begun(self, where: Where, waiting: Iterable[Delivery]) -> Search:
        now = self.clock.now()
        starts = {each.id: each.attempt_at if each.attempt_at <= now else now - SET_BACK for each in waiting}
        first = min(starts.values())
        doubts = {each.id: each for each in waiting if starts[each.id] <= first + TOGETHER}
        last = max(each.attempt_at for each in doubts.values())
        return Search(Walk(where, first - BEFORE_THE_ATTEMPT, last + self.rules.quiet + AFTER_THE_QUIET), doubts)

    async def _read(self, search: Search) -> None:
        walk, workspace_id = search.walk, self.identity.workspace_id
        try:
            was_read = await self.history.read(walk)
        except NoHistoryError as error:
            await self.store.outbox.learn_history(workspace_id, walk.where.place, error.code)
            await self._give_up(search, error.code)
            return
        except SlackError as error:
            self.history.failed(walk, error)
            return
        if was_read:
            await self._found(search)

    async def _found(self, search: Search) -> None:
        walk = search.walk
        if walk.pages == 1:
            await self.store.outbox.learn_history(self.identity.workspace_id, walk.where.place, None)
        for delivery in [each for each in search.doubts.values() if each.id in walk.seen]:
            first = min((shown.posted for shown in walk.seen[delivery.id]), key=lambda posted: posted.order)
            log.info("doubt settled", delivery=delivery.id, was_posted=True)
            await self.store.outbox.settle_doubt(delivery, first, now=self.clock.now())
            del search.doubts[delivery.id]
        if walk.is_over:
            await self._not_there(search)
        elif walk.pages >= MOST_PAGES:
            await self._give_up(search, TOO_LONG)
        if not search.doubts:
            await self._end(search)

    async def _not_there(self, search: Search) -> None:
        for delivery in search.doubts.values():
            log.info("doubt settled", delivery=delivery.id, was_posted=False)
            await self.store.outbox.settle_doubt(delivery, None, now=self.clock.now())
        search.doubts.clear()

    async def _give_up(self, search: Search, why: str) -> None:
        for delivery in search.doubts.values():
            log.warning("a doubt cannot be settled", delivery=delivery.id, why=why)
            await self._leave_open(delivery, why)
        search.doubts.clear()
        await self._end(search)

    async def _leave_open(self, delivery: Delivery, why: str) -> None:
        """A place that is there again within a day is looked at; nothing is looked up for ever."""
        outbox, now = self.store.outbox, self.clock.now()
        lasted = now - delivery.attempt_at
        if why in NOT_THERE and lasted < NOT_THERE_LONGEST:
            pause = NOT_THERE_RETRY if lasted < HELD_RETRY else HELD_RETRY
            await outbox.doubt_later(delivery, not_before=now + pause, why=why)
        elif self.rules.resend_in_doubt:
            await outbox.settle_doubt(delivery, None, now=now, repeat=True)
        elif lasted < self.rules.retention:
            await outbox.doubt_later(delivery, not_before=now + HELD_RETRY, why=why)
        else:
            await outbox.doubt_no_more(delivery, why=NEVER_FOUND_OUT)

    async def _end(self, search: Search) -> None:
        if search in self._searches:
            self._searches.remove(search)
        if copies := search.walk.copies(self.identity.bot_user_id):
            await self.store.outbox.suspect(copies, now=self.clock.now())


def _by_place(doubts: Iterable[Delivery]) -> dict[Where, list[Delivery]]:
    """In each place the oldest attempt first."""
    found: dict[Where, list[Delivery]] = {}
    for delivery in doubts:
        found.setdefault(Where(delivery.announcement.key.place, delivery.manner.thread_ts), []).append(delivery)
    return found
