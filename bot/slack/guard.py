"""Stands between Bolt and the listeners: acknowledges first, lets nothing raise into Bolt, and answers the person."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from bot.errors import BadCommandError, LipsyncBotError, StoreError
from bot.flows.work import Work
from bot.slack.payload import Asked, Clicked, Happened, PayloadError, asked, clicked, happened
from bot.slack.reply import Replies, Reply
from bot.slack.views import errors

log = structlog.get_logger(__name__)
TOO_BUSY = "I am too busy just now, so nothing was done. Try again in a minute."
_ACK_SECONDS = 2.0
HEARD, TELL_AGAIN = 200, 503

What = TypeVar("What", Asked, Clicked)
Listener = Callable[[AsyncAck, Mapping[str, object]], Awaitable[None]]
Hears = Callable[[Mapping[str, object]], Awaitable[BoltResponse]]
Handle = Callable[[What, Reply], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Guard:
    """Makes listeners for Bolt out of our handlers, whose work is owned by `work`."""

    work: Work
    replies: Replies

    def command(self, handle: Handle[Asked]) -> Listener:
        """A listener for a slash command; what cannot be begun is told in the acknowledgement."""

        async def listener(ack: AsyncAck, body: Mapping[str, object]) -> None:
            try:
                what = asked(body)
                begun = self._begin(handle, what, what.command)
                await (ack() if begun else ack(TOO_BUSY))
            except Exception as error:  # noqa: BLE001 - nothing may raise into Bolt; it is logged and told
                await ack(errors.message(_told(error)).text)

        return listener

    def click(self, handle: Handle[Clicked]) -> Listener:
        """A listener for a button; a click's acknowledgement shows nothing, so trouble is told through its address."""

        async def listener(ack: AsyncAck, body: Mapping[str, object]) -> None:
            await ack()
            try:
                what = clicked(body)
                if not self._begin(handle, what, what.action_id):
                    async with asyncio.timeout(_ACK_SECONDS):
                        await self.replies.to(what).ephemeral(errors.message(BadCommandError(TOO_BUSY)))
            except Exception as error:  # noqa: BLE001 - nothing may raise into Bolt; it is logged
                _told(error)

        return listener

    def event(self, handle: Callable[[Happened], Awaitable[None]]) -> Hears:
        """A listener for an event. It is acknowledged once it has acted: what could not be done is told again.

        So `handle` must take no longer than a transaction, and its effect must be harmless when it comes twice.
        """

        async def listener(body: Mapping[str, object]) -> BoltResponse:
            try:
                async with asyncio.timeout(_ACK_SECONDS):
                    await handle(happened(body))
            except PayloadError as error:
                log.warning("odd event", why=str(error))
            except Exception as error:  # nothing may raise into Bolt; it is logged
                known = isinstance(error, LipsyncBotError | TimeoutError)
                log.warning("an event could not be handled; Slack tells it again", exc_info=None if known else error)
                return BoltResponse(status=TELL_AGAIN)
            return BoltResponse(status=HEARD)

        return listener

    def _begin(self, handle: Handle[What], what: What, name: str) -> bool:
        return self.work.start(self._safely(handle, what), name)

    async def _safely(self, handle: Handle[What], what: What) -> None:
        reply = self.replies.to(what)
        try:
            await handle(what, reply)
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log gets the traceback
            await reply.ephemeral(errors.message(_told(error)))


def _told(error: Exception) -> Exception:
    """What the person is told about; everything but a person's own mistake is logged."""
    if isinstance(error, BadCommandError):
        return error
    if isinstance(error, PayloadError):
        log.warning("odd payload", why=str(error))
        return BadCommandError(str(error))
    if isinstance(error, LipsyncBotError):
        log.warning("a question could not be answered", why=str(error), exc_info=isinstance(error, StoreError))
        return error
    number = secrets.token_hex(2)
    log.error("a listener failed", id=number, exc_info=error)
    return BadCommandError(
        f"Something went wrong on my side (id {number}). Nothing was lost; try again in a minute,"
        " and name the id when you ask whoever runs me."
    )
