"""What Slack tells an app: commands, clicks and events, in its own field names."""

import re
from collections.abc import Mapping

from bot.sandbox.blockkit import mappings
from bot.sandbox.slack_call import as_json, with_ids
from bot.sandbox.slack_entities import Channel, Fields, Message, ResponseUrl
from bot.sandbox.workspace import Workspace

_TOKEN = "verification-token"  # noqa: S105 - a field that Slack still sends and nobody should check
_WORTH_ESCAPING = re.compile(r"(?P<url>https?://[^\s<>|]+)|@(?P<user>[\w.-]+)|#(?P<channel>[\w-]+)|(?P<sign>[&<>])")
_SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_EVERYBODY = ("here", "channel", "everyone")
_SELECTED = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
_SELECTED_MANY = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
_ONE_OPTION = ("static_select", "external_select", "overflow", "radio_buttons")


def escaped(workspace: Workspace, text: str) -> str:
    """What a person typed, as Slack hands it to a command with `should_escape: true`."""

    def replaced(found: re.Match[str]) -> str:
        url, user, channel, sign = (found[name] for name in ("url", "user", "channel", "sign"))
        if url:
            return f"<{url.replace('&', '&amp;')}>"
        if user:
            return _user_token(workspace, user)
        return _channel_token(workspace, channel) if channel else _SIGNS[sign]

    return _WORTH_ESCAPING.sub(replaced, text)


def _user_token(workspace: Workspace, name: str) -> str:
    if name in _EVERYBODY:
        return f"<!{name}>"
    ids = [user.id for user in workspace.users.values() if user.name == name]
    return f"<@{ids[0]}>" if ids else f"@{name}"


def _channel_token(workspace: Workspace, name: str) -> str:
    for channel in workspace.channels.values():
        if channel.name == name:
            return f"<#{channel.id}|{name if channel.kind == 'public' else ''}>"
    return f"#{name}"


def said_fields(workspace: Workspace, message: Message, channel: Channel) -> Fields:
    """What an event tells of a message that somebody has just written."""
    kinds = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
    thread = {"thread_ts": message.thread_ts} if message.thread_ts else {}
    team = workspace.user(message.user).team
    return {
        "user": message.user,
        "channel": channel.id,
        "channel_type": kinds[channel.kind],
        "text": message.text,
        "ts": message.ts,
        "event_ts": message.ts,
        "team": team or workspace.team,
        **({"user_team": team, "source_team": team} if team else {}),
        **thread,
    }


def channel_name(channel: Channel) -> str:
    """The name that payloads show: only a public channel's is its own."""
    return {"public": channel.name, "private": "privategroup", "im": "directmessage", "mpim": "mpdm"}[channel.kind]


def command_fields(
    workspace: Workspace, user_id: str, channel: Channel, command: str, text: str, response_url: str
) -> dict[str, str]:
    """The form fields of a slash command."""
    user = workspace.user(user_id)
    return {
        "token": _TOKEN,
        "team_id": user.team or workspace.team,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.passes.new_trigger(user.id).id,
    }


def click_fields(workspace: Workspace, user_id: str, message: Message, action: Fields, response_url: str) -> Fields:
    """The payload of a click in a message; an ephemeral message itself is not among it."""
    channel = workspace.channel(message.channel)
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    shown = {} if message.ephemeral_to else {"message": as_json(workspace, message, with_metadata=True)}
    return {
        **interaction(workspace, "block_actions", user_id),
        "container": container,
        "trigger_id": workspace.passes.new_trigger(user_id).id,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **shown,
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }


def interaction(workspace: Workspace, kind: str, user_id: str) -> Fields:
    """What every interaction says of itself."""
    user = workspace.user(user_id)
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team or workspace.team},
        "api_app_id": workspace.app,
        "token": _TOKEN,
        "team": {"id": workspace.team, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def event_fields(workspace: Workspace, kind: str, event: Fields) -> Fields:
    """The body of an Events API delivery."""
    now = workspace.clock.now().timestamp()
    return {
        "token": _TOKEN,
        "team_id": workspace.team,
        "api_app_id": workspace.app,
        "event": {"type": kind, "event_ts": f"{now:.6f}", **event},
        "type": "event_callback",
        "event_id": workspace.fresh_id("Ev"),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": _is_shared(workspace, event.get("channel")),
    }


def _is_shared(workspace: Workspace, channel: object) -> bool:
    known = workspace.channels.get(channel) if isinstance(channel, str) else None
    return known is not None and bool(known.shared_with)


# --- finding what was clicked ---


def clicked(
    workspace: Workspace,
    message: Message,
    action_id: str,
    block_id: str | None = None,
    value: str | list[str] | None = None,
) -> Fields:
    """The action of clicking this element, or of choosing these values in it; `LookupError` when it is not there."""
    return clicked_in(workspace, message.blocks or [], action_id, block_id, value)


def clicked_in(
    workspace: Workspace, blocks: list[Fields], action_id: str, block_id: str | None, value: str | list[str] | None
) -> Fields:
    """The same in any blocks."""
    block, element = _find(blocks, action_id, block_id)
    now = workspace.clock.now().timestamp()
    return {
        "type": element["type"],
        "action_id": action_id,
        "block_id": block["block_id"],
        "action_ts": f"{now:.6f}",
        **entered(element, value),
    }


def _find(blocks: list[Fields], action_id: str, block_id: str | None) -> tuple[Fields, Mapping[str, object]]:
    for block in with_ids(blocks):
        if block_id in (None, block["block_id"]):
            for each in mappings(block):
                if each.get("action_id") == action_id:
                    return block, each
    there = [str(each["action_id"]) for each in mappings(blocks) if "action_id" in each]
    raise LookupError(f"no {action_id!r} to click in {block_id or 'any block'}, only {there}")


def entered(element: Mapping[str, object], value: str | list[str] | None) -> Fields:
    """What an element says of itself once this was chosen or typed in it."""
    kind = str(element["type"])
    if kind in _ONE_OPTION:
        return {"selected_option": None if value == "" else _options(element, [str(value)])[0]}
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": _options(element, list(value or []))}
    if kind in _SELECTED:
        return {_SELECTED[kind]: value or None}
    if kind == "datetimepicker":
        return {"selected_date_time": int(str(value)) if value else None}
    if kind in _SELECTED_MANY:
        return {_SELECTED_MANY[kind]: list(value or [])}
    own = {name: element[name] for name in ("text", "value", "style") if name in element}
    return own if value is None else {**own, "value": value}


def _options(element: Mapping[str, object], values: list[str]) -> list[Mapping[str, object]]:
    known = {str(each["value"]): each for each in mappings(element) if "value" in each and "text" in each}
    missing = [each for each in values if each not in known]
    if missing:
        raise LookupError(f"no option {missing} in {element.get('action_id')!r}, only {list(known)}")
    return [known[each] for each in values]


def url_of(base_url: str, url: ResponseUrl) -> str:
    """A response URL as the app sees it."""
    return f"{base_url}/response/{url.id}"
