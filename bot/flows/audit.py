"""Look for copies of what was posted again after a doubt, and take them back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.announcement import CardPlaceholder, Editable
from bot.domain.delivery import Posted, Shown, Suspect
from bot.errors import NoHistoryError, SlackBusyError, SlackError
from bot.flows.doubts import BEFORE_THE_ATTEMPT
from bot.flows.history import History, Walk, Where
from bot.flows.identity import Identity
from bot.flows.sender import Sender
from bot.flows.slack_line import SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

PACE = timedelta(seconds=60)  # at most one page a minute: everything else comes first
LAST_AUDIT = timedelta(hours=1)  # what has not shown up so long after it was sent is not there
TOGETHER = timedelta(hours=2)
MOST_PAGES = 20


@dataclass(slots=True)
class Inspection:
    """A walk, and the deliveries whose copies it looks for."""

    walk: Walk
    suspects: dict[str, Suspect]


@dataclass(slots=True)
class Audit:
    """Deletes nothing but a message of this bot with the delivery id of another that is there and stays."""

    store: Store
    chat: Chat
    clock: Clock
    identity: Identity
    line: SlackLine
    sender: Sender
    history: History
    _now: Inspection | None = field(default=None, init=False)
    _not_before: float = field(default=-math.inf, init=False)

    async def step(self) -> None:
        """Read one page, if it is time for that; to be called when nothing else is to be done."""
        if self.clock.monotonic() < self._not_before or self.line.is_closed("delete"):
            return
        inspection = self._now or self._begun(
            await self.store.outbox.suspects(self.identity.workspace_id, now=self.clock.now())
        )
        if inspection is None or not self.history.may_read(inspection.walk):
            return
        self._now = inspection
        self._not_before = self.clock.monotonic() + PACE.total_seconds()
        await self._read(inspection)

    def next_at(self, audit_at: datetime | None) -> datetime | None:
        """When to come back, if copies may be looked for at `audit_at`."""
        if self._now is None and audit_at is None:
            return None
        wait = timedelta(seconds=max(self._not_before - self.clock.monotonic(), 0.0))
        begins = self.clock.now() if self._now or audit_at is None else audit_at
        opens = self.history.opens_at(self._now.walk) if self._now else begins
        return max(begins, opens, self.line.opens_at("delete"), self.clock.now() + wait)

    def _begun(self, suspects: Sequence[Suspect]) -> Inspection | None:
        """Those of one place whose attempts are close together, the oldest first."""
        if not suspects:
            return None
        first = suspects[0]
        where = Where(first.delivery.announcement.key.place, first.delivery.manner.thread_ts)
        since = first.since - BEFORE_THE_ATTEMPT
        mine = {
            each.delivery.id: each
            for each in suspects
            if Where(each.delivery.announcement.key.place, each.delivery.manner.thread_ts) == where
            and since <= each.since <= first.since + TOGETHER
        }
        last = max(each.sent_at for each in mine.values())
        return Inspection(Walk(where, since, last + LAST_AUDIT), mine)

    async def _read(self, inspection: Inspection) -> None:
        walk = inspection.walk
        try:
            if not await self.history.read(walk):
                return
        except NoHistoryError as error:
            place, why = walk.where.place, error.code
            await self.store.outbox.learn_history(self.identity.workspace_id, place, why)
            await self._end(inspection)
            return
        except SlackError as error:
            self.history.failed(walk, error)
            return
        if walk.is_over or walk.pages >= MOST_PAGES:
            await self._take_back_copies(inspection)

    async def _take_back_copies(self, inspection: Inspection) -> None:
        copies = inspection.walk.copies(self.identity.bot_user_id)
        for suspect in list(inspection.suspects.values()):
            if self.sender.lease is None:
                self._now = None
                return
            if not await self._take_back(suspect, copies.get(suspect.delivery.id, [])):
                self._now = None  # those that are left are still due
                return
            del inspection.suspects[suspect.delivery.id]
            await self._audited(suspect)
        await self._end(inspection)

    async def _take_back(self, suspect: Suspect, shown: Sequence[Shown]) -> bool:
        """Whether there is no copy any more; False when that has to be tried again."""
        there = [each.posted for each in shown]
        if suspect.kept not in there:
            return True  # somebody has deleted what is recorded: what else is there is no copy of anything
        is_edited = isinstance(suspect.delivery.announcement.facts, CardPlaceholder | Editable)
        keep = suspect.kept if is_edited else there[0]
        if keep != suspect.kept and not await self.store.outbox.keep(suspect, keep):
            return True
        for posted in there:
            if posted != keep and not await self._delete(suspect, posted):
                return False
        return True

    async def _delete(self, suspect: Suspect, posted: Posted) -> bool:
        try:
            await self.chat.delete(posted)
        except SlackBusyError as error:
            self.line.trouble("delete", error)
            self.line.close("delete", error.retry_after)
            return False
        except SlackError as error:
            self.line.trouble("delete", error)
            log.warning("a copy cannot be deleted", delivery=suspect.delivery.id, ts=posted.ts, why=error.code)
            return True  # the last audit tries once more
        self.line.works("delete")
        log.warning("a copy was deleted", delivery=suspect.delivery.id, channel=posted.channel, ts=posted.ts)
        return True

    async def _audited(self, suspect: Suspect) -> None:
        now, last = self.clock.now(), suspect.sent_at + LAST_AUDIT
        again_at = None if now >= last else min(last, now + LAST_AUDIT)  # the clock may have been set back
        await self.store.outbox.audited(suspect.delivery.id, again_at=again_at)

    async def _end(self, inspection: Inspection) -> None:
        for suspect in inspection.suspects.values():
            await self._audited(suspect)
        self._now = None
