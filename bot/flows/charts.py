"""Whether the workspace takes charts: a new kind of block, which Slack refuses where it does not know it."""

from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.domain.curve import REFUSED_FOR
from bot.errors import StoreError
from bot.flows.identity import Identity
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)

CHART = "chart"


@dataclass(frozen=True, slots=True)
class Charts:
    """Remembers a refusal, for all processes and through restarts."""

    store: Store
    clock: Clock
    identity: Identity

    async def are_taken(self) -> bool:
        """Whether to send a chart: none was refused lately. May raise `StoreError`.

        A refusal that is still to come was noted by a clock that was wrong.
        """
        refused_at = await self.store.refusals.last(self.identity.workspace_id, CHART)
        return refused_at is None or not refused_at <= self.clock.now() < refused_at + REFUSED_FOR

    async def were_refused(self) -> None:
        """Send none for a while; where that cannot be written down, the next one is refused again."""
        log.warning("Slack refuses charts: they are shown as text", days=REFUSED_FOR.days)
        with suppress(StoreError):
            await self.store.refusals.note(self.identity.workspace_id, CHART, self.clock.now())
