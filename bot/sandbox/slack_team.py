"""The Web API's methods about the workspace, its people, files and blocks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.blockkit import block_problems, message_problems, view_problems
from bot.sandbox.slack_call import SPECIAL, TIER_3, TIER_4, ApiCall, Method
from bot.sandbox.slack_chat import destination
from bot.sandbox.slack_entities import Draft, Fields, RefusedError, User


def auth_test(call: ApiCall) -> Fields:
    """auth.test: who the token is."""
    workspace = call.workspace
    return {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": "Sandbox",
        "team_id": workspace.team,
        "user": workspace.bot.name,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def user_info(call: ApiCall) -> Fields:
    """users.info: one person, with the time zone."""
    return {"user": _shown(call, call.workspace.user(call.needed("user", "user_not_found")))}


def user_list(call: ApiCall) -> Fields:
    """users.list: everybody."""
    members = [_shown(call, each) for each in call.workspace.users.values()]
    return {"members": members, "response_metadata": {"next_cursor": ""}}


def _shown(call: ApiCall, user: User) -> Fields:
    offset = ZoneInfo(user.tz).utcoffset(call.workspace.clock.now()) or timedelta()
    return {
        "id": user.id,
        "team_id": user.team or call.workspace.team,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": user.tz,
        "tz_offset": int(offset.total_seconds()),
        "is_bot": user.is_bot,
        "profile": {"real_name": user.real_name, "display_name": user.name},
    }


def add_reaction(call: ApiCall) -> Fields:
    """reactions.add: an emoji on a message."""
    channel = call.channel()
    name = call.needed("name", "invalid_name")
    call.workspace.react(channel.id, call.needed("timestamp", "bad_timestamp"), call.workspace.bot.id, name)
    return {}


# --- files ---


def upload_url(call: ApiCall) -> Fields:
    """files.getUploadURLExternal: where to send a file's bytes."""
    name = call.needed("filename")
    if not call.text("length").isdecimal():
        raise RefusedError("invalid_arguments")
    file_id = call.workspace.fresh_id("F")
    call.workspace.files[file_id] = {"id": file_id, "name": name, "title": name, "size": 0, "content": ""}
    return {"upload_url": f"{call.base_url}/upload/{file_id}", "file_id": file_id}


def complete_upload(call: ApiCall) -> Fields:
    """files.completeUploadExternal: show the files, in a channel when one is named."""
    files: list[dict[str, Any]] = call.structure("files", "invalid_arguments") or []
    for each in files:
        if each["id"] not in call.workspace.files:
            raise RefusedError("file_not_found")
    for each in files:
        call.workspace.files[each["id"]]["title"] = each.get("title") or each["id"]
    if call.text("channel_id"):
        _share(call, [each["id"] for each in files])
    return {"files": [{"id": each["id"], "title": each.get("title")} for each in files]}


def _share(call: ApiCall, ids: list[str]) -> None:
    named = ApiCall(call.workspace, {"channel": call.text("channel_id")}, call.scopes, call.base_url)
    draft = Draft(text=call.text("initial_comment"), thread_ts=call.text("thread_ts") or None, files=tuple(ids))
    call.workspace.post(destination(named).id, call.workspace.bot.id, draft)


# --- blocks ---


def validate_blocks(call: ApiCall) -> Fields:
    """blocks.validate: what is wrong with blocks, a message or a view (exactly one of them)."""
    checks: dict[str, Callable[[Any], list[str]]] = {
        "blocks": block_problems,
        "message": message_problems,
        "view": view_problems,
    }
    given = [name for name in checks if name in call.args]
    if len(given) != 1:
        raise RefusedError("invalid_arguments")
    value = call.structure(given[0], "invalid_arguments")
    if given[0] != "blocks" and not isinstance(value, dict):
        raise RefusedError("invalid_arguments")
    problems = checks[given[0]](value)
    errors = [
        {"code": "invalid", "message": rest, "pointer": at} for at, _, rest in (p.partition(": ") for p in problems)
    ]
    if errors:
        raise RefusedError("invalid_blocks", errors=errors)
    return {}


METHODS = {
    "api.test": Method(lambda call: {"args": dict(call.args)}, (), SPECIAL, public=True),
    "auth.test": Method(auth_test, (), SPECIAL),
    "users.info": Method(user_info, ("users:read",), TIER_4),
    "users.list": Method(user_list, ("users:read",), 20),
    "reactions.add": Method(add_reaction, ("reactions:write",), TIER_3),
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), TIER_4),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",), TIER_4),
    "blocks.validate": Method(validate_blocks, (), TIER_3, public=True),
}
