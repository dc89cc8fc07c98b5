"""One call of the Web API: its arguments read the way Slack reads them, and what a method declares of itself."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.blockkit import block_problems, mappings
from bot.sandbox.slack_entities import Channel, Draft, Fields, Message, RefusedError
from bot.sandbox.workspace import Workspace

DEFAULT_SCOPES = (
    "commands",
    "chat:write",
    "channels:history",
    "groups:history",
    "im:history",
    "mpim:history",
    "im:write",
    "channels:read",
    "groups:read",
    "users:read",
    "files:write",
    "app_mentions:read",
    "links:read",
    "links:write",
)
SCOPE_PREFIX = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
TIER_1, TIER_2, TIER_3, TIER_4, SPECIAL = 1, 20, 50, 100, 600


@dataclass(frozen=True, slots=True)
class ApiCall:
    """The arguments of one call and the world they are about."""

    workspace: Workspace
    args: Mapping[str, Any]
    scopes: frozenset[str]
    base_url: str

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are spelled out."""
        value = self.args.get(name)
        return default if value is None else str(value)

    def needed(self, name: str, otherwise: str = "invalid_arguments") -> str:
        """A string that may not be missing."""
        value = self.text(name)
        if not value:
            raise RefusedError(otherwise, response_metadata={"messages": [f"missing required field: {name}"]})
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth in any of its spellings."""
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`; `invalid_limit` else."""
        value = self.text(name) or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise RefusedError("invalid_limit")
        return int(value)

    def structure(self, name: str, otherwise: str) -> Any:  # noqa: ANN401 - JSON, checked by who asks
        """A JSON value, or a string that holds one; None when absent."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise RefusedError(otherwise) from None

    def need(self, *scopes: str) -> None:
        """Insist on one of these scopes; `missing_scope`."""
        if not self.scopes.intersection(scopes):
            raise RefusedError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(self.scopes)))

    def channel(self, *, scope: str | None = None) -> Channel:
        """The named place, if the bot may know of it, and has the scope of that name for its kind."""
        channel = self.workspace.channel(self.needed("channel", "channel_not_found"))
        if channel.kind != "public" and self.workspace.bot.id not in channel.members:
            raise RefusedError("channel_not_found")
        if scope:
            self.need(f"{SCOPE_PREFIX[channel.kind]}:{scope}")
        return channel


@dataclass(frozen=True, slots=True)
class Method:
    """What one method does, what it needs, and how often a minute it may be called."""

    run: Callable[[ApiCall], Fields]
    scopes: tuple[str, ...] = ()
    per_minute: int = TIER_3
    public: bool = False


def blocks_of(call: ApiCall) -> list[Fields] | None:
    """The blocks to be shown; `invalid_blocks` with Slack's kind of explanation."""
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is None or blocks == []:
        return None
    if sum(each.get("type") in ("table", "data_table") for each in mappings(blocks)) > 1:
        raise RefusedError("invalid_attachments", response_metadata={"messages": ["only_one_table_allowed"]})
    problems = block_problems(blocks) if call.workspace.knows(blocks) else ["/blocks: an unknown type"]
    if problems:
        said = [f"[ERROR] {each}" for each in problems]
        raise RefusedError("invalid_blocks", errors=problems, response_metadata={"messages": said})
    result: list[Fields] = blocks
    return result


def draft_of(call: ApiCall, metadata: Fields | None = None) -> Draft:
    """What the caller wants to say."""
    return Draft(
        text=call.text("text"),
        blocks=blocks_of(call),
        thread_ts=call.text("thread_ts") or None,
        reply_broadcast=call.flag("reply_broadcast"),
        metadata=metadata,
    )


def as_json(workspace: Workspace, message: Message, *, with_metadata: bool = False) -> Fields:
    """A message the way Slack shows it to an app."""
    shown: Fields = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    shown["team"] = workspace.team
    if message.user == workspace.bot.id:
        shown |= {"bot_id": workspace.bot_id, "app_id": workspace.app}
    if message.blocks:
        shown["blocks"] = with_ids(message.blocks)
    if message.thread_ts:
        shown |= {"thread_ts": message.thread_ts, "parent_user_id": _root_user(workspace, message)}
    if message.edits:
        shown["edited"] = {"user": message.user, "ts": message.edits[-1]}
    if message.reactions:
        shown["reactions"] = _reactions(message)
    if message.files:
        shown["files"] = [workspace.files[each] for each in message.files]
    if with_metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown | _below_links(message) | _thread_of(workspace, message)


def with_ids(blocks: list[Fields]) -> list[Fields]:
    """The blocks with the ids that Slack gives to blocks that have none."""
    return [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks)]


def _root_user(workspace: Workspace, message: Message) -> str:
    roots = [each.user for each in workspace.messages(message.channel) if each.ts == message.thread_ts]
    return roots[0] if roots else message.user


def _reactions(message: Message) -> list[Fields]:
    names = dict.fromkeys(name for _, name in message.reactions)
    users = {name: [user for user, each in message.reactions if each == name] for name in names}
    return [{"name": name, "users": who, "count": len(who)} for name, who in users.items()]


def _below_links(message: Message) -> Fields:
    shown = [{"from_url": url, **each} for url, each in message.unfurls.items()]
    return {"attachments": shown} if shown else {}


def _thread_of(workspace: Workspace, message: Message) -> Fields:
    replies = [each for each in workspace.messages(message.channel) if each.thread_ts == message.ts]
    if not replies:
        return {}
    return {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
