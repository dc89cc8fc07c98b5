"""Which new kinds of blocks a workspace takes: Slack refuses them until they have come there."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.errors import StoreError
from bot.flows.identity import Identity
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
REFUSED_FOR = timedelta(days=30)  # new blocks come to workspaces by and by, and a wasted call a month is little


@dataclass(frozen=True, slots=True)
class Novelties:
    """Remembers refusals, for all processes and through restarts. Without our memory everything is tried."""

    store: Store
    clock: Clock
    identity: Identity

    async def are_refused(self, kinds: Collection[str]) -> bool:
        """Whether any of these kinds was refused lately; a refusal that is still to come was noted by a wrong clock."""
        with suppress(StoreError):
            return any([await self._is_refused(kind) for kind in sorted(kinds)])
        return False

    async def were_refused(self, kinds: Collection[str]) -> None:
        """Send none of them for a while; where that cannot be written down, the next one is refused again."""
        log.warning("Slack refuses new blocks: they are shown as text", blocks=sorted(kinds), days=REFUSED_FOR.days)
        with suppress(StoreError):
            for kind in sorted(kinds):
                await self.store.refusals.note(self.identity.workspace_id, kind, self.clock.now())

    async def _is_refused(self, kind: str) -> bool:
        refused_at = await self.store.refusals.last(self.identity.workspace_id, kind)
        return refused_at is not None and refused_at <= self.clock.now() < refused_at + REFUSED_FOR
