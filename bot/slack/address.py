"""Where answers go: to the address that came with a command or a click, or into a conversation."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from aiohttp import ClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.words import Place, words
from bot.errors import NoAccessError, NoMessageError, NoThreadError, SlackBusyError, SlackError
from bot.slack.outcome import FAULTS, error_of
from bot.slack.payload.asked import ANSWER
from bot.slack.views.blocks import context
from bot.slack.views.escape import sentence
from bot.slack.views.message import Block, Message

Method = Callable[..., Awaitable[AsyncSlackResponse]]
Sleep = Callable[[float], Awaitable[None]]
LONGEST_SECONDS = 10.0
LONGEST_PAUSE = timedelta(seconds=60)  # Slack counts calls by the minute
_OK, _TOO_MANY = 200, 429
_DIRECT = ("D", "U", "W")
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
    """The address that comes with a command or a click, and works without membership; it is a secret.

    `thread_ts` is the thread in which was clicked: Slack puts answers into the channel unless it is named.
    """

    url: str = field(repr=False)
    client: AsyncWebClient
    thread_ts: str = ""

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
                answer = await client.send_dict(
                    {
                        "text": message.text,
                        **({"blocks": list(message.blocks)} if message.blocks else {}),
                        "response_type": response_type,
                        "replace_original": replace_original,
                        **({"thread_ts": self.thread_ts} if self.thread_ts and not replace_original else {}),
                        "unfurl_links": False,
                        "unfurl_media": False,
                    }
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

    An ephemeral message cannot be edited, so in a channel each answer is a new one. Where the bot may not answer, it
    does so in the person's DM. What Slack refuses without having done it is tried again: in the channel when the thread
    is gone, and when it is busy as often as it says, for `LONGEST_PAUSE` in all.
    """

    client: AsyncWebClient
    place: str
    user: str
    thread_ts: str = ""
    sleep: Sleep = asyncio.sleep
    _asked_in: str = ""
    _last_ts: str = ""

    async def say(self, message: Message, *, to_all: bool) -> Unsaid | None:
        """In the thread where it was asked, if it was one."""
        error = await self._say(message, to_all=to_all)
        if isinstance(error, NoThreadError) and self.thread_ts:
            self.thread_ts = ""
            error = await self._say(message, to_all=to_all)
        if isinstance(error, NoAccessError) and not (self._is_direct or to_all):
            self._asked_in, self.place, self.thread_ts = self.place, self.user, ""
            error = await self._say(elsewhere(message, self._asked_in), to_all=False)
        return _unsaid(error)

    async def replace(self, message: Message) -> Unsaid | None:
        """In the DM, in the place of the last answer."""
        if not (self._is_direct and self._last_ts):
            return await self.say(message, to_all=False)
        shown = elsewhere(message, self._asked_in) if self._asked_in else message
        error = await self._patiently(self.client.chat_update, shown, ts=self._last_ts, parse="none")
        if not isinstance(error, NoMessageError):
            return _unsaid(error)
        self._last_ts = ""  # somebody took it away
        return await self.say(message, to_all=False)

    @property
    def _is_direct(self) -> bool:
        return self.place.startswith(_DIRECT)

    async def _say(self, message: Message, *, to_all: bool) -> SlackError | None:
        thread = {"thread_ts": self.thread_ts} if self.thread_ts else {}
        if self._is_direct or to_all:
            quiet = {"unfurl_links": False, "unfurl_media": False}
            return await self._patiently(self.client.chat_postMessage, message, **thread, **quiet)
        return await self._patiently(self.client.chat_postEphemeral, message, user=self.user, **thread)

    async def _patiently(self, method: Method, message: Message, **arguments: Any) -> SlackError | None:  # noqa: ANN401 - the client's own arguments
        """Our own messages to the same place may be what Slack is busy with, several times in a row."""
        waited = timedelta()
        while True:
            error = await self._call(method, message, **arguments)
            if not isinstance(error, SlackBusyError) or waited + error.retry_after > LONGEST_PAUSE:
                return error
            waited += error.retry_after
            await self.sleep(error.retry_after.total_seconds())

    async def _call(self, method: Method, message: Message, **arguments: Any) -> SlackError | None:  # noqa: ANN401 - the client's own arguments
        blocks = list(_marked(message.blocks) if self._is_direct else message.blocks) or None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                answer = await method(channel=self.place, text=message.text, blocks=blocks, **arguments)
        except FAULTS as fault:
            return error_of(fault)
        if self._is_direct:
            self.place = str(answer.get("channel") or self.place)  # a person's id was enough to write to their DM
        self._last_ts = str(answer.get("ts") or self._last_ts)
        return None


def _unsaid(error: SlackError | None) -> Unsaid | None:
    if error is None:
        return None
    return Unsaid(error.code, was_refused=error.code == _REFUSED, is_busy=isinstance(error, SlackBusyError))


def elsewhere(message: Message, asked_in: str) -> Message:
    """An answer with where it was asked, for who cannot be answered there."""
    where = words("You asked this in ", Place(asked_in), ", where I may not answer.")
    return Message(f"{message.text} {sentence(where)}", (context(where), *message.blocks))


def _marked(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks whose clicks tell that they stand in an answer."""
    return ({**block, "block_id": f"{ANSWER}{number}"} for number, block in enumerate(blocks))
