"""What one person sees of the sandbox workspace, as JSON for the page."""

from collections.abc import Iterable, Mapping

from bot.sandbox.slack_call import with_ids
from bot.sandbox.slack_entities import Channel, Entry, Fields, Message, RefusedError, User
from bot.sandbox.workspace import Workspace

SLACKBOT = User("USLACKBOT", "slackbot", "Slackbot")
_ABOUT_MESSAGES = ("message", "updated", "deleted", "reaction")


def seen(workspace: Workspace, user_id: str, since: int = 0, topics: Mapping[str, str] | None = None) -> Fields:
    """People, places and every message that changed after log entry `since` (0: all of them), for this person.

    `n` is the last entry it contains, `gone` the channel and ts of messages taken away. `topics` is channel id → text.
    """
    news = workspace.since(since)
    changed = _changed(news)
    channels = [each for each in workspace.channels.values() if may_see(each, user_id)]
    shown = [_message(workspace, each) for channel in channels for each in _read(workspace, channel, user_id, changed)]
    return {
        "n": since + len(news),
        "team": {"id": workspace.team, "name": "Sandbox", "bot": workspace.bot.id},
        "users": [_user(each) for each in (*workspace.users.values(), SLACKBOT)],
        "channels": [_channel(each, user_id, topics or {}) for each in channels],
        "messages": shown,
        "home": _home(workspace, user_id),
        "modals": [_view(each) for each in _modals(workspace, user_id)],
        "gone": [[channel.id, ts] for channel in channels for ts in _gone(workspace, channel, changed)],
    }


def may_see(channel: Channel, user_id: str) -> bool:
    """Whether this person can open a place: public channels, and those they are in."""
    return channel.kind == "public" or user_id in channel.members


def _home(workspace: Workspace, user_id: str) -> Fields | None:
    published = workspace.views.get(f"VHOME{user_id}")
    return _view(published) if published else None


def _modals(workspace: Workspace, user_id: str) -> list[Fields]:
    """The modals that are open for this person, the one on top last."""
    return [workspace.views[each] for each in workspace.modals.get(user_id, ())]


def _view(view: Fields) -> Fields:
    """A view as it is drawn; `hash` changes whenever it does."""
    named = {name: view.get(name) for name in ("id", "type", "hash", "title", "submit", "close")}
    return {**named, "blocks": with_ids(view["blocks"])}


def _changed(news: Iterable[Entry]) -> dict[str, list[str]]:
    """Which messages something happened to: channel id → their ts in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for entry in news:
        if entry.what in _ABOUT_MESSAGES:
            found.setdefault(entry.about["channel"], {})[entry.about["ts"]] = None
    return {channel: list(stamps) for channel, stamps in found.items()}


def _read(workspace: Workspace, channel: Channel, user_id: str, changed: Mapping[str, list[str]]) -> list[Message]:
    stamps = frozenset(changed.get(channel.id, ()))
    if not stamps:
        return []
    return [each for each in workspace.messages(channel.id, seen_by=user_id) if each.ts in stamps]


def _gone(workspace: Workspace, channel: Channel, changed: Mapping[str, list[str]]) -> list[str]:
    return [ts for ts in changed.get(channel.id, ()) if not _is_there(workspace, channel, ts)]


def _is_there(workspace: Workspace, channel: Channel, ts: str) -> bool:
    try:
        workspace.message(channel.id, ts)
    except RefusedError:
        return False
    return True


def _message(workspace: Workspace, message: Message) -> Fields:
    names = dict.fromkeys(name for _, name in message.reactions)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": with_ids(message.blocks or []),
        "thread_ts": message.thread_ts if message.is_reply else None,
        "broadcast": message.reply_broadcast,
        "ephemeral": message.ephemeral_to is not None,
        "edits": len(message.edits),
        "unfurls": [{"blocks": with_ids(each["blocks"])} for each in message.unfurls.values()],
        "files": [_file(workspace.files[each]) for each in message.files],
        "reactions": {name: [user for user, each in message.reactions if each == name] for name in names},
    }


def _file(file: Fields) -> Fields:
    return {name: file[name] for name in ("id", "name", "title", "size", "content") if name in file}


def _user(user: User) -> Fields:
    return {"id": user.id, "name": user.name, "real_name": user.real_name, "is_bot": user.is_bot}


def _channel(channel: Channel, user_id: str, topics: Mapping[str, str]) -> Fields:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": sorted(channel.members),
        "joined": user_id in channel.members,
        "archived": channel.is_archived,
        "topic": topics.get(channel.id, ""),
    }
