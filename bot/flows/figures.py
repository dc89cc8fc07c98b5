"""What an answer says of a batch in numbers, reckoned beside the event loop."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from bot.domain.answer import Batch, DueHere
from bot.domain.chances import chances
from bot.domain.curve import Curve, curve
from bot.domain.progress import Progress, Settlement, settlement, summarise
from bot.domain.prospect import View, prospect
from bot.domain.watch import Watch
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.ports import Clock
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts a batch as our memory has it, and reckons how the rest of it will go."""

    source: Source
    store: Store
    clock: Clock
    rules: Rules

    async def counted(self, batch: Batch, expected: int | None) -> tuple[Progress, Settlement, Curve | None]:
        """Its totals, whether it has settled, and how it went; of 5,000 failures that takes 0.2 s."""
        return await asyncio.to_thread(self._counted, batch, expected, self.source.api_now())

    def _counted(
        self, batch: Batch, expected: int | None, api_now: datetime
    ) -> tuple[Progress, Settlement, Curve | None]:
        requests, longest, now = batch.requests, self.rules.longest_settle, self.clock.now()
        progress = summarise(
            batch.reference_id, requests, expected=expected, vanished=batch.vanished, triage=batch.triage
        )
        state = settlement(requests, expected=expected, api_now=api_now, longest=longest)
        return progress, state, curve(requests, api_now - (now - (batch.read_at or now)))

    async def view(self, batch: Batch, expected: int | None) -> View | None:
        """What is said of the rest, and the forecast behind it."""
        account_id, now = self.rules.account_id, self.source.api_now()
        around = await self.store.forecasts.around(account_id, batch.reference_id, batch.requests)
        longest = self.rules.longest_settle
        return await asyncio.to_thread(
            prospect, batch.reference_id, batch.requests, around, read_at=now, at=now, expected=expected,
            longest_settle=longest,
        )  # fmt: skip

    def due(self, watch: Watch | None, view: View | None) -> DueHere | None:
        """The deadline of a watch against that view of its batch; None without one."""
        if watch is None or watch.deadline is None:
            return None
        ahead = self.source.api_now() - self.clock.now()
        return DueHere(watch.deadline, ahead, chances(view, watch.deadline + ahead).odds)
