"""What a Slack workspace is made of: people, channels, messages, and what can be asked of them once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.errors import LipsyncBotError

Fields = dict[str, Any]
"""A JSON object."""
ChannelKind = Literal["public", "private", "im", "mpim"]


class RefusedError(LipsyncBotError):
    """The workspace does not do that; `code` is Slack's word for why, `extra` goes into the answer."""

    def __init__(self, code: str, **extra: object) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot; `tz` is an IANA name, `team` the other organisation that somebody is of."""

    id: str
    name: str
    real_name: str
    tz: str = "UTC"
    is_bot: bool = False
    team: str = ""


@dataclass(slots=True)
class Channel:
    """A place to talk; a DM's name is empty and its members never change.

    `shared_with` are the teams of other organisations that read it, `invited` those that were asked to.
    """

    id: str
    name: str
    kind: ChannelKind
    members: set[str]
    is_archived: bool = False
    shared_with: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)

    @property
    def is_dm(self) -> bool:
        """Whether it is a conversation between people rather than a channel."""
        return self.kind in ("im", "mpim")


@dataclass(slots=True)
class Message:
    """What somebody said, as it stands now. `ephemeral_to` is the only user who sees it, if any.

    `unfurls` is what stands below its links, by the link: `{"blocks": [...]}`.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Fields] | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    metadata: Fields | None = None
    ephemeral_to: str | None = None
    files: list[str] = field(default_factory=list)
    reactions: list[tuple[str, str]] = field(default_factory=list)
    edits: list[str] = field(default_factory=list)
    unfurls: dict[str, Fields] = field(default_factory=dict)
    deleted: bool = False

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be said."""

    text: str = ""
    blocks: list[Fields] | None = None
    thread_ts: str | None = None
    reply_broadcast: bool = False
    metadata: Fields | None = None
    ephemeral_to: str | None = None
    files: tuple[str, ...] = ()


@dataclass(slots=True)
class ResponseUrl:
    """A way to answer one command or click; `original` is the message that it may replace or delete."""

    id: str
    user: str
    channel: str
    made_at: datetime
    original: str | None = None
    uses: int = 0


@dataclass(slots=True)
class Trigger:
    """A permission to open one modal, for a moment, once."""

    id: str
    user: str
    made_at: datetime
    used: bool = False


@dataclass(slots=True)
class RunningStep:
    """A step that a workflow has begun: what was entered, and once it has ended its outputs, or what went wrong.

    The workflow's next step posts the summary that comes out of it to the channel `then_posts_to`, if one is named.
    """

    id: str
    callback_id: str
    user: str
    inputs: Fields
    outputs: Fields | None = None
    error: str | None = None
    is_cancelled: bool = False
    then_posts_to: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether the workflow waits for it."""
        return self.outputs is None and self.error is None and not self.is_cancelled


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, numbered from 1 without gaps; `what` names it, `about` holds ids and texts."""

    n: int
    what: str
    about: Fields
