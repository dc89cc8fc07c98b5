"""Shortcuts: from a message's menu, or from anywhere."""

from dataclasses import dataclass, field

from bot.slack.payload.reading import mapping, part, text


@dataclass(frozen=True, slots=True)
class Summoned:
    """A shortcut that somebody chose; what comes with a message only is empty for a global one.

    `text` is the message's, its attachments' and its blocks' (`said_by` its author), `place` where it stands.
    `trigger_id` opens one modal within three seconds. `response_url` is a secret and never shown.
    """

    user: str
    workspace: str
    callback_id: str
    trigger_id: str = field(repr=False)
    place: str = ""
    place_name: str = ""
    text: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    response_url: str = field(default="", repr=False)


def summoned(payload: object) -> Summoned:
    """The shortcut in a payload; raises `PayloadError`."""
    fields = mapping(payload, "the shortcut")
    channel, message = part(fields.get("channel")), part(fields.get("message"))
    return Summoned(
        user=text(mapping(fields.get("user"), "user"), "id"),
        workspace=text(mapping(fields.get("team"), "team"), "id"),
        callback_id=text(fields, "callback_id"),
        trigger_id=text(fields, "trigger_id"),
        place=text(channel, "id", otherwise=""),
        place_name=text(channel, "name", otherwise=""),
        text=text(message, "text", otherwise=""),
        message_ts=text(message, "ts", otherwise=""),
        thread_ts=text(message, "thread_ts", otherwise=""),
        response_url=text(fields, "response_url", otherwise=""),
    )
