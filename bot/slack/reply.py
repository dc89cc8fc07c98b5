"""Answers to a command or a click, through the address that came with it; each is sent once, never again by itself."""

import asyncio
from dataclasses import dataclass, field

import structlog
from aiohttp import ClientError, ClientSession
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.flows.vitals import Vitals
from bot.slack.payload import Asked, Clicked
from bot.slack.views.message import Message

log = structlog.get_logger(__name__)
USES = 5
LONGEST_SECONDS = 10.0
_TOO_MANY = 429
_REFUSED = "invalid_blocks"  # the body of a 400, or within `ok: false`


@dataclass(slots=True)
class Reply:
    """One person's answers. Slack takes five within 30 minutes; a failed one is logged, counted and given up."""

    url: str = field(repr=False)
    session: ClientSession
    vitals: Vitals
    proxy: str | None = field(default=None, repr=False)
    replaces: bool = False
    """Whether there is an answer of ours that the next phase may take the place of."""
    may_replace: bool = True
    """False where the original is a message for everybody, such as a card."""
    was_refused: bool = False
    """Whether Slack has looked at the last answer and does not take its blocks, so nobody has seen it."""
    _uses: int = 0

    async def ephemeral(self, message: Message) -> bool:
        """Say something new that only this person sees; returns whether Slack took it."""
        sent = await self._send(message, response_type="ephemeral", replace_original=False)
        self.replaces = self.replaces or (sent and self.may_replace)
        return sent

    async def replace(self, message: Message) -> bool:
        """Put this in the place of what was said last; as a new message where there is nothing to replace.

        Returns whether Slack took it.
        """
        if self.replaces:
            return await self._send(message, response_type="ephemeral", replace_original=True)
        return await self.ephemeral(message)

    def keep_original(self) -> None:
        """Let the message that was clicked stay: every answer is a new one."""
        self.replaces = self.may_replace = False

    async def in_channel(self, message: Message) -> bool:
        """Say something that everybody here sees; returns whether Slack took it."""
        return await self._send(message, response_type="in_channel", replace_original=False)

    async def _send(self, message: Message, *, response_type: str, replace_original: bool) -> bool:
        self.was_refused = False
        if self._uses >= USES:
            self._failed("used up")
            return False
        self._uses += 1
        client = AsyncWebhookClient(self.url, session=self.session, retry_handlers=[])
        client.proxy = self.proxy  # what the environment says is not obeyed
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await client.send(
                    text=message.text,
                    blocks=list(message.blocks) or None,
                    response_type=response_type,
                    replace_original=replace_original,
                    unfurl_links=False,
                    unfurl_media=False,
                )
        except (ClientError, OSError, ValueError) as error:  # a time-out is an OSError
            self._failed(type(error).__name__)
            return False
        if answer.status_code == _TOO_MANY:
            self.vitals.slack_calls["response_url ratelimited"] += 1
        self.was_refused = _REFUSED in answer.body
        if answer.status_code != 200 or self.was_refused:
            self._failed(f"{answer.status_code} {answer.body[:100]}")
            return False
        self.vitals.slack_calls["response_url ok"] += 1
        return True

    def _failed(self, why: str) -> None:
        self.vitals.slack_calls["response_url failed"] += 1
        log.warning("an answer did not reach the person who asked", why=why)


@dataclass(frozen=True, slots=True)
class Replies:
    """Makes the replies; `session` is shared by the whole program."""

    session: ClientSession
    vitals: Vitals
    proxy: str | None = field(default=None, repr=False)

    def to(self, what: Asked | Clicked) -> Reply:
        """The reply to a command or a click; only a click in an ephemeral message may replace that message."""
        reply = Reply(what.response_url, self.session, self.vitals, self.proxy)
        if isinstance(what, Clicked):
            reply.replaces = reply.may_replace = what.is_ephemeral
        return reply
