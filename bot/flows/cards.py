"""Keep the cards up to date: edited in place, coalesced to their newest state, within the workspace's budget."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.announcement import Card
from bot.domain.budget import Budget, Purpose
from bot.domain.delivery import CardEdit
from bot.domain.finding import NOT_INVITED
from bot.domain.stale import stale_after
from bot.errors import NoAccessError, NoMessageError, RefusedMessageError, SlackBusyError, SlackError
from bot.flows.access import CLOSED_RETRY
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.slack_line import SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

CLOSED = (*NOT_INVITED, "is_archived")  # what a post would be refused with, too: the card goes on when that is over
EDIT_RETRY = timedelta(seconds=10)
EDITS_PER_MINUTE = 45  # chat.update has 50 a minute for the whole workspace
OPEN_CARD_AGE = timedelta(minutes=3)  # how old "updated" may get on a card when nothing changes
SETTLED_CARD_AGE = timedelta(minutes=30)


@dataclass(slots=True)
class CardKeeper:
    """Edits the cards of one workspace."""

    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    budget: Budget

    async def step(self) -> datetime | None:
        """Edit what is due; returns when to come back."""
        if not self.identity.known or self.line.is_refused():
            return None  # whoever learns better wakes this
        if not self.line.is_closed("update"):
            await self._edit_due()
        return max(self.clock.now() + self.rules.card_interval / 4, self.line.opens_at("update"))

    async def _edit_due(self) -> None:
        now = self.clock.now()
        due = await self.store.cards.due(
            self.identity.workspace_id,
            now=now,
            changed_before=now - self.rules.card_interval,
            open_before=now - max(OPEN_CARD_AGE, self.rules.card_interval),
            settled_before=now - max(SETTLED_CARD_AGE, self.rules.card_interval),
            longest_settle=self.rules.longest_settle,
            stale_before=now - stale_after(self.rules.gap_after),
        )
        for edit in due:
            if self.line.is_closed("update"):
                return
            await self._edit(edit)

    async def _edit(self, edit: CardEdit) -> None:
        digest = _digest(edit.facts)
        if digest == edit.shown:
            await self.store.cards.shown(edit.watch_id, digest, now=self.clock.now())
            return
        if pause := self.budget.take(Purpose.LOOK, self.clock.monotonic()):
            self.line.close("update", timedelta(seconds=pause))
            return
        try:
            await self.chat.update(edit.posted, edit.facts)
        except (NoMessageError, NoAccessError, RefusedMessageError) as error:
            if error.code in CLOSED:
                watch, now = edit.facts.watch, self.clock.now()
                await self.store.outbox.shut(
                    watch.workspace_id, watch.place, error.code, now=now, retry_after=CLOSED_RETRY
                )
                return
            log.info("a card cannot be edited any more", watch=edit.watch_id, why=error.code)
            await self.store.cards.lost(edit.watch_id, now=self.clock.now())
        except SlackError as error:
            self.line.trouble("update", error)
            self.line.close("update", error.retry_after if isinstance(error, SlackBusyError) else EDIT_RETRY)
        else:
            self.line.works("update")
            await self.store.cards.shown(edit.watch_id, digest, now=self.clock.now())


def _digest(facts: Card) -> str:
    """What a card shows, in short: equal digests need no edit."""
    watch = replace(facts.watch, since_reading=0, clips_reading=0, generation_reading=0)
    return hashlib.sha256(repr(replace(facts, watch=watch)).encode("utf-8", "replace")).hexdigest()
