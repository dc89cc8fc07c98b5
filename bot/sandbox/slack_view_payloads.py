"""What Slack tells an app of views and shortcuts, in its own field names."""

from collections.abc import Mapping

from bot.sandbox.blockkit import view_problems
from bot.sandbox.slack_call import as_json, with_ids
from bot.sandbox.slack_entities import Fields, Message, RefusedError
from bot.sandbox.slack_payloads import channel_name, entered, interaction
from bot.sandbox.workspace import Workspace

_OURS = ("user", "errors")  # what only the sandbox knows of a view
Entered = Mapping[str, str | list[str]]


def touch_fields(workspace: Workspace, user_id: str, view: Fields, action: Fields, entries: Entered) -> Fields:
    """The payload of a click or a choice in a view."""
    return {
        **interaction(workspace, "block_actions", user_id),
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": workspace.passes.new_trigger(user_id).id,
        "view": {**_seen(view), "state": _state(view, entries)},
        "actions": [action],
    }


def submit_fields(workspace: Workspace, user_id: str, view: Fields, entries: Entered) -> Fields:
    """The payload of a modal that was sent in."""
    return {
        **interaction(workspace, "view_submission", user_id),
        "trigger_id": workspace.passes.new_trigger(user_id).id,
        "view": {**_seen(view), "state": _state(view, entries)},
        "response_urls": [],
    }


def closed_fields(workspace: Workspace, user_id: str, view: Fields) -> Fields:
    """The payload of a modal that was closed."""
    return {**interaction(workspace, "view_closed", user_id), "view": _seen(view), "is_cleared": False}


def shortcut_fields(
    workspace: Workspace, user_id: str, callback_id: str, message: Message | None, url: str | None
) -> Fields:
    """The payload of a shortcut, with the message in whose menu it was chosen."""
    about: Fields = {
        **interaction(workspace, "shortcut", user_id),
        "callback_id": callback_id,
        "trigger_id": workspace.passes.new_trigger(user_id).id,
        "action_ts": f"{workspace.clock.now().timestamp():.6f}",
    }
    if message is None or url is None:
        return about
    channel = workspace.channel(message.channel)
    return {
        **about,
        "type": "message_action",
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": as_json(workspace, message, with_metadata=True),
        "message_ts": message.ts,
        "response_url": url,
    }


def home_fields(workspace: Workspace, user_id: str, tab: str, view: Fields | None) -> Fields:
    """The event of a person who looks at the app's own tabs."""
    shown = {"view": _seen(view)} if view else {}
    return {"user": user_id, "channel": workspace.dm(user_id).id, "tab": tab, **shown}


def view_as_shown(workspace: Workspace, view: object, user_id: str) -> Fields:
    """A view as it is kept; `invalid_arguments` with what is wrong with it."""
    given = view if isinstance(view, dict) else {}
    problems = view_problems(given)
    if problems:
        raise RefusedError("invalid_arguments", response_metadata={"messages": problems})
    kept = {**given, "blocks": with_ids(given["blocks"]), "team_id": workspace.team, "hash": workspace.fresh_id("h")}
    return {"id": workspace.fresh_id("V"), **kept, "user": user_id}


def required_but_empty(view: Fields, entries: Entered) -> list[str]:
    """The fields that must be filled and are not."""
    values = _values(view, entries)
    inputs = [block for block in view["blocks"] if block["type"] == "input" and not block.get("optional")]
    return [block["block_id"] for block in inputs if not _holds(values[block["block_id"]])]


def _holds(fields: Fields) -> bool:
    return any(value for element in fields.values() for name, value in element.items() if name != "type")


def _seen(view: Fields) -> Fields:
    return {name: each for name, each in view.items() if name not in _OURS}


def _state(view: Fields, entries: Entered) -> Fields:
    return {"values": _values(view, entries)}


def _values(view: Fields, entries: Entered) -> Fields:
    fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    unknown = set(entries) - set(fields)
    if unknown:
        raise LookupError(f"no fields {sorted(unknown)}, only {sorted(fields)}")
    return {name: _field(element, entries.get(name)) for name, element in fields.items()}


def _field(element: Fields, value: str | list[str] | None) -> Fields:
    held = _begun(element) if value is None else entered(element, value)
    return {element["action_id"]: {"type": element["type"], **held}}


def _begun(element: Fields) -> Fields:
    """What an element holds before anybody has touched it."""
    initial = {name.removeprefix("initial_"): each for name, each in element.items() if name.startswith("initial_")}
    return {"value" if name == "value" else f"selected_{name}": each for name, each in initial.items()}
