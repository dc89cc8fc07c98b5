"""Look at the API, notice what changed, record it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.budget import Purpose
from bot.domain.plan import after_trouble, due, next_look
from bot.errors import BadRequestError, ChamelaionError
from bot.flows.read import Readings
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Poll:
    """One look: the head page of the account, then each watched reference that is due, soonest finish first."""

    readings: Readings
    source: Source
    store: Store
    clock: Clock
    vitals: Vitals
    rules: Rules
    chance: Callable[[], float] = random.random
    _failures: int = field(default=0, init=False)

    async def look(self) -> datetime:
        """Look once; returns when to look next. Trouble with the API is no error here: it is told, and tried again."""
        try:
            active, settles_at = await self._read_what_is_due()
        except ChamelaionError:
            self._failures += 1
            return after_trouble(
                self.clock.now(), failures=self._failures, interval=self.rules.poll_interval, jitter=self.chance()
            )
        self._failures = 0
        self.vitals.looks += 1
        return next_look(self.clock.now(), active=active, interval=self.rules.poll_interval, settles_at=settles_at)

    async def _read_what_is_due(self) -> tuple[bool, datetime | None]:
        head = await self.readings.head(Purpose.LOOK)
        watched = await self.store.watches.watched(self.rules.account_id)
        settles: list[datetime] = []
        for reference_id in due(watched, head.references, self.clock.now()):
            settles_at = await self._read(reference_id)
            if settles_at is not None:
                settles.append(self.source.our_time(settles_at))
        return bool(watched), min(settles, default=None)

    async def _read(self, reference_id: str) -> datetime | None:
        run = await self.readings.start(reference_id, Purpose.LOOK)
        try:
            recorded = await run.task
        except BadRequestError as error:
            log.warning("the API does not take a watched reference", reference=reference_id, why=str(error))
            return None
        return recorded.settles_at
