"""Stands between Bolt and the listeners: acknowledges first, lets nothing raise into Bolt, and answers the person."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TypeVar

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from bot.errors import BadCommandError, LipsyncBotError, SlackError, StoreError
from bot.flows.work import Work
from bot.slack.forms import Handle as HandleForm
from bot.slack.forms import Mistakes, Outcome, Shows, Submission, acknowledge
from bot.slack.payload import (
    Asked,
    Clicked,
    Happened,
    Linked,
    PayloadError,
    Submitted,
    Summoned,
    Touched,
    asked,
    clicked,
    happened,
    linked,
    said,
    submitted,
    summoned,
    touched,
)
from bot.slack.reply import Replies, Reply
from bot.slack.screen import Screen, Screens
from bot.slack.views import errors

log = structlog.get_logger(__name__)
TOO_BUSY = "I am too busy just now, so nothing was done. Try again in a minute."
_ACK_SECONDS = 2.0
HEARD, TELL_AGAIN = 200, 503

What = TypeVar("What", Asked, Clicked)
Seen = TypeVar("Seen", Touched, Summoned)
Listener = Callable[[AsyncAck, Mapping[str, object]], Awaitable[None]]
Hears = Callable[[Mapping[str, object]], Awaitable[BoltResponse]]
Handle = Callable[[What, Reply], Coroutine[object, object, None]]
Shown = Callable[[Seen, Screen], Coroutine[object, object, None]]
Heard = Callable[[Asked, str], Awaitable[Asked | None]]
Admit = Callable[[str, str], Awaitable[None]]
IsNew = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Guard:
    """Makes listeners for Bolt out of our handlers, whose work is owned by `work`.

    `admit` is given the workspace of a person and where they are, and raises a `NotAllowedError` for who is of another
    organisation.
    """

    work: Work
    replies: Replies
    screens: Screens
    admit: Admit
    patience_seconds: float = _ACK_SECONDS

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

    def click(self, handle: Handle[Clicked], *, for_all: bool = False) -> Listener:
        """A listener for a button; a click's acknowledgement shows nothing, so trouble is told through its address.

        `for_all`: also for people of other organisations who read the message.
        """

        async def admitted(what: Clicked, reply: Reply) -> None:
            if not for_all:
                await self.admit(what.team, what.place)
            await handle(what, reply)

        async def listener(ack: AsyncAck, body: Mapping[str, object]) -> None:
            await ack()
            try:
                what = clicked(body)
                if not self._begin(admitted, what, what.action_id):
                    async with asyncio.timeout(_ACK_SECONDS):
                        await self.replies.to(what).ephemeral(errors.message(BadCommandError(TOO_BUSY)))
            except Exception as error:  # noqa: BLE001 - nothing may raise into Bolt; it is logged
                _told(error)

        return listener

    def touch(self, handle: Shown[Touched]) -> Listener:
        """A listener for a click or a choice in a view; trouble is told in a modal."""
        return self._on_screen(handle, touched, _modal_of)

    def shortcut(self, handle: Shown[Summoned]) -> Listener:
        """A listener for a shortcut; trouble is told in a modal."""

        async def admitted(what: Summoned, screen: Screen) -> None:
            await self.admit(what.team, what.place)
            await handle(what, screen)

        return self._on_screen(admitted, summoned, _no_modal)

    def submission(self, handle: HandleForm) -> Listener:
        """A listener for a modal that is sent in; what fits none of its fields is told at the first."""

        async def safely(what: Submitted) -> Outcome:
            try:
                return await handle(what)
            except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log gets the traceback
                return Mistakes({what.first_field: errors.plain(_told(error))})

        async def listener(ack: AsyncAck, body: Mapping[str, object]) -> None:
            try:
                what = submitted(body)
                taken = await Submission(what, self.screens, self.work, self.patience_seconds).taken(safely)
                await acknowledge(ack, taken or Mistakes({what.first_field: TOO_BUSY}))
            except Exception as error:  # noqa: BLE001 - nothing may raise into Bolt; it is logged and told
                await acknowledge(ack, Shows(errors.view(_told(error))))

        return listener

    def words(self, handle: Handle[Asked], heard: Heard) -> Hears:
        """A listener for what is said to the bot. Slack tells it again until it is acknowledged.

        `heard` is given the words and the event's id, and returns what is to be answered, None for what is not or was
        told before. It must take no longer than a transaction.
        """

        async def listen(body: Mapping[str, object]) -> None:
            spoken = said(body)
            what = await heard(spoken, happened(body).id) if spoken else None
            if what is not None and not self._begin(handle, what, "words"):
                await self.replies.to(what).ephemeral(errors.message(BadCommandError(TOO_BUSY)))

        return self._acknowledged(listen)

    def links(self, handle: Callable[[Linked], Coroutine[object, object, None]], is_new: IsNew) -> Hears:
        """A listener for links that somebody posted; nobody is told of trouble, since nobody has asked.

        `is_new` is given the event's id: what was told before is not handled again. It must take no longer than a
        transaction. What is too much is left out.
        """

        async def safely(what: Linked) -> None:
            try:
                await handle(what)
            except Exception as error:  # noqa: BLE001 - it is logged
                _told(error)

        async def listen(body: Mapping[str, object]) -> None:
            what = linked(body)
            if what is not None and await is_new(happened(body).id):
                self.work.start(safely(what), "links")

        return self._acknowledged(listen)

    def event(self, handle: Callable[[Happened], Awaitable[None]]) -> Hears:
        """A listener for an event. It is acknowledged once it has acted: what could not be done is told again.

        So `handle` must take no longer than a transaction, and its effect must be harmless when it comes twice.
        """

        async def listen(body: Mapping[str, object]) -> None:
            await handle(happened(body))

        return self._acknowledged(listen)

    def _acknowledged(self, listen: Callable[[Mapping[str, object]], Awaitable[None]]) -> Hears:
        async def listener(body: Mapping[str, object]) -> BoltResponse:
            try:
                async with asyncio.timeout(_ACK_SECONDS):
                    await listen(body)
            except PayloadError as error:
                log.warning("odd event", why=str(error))
            except Exception as error:  # nothing may raise into Bolt; it is logged
                known = isinstance(error, LipsyncBotError | TimeoutError)
                log.warning("an event could not be handled; Slack tells it again", exc_info=None if known else error)
                return BoltResponse(status=TELL_AGAIN)
            return BoltResponse(status=HEARD)

        return listener

    def _on_screen(
        self, handle: Shown[Seen], read: Callable[[object], Seen], modal_of: Callable[[Seen], str]
    ) -> Listener:
        async def safely(what: Seen, screen: Screen) -> None:
            try:
                await handle(what, screen)
            except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log gets the traceback
                await self._tell(screen, _told(error))

        async def listener(ack: AsyncAck, body: Mapping[str, object]) -> None:
            await ack()
            try:
                what = read(body)
                screen = self.screens.of(what.trigger_id, modal_of(what))
                if not self.work.start(safely(what, screen), "view"):
                    async with asyncio.timeout(_ACK_SECONDS):
                        await self._tell(screen, BadCommandError(TOO_BUSY))
            except Exception as error:  # noqa: BLE001 - nothing may raise into Bolt; it is logged
                _told(error)

        return listener

    async def _tell(self, screen: Screen, error: Exception) -> None:
        try:
            await screen.show(errors.view(error))
        except SlackError as unshown:
            log.warning("trouble was not shown", why=unshown.why, trouble=str(error))

    def _begin(self, handle: Handle[What], what: What, name: str) -> bool:
        return self.work.start(self._safely(handle, what), name)

    async def _safely(self, handle: Handle[What], what: What) -> None:
        reply = self.replies.to(what)
        try:
            await handle(what, reply)
        except Exception as error:  # noqa: BLE001 - the person gets a sentence, the log gets the traceback
            await reply.ephemeral(errors.message(_told(error)))


def _modal_of(touch: Touched) -> str:
    """The modal that is open already; a Home tab is none."""
    return "" if touch.is_home else touch.view_id


def _no_modal(_: Summoned) -> str:
    return ""


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
