"""Judge every deadline by each new reading of its batch, and tell what has to be told."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.chances import chances
from bot.domain.deadline import Batch, Due, Judged
from bot.domain.prospect import prospect
from bot.domain.risk import Chances, assess
from bot.store import Store

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Deadlines:
    """`longest_settle` is how long nothing new must come until nobody knows whether more does."""

    store: Store
    account_id: str
    longest_settle: timedelta
    _judged: frozenset[Judged] = field(default=frozenset(), init=False)

    async def judge(self, *, now: datetime, fresh_after: datetime) -> int:
        """Judge what was read anew, if that was after `fresh_after` (our clock); how many messages are new."""
        found = await self.store.deadlines.due(self.account_id, fresh_after=fresh_after)
        said = [await self._judge(due, now) for due in found if due.judged(now) not in self._judged]
        self._judged = frozenset(due.judged(now) for due in found)
        return sum(said)

    async def _judge(self, due: Due, now: datetime) -> bool:
        batch = await self.store.deadlines.batch(due)
        seen = await asyncio.to_thread(self._chances, due, batch, now)  # it plays the rest of the batch through
        risk, facts = assess(due.watch.risk, due.sight(batch.progress, now), seen)
        if risk == due.watch.risk:
            return False
        said = await self.store.deadlines.judged(due, risk, facts, now=now)
        if said and facts is not None:
            log.info("told of a deadline", reference=due.watch.reference_id, level=facts.level.value)
        return said

    def _chances(self, due: Due, batch: Batch, now: datetime) -> Chances:
        view = prospect(
            due.watch.reference_id,
            batch.requests,
            batch.around,
            read_at=due.read_at + due.ahead,
            at=max(now, due.read_at) + due.ahead,
            expected=due.watch.expected,
            longest_settle=self.longest_settle,
        )
        return chances(view, due.deadline + due.ahead)
