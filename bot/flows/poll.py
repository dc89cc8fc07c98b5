"""Look at the API, notice what changed, record it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.domain.budget import Purpose
from bot.domain.plan import after_trouble, due, next_look
from bot.errors import BadRequestError, ChamelaionError, UnavailableError
from bot.flows.read import Readings
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
MOST_FAULTS_IN_A_ROW = 3  # after so many the API is taken to be away


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
    _unreadable: set[str] = field(default_factory=set, init=False)

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
        if not self._unreadable:
            self.source.all_well()
        return next_look(self.clock.now(), active=active, interval=self.rules.poll_interval, settles_at=settles_at)

    async def _read_what_is_due(self) -> tuple[bool, datetime | None]:
        """Raises a `ChamelaionError` when nothing more can be read; one unreadable reference holds up nobody."""
        moved, faults = await self._head()
        watched = await self.store.watches.watched(self.rules.account_id)
        settles: list[datetime] = []
        for reference_id in due(watched, moved, self.clock.now(), frozenset(self._unreadable)):
            try:
                settles_at = await self._read(reference_id)
            except (UnavailableError, BadRequestError) as error:
                self._could_not_read(reference_id, error)
                faults += 1
                if faults == MOST_FAULTS_IN_A_ROW and isinstance(error, UnavailableError):
                    raise
                continue
            faults = 0
            self._unreadable.discard(reference_id)
            if settles_at is not None:
                settles.append(self.source.our_time(settles_at))
        self._unreadable &= {one.reference_id for one in watched}
        return bool(watched), min(settles, default=None)

    def _could_not_read(self, reference_id: str, error: ChamelaionError) -> None:
        if reference_id not in self._unreadable:
            log.warning("a watched reference cannot be read; the others go on", reference=reference_id, why=str(error))
        self._unreadable.add(reference_id)

    async def _head(self) -> tuple[frozenset[str], int]:
        """What the head page showed something new of, and 1 if it could not be read: the rest may still be."""
        try:
            head = await self.readings.head(Purpose.LOOK)
        except UnavailableError:
            if not await self.store.watches.watched(self.rules.account_id):
                raise
            return frozenset(), 1
        return head.references, 0

    async def _read(self, reference_id: str) -> datetime | None:
        run = await self.readings.start(reference_id, Purpose.LOOK)
        return (await run.task).settles_at
