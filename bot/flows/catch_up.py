"""Catch up after a gap in which nothing could be read: tell each place once, when everything was read again."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.catch_up import LONGEST_CATCH_UP
from bot.flows.rules import Rules
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
_Moment = tuple[datetime, float]  # on both clocks


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
    _gaps: int = field(default=0, init=False)  # so many were noticed
    _gap: int | None = field(default=None, init=False)  # the one that is caught up with
    _looks_in: int | None = field(default=None, init=False)  # the one that the present look knew of at its beginning
    _taken: timedelta = field(default=timedelta(), init=False)  # by looks since the gap was noticed
    _began: _Moment | None = field(default=None, init=False)  # the present look
    _ended: _Moment | None = field(default=None, init=False)  # the last look that came to its end
    _all_read: _Moment | None = field(default=None, init=False)  # the beginning of the last look that read everything

    async def begin(self) -> int | None:
        """At the beginning of a look, before anything is read: the number of the gap that is caught up with, if any.

        Another number than before means that nothing is known of what happened meanwhile. Asks the database only when
        there may be a gap.
        """
        self._began = self._now
        if self._gap is not None and self._ended is not None and not self._is_recent(self._ended):
            self._notice()  # once more, in the middle of it
        await self.is_behind()
        self._looks_in = self._gap
        return self._gap

    async def is_behind(self) -> bool:
        """Whether the account is catching up, at any moment: a look may take long when nothing is answered."""
        if self._gap is None and not (self._all_read and self._is_recent(self._all_read)):
            now, after = self.clock.now(), self.rules.gap_after
            since = await self.store.ledger.fall_behind(self.rules.account_id, now=now, after=after)
            if since is not None:
                self._notice()
                log.info("catching up: what is found is told in one message for each place", since=since.isoformat())
        return self._gap is not None

    def _notice(self) -> None:
        self._gaps += 1
        self._gap, self._taken, self._ended = self._gaps, timedelta(), None

    @property
    def _now(self) -> _Moment:
        return self.clock.now(), self.clock.monotonic()

    def _is_recent(self, moment: _Moment) -> bool:
        """By both clocks, since one may be set and the other stops while we sleep."""
        now, seconds = moment
        passed = abs(self.clock.now() - now), timedelta(seconds=self.clock.monotonic() - seconds)
        return max(passed) < self.rules.gap_after

    async def end_look(self, missed: Set[str | None], *, has_read_all: bool, others_go_on: bool) -> None:
        """At the end of a look: it may have been the last that was needed.

        `has_read_all` when all that the gap has left behind was read but for what is `missed`, which could not be (None
        is the account's list); `others_go_on` when the API answers for something else that is watched. What is missed
        for the second time while others go on counts as read: it holds up nobody, and is told as ever once it is.
        """
        self._ended = self._now
        if self._began is None or self._gap != self._looks_in:
            return  # noticed in the middle of the look: the next one reads all anew
        self._taken += timedelta(seconds=self._ended[1] - self._began[1])
        is_enough = has_read_all or (self._gap is not None and self._taken >= LONGEST_CATCH_UP)
        is_done = is_enough and (not missed or (others_go_on and missed <= self._missed))
        self._missed = frozenset(missed)
        if not is_done:
            return
        if self._gap is not None:
            await self._end()
        self._all_read = self._began

    async def _end(self) -> None:
        places = await self.store.ledger.caught_up(self.rules.account_id, now=self.clock.now())
        self._gap = None
        log.info("caught up", places_told=places)
        if places:
            self.on_news()
