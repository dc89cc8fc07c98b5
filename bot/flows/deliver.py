"""Say it once: intent before the call, doubt settled by the history, access trouble parked, cards kept up to date."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.announcement import CardFacts, CardPlaceholder, Said
from bot.domain.budget import Budget, Purpose
from bot.domain.delivery import CardEdit, Delivery
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoHistoryError,
    NoMessageError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.flows.identity import Identity
from bot.flows.vitals import Vitals
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

PLACE_INTERVAL = timedelta(seconds=1)  # Slack takes about one message a second in a channel
ACCESS_RETRY = timedelta(minutes=5)
BEFORE_THE_ATTEMPT = timedelta(seconds=60)  # how far back the history is read, against clocks that differ
NOT_SENT_RETRY = timedelta(seconds=5)
TOKEN_RETRY = timedelta(seconds=60)
DOUBT_RETRY = timedelta(seconds=30)
HELD_RETRY = timedelta(hours=1)
EDIT_RETRY = timedelta(seconds=10)
EDITS_PER_MINUTE = 45  # chat.update has 50 a minute for the whole workspace
OPEN_CARD_AGE = timedelta(minutes=3)  # how old "updated" may get on a card when nothing changes
SETTLED_CARD_AGE = timedelta(minutes=30)


@dataclass(slots=True)
class Deliver:
    """Posts what is queued for one workspace, in order, never faster than Slack allows, and edits the cards."""

    store: Store
    chat: Chat
    clock: Clock
    vitals: Vitals
    identity: Identity
    owner: str
    quiet: timedelta
    card_interval: timedelta
    longest_settle: timedelta
    resend_in_doubt: bool
    edits: Budget
    _posted_at: dict[str, datetime] = field(default_factory=dict, init=False)
    _closed_until: dict[str, datetime] = field(default_factory=dict, init=False)

    async def step(self) -> datetime | None:
        """Do all that can be done now; returns when there may be more."""
        if not self.identity.known:
            return self.clock.now() + TOKEN_RETRY
        await self._settle_doubts()
        while deliveries := await self._claim():
            await asyncio.gather(*(self._deliver(delivery) for delivery in deliveries))
        editable_at = await self._edit_cards()
        return await self._next(editable_at)

    # --- posting ---

    async def _claim(self) -> tuple[Delivery, ...]:
        now = self.clock.now()
        if self._is_closed("post"):
            return ()
        self._posted_at = {place: at for place, at in self._posted_at.items() if at + PLACE_INTERVAL > now}
        return await self.store.outbox.claim(
            self.identity.workspace_id, self.owner, now=now, busy=frozenset(self._posted_at)
        )

    async def _deliver(self, delivery: Delivery) -> None:
        said = await self._said(delivery)
        if said is None:
            await self.store.outbox.drop(delivery, "nothing to show any more")
            return
        place = delivery.announcement.key.place
        try:
            posted = await self.chat.post(place, said, delivery_id=delivery.id, repeat=delivery.repeat)
        except SlackError as error:
            self._posted_at[place] = self.clock.now()
            await self._failed(delivery, error)
            return
        self._posted_at[place] = self.clock.now()
        self._works("post")
        if not await self.store.outbox.sent(delivery, posted, now=self.clock.now()):
            log.warning("somebody else took over a delivery", delivery=delivery.id)

    async def _said(self, delivery: Delivery) -> Said | None:
        facts = delivery.announcement.facts
        if isinstance(facts, CardPlaceholder):
            return await self.store.cards.facts(facts.watch_id, longest_settle=self.longest_settle)
        return facts

    async def _failed(self, delivery: Delivery, error: SlackError) -> None:
        outbox, now = self.store.outbox, self.clock.now()
        self._trouble("post", error)
        match error:
            case SlackBusyError():
                self._close("post", error.retry_after)
                await outbox.again(delivery, not_before=now + error.retry_after, why=error.code)
            case NotSentError():
                self._close("post", NOT_SENT_RETRY)
                await outbox.again(delivery, not_before=now + NOT_SENT_RETRY, why=error.code)
            case TokenRefusedError():
                self._close("post", TOKEN_RETRY)
                await outbox.again(delivery, not_before=now + TOKEN_RETRY, why=error.code)
            case NoAccessError():
                log.warning("no access", place=delivery.announcement.key.place, why=error.code)
                await outbox.park(delivery, error.code, now=now, retry_after=ACCESS_RETRY)
            case RefusedMessageError():
                log.error("Slack refuses a message", kind=delivery.announcement.key.kind, why=error.code)
                await outbox.drop(delivery, error.code)
            case _:
                log.warning("a post is in doubt", delivery=delivery.id, why=error.code)
                await outbox.doubt(delivery)

    # --- doubt ---

    async def _settle_doubts(self) -> None:
        if self._is_closed("find"):
            return
        for delivery in await self.store.outbox.doubtful(self.identity.workspace_id, quiet=self.quiet):
            await self._settle_doubt(delivery)

    async def _settle_doubt(self, delivery: Delivery) -> None:
        outbox, now = self.store.outbox, self.clock.now()
        since = delivery.attempt_at - BEFORE_THE_ATTEMPT
        try:
            found = await self.chat.find(delivery.announcement.key.place, delivery.id, since)
        except NoHistoryError as error:
            if self.resend_in_doubt:
                await outbox.settle_doubt(delivery, None, now=now, repeat=True)
            else:
                await outbox.doubt_later(delivery, not_before=now + HELD_RETRY, why=error.code)
        except SlackBusyError as error:
            self._close("find", error.retry_after)
            await outbox.doubt_later(delivery, not_before=now + error.retry_after, why=error.code)
        except SlackError as error:
            self._trouble("find", error)
            await outbox.doubt_later(delivery, not_before=now + DOUBT_RETRY, why=error.code)
        else:
            log.info("doubt settled", delivery=delivery.id, was_posted=found is not None)
            await outbox.settle_doubt(delivery, found, now=self.clock.now())

    # --- cards ---

    async def _edit_cards(self) -> datetime | None:
        """Edit what is due; returns when the next edit may be made, if some had to wait."""
        now = self.clock.now()
        if self._is_closed("update"):
            return self._closed_until["update"]
        due = await self.store.cards.due(
            self.identity.workspace_id,
            changed_before=now - self.card_interval,
            open_before=now - max(OPEN_CARD_AGE, self.card_interval),
            settled_before=now - max(SETTLED_CARD_AGE, self.card_interval),
            longest_settle=self.longest_settle,
        )
        for edit in due:
            if pause := await self._edit(edit):
                return self.clock.now() + pause
        return now + self.card_interval / 3 if due else None

    async def _edit(self, edit: CardEdit) -> timedelta | None:
        """Edit one card; returns how long to leave all cards alone, if that is needed."""
        cards, digest = self.store.cards, _digest(edit.facts)
        if digest == edit.shown:
            await cards.shown(edit.watch_id, digest, now=self.clock.now())
            return None
        if pause := self.edits.take(Purpose.LOOK, self.clock.now()):
            return timedelta(seconds=pause)
        try:
            await self.chat.update(edit.posted, edit.facts)
        except (NoMessageError, NoAccessError, RefusedMessageError) as error:
            log.info("a card cannot be edited any more", watch=edit.watch_id, why=error.code)
            await cards.lost(edit.watch_id, now=self.clock.now())
            return None
        except SlackBusyError as error:
            self._close("update", error.retry_after)
            return error.retry_after
        except SlackError as error:
            self._trouble("update", error)
            self._close("update", EDIT_RETRY)
            return EDIT_RETRY
        self._works("update")
        await cards.shown(edit.watch_id, digest, now=self.clock.now())
        return None

    # --- when ---

    async def _next(self, editable_at: datetime | None) -> datetime:
        now = self.clock.now()
        moments = [now + self.card_interval / 3]
        if editable_at is not None:
            moments.append(editable_at)
        waiting = await self.store.outbox.next_at(self.identity.workspace_id, quiet=self.quiet)
        if waiting is not None:
            free_at = max([*self._places_free_at(), *self._closed_until.values(), now])
            moments.append(max(waiting, min(free_at, now + PLACE_INTERVAL)))
        return min(moments)

    def _places_free_at(self) -> list[datetime]:
        return [at + PLACE_INTERVAL for at in self._posted_at.values()]

    def _is_closed(self, method: str) -> bool:
        return self.clock.now() < self._closed_until.get(method, self.clock.now())

    def _close(self, method: str, how_long: timedelta) -> None:
        self._closed_until[method] = self.clock.now() + how_long

    def _works(self, method: str) -> None:
        self.vitals.slack_calls[f"{method} ok"] += 1
        if self.vitals.slack_trouble is not None:
            log.info("Slack answers again")
        self.vitals.slack_trouble = None

    def _trouble(self, method: str, error: SlackError) -> None:
        self.vitals.slack_calls[f"{method} {error.code}"] += 1
        if isinstance(error, (NotSentError, TokenRefusedError, InDoubtError)):
            if self.vitals.slack_trouble != error.code:
                log.warning("Slack cannot be used; nothing is lost", why=error.code)
            self.vitals.slack_trouble = error.code


def _digest(facts: CardFacts) -> str:
    """What a card shows, in short: equal digests need no edit."""
    settled = replace(facts.watch, since_reading=0, clips_reading=0, generation_reading=0)
    return hashlib.sha256(repr(replace(facts, watch=settled)).encode("utf-8", "replace")).hexdigest()
