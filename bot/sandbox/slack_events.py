"""What happens to places and to the app itself, and how the bot is told: again, until it has heard."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.ports import Clock
from bot.sandbox.slack_api import Tokens
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.slack_entities import Channel, Fields, Message
from bot.sandbox.slack_links import shared_fields, shared_links
from bot.sandbox.slack_payloads import event_fields, said_fields
from bot.sandbox.slack_sharing import share, unshare
from bot.sandbox.workspace import Workspace

SUBSCRIBED = (
    "member_joined_channel",
    "channel_left",
    "group_left",
    "channel_archive",
    "group_archive",
    "channel_unarchive",
    "group_unarchive",
    "channel_deleted",
    "group_deleted",
    "channel_shared",
    "channel_unshared",
    "app_home_opened",
    "tokens_revoked",
    "app_uninstalled",
    "app_mention",
    "message.im",
    "link_shared",
    "function_executed",
)
"""The events that the app's manifest asks for."""
PAUSES = (0.0, 60.0, 300.0)  # seconds before an event that was not heard is told again, as Slack does
_PREFIX = {"public": "channel", "private": "group"}
_SCOPE = {"public": "channels:read", "private": "groups:read"}
_WHY = {"operation_timeout": "http_timeout", "dispatch_failed": "http_error"}

Tell = Callable[[Fields, tuple[int, str] | None], Awaitable[Delivered]]


@dataclass(slots=True)
class Happenings:
    """What people do to channels and to the app. The bot is told what it `subscribed` to and may know of.

    `times` is how often each event is told, as when its acknowledgement was lost.
    """

    workspace: Workspace
    tokens: Tokens
    clock: Clock
    tell: Tell
    subscribed: set[str] = field(default_factory=lambda: set(SUBSCRIBED))
    times: int = 1
    _later: set[asyncio.Task[None]] = field(default_factory=set)

    async def invite(self, channel_id: str, user: str, by: str) -> None:
        """Let somebody into a channel."""
        self.workspace.invite(channel_id, user)
        about = {"user": user, "channel": channel_id, "inviter": by, "team": self.workspace.team}
        await self._of_place(self.workspace.channel(channel_id), "member_joined_channel", about)

    async def kick(self, channel_id: str, user: str, by: str) -> None:
        """Put somebody out of a channel; the bot hears of itself only, and never as of a member."""
        channel, bot = self.workspace.channel(channel_id), self.workspace.bot.id
        was_in = bot in channel.members
        self.workspace.kick(channel_id, user)
        if user == bot and was_in:
            about = {"channel": channel_id, "actor_id": by}
            await self._say(f"{_PREFIX[channel.kind]}_left", about, _SCOPE[channel.kind])
        else:
            await self._of_place(channel, "member_left_channel", {"user": user, "channel": channel_id})

    async def archive(self, channel_id: str, by: str) -> None:
        """Close a channel for new messages."""
        self.workspace.archive(channel_id)
        await self._changed(channel_id, "archive", by)

    async def unarchive(self, channel_id: str, by: str) -> None:
        """Open a closed channel again."""
        self.workspace.unarchive(channel_id)
        await self._changed(channel_id, "unarchive", by)

    async def delete(self, channel_id: str) -> None:
        """Take a channel away for good."""
        channel = self.workspace.channel(channel_id)
        self.workspace.remove(channel_id)
        await self._of_place(channel, f"{_PREFIX[channel.kind]}_deleted", {"channel": channel_id})

    async def share(self, channel_id: str, team: str) -> None:
        """Let another organisation read a channel."""
        channel = share(self.workspace, channel_id, team)
        await self._of_place(channel, "channel_shared", {"channel": channel_id, "connected_team_id": team})

    async def unshare(self, channel_id: str, team: str) -> None:
        """Let it read the channel no more."""
        channel = unshare(self.workspace, channel_id, team)
        about = {
            "channel": channel_id,
            "previously_connected_team_id": team,
            "is_ext_shared": bool(channel.shared_with),
        }
        await self._of_place(channel, "channel_unshared", about)

    async def uninstall(self) -> None:
        """Put the app out of the workspace: its token is taken no more."""
        self.tokens.bot_refusal = "account_inactive"
        self.workspace.note("uninstalled")
        await self._say("tokens_revoked", {"tokens": {"oauth": [], "bot": [self.workspace.bot.id]}})
        await self._say("app_uninstalled", {})

    async def reinstall(self) -> None:
        """Take the same token again."""
        self.tokens.bot_refusal = None
        self.workspace.note("installed")

    async def begin_step(self, about: Fields, times: int = 1) -> None:
        """Tell the bot that a workflow has come to one of its steps, until it has heard."""
        before, self.times = self.times, times
        try:
            await self._say("function_executed", about)
        finally:
            self.times = before

    async def said(self, message: Message) -> None:
        """Somebody has written a message: the bot is told in its DM, and where it is a member and mentioned."""
        channel, bot = self.workspace.channel(message.channel), self.workspace.bot.id
        await self._linked(message, channel)
        if bot not in channel.members:
            return
        about = said_fields(self.workspace, message, channel)
        if channel.kind == "im":
            await self._say("message", about, "im:history", subscription="message.im")
        elif f"<@{bot}>" in message.text:
            await self._say("app_mention", about, "app_mentions:read")

    async def _linked(self, message: Message, channel: Channel) -> None:
        """Links are told of everywhere, with whether the bot is there; what it says itself is not."""
        bot, links = self.workspace.bot.id, shared_links(message, self.workspace.unfurl_domains)
        if links and message.user != bot:
            about = shared_fields(message, channel, links, is_member=bot in channel.members)
            await self._say("link_shared", about, "links:read")

    async def close(self) -> None:
        """Tell nothing any more."""
        for task in self._later:
            task.cancel()
        await asyncio.gather(*self._later, return_exceptions=True)

    async def _changed(self, channel_id: str, what: str, by: str) -> None:
        channel = self.workspace.channel(channel_id)
        await self._of_place(channel, f"{_PREFIX[channel.kind]}_{what}", {"channel": channel_id, "user": by})

    async def _of_place(self, channel: Channel, kind: str, about: Fields) -> None:
        if self.workspace.bot.id in channel.members and not channel.is_dm:
            await self._say(kind, about, _SCOPE[channel.kind])

    async def _say(self, kind: str, about: Fields, scope: str | None = None, *, subscription: str = "") -> None:
        if (subscription or kind) not in self.subscribed or not (scope is None or scope in self.tokens.scopes):
            return
        fields = event_fields(self.workspace, kind, about)
        for number in range(self.times):
            delivered = await self.tell(fields, (number, "http_timeout") if number else None)
            if not delivered.ok:
                self._again(fields, delivered)

    def _again(self, fields: Fields, delivered: Delivered) -> None:
        task = asyncio.create_task(self._until_heard(fields, delivered))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _until_heard(self, fields: Fields, delivered: Delivered) -> None:
        for number, pause in enumerate(PAUSES, 1):
            await self.clock.sleep(pause)
            why = _WHY.get(delivered.error or "", "unknown_error")
            delivered = await self.tell(fields, (number, why if delivered.status else "connection_failed"))
            self.workspace.note("told_again", event=fields["event"]["type"], number=number, heard=delivered.ok)
            if delivered.ok:
                return
