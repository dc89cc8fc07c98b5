"""Say that data is old: once in each place, when nothing could be read for long while requests are open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.stale import Away, stale_after
from bot.flows.catch_up import CatchUp
from bot.flows.rules import Rules
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=15)
SHORTEST_TROUBLE = 60.0  # seconds: after a start data is old, and what goes wrong once is no outage


@dataclass(slots=True)
class Staleness:
    """Notices that what is known grows old; that it can be read again is said by whoever ends the gap.

    `on_news` is called when there is something to post.
    """

    store: Store
    clock: Clock
    vitals: Vitals
    rules: Rules
    catch_up: CatchUp
    on_news: Callable[[], None]
    _since: float | None = field(default=None, init=False)
    _told: bool = field(default=False, init=False)

    async def step(self) -> datetime:
        """Tell what is due; returns when to come back."""
        why, now = self.vitals.api_trouble, self.clock.monotonic()
        if why is None:
            self._since, self._told = None, False
        elif self._since is None:
            self._since = now
        elif not self._told and now >= self._since + SHORTEST_TROUBLE:
            await self._tell(Away(why, self.vitals.key_refused))
        return self.clock.now() + INTERVAL

    async def _tell(self, away: Away) -> None:
        if not await self.catch_up.is_behind():
            return
        now = self.clock.now()
        before = now - stale_after(self.rules.gap_after)
        places = await self.store.ledger.stale(self.rules.account_id, before=before, away=away, now=now)
        if places is None:
            return
        self._told = True
        log.warning("data is old; each place with open requests is told once", places=places, why=away.why)
        if places:
            self.on_news()
