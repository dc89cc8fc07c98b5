"""What people type after the slash command or say to the bot, and what they click in messages."""

import re
from dataclasses import dataclass, field

from bot.slack.payload.reading import Fields, mapping, odd, text, url

ANSWER = "answer"
"""What the ids of blocks begin with in messages that answer one person where nothing is ephemeral."""
_NAMELESS = ("privategroup", "directmessage")
_SEVERAL_PEOPLE = "mpdm"
_PAGE = re.compile(r"(?P<whose>here|mine|all) (?P<page>[1-9][0-9]{0,4})")
_FAILURES = re.compile(r"(?P<reference>.*)\n(?P<kind>[0-9a-f]{16})(\n(?P<seen>[0-9]{1,9}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed after the slash command, or said to the bot; `place` is where.

    `public` is None where Slack does not tell, as of what was said. `team` is the workspace that the person is of,
    empty where Slack does not tell; `shared`: Slack has just told that another organisation reads the place.

    `response_url` is a secret and never shown. What was said has neither that nor a `trigger_id`, which opens one modal
    within three seconds; it may stand in a thread (`thread_ts`).
    """

    user: str
    place: str
    place_name: str
    public: bool | None
    text: str
    response_url: str = field(repr=False)
    command: str
    team: str = ""
    trigger_id: str = field(default="", repr=False)
    thread_ts: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click on a button; `value` is empty when the button has none. `response_url` is a secret and never shown.

    `is_answer`: the message is an answer to one person, seen by nobody else, as opposed to a card or an alert.
    `trigger_id` opens one modal within three seconds. The place has a name where it is `public`. `team` is the
    workspace that the person is of, empty where Slack does not tell.
    """

    user: str
    place: str
    message_ts: str
    is_answer: bool
    action_id: str
    value: str
    response_url: str = field(repr=False)
    team: str = ""
    trigger_id: str = field(default="", repr=False)
    thread_ts: str = ""
    place_name: str = ""
    public: bool = False

    @property
    def reference(self) -> str:
        """The reference that the button is about; raises `PayloadError` when it carries none."""
        if not self.value:
            raise odd("value")
        return self.value

    @property
    def failures(self) -> "ShownFailures":
        """The failures that the button is about; raises `PayloadError` when it names none."""
        return shown_failures(self.reference)

    @property
    def page(self) -> tuple[str, int]:
        """Whose watches the button lists and which page of them, from 1; raises `PayloadError` when it names none."""
        found = _PAGE.fullmatch(self.value)
        if found is None:
            raise odd("value")
        return found["whose"], int(found["page"])


@dataclass(frozen=True, slots=True)
class ShownFailures:
    """The failures that a message shows: how many (`seen`, None in older messages) of which kind of a reference."""

    reference: str
    kind: str
    seen: int | None


def shown_failures(value: str) -> ShownFailures:
    """The failures that the value of a button names; raises `PayloadError`."""
    found = _FAILURES.fullmatch(value)
    if found is None:
        raise odd("value")
    seen = found["seen"]
    return ShownFailures(found["reference"], found["kind"], int(seen) if seen else None)


def asked(payload: object) -> Asked:
    """The slash command in a payload; raises `PayloadError`."""
    fields = mapping(payload, "the command")
    place, name = text(fields, "channel_id"), text(fields, "channel_name", otherwise="")
    public = is_public(place, name)
    return Asked(
        user=text(fields, "user_id"),
        place=place,
        place_name=name if public else "",
        public=public,
        text=text(fields, "text", otherwise=""),
        response_url=url(fields),
        command=text(fields, "command"),
        team=text(fields, "team_id"),
        trigger_id=text(fields, "trigger_id", otherwise=""),
    )


def clicked(payload: object) -> Clicked:
    """The first action of a click in a message; raises `PayloadError`."""
    fields = mapping(payload, "the click")
    container = mapping(fields.get("container"), "container")
    actions = fields.get("actions")
    action = mapping(actions[0] if isinstance(actions, list) and actions else None, "actions")
    channel, user = mapping(fields.get("channel"), "channel"), mapping(fields.get("user"), "user")
    place, name = text(channel, "id"), text(channel, "name", otherwise="")
    public = is_public(place, name)
    return Clicked(
        user=text(user, "id"),
        place=place,
        message_ts=text(container, "message_ts"),
        is_answer=container.get("is_ephemeral") is True or _block_of(action).startswith(ANSWER),
        action_id=text(action, "action_id"),
        value=text(action, "value", otherwise=""),
        response_url=url(fields),
        team=text(user, "team_id", otherwise=""),
        trigger_id=text(fields, "trigger_id", otherwise=""),
        thread_ts=text(container, "thread_ts", otherwise=""),
        place_name=name if public else "",
        public=public,
    )


def _block_of(action: Fields) -> str:
    return text(action, "block_id", otherwise="")


def is_public(place: str, name: str) -> bool:
    """Whether Slack showed the channel by its name, which it does for public ones only."""
    if not place.startswith("C") or not name:
        return False
    return name not in _NAMELESS and name != _SEVERAL_PEOPLE and not name.startswith(f"{_SEVERAL_PEOPLE}-")
