"""Judge every deadline by each new reading of its batch, and tell what has to be told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.deadline import Batch, Due, Judged
from bot.domain.risk import UNCLEAR, Prospect, assess
from bot.store import Store

log = structlog.get_logger(__name__)
Ahead = Callable[[Due, Batch], Prospect]


def unclear(_due: Due, _batch: Batch) -> Prospect:
    """Where nobody says when a batch will be finished: then only the miss is told."""
    return UNCLEAR


@dataclass(slots=True)
class Deadlines:
    """`ahead` says when a batch will be finished, as of its last reading; it computes, so it is asked in a thread."""

    store: Store
    account_id: str
    ahead: Ahead
    _judged: frozenset[Judged] = field(default=frozenset(), init=False)

    async def judge(self, *, now: datetime, fresh_after: datetime) -> int:
        """Judge what was read anew, if that was after `fresh_after` (our clock); how many messages are new."""
        found = await self.store.deadlines.due(self.account_id, fresh_after=fresh_after)
        said = [await self._judge(due, now) for due in found if due.judged(now) not in self._judged]
        self._judged = frozenset(due.judged(now) for due in found)
        return sum(said)

    async def _judge(self, due: Due, now: datetime) -> bool:
        batch = await self.store.deadlines.batch(due)
        prospect = await asyncio.to_thread(self.ahead, due, batch)
        risk, facts = assess(due.watch.risk, due.sight(batch.progress, now), prospect)
        if risk == due.watch.risk:
            return False
        said = await self.store.deadlines.judged(due, risk, facts, now=now)
        if said and facts is not None:
            log.info("told of a deadline", reference=due.watch.reference_id, level=facts.level.value)
        return said
