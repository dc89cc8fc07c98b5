"""What Slack knows of a channel that somebody chose in a form: whether it is there, and whether they are in it."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import BadCommandError, SlackError
from bot.slack.outcome import FAULTS, error_of
from bot.slack.payload.reading import part

MOST_A_PAGE = 1_000  # as many members as Slack gives at once
_MOST_PAGES = 20
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_UNSEEN = ("channel_not_found", "not_in_channel")


@dataclass(frozen=True, slots=True)
class Room:
    """A channel; of one that is not public no name is kept. `is_member` tells whether the bot is in it."""

    place: str
    name: str
    public: bool
    is_member: bool


@dataclass(frozen=True, slots=True)
class Rooms:
    """Asks on a client that does not retry; no call takes longer than `timeout_seconds`.

    Slack's own list offers people only what they may see. What comes back is asked for all the same: a watch posts into
    the channel, and a private one is nobody's business who is not in it, whatever id was sent.
    """

    client: AsyncWebClient
    timeout_seconds: float = 10

    async def room(self, place: str, person: str) -> Room:
        """The channel, if this person (user id) may begin something there; raises `BadCommandError`."""
        if _CHANNEL.fullmatch(place) is None:
            raise BadCommandError("That is no channel. Choose one, or “Our DM”.")
        found = await self._look(place)
        if found is None:
            raise _unseen()
        if found.get("is_archived"):
            raise BadCommandError("That channel is archived, so nothing can be posted there. Choose another one.")
        public = _is_public(found)
        if not (public or await self._has(place, person)):
            raise _unseen()
        return Room(place, str(found.get("name") or "") if public else "", public, bool(found.get("is_member")))

    async def refuse_outsider(self, place: str, person: str) -> None:
        """Raise a `BadCommandError` for who changes something in a private channel without being in it any more.

        Where the bot is not in it either nobody can say, and nothing is posted: that is no reason to refuse it.
        """
        found = await self._look(place) if _CHANNEL.fullmatch(place) else None
        if found is not None and not (_is_public(found) or await self._has(place, person)):
            raise BadCommandError(
                "That channel is private and you are not in it any more, so nothing was changed there."
            )

    async def _look(self, place: str) -> Mapping[str, object] | None:
        answer = await self._call(self.client.conversations_info, channel=place)
        return None if answer is None else part(answer.get("channel"))

    async def is_in(self, place: str) -> bool:
        """Whether the bot is in a channel; where Slack does not say, it is taken to be."""
        try:
            found = await self._look(place)
        except BadCommandError:
            return True
        return found is not None and found.get("is_member") is not False

    async def _has(self, place: str, person: str) -> bool:
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            page = await self._call(self.client.conversations_members, channel=place, limit=MOST_A_PAGE, **more) or {}
            members = page.get("members")
            if isinstance(members, list) and person in members:
                return True
            cursor = str(part(page.get("response_metadata")).get("next_cursor") or "")
            if not cursor:
                return False
        return False

    async def _call(
        self,
        method: Callable[..., Awaitable[AsyncSlackResponse]],
        **arguments: Any,  # noqa: ANN401 - the client's own arguments
    ) -> Mapping[str, object] | None:
        """The answer; None for what the bot may not see."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                answer = (await method(**arguments)).data
        except FAULTS as fault:
            error = error_of(fault)
        else:
            return part(answer)
        if error.code in _UNSEEN:
            return None
        raise _unasked(error) from error


def _is_public(found: Mapping[str, object]) -> bool:
    return not (found.get("is_private") or found.get("is_im") or found.get("is_mpim"))


def _unseen() -> BadCommandError:
    """The same words for what is not there and for what is not theirs: nobody learns which ids there are."""
    return BadCommandError(
        "That channel is private, and I am not in it or you are not. Type `/invite` and my name there, then choose it"
        " again; or choose another one."
    )


def _unasked(error: SlackError) -> BadCommandError:
    return BadCommandError(
        f"I could not look at that channel (Slack answered {error.why}), so nothing was changed. Try again in a minute."
    )
