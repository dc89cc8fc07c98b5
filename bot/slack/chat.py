"""The edge that posts: one attempt for each call, and every outcome as one of our errors."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.announcement import Said
from bot.domain.delivery import HistoryPage, Manner, Posted, Shown
from bot.domain.sheet import File
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoHistoryError,
    NoThreadError,
    NotSentError,
    TokenRefusedError,
)
from bot.slack.outcome import FAULTS, error_of, is_fault_of_the_moment
from bot.slack.upload import send_bytes
from bot.slack.views.escape import is_person, sentence
from bot.slack.views.message import Message
from bot.slack.views.said import marked_as_repeat, message

EVENT_TYPE = "lipsync_announcement"
_MESSAGES_A_PAGE = 15
_SHARED = ("is_ext_shared", "is_pending_ext_shared")


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who the bot is in its workspace, and what its token may do."""

    team_id: str
    bot_user_id: str
    bot_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class SlackChat:
    """The port `Chat` on a client that neither retries nor opens sessions of its own.

    `command` is the slash command's name, `timeout_seconds` the longest that a call may take, `upload_seconds` the
    longest for the bytes of a file. `longest_look` is how many seconds people and posts wait to learn who reads a
    channel; where that is not known only counts are shown.
    """

    client: AsyncWebClient
    command: str
    timeout_seconds: float = 10
    upload_seconds: float = 60
    longest_look: float = 2.0
    _direct: dict[str, str] = field(default_factory=dict)

    async def identity(self) -> Introduction:
        """Ask Slack who we are."""
        response = await self._call(self.client.auth_test)
        scopes = str(response.headers.get("x-oauth-scopes", ""))
        return Introduction(
            team_id=_word(response, "team_id"),
            bot_user_id=_word(response, "user_id"),
            bot_id=_word(response, "bot_id"),
            scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
        )

    async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
        """Post a new message; `repeat` says in it that it may be there already."""
        channel = await self._channel(place)
        shown = message(said, self.command, manner)
        shown = marked_as_repeat(shown) if repeat else shown
        response = await self._call(
            self.client.chat_postMessage,
            channel=channel,
            **({"text": shown.text} if manner.words_only else _said(shown)),
            **_in_thread(manner),
            metadata={"event_type": EVENT_TYPE, "event_payload": {"delivery": delivery_id}},
            unfurl_links=False,
            unfurl_media=False,
        )
        return Posted(_word(response, "channel"), _word(response, "ts"))

    async def update(self, posted: Posted, said: Said, manner: Manner, *, repeat: bool = False) -> None:
        """Edit a message in place; its metadata stays, and that it may be a `repeat`."""
        shown = message(said, self.command, manner)
        shown = marked_as_repeat(shown) if repeat else shown
        await self._call(self.client.chat_update, channel=posted.channel, ts=posted.ts, **_said(shown), parse="none")

    async def delete(self, posted: Posted) -> None:
        """Take back one of the bot's own messages."""
        await self._call(self.client.chat_delete, channel=posted.channel, ts=posted.ts)

    async def hand(self, person: str, file: File) -> None:
        """Send a file to a person's DM: only the last of the three steps shows it, so only that can be in doubt."""
        channel = await self.direct_channel(person)
        file_id = await self._uploaded(file)
        await self._call(
            self.client.files_completeUploadExternal,
            files=[{"id": file_id, "title": file.name}],
            channel_id=channel,
            initial_comment=sentence(file.says),
        )

    async def _uploaded(self, file: File) -> str:
        """The id of a file that nobody sees yet; what goes wrong here has done nothing."""
        try:
            ticket = await self._call(
                self.client.files_getUploadURLExternal, filename=file.name, length=len(file.content)
            )
            address, file_id = _word(ticket, "upload_url"), _word(ticket, "file_id")
        except InDoubtError as error:
            raise NotSentError(error.code) from None
        await send_bytes(self.client, address, file.content, self.upload_seconds)
        return file_id

    async def find(
        self, place: str, since: datetime, until: datetime, *, thread_ts: str | None = None, cursor: str | None = None
    ) -> HistoryPage:
        """One page of the history between these times: newest first, of a thread oldest first."""
        try:
            channel = await self._channel(place)
            response = await self._page(channel, since, until, thread_ts, cursor)
        except (NoAccessError, TokenRefusedError) as refused:
            if isinstance(refused, TokenRefusedError) and refused.code != "missing_scope":
                raise
            raise NoHistoryError(refused.code) from None
        except NoThreadError:
            return HistoryPage((), None)  # where no thread is, nothing stands in it
        more = _word(_part(response.get("response_metadata")), "next_cursor") if response.get("has_more") else None
        return HistoryPage(tuple(_shown(channel, _messages(response))), more)

    async def is_shared(self, place: str) -> bool:
        """Whether another organisation reads a channel, or was invited to."""
        try:
            async with asyncio.timeout(self.longest_look):
                response = await self._call(self.client.conversations_info, channel=place)
        except TimeoutError:
            raise InDoubtError("timeout") from None
        channel = _part(response.get("channel"))
        if not isinstance(channel.get(_SHARED[0]), bool):
            raise InDoubtError("unreadable_answer")
        return any(channel.get(name) is True for name in _SHARED)

    async def direct_channel(self, user: str) -> str:
        """The DM of a person with the bot; opening it again does nothing, so it is never in doubt."""
        if user not in self._direct:
            try:
                response = await self._call(self.client.conversations_open, users=user)
            except InDoubtError as error:
                kind = NotSentError if is_fault_of_the_moment(error) else NoAccessError
                raise kind(error.code) from None
            self._direct[user] = _word(_part(response.get("channel")), "id")
        return self._direct[user]

    async def _channel(self, place: str) -> str:
        return await self.direct_channel(place) if is_person(place) else place

    async def _page(
        self, channel: str, since: datetime, until: datetime, thread_ts: str | None, cursor: str | None
    ) -> AsyncSlackResponse:
        where = {} if thread_ts is None else {"ts": thread_ts}
        return await self._call(
            self.client.conversations_history if thread_ts is None else self.client.conversations_replies,
            channel=channel,
            **where,
            oldest=f"{since.timestamp():.6f}",
            latest=f"{until.timestamp():.6f}",
            inclusive=True,
            include_all_metadata=True,
            limit=_MESSAGES_A_PAGE,
            cursor=cursor,
        )

    async def _call(self, method: Callable[..., Awaitable[AsyncSlackResponse]], **arguments: Any) -> AsyncSlackResponse:  # noqa: ANN401 - the client's own arguments
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await method(**arguments)
        except FAULTS as fault:
            error = error_of(fault)
        raise error


def _said(shown: Message) -> dict[str, object]:
    return {"text": shown.text, "blocks": list(shown.blocks)}


def _in_thread(manner: Manner) -> dict[str, object]:
    if manner.thread_ts is None:
        return {}
    return {"thread_ts": manner.thread_ts, "reply_broadcast": manner.broadcast}


def _messages(response: AsyncSlackResponse) -> list[Mapping[str, object]]:
    found = response.get("messages")
    if not isinstance(found, list):
        raise InDoubtError("unreadable_answer")
    return [_part(each) for each in found]


def _shown(channel: str, messages: Iterable[Mapping[str, object]]) -> Iterator[Shown]:
    for each in messages:
        metadata = _part(each.get("metadata"))
        delivery_id = _part(metadata.get("event_payload")).get("delivery")
        if metadata.get("event_type") == EVENT_TYPE and isinstance(delivery_id, str):
            yield Shown(delivery_id, Posted(channel, _word(each, "ts")), str(each.get("user", "")))


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _word(answer: AsyncSlackResponse | Mapping[str, object], name: str) -> str:
    """A word that an answer must have; without it nobody knows what was done."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise InDoubtError("unreadable_answer")
    return value
