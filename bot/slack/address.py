"""Where answers go: to the address that came with a command or a click, or into a conversation."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import ClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import SlackBusyError
from bot.slack.outcome import FAULTS, error_of
from bot.slack.payload.asked import ANSWER
from bot.slack.views.message import Block, Message

Method = Callable[..., Awaitable[AsyncSlackResponse]]
LONGEST_SECONDS = 10.0
_OK, _TOO_MANY = 200, 429
_REFUSED = "invalid_blocks"  # the body of a 400, or within `ok: false`


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What was not said, and why; with `was_refused` Slack has looked at it and does not take its blocks."""

    why: str
    was_refused: bool = False
    is_busy: bool = False


class Address(Protocol):
    """One attempt for each answer, never repeated."""

    async def say(self, message: Message, *, to_all: bool) -> Unsaid | None:
        """Say something new, to one person or to all who are there."""
        ...

    async def replace(self, message: Message) -> Unsaid | None:
        """Put this in the place of what was said last."""
        ...


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """The address that comes with a command or a click, and works without membership; it is a secret."""

    url: str = field(repr=False)
    client: AsyncWebClient

    async def say(self, message: Message, *, to_all: bool) -> Unsaid | None:
        """Only the person who asked sees it, unless it is for all."""
        return await self._send(message, "in_channel" if to_all else "ephemeral", replace_original=False)

    async def replace(self, message: Message) -> Unsaid | None:
        """In the place of the message that was clicked, or of the last answer."""
        return await self._send(message, "ephemeral", replace_original=True)

    async def _send(self, message: Message, response_type: str, *, replace_original: bool) -> Unsaid | None:
        client = AsyncWebhookClient(self.url, session=self.client.session, retry_handlers=[])
        client.proxy = self.client.proxy  # what the environment says is not obeyed
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
            return Unsaid(type(error).__name__)
        was_refused = _REFUSED in answer.body
        if answer.status_code == _OK and not was_refused:
            return None
        why = f"{answer.status_code} {answer.body[:100]}"
        return Unsaid(why, was_refused=was_refused, is_busy=answer.status_code == _TOO_MANY)


@dataclass(slots=True)
class Conversation:
    """A place where somebody spoke to the bot: in a channel only they see the answer, in the DM they are alone anyway.

    An ephemeral message cannot be edited, so in a channel each answer is a new one.
    """

    client: AsyncWebClient
    place: str
    user: str
    thread_ts: str = ""
    _last_ts: str = ""

    async def say(self, message: Message, *, to_all: bool) -> Unsaid | None:
        """In the thread where it was asked, if it was one."""
        if self._is_direct or to_all:
            return await self._post(message)
        return await self._call(self.client.chat_postEphemeral, message, user=self.user, **self._thread)

    async def replace(self, message: Message) -> Unsaid | None:
        """In the DM, in the place of the last answer."""
        if self._is_direct and self._last_ts:
            return await self._call(self.client.chat_update, message, ts=self._last_ts, parse="none")
        return await self.say(message, to_all=False)

    @property
    def _is_direct(self) -> bool:
        return self.place.startswith("D")

    @property
    def _thread(self) -> dict[str, object]:
        return {"thread_ts": self.thread_ts} if self.thread_ts else {}

    async def _post(self, message: Message) -> Unsaid | None:
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return await self._call(self.client.chat_postMessage, message, **self._thread, **quiet)

    async def _call(self, method: Method, message: Message, **arguments: Any) -> Unsaid | None:  # noqa: ANN401 - the client's own arguments
        blocks = list(_marked(message.blocks) if self._is_direct else message.blocks) or None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await method(channel=self.place, text=message.text, blocks=blocks, **arguments)
        except FAULTS as fault:
            error = error_of(fault)
            return Unsaid(error.code, was_refused=error.code == _REFUSED, is_busy=isinstance(error, SlackBusyError))
        self._last_ts = str(answer.get("ts") or self._last_ts)
        return None


def _marked(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks whose clicks tell that they stand in an answer."""
    return ({**block, "block_id": f"{ANSWER}{number}"} for number, block in enumerate(blocks))
