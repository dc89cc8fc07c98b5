"""Say it once: intent before the call, doubt settled by the history, access trouble parked."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.domain.announcement import CardPlaceholder, Said, StaleFacts
from bot.domain.delivery import BLOCKS_REFUSED, Delivery
from bot.domain.digest import as_told
from bot.domain.digest_facts import DigestFacts
from bot.errors import (
    NoAccessError,
    NoThreadError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.flows.audit import Audit
from bot.flows.doubts import Doubts
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.sender import Sender
from bot.flows.shared import Sharing
from bot.flows.slack_line import MISSING_SCOPE, SlackLine
from bot.ports import Chat, Clock
from bot.store import Store

log = structlog.get_logger(__name__)

PLACE_INTERVAL = timedelta(seconds=1)  # Slack takes about one message a second in a channel
ACCESS_RETRY = timedelta(minutes=5)
NOT_SENT_RETRY = timedelta(seconds=5)
TOKEN_RETRY = timedelta(seconds=1)  # after the token is taken again: until then nothing is tried
NO_TIME = timedelta()
SOONEST = timedelta(milliseconds=50)  # what could not be claimed just now is tried again
TOO_LATE = "the lease ended"


@dataclass(slots=True)
class Deliver:
    """Posts what is queued for one workspace, in order, never faster than Slack allows."""

    store: Store
    chat: Chat
    clock: Clock
    line: SlackLine
    identity: Identity
    rules: Rules
    sender: Sender
    doubts: Doubts
    audit: Audit
    sharing: Sharing
    _posted_at: dict[str, float] = field(default_factory=dict, init=False)

    async def step(self) -> datetime | None:
        """Do all that can be done now; returns when there may be more."""
        if not self.identity.known or self.line.is_refused():
            return None  # whoever learns better wakes this
        if await self.sender.turn() is None:
            return self.sender.asks_at
        await self.doubts.step()
        await self.sharing.find_out()  # before anything is claimed: what is claimed is posted at once
        while not self.line.is_refused() and (deliveries := await self._claim()):
            outcomes = await asyncio.gather(*map(self._deliver, deliveries), return_exceptions=True)
            for fault in filter(None, outcomes):  # after all have ended: one fault must not cut another's call short
                raise fault
        return None if self.line.is_refused() else await self._next()

    # --- posting ---

    async def _claim(self) -> tuple[Delivery, ...]:
        lease = await self.sender.turn()
        if lease is None or self.line.is_closed("post"):
            return ()
        self._posted_at = {place: at for place, at in self._posted_at.items() if self._pause_after(at) > NO_TIME}
        now = self.clock.now()
        await self.store.quiets.begin_due(self.rules.account_id, now=now)  # from their first moment on nothing goes out
        return await self.store.outbox.claim(lease, now=now, busy=frozenset(self._posted_at))

    def _pause_after(self, posted_at: float) -> timedelta:
        """How long a place must still wait since something was posted there."""
        return PLACE_INTERVAL - timedelta(seconds=self.clock.monotonic() - posted_at)

    async def _deliver(self, delivery: Delivery) -> None:
        said = await self._said(delivery)
        if said is None:
            await self.store.outbox.drop(delivery, "nothing to show any more")
            return
        place = delivery.announcement.key.place
        manner = replace(delivery.manner, counts_only=await self.sharing.remembered(place))
        if not self._is_mine(delivery):
            await self.store.outbox.again(delivery, not_before=self.clock.now(), why=TOO_LATE)
            return
        try:
            posted = await self.chat.post(place, said, manner, delivery_id=delivery.id, repeat=delivery.repeat)
        except SlackError as error:
            self._posted_at[place] = self.clock.monotonic()
            await self._failed(delivery, error)
            return
        self._posted_at[place] = self.clock.monotonic()
        self.line.works("post")
        if not await self.store.outbox.sent(delivery, posted, now=self.clock.now()):
            log.warning("somebody else took over a delivery", delivery=delivery.id)
            return
        self.line.vitals.told(delivery.announcement, self.clock.now())

    def _is_mine(self, delivery: Delivery) -> bool:
        """Whether the term in which it was claimed goes on: this process may have been held up since."""
        lease = self.sender.lease
        return lease is not None and (lease.owner, lease.term) == (delivery.owner, delivery.term)

    async def _said(self, delivery: Delivery) -> Said | None:
        facts = delivery.announcement.facts
        if isinstance(facts, CardPlaceholder):
            now, longest = self.clock.now(), self.rules.longest_settle
            return await self.store.cards.facts(facts.watch_id, longest_settle=longest, now=now)
        if isinstance(facts, DigestFacts):
            return as_told(facts, self.clock.now())
        key = delivery.announcement.key
        if isinstance(facts, StaleFacts) and not await self.store.ledger.is_catching_up(key.subject, key.level):
            return None  # it is over: an attempt in doubt was not posted after all
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
                await outbox.again(delivery, not_before=now + TOKEN_RETRY, why=error.code)
            case NoAccessError() | TokenRefusedError():  # a scope that is missing concerns places of this kind only
                log.warning("no access", place=delivery.announcement.key.place, why=error.why)
                await outbox.park(delivery, error.why, now=now, retry_after=ACCESS_RETRY)
            case NoThreadError():
                log.info("no reply can be posted", delivery=delivery.id, why=error.code)
                await outbox.without_thread(delivery)
            case RefusedMessageError() if error.code in BLOCKS_REFUSED and not delivery.manner.words_only:
                log.error("Slack refuses the blocks of a message", kind=delivery.announcement.key.kind, why=error.code)
                await outbox.again(delivery, not_before=now, why=error.code)  # it was not posted: now without them
            case RefusedMessageError():
                log.error("Slack refuses a message", kind=delivery.announcement.key.kind, why=error.code)
                await outbox.drop(delivery, error.code)
            case _:
                log.warning("a post is in doubt", delivery=delivery.id, why=error.code)
                await outbox.doubt(delivery)

    # --- when ---

    async def _next(self) -> datetime | None:
        due = await self.store.outbox.next_at(self.identity.workspace_id, quiet=self.rules.quiet)
        soonest = self.clock.now() + SOONEST
        moments = [self._claims_at(due.claim_at), self.doubts.next_at(due.doubt_at)]
        if not self.doubts.are_searched and all(moment is None or moment > soonest for moment in moments):
            await self.audit.step()
            moments.append(self.audit.next_at(due.audit_at))
        return min((max(moment, soonest) for moment in moments if moment is not None), default=None)

    def _claims_at(self, claim_at: datetime | None) -> datetime | None:
        if claim_at is None:
            return None
        pause = min(map(self._pause_after, self._posted_at.values()), default=NO_TIME)
        return max(claim_at, self.line.opens_at("post"), self.clock.now() + pause)
