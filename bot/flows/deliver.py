"""Say it once: intent before the call, doubt settled by the history, access trouble parked."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain.announcement import CardPlaceholder, Said
from bot.domain.delivery import Delivery
from bot.errors import (
    NoAccessError,
    NoHistoryError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.slack_line import MISSING_SCOPE, SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

PLACE_INTERVAL = timedelta(seconds=1)  # Slack takes about one message a second in a channel
ACCESS_RETRY = timedelta(minutes=5)
BEFORE_THE_ATTEMPT = timedelta(seconds=60)  # how far back the history is read, against clocks that differ
SET_BACK = timedelta(hours=1)  # how far back it is read when nobody knows when that was: the clock was set back since
NOT_SENT_RETRY = timedelta(seconds=5)
TOKEN_RETRY = timedelta(seconds=60)
NO_TIME = timedelta()
SOONEST = timedelta(milliseconds=50)  # what could not be claimed just now is tried again
DOUBT_RETRY = timedelta(seconds=30)
HELD_RETRY = timedelta(hours=1)
NOT_THERE = ("channel_not_found", "not_in_channel")  # nothing can be posted there now; when it can, it can be read too


@dataclass(slots=True)
class Deliver:
    """Posts what is queued for one workspace, in order, never faster than Slack allows."""

    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    _posted_at: dict[str, float] = field(default_factory=dict, init=False)

    async def step(self) -> datetime | None:
        """Do all that can be done now; returns when there may be more."""
        if not self.identity.known:
            return None  # whoever learns it wakes this
        await self._settle_doubts()
        while deliveries := await self._claim():
            outcomes = await asyncio.gather(*map(self._deliver, deliveries), return_exceptions=True)
            for fault in filter(None, outcomes):  # after all have ended: one fault must not cut another's call short
                raise fault
        return await self._next()

    # --- posting ---

    async def _claim(self) -> tuple[Delivery, ...]:
        if self.line.is_closed("post"):
            return ()
        self._posted_at = {place: at for place, at in self._posted_at.items() if self._pause_after(at) > NO_TIME}
        return await self.store.outbox.claim(
            self.identity.workspace_id, self.rules.owner, now=self.clock.now(), busy=frozenset(self._posted_at)
        )

    def _pause_after(self, posted_at: float) -> timedelta:
        """How long a place must still wait since something was posted there."""
        return PLACE_INTERVAL - timedelta(seconds=self.clock.monotonic() - posted_at)

    async def _deliver(self, delivery: Delivery) -> None:
        said = await self._said(delivery)
        if said is None:
            await self.store.outbox.drop(delivery, "nothing to show any more")
            return
        place = delivery.announcement.key.place
        try:
            posted = await self.chat.post(place, said, delivery_id=delivery.id, repeat=delivery.repeat)
        except SlackError as error:
            self._posted_at[place] = self.clock.monotonic()
            await self._failed(delivery, error)
            return
        self._posted_at[place] = self.clock.monotonic()
        self.line.works("post")
        if not await self.store.outbox.sent(delivery, posted, now=self.clock.now()):
            log.warning("somebody else took over a delivery", delivery=delivery.id)

    async def _said(self, delivery: Delivery) -> Said | None:
        facts = delivery.announcement.facts
        if isinstance(facts, CardPlaceholder):
            return await self.store.cards.facts(facts.watch_id, longest_settle=self.rules.longest_settle)
        return facts

    async def _failed(self, delivery: Delivery, error: SlackError) -> None:
        outbox, now = self.store.outbox, self.clock.now()
        self.line.trouble("post", error)
        match error:
            case SlackBusyError():
                self.line.close("post", error.retry_after)
                await outbox.again(delivery, not_before=now + error.retry_after, why=error.code)
            case NotSentError():
                self.line.close("post", NOT_SENT_RETRY)
                await outbox.again(delivery, not_before=now + NOT_SENT_RETRY, why=error.code)
            case TokenRefusedError() if error.code != MISSING_SCOPE:
                self.line.close("post", TOKEN_RETRY)
                await outbox.again(delivery, not_before=now + TOKEN_RETRY, why=error.code)
            case NoAccessError() | TokenRefusedError():  # a scope that is missing concerns places of this kind only
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
        if self.line.is_closed("find"):
            return
        for delivery in await self.store.outbox.doubtful(self.identity.workspace_id, quiet=self.rules.quiet):
            await self._settle_doubt(delivery)

    async def _settle_doubt(self, delivery: Delivery) -> None:
        outbox, now = self.store.outbox, self.clock.now()
        since = delivery.attempt_at if delivery.attempt_at <= now else now - SET_BACK
        since -= BEFORE_THE_ATTEMPT
        try:
            found = await self.chat.find(delivery.announcement.key.place, delivery.id, since)
        except NoHistoryError as error:
            if error.code in NOT_THERE:
                await outbox.doubt_later(delivery, not_before=now + ACCESS_RETRY, why=error.code)
            elif self.rules.resend_in_doubt:
                await outbox.settle_doubt(delivery, None, now=now, repeat=True)
            else:
                await outbox.doubt_later(delivery, not_before=now + HELD_RETRY, why=error.code)
        except SlackBusyError as error:
            self.line.close("find", error.retry_after)
            await outbox.doubt_later(delivery, not_before=now + error.retry_after, why=error.code)
        except SlackError as error:
            self.line.trouble("find", error)
            await outbox.doubt_later(delivery, not_before=now + DOUBT_RETRY, why=error.code)
        else:
            log.info("doubt settled", delivery=delivery.id, was_posted=found is not None)
            await outbox.settle_doubt(delivery, found, now=self.clock.now())

    # --- when ---

    async def _next(self) -> datetime | None:
        waiting = await self.store.outbox.next_at(self.identity.workspace_id, quiet=self.rules.quiet)
        if waiting is None:
            return None
        pause = min(map(self._pause_after, self._posted_at.values()), default=NO_TIME)
        return max(waiting, self.line.opens_at("post"), self.clock.now() + max(pause, SOONEST))
