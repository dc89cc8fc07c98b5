"""Be the one process that sends for the workspace, or wait for one's turn."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.lease import Lease
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)

TRUSTED = 2 / 3  # of the lease: whoever could not renew it stops a third before somebody else may begin
RENEWED = 1 / 3  # of the lease, so that one renewal may fail
TRIED = 1 / 15  # of the lease: how soon somebody notices that it was given back
NO_TIME = timedelta()


@dataclass(slots=True)
class Sender:
    """Holds the lease while this process may send; `on_turn` is called at each renewal: others may have queued news."""

    store: Store
    clock: Clock
    identity: Identity
    rules: Rules
    vitals: Vitals
    on_turn: Callable[[], None]
    _lease: Lease | None = field(default=None, init=False)
    _trusted_until: float = field(default=-math.inf, init=False)
    _trusted_before: datetime | None = field(default=None, init=False)
    _ask_from: float = field(default=-math.inf, init=False)
    _question: asyncio.Task[None] | None = field(default=None, init=False)

    async def step(self) -> datetime | None:
        """Renew the lease, or take it when it is free; returns when to do so again."""
        if not self.identity.known:
            return None  # whoever learns it wakes this
        if await self.turn() is not None:
            self.on_turn()
        return self.asks_at

    @property
    def lease(self) -> Lease | None:
        """What gives this process the right to send at this moment.

        It ends by whichever clock is faster: one that cannot be set, and the wall clock, which goes on while a machine
        is suspended.
        """
        is_over = self._trusted_before is None or self.clock.now() >= self._trusted_before
        if is_over or self.clock.monotonic() >= self._trusted_until:
            return None
        lease = self._lease
        return lease if lease is not None and lease.workspace_id == self.identity.workspace_id else None

    @property
    def asks_at(self) -> datetime:
        """When the database is asked again."""
        return self.clock.now() + timedelta(seconds=max(self._ask_from - self.clock.monotonic(), 0.0))

    async def turn(self) -> Lease | None:
        """The lease, renewed or taken if it is time for that; None when it is somebody else's turn.

        Who asks may be cancelled, but not the question: the database goes on with it, and what it gives is given back.
        """
        was_lost = self._lease is not None and self.lease is None
        if self._question is None and (was_lost or self.clock.monotonic() >= self._ask_from):
            self._question = asyncio.create_task(self._ask(), name="lease")
        if self._question is not None:
            await asyncio.shield(self._question)
        return self.lease

    async def release(self) -> None:
        """Send no more, and let the next process begin at once."""
        if self._question is not None:
            await asyncio.wait({self._question})
        lease, self._lease = self._lease, None
        self.vitals.is_sender = False
        if lease is not None:
            await self.store.senders.release(lease)

    async def _ask(self) -> None:
        began, today, length = self.clock.monotonic(), self.clock.now(), self.rules.lease
        before = self._lease
        try:
            self._lease = await self._renewed() or await self._taken()
        finally:
            self._question = None
            self.vitals.is_sender = self.lease is not None
        if self._lease is not None:
            self._trusted_until = began + (TRUSTED * length).total_seconds()
            self._trusted_before = today + TRUSTED * length
        self._ask_from = began + ((RENEWED if self._lease else TRIED) * length).total_seconds()
        self.vitals.is_sender = self._lease is not None
        self._tell(before)

    async def _renewed(self) -> Lease | None:
        lease = self._lease
        if lease is None or lease.workspace_id != self.identity.workspace_id:
            return None
        return lease if await self.store.senders.renew(lease, self.rules.lease) else None

    async def _taken(self) -> Lease | None:
        workspace_id = self.identity.workspace_id
        if await self.store.senders.left(workspace_id) > NO_TIME:  # only reads: the one whose turn it is writes
            return None
        return await self.store.senders.take(workspace_id, self.rules.owner, self.rules.lease)

    def _tell(self, before: Lease | None) -> None:
        if self._lease is None and before is not None:
            log.warning("another process sends now", term=before.term)
        if self._lease is not None and before is None:
            log.info("this process sends", term=self._lease.term)
