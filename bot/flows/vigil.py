"""Keep watch over what only passing time can tell: what is stuck, what stopped to come, what will be late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.stale import stale_after
from bot.flows.catch_up import CatchUp
from bot.flows.deadlines import Deadlines
from bot.flows.rules import Rules
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=15)  # much shorter than any patience of a rule, and as often as looks are


@dataclass(slots=True)
class Vigil:
    """Lets the rules that go by time judge what is open.

    They go by the readings, so that nothing is said of a time that nobody has read: never on stale data, and not while
    the account catches up. `on_news` is called when there is something to post or to edit.
    """

    store: Store
    clock: Clock
    rules: Rules
    catch_up: CatchUp
    deadlines: Deadlines
    on_news: Callable[[], None]

    async def step(self) -> datetime:
        """Tell what is due; returns when to come back."""
        if not await self.catch_up.is_behind():
            await self._keep()
        return self.clock.now() + INTERVAL

    async def _keep(self) -> None:
        now, account_id = self.clock.now(), self.rules.account_id
        fresh_after = now - stale_after(self.rules.gap_after)
        said = await self.deadlines.judge(now=now, fresh_after=fresh_after)
        if await self.store.vigil.is_needed(account_id, now=now, fresh_after=fresh_after):
            said += await self.store.vigil.keep(account_id, now=now, fresh_after=fresh_after)
        if said:
            log.info("told what only time shows", messages=said)
            self.on_news()
