"""Catch up after a gap in which nothing could be read: tell each place once, when everything was read again."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.flows.rules import Rules
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
MOST_STEPS = (
    2_000  # pages or references: 200,000 requests; an account with more news than calls is never read to its end
)


@dataclass(slots=True)
class CatchUp:
    """Notices a gap before anything is read after it, and ends it once all that is watched was read.

    The gap itself is in the database, so that it outlives this process. `on_news` is called when there is something
    to post.
    """

    store: Store
    clock: Clock
    rules: Rules
    on_news: Callable[[], None]
    _missed: frozenset[str | None] = field(default=frozenset(), init=False)  # by the last look
    _under_way: bool = field(default=False, init=False)
    _began_behind: bool = field(default=False, init=False)  # the present look did
    _steps: int = field(default=0, init=False)  # of looks since it is under way
    _began: tuple[datetime, float] | None = field(default=None, init=False)  # the present look, on both clocks
    _all_read: tuple[datetime, float] | None = field(default=None, init=False)  # the last look that read everything

    async def begin(self) -> bool:
        """At the beginning of a look, before anything is read: whether the account is catching up.

        Asks the database only when there may be a gap.
        """
        self._began = (self.clock.now(), self.clock.monotonic())
        self._began_behind = await self.is_behind()
        return self._began_behind

    async def is_behind(self) -> bool:
        """The same at any other moment: a look may take long when nothing is answered."""
        if not self._under_way and not self._is_recent():
            now, after = self.clock.now(), self.rules.gap_after
            since = await self.store.ledger.fall_behind(self.rules.account_id, now=now, after=after)
            self._under_way, self._steps = since is not None, 0
            if since is not None:
                log.info("catching up: what is found is told in one message for each place", since=since.isoformat())
        return self._under_way

    def _is_recent(self) -> bool:
        """Whether everything was just read: by both clocks, since one may be set and the other stops while we sleep."""
        if self._all_read is None:
            return False
        now, seconds = self._all_read
        passed = abs(self.clock.now() - now), timedelta(seconds=self.clock.monotonic() - seconds)
        return max(passed) < self.rules.gap_after

    async def end_look(self, steps: int, missed: Set[str | None], *, has_read_all: bool, others_go_on: bool) -> None:
        """At the end of a look of so many `steps`: it may have been the last that was needed.

        `has_read_all` when everything of before its beginning was read but for what is `missed`, which could not be
        (None is the account's list); `others_go_on` when the API answers for something else that is watched. What is
        missed for the second time while others go on counts as read: it holds up nobody, and is told as ever once it
        is.
        """
        if self._under_way != self._began_behind:
            return  # it was noticed in the middle of the look: the next one reads all anew
        self._steps += steps
        is_enough = has_read_all or (self._under_way and self._steps >= MOST_STEPS)
        is_done = is_enough and (not missed or (others_go_on and missed <= self._missed))
        self._missed = frozenset(missed)
        if not is_done:
            return
        if self._under_way:
            await self._end()
        self._all_read = self._began

    async def _end(self) -> None:
        places = await self.store.ledger.caught_up(self.rules.account_id, now=self.clock.now())
        self._under_way = False
        log.info("caught up", places_told=places)
        if places:
            self.on_news()
