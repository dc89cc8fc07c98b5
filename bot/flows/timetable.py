"""Keep to the clock: begin and end quiet hours, and send each digest once on its day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.digest import PATIENCE
from bot.domain.stale import stale_after
from bot.domain.timetable import DueDigest
from bot.flows.catch_up import CatchUp
from bot.flows.rules import Rules
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=10)  # what others have typed is in the database only


@dataclass(slots=True)
class Timetable:
    """Woken when the next of all that goes by the clock begins, ends or is due. `on_news` when something changed.

    A digest waits a little for data that is old, as it is after a start; then it says so.
    """

    store: Store
    clock: Clock
    rules: Rules
    catch_up: CatchUp
    on_news: Callable[[], None]
    _next_at: datetime | None = field(default=None, init=False)
    _waits_since: dict[tuple[str, str], float] = field(default_factory=dict, init=False)  # by workspace and place

    async def step(self) -> datetime:
        """Do what is due; returns when to come back."""
        now, account_id = self.clock.now(), self.rules.account_id
        changed = await self.store.quiets.begin_due(account_id, now=now)
        changed += await self.store.mutes.end_due(account_id, now=now)
        changed += await self._digests(now)
        if changed or (self._next_at is not None and now >= self._next_at):  # others may have done it
            self.on_news()
        moments = [
            await self.store.quiets.next_at(account_id, now=now),
            await self.store.digests.next_at(account_id, now=now),
        ]
        self._next_at = min((moment for moment in moments if moment is not None), default=None)
        soon = self.clock.now() + INTERVAL
        return soon if self._next_at is None else min(soon, self._next_at)

    async def _digests(self, now: datetime) -> int:
        due = await self.store.digests.due(self.rules.account_id, now=now)
        since = {_room(one): self._waits_since.get(_room(one), self.clock.monotonic()) for one in due}
        self._waits_since = since
        if not due:
            return 0
        fresh_after = now - stale_after(self.rules.gap_after)
        behind = await self.catch_up.is_behind()
        is_fresh = not behind and await self.store.digests.is_fresh(self.rules.account_id, after=fresh_after)
        if not is_fresh:
            patience = self.clock.monotonic() - PATIENCE.total_seconds()
            due = tuple(one for one in due if since[_room(one)] <= patience)
        return sum([await self._tell(one, now, now if behind else fresh_after) for one in due])

    async def _tell(self, due: DueDigest, now: datetime, fresh_after: datetime) -> bool:
        said = await self.store.digests.queue(due, now=now, fresh_after=fresh_after)
        if said:
            log.info("a digest is queued", place=due.digest.place, day=due.turn.day.isoformat())
        return said


def _room(due: DueDigest) -> tuple[str, str]:
    return due.digest.workspace_id, due.digest.place
