"""The state of a fake Slack workspace: who is where, what was said, and everything that ever happened."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.ports import Clock
from bot.sandbox.blockkit import mappings
from bot.sandbox.slack_entities import (
    Channel,
    ChannelKind,
    Draft,
    Entry,
    Fields,
    Message,
    RefusedError,
    RunningStep,
    User,
)
from bot.sandbox.slack_links import UNFURL_DOMAINS
from bot.sandbox.slack_passes import Passes

T = TypeVar("T")

TEAM, APP, BOT_ID = "T0SANDBOX", "A0LIPSYNC", "B0LIPSYNC"
BOT = User("U0LIPSYNC", "lipsync", "Lip Sync", is_bot=True)
ANA = User("U0ANA", "ana", "Ana", "Europe/Berlin")
BEN = User("U0BEN", "ben", "Ben", "America/Los_Angeles")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Workspace:
    """People, channels, messages and single-use ids; no I/O. Every change is appended to `log`.

    `most_a_page` is the most messages that one look at a history shows, whatever is asked. Blocks of `unknown` types
    are refused, as Slack does where a new one has not come yet.
    Refusals are `RefusedError`s with Slack's own code.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.team, self.domain, self.app, self.bot, self.bot_id = TEAM, "sandbox", APP, BOT, BOT_ID
        self.most_a_page = 999
        self.unknown: set[str] = set()
        self.unfurl_domains = UNFURL_DOMAINS
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.views: dict[str, Fields] = {}
        self.modals: dict[str, list[str]] = {}
        self.files: dict[str, Fields] = {}
        self.steps: dict[str, RunningStep] = {}
        self.log: list[Entry] = []
        self._messages: dict[str, dict[str, Message]] = {}
        self._last_ts: dict[str, int] = {}
        self._serial = 0
        self._changed = asyncio.Event()
        self.passes = Passes(clock, self.fresh_id)

    def knows(self, blocks: object) -> bool:
        """Whether these blocks are all of types that have come to this workspace."""
        return not any(each.get("type") in self.unknown for each in mappings(blocks))

    # --- what happened ---

    def note(self, what: str, **about: object) -> Entry:
        """Append to the log and wake everybody who waits for a change."""
        entry = Entry(len(self.log) + 1, what, about)
        self.log.append(entry)
        self._changed.set()
        self._changed = asyncio.Event()
        return entry

    def since(self, n: int) -> list[Entry]:
        """What happened after entry `n` (0 = everything)."""
        return self.log[n:]

    async def wait_for(self, predicate: Callable[["Workspace"], T], timeout_seconds: float = 10) -> T:
        """Wait until the predicate gives something true and return that; real seconds, not the clock's.

        `TimeoutError` tells the last things that happened instead.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                while not (found := predicate(self)):
                    await self._changed.wait()
                return found
        except TimeoutError:
            last = "\n".join(f"  {each.n} {each.what} {each.about}" for each in self.log[-12:])
            awaited = getattr(predicate, "__qualname__", repr(predicate))
            raise TimeoutError(f"{awaited} was not true within {timeout_seconds} s; last:\n{last}") from None

    # --- people and places ---

    def add_user(self, user: User) -> User:
        """Let somebody join the workspace."""
        self.users[user.id] = user
        self.note("user", user=user.id, name=user.name)
        return user

    def user(self, user_id: str) -> User:
        """Who has this id; `user_not_found`."""
        if user_id not in self.users:
            raise RefusedError("user_not_found")
        return self.users[user_id]

    def add_channel(self, name: str, kind: ChannelKind, members: set[str], channel_id: str | None = None) -> Channel:
        """Open a place to talk."""
        prefix = {"im": "D", "public": "C", "private": "C", "mpim": "G"}[kind]
        channel = Channel(channel_id or self.fresh_id(f"{prefix}0"), name, kind, set(members))
        self.channels[channel.id] = channel
        self._messages[channel.id] = {}
        self.note("channel", channel=channel.id, name=name)
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Which place has this id; `channel_not_found`."""
        if channel_id not in self.channels:
            raise RefusedError("channel_not_found")
        return self.channels[channel_id]

    def named(self, name: str) -> Channel:
        """Which channel has this name, with or without #; `channel_not_found`."""
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#") and not channel.is_dm:
                return channel
        raise RefusedError("channel_not_found")

    def dm(self, *users: str) -> Channel:
        """The DM between these users (the bot and one user when only one is named), opened when needed."""
        members = set(users) if len(users) > 1 else {self.bot.id, *users}
        for user in members:
            self.user(user)
        for channel in self.channels.values():
            if channel.is_dm and channel.members == members:
                return channel
        return self.add_channel("", "im" if len(members) <= 2 else "mpim", members)

    def invite(self, channel_id: str, user_id: str) -> None:
        """Let a user into a channel."""
        self.channel(channel_id).members.add(self.user(user_id).id)
        self.note("joined", channel=channel_id, user=user_id)

    def kick(self, channel_id: str, user_id: str) -> None:
        """Put a user out of a channel."""
        self.channel(channel_id).members.discard(user_id)
        self.note("left", channel=channel_id, user=user_id)

    def archive(self, channel_id: str) -> None:
        """Close a channel for new messages."""
        self.channel(channel_id).is_archived = True
        self.note("archived", channel=channel_id)

    def unarchive(self, channel_id: str) -> None:
        """Open a closed channel again."""
        self.channel(channel_id).is_archived = False
        self.note("unarchived", channel=channel_id)

    def remove(self, channel_id: str) -> None:
        """Take a channel away for good."""
        del self.channels[self.channel(channel_id).id]
        self.note("removed", channel=channel_id)

    # --- views ---

    def show_view(self, view: Fields) -> None:
        """Show a view to its `user`: a modal on top of those that are open, unless it is among them."""
        self.views[view["id"]] = view
        stack = self.modals.setdefault(view["user"], [])
        if view["type"] == "modal" and view["id"] not in stack:
            stack.append(view["id"])
        self.note("view", view=view["id"], user=view["user"], type=view["type"])

    def close_view(self, user: str, view_id: str) -> None:
        """Take away a modal; the one below it is in front again."""
        del self.views[view_id]
        self.modals[user].remove(view_id)
        self.note("view_closed", view=view_id, user=user)

    # --- messages ---

    def post(self, channel_id: str, user_id: str, draft: Draft) -> Message:
        """Say something; only the channel must exist, be open, and hold the thread's first message."""
        if self.channel(channel_id).is_archived:
            raise RefusedError("is_archived")
        if draft.thread_ts is not None:
            root = self.message(channel_id, draft.thread_ts, "thread_not_found")
            if root.is_reply:
                raise RefusedError("cannot_reply_to_message")
        message = Message(
            channel=channel_id,
            ts=self._next_ts(channel_id),
            user=user_id,
            text=draft.text,
            blocks=draft.blocks,
            thread_ts=draft.thread_ts,
            reply_broadcast=draft.reply_broadcast,
            metadata=draft.metadata or None,
            ephemeral_to=draft.ephemeral_to,
            files=list(draft.files),
        )
        self._messages[channel_id][message.ts] = message
        self.note("message", channel=channel_id, ts=message.ts, user=user_id, text=message.text)
        return message

    def update(self, channel_id: str, ts: str, draft: Draft, *, keep_metadata: bool = True) -> Message:
        """Replace a message's text and blocks (no blocks removes them), and its metadata unless kept."""
        message = self.message(channel_id, ts)
        message.edits.append(self._next_ts(channel_id))
        message.text, message.blocks = draft.text, draft.blocks
        if not keep_metadata:
            message.metadata = draft.metadata or None
        self.note("updated", channel=channel_id, ts=ts, text=message.text)
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """Take a message away."""
        self.message(channel_id, ts).deleted = True
        self.note("deleted", channel=channel_id, ts=ts)

    def react(self, channel_id: str, ts: str, user_id: str, name: str) -> None:
        """Put an emoji on a message; `already_reacted`."""
        message = self.message(channel_id, ts)
        if (user_id, name) in message.reactions:
            raise RefusedError("already_reacted")
        message.reactions.append((user_id, name))
        self.note("reaction", channel=channel_id, ts=ts, user=user_id, name=name)

    def message(self, channel_id: str, ts: str, otherwise: str = "message_not_found") -> Message:
        """The message with this ts, ephemeral or not; `message_not_found` (or another code) when it is gone."""
        self.channel(channel_id)
        message = self._messages[channel_id].get(ts)
        if message is None or message.deleted:
            raise RefusedError(otherwise)
        return message

    def messages(self, channel_id: str, *, seen_by: str | None = None) -> list[Message]:
        """Everything said in a channel and not deleted, oldest first, replies included.

        Ephemeral messages are among them only for the user who sees them.
        """
        self.channel(channel_id)
        return [
            each
            for each in self._messages[channel_id].values()
            if not each.deleted and each.ephemeral_to in (None, seen_by)
        ]

    def ephemerals(self, user_id: str, channel_id: str | None = None) -> list[Message]:
        """What only this user sees, oldest first, in one channel or all."""
        places = [channel_id] if channel_id else list(self.channels)
        found = [each for place in places for each in self.messages(place, seen_by=user_id)]
        return sorted((each for each in found if each.ephemeral_to), key=lambda each: each.ts)

    def history(self, channel_id: str) -> list[Message]:
        """What stands in the channel itself (no replies unless broadcast, nothing ephemeral), newest first."""
        found = [each for each in self.messages(channel_id) if not each.is_reply or each.reply_broadcast]
        return found[::-1]

    def replies(self, channel_id: str, thread_ts: str) -> list[Message]:
        """A thread: its first message and the replies, oldest first; `thread_not_found`."""
        root = self.message(channel_id, thread_ts, "thread_not_found")
        return [root, *(each for each in self.messages(channel_id) if each.thread_ts == root.ts)]

    def _next_ts(self, channel_id: str) -> str:
        now = (self.clock.now() - _EPOCH) // _MICROSECOND
        stamp = max(now, self._last_ts.get(channel_id, 0) + 1)
        self._last_ts[channel_id] = stamp
        return f"{stamp // 1_000_000}.{stamp % 1_000_000:06d}"

    def fresh_id(self, prefix: str) -> str:
        """An id that nothing else in this workspace has."""
        self._serial += 1
        return f"{prefix}{self._serial:06d}"


def furnish(workspace: Workspace) -> Workspace:
    """Ana, Ben and the bot; #dubbing-de and #dubbing-jp with the bot, #producers without it; a private channel."""
    people = {ANA.id, BEN.id}
    for user in (BOT, ANA, BEN):
        workspace.add_user(user)
    workspace.add_channel("dubbing-de", "public", {*people, BOT.id}, "C0DUBBINGDE")
    workspace.add_channel("dubbing-jp", "public", {*people, BOT.id}, "C0DUBBINGJP")
    workspace.add_channel("producers", "public", people, "C0PRODUCERS")
    workspace.add_channel("client-aurora", "private", {ANA.id, BOT.id}, "C0AURORA")
    workspace.add_channel("", "im", {BOT.id, ANA.id}, "D0ANA")
    workspace.add_channel("", "im", {BOT.id, BEN.id}, "D0BEN")
    workspace.add_channel("", "im", people, "D0ANABEN")
    return workspace
