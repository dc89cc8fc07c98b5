"""The Web API's methods about places: open, look, list, join, read."""

from bot.sandbox.slack_call import TIER_2, TIER_3, TIER_4, ApiCall, Method, as_json
from bot.sandbox.slack_entities import Channel, Fields, Message, RefusedError

_PAGE = 100
_MOST_A_PAGE = 999


def open_dm(call: ApiCall) -> Fields:
    """conversations.open: the DM with one or several users."""
    users = [each for each in call.needed("users", "users_list_not_supplied").split(",") if each]
    for each in users:
        call.workspace.user(each)
    channel = call.workspace.dm(call.workspace.bot.id, *users)
    return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}


def history(call: ApiCall) -> Fields:
    """conversations.history: newest first, between two times, page by page."""
    channel = _readable(call)
    found = [each for each in call.workspace.history(channel.id) if _within(call, each.ts)]
    return _page(call, found)


def replies(call: ApiCall) -> Fields:
    """conversations.replies: a thread, oldest first, its first message always included."""
    channel = _readable(call)
    root, *rest = call.workspace.replies(channel.id, call.needed("ts", "thread_not_found"))
    return _page(call, [root, *(each for each in rest if _within(call, each.ts))])


def info(call: ApiCall) -> Fields:
    """conversations.info: one place."""
    return {"channel": _shown(call, call.channel(scope="read"))}


def members(call: ApiCall) -> Fields:
    """conversations.members: who is in a place, page by page."""
    everybody = sorted(call.channel(scope="read").members)
    start, limit = _cursor(call), min(call.number("limit", _PAGE, _MOST_A_PAGE + 1), call.workspace.most_a_page)
    more = len(everybody) > start + limit
    return {"members": everybody[start : start + limit], **_next(start + limit if more else 0)}


def listed(call: ApiCall) -> Fields:
    """conversations.list: every place of the asked types that the bot may know of."""
    return _channels(call, members_only=False)


def of_user(call: ApiCall) -> Fields:
    """users.conversations: every place of the asked types that the bot is in."""
    return _channels(call, members_only=True)


def join(call: ApiCall) -> Fields:
    """conversations.join: the bot lets itself into a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise RefusedError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise RefusedError("is_archived")
    call.workspace.invite(channel.id, call.workspace.bot.id)
    return {"channel": _shown(call, channel)}


def _readable(call: ApiCall) -> Channel:
    channel = call.channel(scope="history")
    if call.workspace.bot.id not in channel.members:
        raise RefusedError("not_in_channel")
    return channel


def _within(call: ApiCall, ts: str) -> bool:
    inclusive = call.flag("inclusive")
    oldest, latest = _micros(call.text("oldest")), _micros(call.text("latest"))
    at = _micros(ts) or 0
    after = oldest is None or at > oldest or (inclusive and at == oldest)
    return after and (latest is None or at < latest or (inclusive and at == latest))


def _micros(ts: str) -> int | None:
    """A ts in whole microseconds, so that no float rounds it; None for the empty string and for 0."""
    if not ts:
        return None
    seconds, _, rest = ts.partition(".")
    if not seconds.isdecimal() or (rest and not rest.isdecimal()):
        raise RefusedError("invalid_ts_oldest")
    return int(seconds + rest[:6].ljust(6, "0")) or None


def _page(call: ApiCall, found: list[Message]) -> Fields:
    limit = min(call.number("limit", _PAGE, _MOST_A_PAGE), call.workspace.most_a_page)
    start = _cursor(call)
    part, more = found[start : start + limit], len(found) > start + limit
    shown = [as_json(call.workspace, each, with_metadata=call.flag("include_all_metadata")) for each in part]
    return {"messages": shown, "has_more": more, **_next(start + limit if more else 0)}


def _cursor(call: ApiCall) -> int:
    cursor = call.text("cursor")
    place = cursor.removeprefix("next:")
    if cursor and (place == cursor or not place.isdecimal()):
        raise RefusedError("invalid_cursor")
    return int(place or 0)


def _next(place: int) -> Fields:
    return {"response_metadata": {"next_cursor": f"next:{place}" if place else ""}}


def _channels(call: ApiCall, *, members_only: bool) -> Fields:
    kinds = [each.strip().removesuffix("_channel") for each in call.text("types", "public_channel").split(",")]
    bot = call.workspace.bot.id
    found = [
        each
        for each in call.workspace.channels.values()
        if each.kind in kinds
        and (bot in each.members or (each.kind == "public" and not members_only))
        and not (each.is_archived and call.flag("exclude_archived"))
    ]
    start, limit = _cursor(call), call.number("limit", _PAGE, _MOST_A_PAGE)
    more = len(found) > start + limit
    shown = [_shown(call, each) for each in found[start : start + limit]]
    return {"channels": shown, **_next(start + limit if more else 0)}


def _shown(call: ApiCall, channel: Channel) -> Fields:
    common: Fields = {"id": channel.id, "is_archived": channel.is_archived, "is_im": channel.kind == "im"}
    if channel.kind == "im":
        others = sorted(channel.members - {call.workspace.bot.id})
        return {**common, "user": others[0] if others else call.workspace.bot.id}
    return {
        **common,
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "is_pending_ext_shared": bool(channel.invited),
        "is_member": call.workspace.bot.id in channel.members,
        "num_members": len(channel.members),
    }


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
METHODS = {
    "conversations.open": Method(open_dm, ("im:write", "mpim:write"), TIER_3),
    "conversations.history": Method(history, (), TIER_3),
    "conversations.replies": Method(replies, (), TIER_3),
    "conversations.info": Method(info, (), TIER_3),
    "conversations.members": Method(members, (), TIER_4),
    "conversations.list": Method(listed, _READ, TIER_2),
    "conversations.join": Method(join, ("channels:join",), TIER_3),
    "users.conversations": Method(of_user, _READ, TIER_2),
}
