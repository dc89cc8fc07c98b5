"""Judge every deadline by each new reading of its batch, and tell what has to be told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.deadline import Due
from bot.domain.risk import Prospect, assess
from bot.domain.stale import stale_after
from bot.flows.catch_up import CatchUp
from bot.flows.rules import Rules
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=15)  # as often as looks are: nothing is known in between


@dataclass(slots=True)
class Deadlines:
    """Nothing is concluded on stale data, nor while the account catches up.

    `prospect` says when a batch will be finished; it computes, so it is asked in a thread. `on_news` is called when
    there is something to post.
    """

    store: Store
    clock: Clock
    rules: Rules
    catch_up: CatchUp
    prospect: Callable[[Due, datetime], Prospect]
    on_news: Callable[[], None]
    _judged: dict[str, tuple[int, bool]] = field(default_factory=dict, init=False)

    async def step(self) -> datetime:
        """Judge what was read anew; returns when to come back."""
        if not await self.catch_up.is_behind():
            await self._judge_all()
        return self.clock.now() + INTERVAL

    async def _judge_all(self) -> None:
        now = self.clock.now()
        judged = {(watch_id, *by) for watch_id, by in self._judged.items()}
        found = await self.store.deadlines.due(
            self.rules.account_id, now=now, fresh_after=now - stale_after(self.rules.gap_after), judged=judged
        )
        said = [await self._judge(due, now) for due in found]
        if any(said):
            self.on_news()

    async def _judge(self, due: Due, now: datetime) -> bool:
        prospect = await asyncio.to_thread(self.prospect, due, now)
        risk, facts = assess(due.watch.risk, due.sight(now), prospect)
        self._judged[due.watch.id] = (due.reading, now >= due.deadline)
        if risk == due.watch.risk:
            return False
        said = await self.store.deadlines.judge(due, risk, facts, now=now)
        if said and facts is not None:
            log.info("told of a deadline", reference=due.watch.reference_id, level=facts.level.value)
        return said
