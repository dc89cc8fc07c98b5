"""What people do on the sandbox's page: they type, press, fill in, and let others in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.sandbox import page_asked
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.slack_entities import Channel, Draft, Fields, RefusedError, User
from bot.sandbox.slack_server import SlackSandbox

Act = Callable[[Fields], Awaitable[Delivered | None]]


@dataclass(frozen=True, slots=True)
class Acts:
    """Each is given what the page sent, and answers how the bot took it, where it was told."""

    slack: SlackSandbox

    def by_name(self) -> Mapping[str, Act]:
        """Every act under the name by which the page asks for it."""
        said = {"command": self.command, "say": self.say, "invite": self.invite, "kick": self.kick}
        views = {"home": self.home, "touch": self.touch, "submit": self.submit, "close": self.close}
        return {**said, "click": self.click, "shortcut": self.shortcut, **views}

    async def command(self, asked: Fields) -> Delivered:
        """A slash command."""
        user, channel = self._user(asked), self._channel(asked)
        name, _, rest = page_asked.text(asked, "text").partition(" ")
        return await self.slack.command(user.id, channel.id, rest.strip(), name)

    async def say(self, asked: Fields) -> None:
        """A message, in a thread when one is named."""
        user, channel = self._user(asked), self._channel(asked)
        thread = page_asked.optional(asked, "thread_ts")
        await self.slack.say(user.id, channel.id, page_asked.text(asked, "text"), thread)

    async def click(self, asked: Fields) -> Delivered:
        """A button of a message, or something chosen in it."""
        user, channel = self._user(asked), self._channel(asked)
        ts, action, block = (page_asked.text(asked, name) for name in ("ts", "action_id", "block_id"))
        self._seen(channel, ts, user)
        value = page_asked.entered(asked["value"]) if "value" in asked else None
        return await self.slack.click(user.id, channel.id, ts, action, block_id=block, value=value)

    async def shortcut(self, asked: Fields) -> Delivered:
        """A shortcut, of a message when one is named."""
        user, callback = self._user(asked), page_asked.text(asked, "callback_id")
        if "ts" not in asked:
            return await self.slack.surfaces.shortcut(user.id, callback)
        channel, ts = self._channel(asked), page_asked.text(asked, "ts")
        self._seen(channel, ts, user)
        return await self.slack.surfaces.shortcut(user.id, callback, channel.id, ts)

    async def home(self, asked: Fields) -> None:
        """A tab of the app's own place is opened."""
        await self.slack.surfaces.open_home(self._user(asked).id, page_asked.text(asked, "tab"))

    async def touch(self, asked: Fields) -> Delivered:
        """A button of a view, or something chosen or typed in it; `values` is all that is entered there."""
        user, view, action, block = (page_asked.text(asked, name) for name in ("user", "view", "action_id", "block_id"))
        value = page_asked.entered(asked["value"]) if "value" in asked else None
        entries = page_asked.entries(asked)
        return await self.slack.surfaces.touch(user, view, action, value, entries, block_id=block)

    async def submit(self, asked: Fields) -> Delivered:
        """A modal is sent with what is entered in it."""
        user, view = page_asked.text(asked, "user"), page_asked.text(asked, "view")
        return await self.slack.surfaces.submit(user, view, page_asked.entries(asked))

    async def close(self, asked: Fields) -> None:
        """A modal is put away."""
        await self.slack.surfaces.close(page_asked.text(asked, "user"), page_asked.text(asked, "view"))

    async def invite(self, asked: Fields) -> None:
        """Let somebody into a channel."""
        user, channel, who = self._user(asked), self._channel(asked), self._user(asked, "who")
        if who.id not in channel.members:
            self._tell(channel, who, f"was added to #{channel.name} by <@{user.id}>.")
            await self.slack.happenings.invite(channel.id, who.id, user.id)

    async def kick(self, asked: Fields) -> None:
        """Put somebody out of a channel."""
        user, channel, who = self._user(asked), self._channel(asked), self._user(asked, "who")
        if who.id in channel.members:
            self._tell(channel, who, f"was removed from #{channel.name} by <@{user.id}>.")
            await self.slack.happenings.kick(channel.id, who.id, user.id)

    def _tell(self, channel: Channel, who: User, what: str) -> None:
        if channel.is_dm:
            raise RefusedError("method_not_supported_for_channel_type")
        self.slack.workspace.post(channel.id, who.id, Draft(what))

    def _seen(self, channel: Channel, ts: str, user: User) -> None:
        """Nobody uses what only somebody else sees; `message_not_found`."""
        if self.slack.workspace.message(channel.id, ts).ephemeral_to not in (None, user.id):
            raise RefusedError("message_not_found")

    def _user(self, asked: Fields, name: str = "user") -> User:
        return page_asked.person(self.slack.workspace, asked, name)

    def _channel(self, asked: Fields) -> Channel:
        return page_asked.place(self.slack.workspace, asked)
