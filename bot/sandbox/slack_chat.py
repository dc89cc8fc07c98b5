"""The Web API's chat methods: say, edit, take away, link."""

import re

from bot.sandbox.blockkit import TEXT_IN_POST, TEXT_IN_UPDATE, block_problems, metadata_problems
from bot.sandbox.slack_call import SPECIAL, TIER_3, TIER_4, ApiCall, Method, as_json, draft_of
from bot.sandbox.slack_entities import Channel, Draft, Fields, Message, RefusedError
from bot.sandbox.slack_links import shared_links

_TS = re.compile(r"\d+\.\d{6}")


def post_message(call: ApiCall) -> Fields:
    """chat.postMessage: to a channel the bot is in, or to a person's DM with it."""
    channel = destination(call)
    message = call.workspace.post(channel.id, call.workspace.bot.id, _said(call, TEXT_IN_POST))
    shown = as_json(call.workspace, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: ApiCall) -> Fields:
    """chat.postEphemeral: to one member of a channel that the bot is in."""
    channel = destination(call)
    user = call.workspace.user(call.needed("user"))
    if user.id not in channel.members:
        raise RefusedError("user_not_in_channel")
    said = _said(call, TEXT_IN_POST)
    draft = Draft(said.text, said.blocks, said.thread_ts, ephemeral_to=user.id)
    return {"message_ts": call.workspace.post(channel.id, call.workspace.bot.id, draft).ts}


def update(call: ApiCall) -> Fields:
    """chat.update: one of the bot's own messages; text without blocks removes the blocks."""
    message = _own(call, "cant_update_message")
    if call.workspace.channel(message.channel).is_archived:
        raise RefusedError("is_archived")
    draft = _said(call, TEXT_IN_UPDATE)
    call.workspace.update(message.channel, message.ts, draft, keep_metadata="metadata" not in call.args)
    shown = as_json(call.workspace, message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: ApiCall) -> Fields:
    """chat.delete: one of the bot's own messages."""
    message = _own(call, "cant_delete_message")
    call.workspace.delete(message.channel, message.ts)
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: ApiCall) -> Fields:
    """chat.getPermalink: a URL that leads to a message."""
    channel = call.channel()
    message = call.workspace.message(channel.id, call.needed("message_ts", "message_not_found"))
    place = f"/archives/{channel.id}/p{message.ts.replace('.', '')}"
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.is_reply else ""
    return {"channel": channel.id, "permalink": f"https://{call.workspace.domain}.slack.com{place}{thread}"}


def destination(call: ApiCall) -> Channel:
    """Where a message is to go: `not_in_channel` where the bot was not invited, `is_archived` where it is closed."""
    named = call.needed("channel", "channel_not_found")
    if named.startswith("U"):
        return call.workspace.dm(_person(call, named))
    channel = call.channel()
    member = call.workspace.bot.id in channel.members
    if not member and "chat:write.public" not in call.scopes:
        raise RefusedError("not_in_channel")
    if channel.is_archived:
        raise RefusedError("is_archived")
    return channel


def _person(call: ApiCall, user_id: str) -> str:
    if user_id not in call.workspace.users:
        raise RefusedError("channel_not_found")
    return user_id


def _said(call: ApiCall, most: int) -> Draft:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is not None and metadata_problems(metadata):
        raise RefusedError("invalid_metadata_format", errors=metadata_problems(metadata))
    draft = draft_of(call, metadata)
    if not draft.text and not draft.blocks:
        raise RefusedError("no_text")
    if len(draft.text) > most:
        raise RefusedError("msg_too_long")
    if draft.thread_ts and not _TS.fullmatch(draft.thread_ts):
        raise RefusedError("invalid_thread_ts")
    return draft


def _own(call: ApiCall, otherwise: str) -> Message:
    channel = call.channel()
    message = call.workspace.message(channel.id, call.needed("ts", "message_not_found"))
    if message.ephemeral_to:
        raise RefusedError("message_not_found")
    if message.user != call.workspace.bot.id:
        raise RefusedError(otherwise)
    return message


def unfurl(call: ApiCall) -> Fields:
    """chat.unfurl: something to stand below links of somebody's message, in place of what stood there."""
    channel = call.workspace.channels.get(call.needed("channel", "missing_channel"))
    if channel is None:
        raise RefusedError("cannot_find_channel")
    message = call.workspace.message(channel.id, call.needed("ts", "missing_ts"), "cannot_find_message")
    unfurls = call.structure("unfurls", "invalid_arguments")
    if not isinstance(unfurls, dict) or not unfurls:
        raise RefusedError("missing_unfurls")
    if not set(unfurls) <= set(shared_links(message, call.workspace.unfurl_domains)):
        raise RefusedError("cannot_unfurl_url")
    for each in unfurls.values():
        blocks = each.get("blocks") if isinstance(each, dict) else None
        if not blocks or block_problems(blocks) or not call.workspace.knows(blocks):
            raise RefusedError("invalid_blocks", errors=block_problems(blocks))
    message.unfurls |= unfurls
    call.workspace.note("unfurled", channel=channel.id, ts=message.ts, links=list(unfurls))
    return {}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), SPECIAL // 2),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), TIER_4),
    "chat.update": Method(update, ("chat:write",), TIER_3),
    "chat.delete": Method(delete, ("chat:write",), TIER_3),
    "chat.unfurl": Method(unfurl, ("links:write",), TIER_3),
    "chat.getPermalink": Method(permalink, (), SPECIAL),
}
