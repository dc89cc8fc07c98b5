"""What Slack sends, as values: the only file that reads the keys of Slack's payloads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import LipsyncBotError

_NAMELESS = ("privategroup", "directmessage")
_SEVERAL_PEOPLE = "mpdm"
_FAILURES = re.compile(r"(?P<reference>.*)\n(?P<kind>[0-9a-f]{16})(\n(?P<seen>[0-9]{1,9}))?", re.DOTALL)


class PayloadError(LipsyncBotError):
    """Slack sent something without what is needed to do it; the text says so to the person who typed or clicked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A slash command as somebody typed it; `place` is where. `response_url` is a secret and never shown."""

    user: str
    place: str
    place_name: str
    public: bool
    text: str
    response_url: str = field(repr=False)
    command: str
    workspace: str


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click on a button; `value` is empty when the button has none. `response_url` is a secret and never shown."""

    user: str
    place: str
    message_ts: str
    is_ephemeral: bool
    action_id: str
    value: str
    response_url: str = field(repr=False)
    workspace: str

    @property
    def reference(self) -> str:
        """The reference that the button is about; raises `PayloadError` when it carries none."""
        if not self.value:
            raise PayloadError(_odd("value"))
        return self.value

    @property
    def failures(self) -> "ShownFailures":
        """The failures that the button is about; raises `PayloadError` when it names none."""
        found = _FAILURES.fullmatch(self.reference)
        if found is None:
            raise PayloadError(_odd("value"))
        seen = found["seen"]
        return ShownFailures(found["reference"], found["kind"], int(seen) if seen else None)


@dataclass(frozen=True, slots=True)
class ShownFailures:
    """The failures that a message shows: how many (`seen`, None in older messages) of which kind of a reference."""

    reference: str
    kind: str
    seen: int | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the Events API; what it does not tell is empty.

    `id` is the same however often it is told. `place` is where it was, `user` whom it is about. `lost_token`: of the
    tokens that were taken back one is the bot's. `shared`: another organisation reads the place.
    """

    id: str
    kind: str
    place: str = ""
    user: str = ""
    lost_token: bool = False
    shared: bool = False


def asked(payload: object) -> Asked:
    """The slash command in a payload; raises `PayloadError`."""
    fields = _mapping(payload, "the command")
    place, name = _text(fields, "channel_id"), _text(fields, "channel_name", otherwise="")
    public = is_public(place, name)
    return Asked(
        user=_text(fields, "user_id"),
        place=place,
        place_name=name if public else "",
        public=public,
        text=_text(fields, "text", otherwise=""),
        response_url=_url(fields),
        command=_text(fields, "command"),
        workspace=_text(fields, "team_id"),
    )


def clicked(payload: object) -> Clicked:
    """The first action of a click in a message; raises `PayloadError`."""
    fields = _mapping(payload, "the click")
    container = _mapping(fields.get("container"), "container")
    actions = fields.get("actions")
    action = _mapping(actions[0] if isinstance(actions, list) and actions else None, "actions")
    return Clicked(
        user=_text(_mapping(fields.get("user"), "user"), "id"),
        place=_text(_mapping(fields.get("channel"), "channel"), "id"),
        message_ts=_text(container, "message_ts"),
        is_ephemeral=container.get("is_ephemeral") is True,
        action_id=_text(action, "action_id"),
        value=_text(action, "value", otherwise=""),
        response_url=_url(fields),
        workspace=_text(_mapping(fields.get("team"), "team"), "id"),
    )


def happened(payload: object) -> Happened:
    """The event in a payload; raises `PayloadError`."""
    fields = _mapping(payload, "the event")
    event = _mapping(fields.get("event"), "event")
    channel, tokens = event.get("channel"), event.get("tokens")
    place = _text(event, "channel", otherwise="") if isinstance(channel, str) else ""
    return Happened(
        id=_text(fields, "event_id"),
        kind=_text(event, "type"),
        place=place,
        user=_text(event, "user", otherwise="") if isinstance(event.get("user"), str) else "",
        lost_token=isinstance(tokens, Mapping) and bool(tokens.get("bot")),
        shared=bool(place) and fields.get("is_ext_shared_channel") is True,
    )


def is_event(payload: Mapping[str, object]) -> bool:
    """Whether Slack tells of an event, which it tells again when it is not acknowledged."""
    return payload.get("type") == "event_callback"


def is_public(place: str, name: str) -> bool:
    """Whether Slack showed the channel by its name, which it does for public ones only."""
    if not place.startswith("C") or not name:
        return False
    return name not in _NAMELESS and name != _SEVERAL_PEOPLE and not name.startswith(f"{_SEVERAL_PEOPLE}-")


def is_verification(payload: Mapping[str, object]) -> bool:
    """Whether Slack only asks if this address is ours."""
    return payload.get("type") == "url_verification"


def _url(fields: Mapping[str, object]) -> str:
    url = _text(fields, "response_url")
    if not url.startswith(("https://", "http://")):
        raise PayloadError(_odd("response_url"))
    return url


def _mapping(value: object, name: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise PayloadError(_odd(name))
    return value


def _text(fields: Mapping[str, object], key: str, otherwise: str | None = None) -> str:
    value = fields.get(key, otherwise)
    if value is None and otherwise is not None:
        return otherwise
    if not isinstance(value, str) or (otherwise is None and not value) or not _sound(value):
        raise PayloadError(_odd(key))
    return value


def _sound(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" or character == "\x00" for character in value)


def _odd(what: str) -> str:
    return f"Slack sent this without a usable `{what}`, so nothing was done. Try again; it has been logged."
