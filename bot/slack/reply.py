"""Answers to what somebody typed, said or clicked; each is sent once, never again by itself."""

import asyncio
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.flows.novelties import Novelties
from bot.flows.vitals import Vitals
from bot.slack.address import Address, Conversation, ResponseUrl, Sleep, Unsaid
from bot.slack.payload import Asked, Clicked
from bot.slack.views.message import Message
from bot.slack.views.plain import new_blocks, plainly

log = structlog.get_logger(__name__)
USES = 5


@dataclass(slots=True)
class Reply:
    """One person's answers: at most five, as Slack takes them; a failed one is logged, counted and given up."""

    address: Address
    vitals: Vitals
    novelties: Novelties
    replaces: bool = False
    """Whether there is an answer of ours that the next phase may take the place of."""
    may_replace: bool = True
    """False where the original is a message for everybody, such as a card."""
    _uses: int = 0

    async def ephemeral(self, message: Message) -> bool:
        """Say something new that only this person sees; returns whether Slack took it."""
        sent = await self._send(message, replaces=False)
        self.replaces = self.replaces or (sent and self.may_replace)
        return sent

    async def replace(self, message: Message) -> bool:
        """Put this in the place of what was said last; as a new message where there is nothing to replace.

        Returns whether Slack took it.
        """
        return await self._send(message, replaces=True) if self.replaces else await self.ephemeral(message)

    def keep_original(self) -> None:
        """Let the message that was clicked stay: every answer is a new one."""
        self.replaces = self.may_replace = False

    async def in_channel(self, message: Message) -> bool:
        """Say something that everybody here sees; returns whether Slack took it."""
        return await self._send(message, replaces=False, to_all=True)

    async def _send(self, message: Message, *, replaces: bool, to_all: bool = False) -> bool:
        """As it is, or as text where Slack refuses what is new in it: then nobody has seen it, so it is said again.

        Whatever else goes wrong, it may have been seen.
        """
        new = new_blocks(message)
        if new and await self.novelties.are_refused(new):
            message, new = plainly(message), frozenset()
        unsaid = await self._attempt(message, replaces=replaces, to_all=to_all)
        if new and unsaid is not None and unsaid.was_refused:
            await self.novelties.were_refused(new)
            unsaid = await self._attempt(plainly(message), replaces=replaces, to_all=to_all)
        return self._counted(unsaid)

    async def _attempt(self, message: Message, *, replaces: bool, to_all: bool) -> Unsaid | None:
        if self._uses >= USES:
            return Unsaid("used up")
        self._uses += 1
        return await (self.address.replace(message) if replaces else self.address.say(message, to_all=to_all))

    def _counted(self, unsaid: Unsaid | None) -> bool:
        if unsaid is None:
            self.vitals.slack_calls["answers ok"] += 1
            return True
        if unsaid.is_busy:
            self.vitals.slack_calls["answers ratelimited"] += 1
        self.vitals.slack_calls["answers failed"] += 1
        log.warning("an answer did not reach the person who asked", why=unsaid.why)
        return False


@dataclass(frozen=True, slots=True)
class Replies:
    """Makes the replies; `client` holds the session that the whole program shares, `sleep` is the clock's."""

    client: AsyncWebClient
    vitals: Vitals
    novelties: Novelties
    sleep: Sleep = asyncio.sleep

    def to(self, what: Asked | Clicked) -> Reply:
        """The reply to a command, a click or words; only a click in an answer may replace that."""
        if not what.response_url:
            said = Conversation(self.client, what.place, what.user, what.thread_ts, self.sleep)
            return Reply(said, self.vitals, self.novelties)
        reply = Reply(ResponseUrl(what.response_url, self.client, _thread_of(what)), self.vitals, self.novelties)
        if isinstance(what, Clicked):
            reply.replaces = reply.may_replace = what.is_answer
        return reply


def _thread_of(what: Asked | Clicked) -> str:
    """The thread below another message in which was clicked: a message that others were written below is none."""
    if isinstance(what, Clicked) and what.thread_ts != what.message_ts:
        return what.thread_ts
    return ""
