"""Keep what was posted up to date: edited in place, coalesced to its newest state, within the workspace's budget."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.alerts import NOTHING_TOLD
from bot.domain.announcement import Card, Said
from bot.domain.budget import Budget, Purpose
from bot.domain.delivery import CardEdit, Manner, MessageEdit, Posted
from bot.domain.finding import NOT_INVITED
from bot.domain.sharing import CountsOnly
from bot.domain.stale import stale_after
from bot.errors import NoAccessError, NoMessageError, RefusedMessageError, SlackBusyError, SlackError
from bot.flows.access import CLOSED_RETRY
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.flows.shared import Sharing
from bot.flows.slack_line import SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

EDIT_RETRY = timedelta(seconds=10)
EDITS_PER_MINUTE = 45  # chat.update has 50 a minute for the whole workspace
OPEN_CARD_AGE = timedelta(minutes=3)  # how old "updated" may get on a card when nothing changes
SETTLED_CARD_AGE = timedelta(minutes=30)
CLOSED = (*NOT_INVITED, "is_archived")  # what a post would be refused with, too: edits go on when that is over
_GONE = (NoMessageError, NoAccessError, RefusedMessageError)


@dataclass(slots=True)
class Editor:
    """Edits the messages of one workspace: those about failures first, then the urgent cards, then the other cards."""

    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    budget: Budget
    sender: Sender
    sharing: Sharing

    async def step(self) -> datetime | None:
        """Edit what is due; returns when to come back."""
        if not self.identity.known or self.line.is_refused():
            return None  # whoever learns better wakes this
        if await self.sender.turn() is None:
            return self.sender.asks_at
        await self.sharing.find_out()
        if self._may_edit:
            await self._edit_messages()
        if self._may_edit:
            await self._edit_cards()
        return max(self.clock.now() + self.rules.card_interval / 4, self.line.opens_at("update"))

    @property
    def _may_edit(self) -> bool:
        return not self.line.is_closed("update") and self.sender.lease is not None

    # --- failures ---

    async def _edit_messages(self) -> None:
        now = self.clock.now()
        due = await self.store.edits.due(
            self.identity.workspace_id, now=now, shown_before=now - self.rules.card_interval
        )
        for edit in due:
            if not self._may_edit:
                return
            await self._edit_message(edit)

    async def _edit_message(self, edit: MessageEdit) -> None:
        manner = replace(edit.manner, counts_only=await self.sharing.remembered(edit.place))
        try:
            if await self._update(edit.posted, edit.facts, manner, repeat=edit.repeat):
                await self.store.edits.done(edit, now=self.clock.now())
        except _GONE as error:
            if await self._is_shut(edit.place, error):
                return
            log.info("a message cannot be edited any more", delivery=edit.id, why=error.code)
            await self.store.edits.gone(edit)

    # --- cards ---

    async def _edit_cards(self) -> None:
        now = self.clock.now()
        due = await self.store.cards.due(
            self.identity.workspace_id,
            now=now,
            changed_before=now - self.rules.card_interval,
            open_before=now - max(OPEN_CARD_AGE, self.rules.card_interval),
            settled_before=now - max(SETTLED_CARD_AGE, self.rules.card_interval),
            stale_before=now - stale_after(self.rules.gap_after),
            longest_settle=self.rules.longest_settle,
        )
        await self.store.forecasts.keep([edit.foretold for edit in due if edit.foretold and not edit.facts.stale])
        for edit in due:
            if not self._may_edit:
                return
            await self._edit_card(edit, as_of=now)

    async def _edit_card(self, edit: CardEdit, *, as_of: datetime) -> None:
        """What is read after `as_of` is not on it yet, however long the edit takes."""
        why = await self.sharing.remembered(edit.facts.watch.place)
        digest = _digest(edit.facts, why)
        try:
            if digest == edit.shown or await self._update(edit.posted, edit.facts, Manner(counts_only=why)):
                await self.store.cards.shown(edit.watch_id, digest, now=as_of)
        except _GONE as error:
            if await self._is_shut(edit.facts.watch.place, error):
                return
            log.info("a card cannot be edited any more", watch=edit.watch_id, why=error.code)
            await self.store.cards.lost(edit.watch_id, now=self.clock.now())

    # --- both ---

    async def _is_shut(self, place: str, error: SlackError) -> bool:
        """Whether no message of the place can be edited now: that is the place's trouble, and passes."""
        if error.code not in CLOSED:
            return False
        workspace_id, now = self.identity.workspace_id, self.clock.now()
        await self.store.outbox.shut(workspace_id, place, error.code, now=now, retry_after=CLOSED_RETRY)
        return True

    async def _update(self, posted: Posted, facts: Said, manner: Manner, *, repeat: bool = False) -> bool:
        """Whether it is done; raises what says that it never can be. One in doubt is made again: that is harmless."""
        if pause := self.budget.take(Purpose.LOOK, self.clock.monotonic()):
            self.line.close("update", timedelta(seconds=pause))
            return False
        try:
            await self.chat.update(posted, facts, manner, repeat=repeat)
        except _GONE:
            raise
        except SlackError as error:
            self.line.trouble("update", error)
            self.line.close("update", error.retry_after if isinstance(error, SlackBusyError) else EDIT_RETRY)
            return False
        self.line.works("update")
        return True


def _digest(facts: Card, why: CountsOnly | None) -> str:
    """What a card shows, in short (`why` only counts, if so): equal digests need no edit."""
    watch = replace(facts.watch, since_reading=0, clips_reading=0, generation_reading=0, alerts=NOTHING_TOLD)
    shown = f"{why or ''}{replace(facts, watch=watch)!r}"
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()
