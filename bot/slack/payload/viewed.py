"""What people do in views: in their Home tab and in modals."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.slack.payload.reading import Fields, mapping, odd, part, text

_ONE = (
    "value",
    "selected_user",
    "selected_channel",
    "selected_conversation",
    "selected_date",
    "selected_time",
)
_TIMESTAMP = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_MANY = ("selected_users", "selected_channels", "selected_conversations")


@dataclass(frozen=True, slots=True)
class Entries:
    """What stands in the fields of a view, by the id of the field's block; nothing entered is empty."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def many(self, block_id: str) -> tuple[str, ...]:
        """All that was chosen."""
        return self.fields.get(block_id, ())

    def one(self, block_id: str) -> str:
        """The text that was typed, or the one that was chosen."""
        return next(iter(self.many(block_id)), "")


@dataclass(frozen=True, slots=True)
class Touched:
    """A click or a choice in a view; `value` is what was clicked or entered.

    `metadata` is what the view was given for this. `trigger_id` opens one modal within three seconds. `at` is when it
    was done by Slack's clock, in seconds; 0 where that was not told.
    """

    user: str
    trigger_id: str = field(repr=False)
    view_id: str
    is_home: bool
    callback_id: str
    metadata: str
    action_id: str
    value: str
    entries: Entries
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Submitted:
    """A modal that was sent in; `first_field` is the id of its first field, where whatever fits no other is said."""

    user: str
    view_id: str
    callback_id: str
    metadata: str
    entries: Entries
    first_field: str


def is_in_view(payload: Fields) -> bool:
    """Whether a click was in a view, not in a message."""
    return part(payload.get("container")).get("type") == "view"


def touched(payload: object) -> Touched:
    """The first action of a click in a view; raises `PayloadError`."""
    fields = mapping(payload, "the click")
    view = mapping(fields.get("view"), "view")
    actions = fields.get("actions")
    action = mapping(actions[0] if isinstance(actions, list) and actions else None, "actions")
    return Touched(
        user=text(mapping(fields.get("user"), "user"), "id"),
        trigger_id=text(fields, "trigger_id"),
        view_id=text(view, "id"),
        is_home=text(view, "type") == "home",
        callback_id=text(view, "callback_id", otherwise=""),
        metadata=text(view, "private_metadata", otherwise=""),
        action_id=text(action, "action_id"),
        value=next(iter(_entered(action)), ""),
        entries=_entries(view),
        at=_seconds(text(action, "action_ts", otherwise="")),
    )


def submitted(payload: object) -> Submitted:
    """The modal in a payload; raises `PayloadError`."""
    fields = mapping(payload, "the form")
    view = mapping(fields.get("view"), "view")
    return Submitted(
        user=text(mapping(fields.get("user"), "user"), "id"),
        view_id=text(view, "id"),
        callback_id=text(view, "callback_id"),
        metadata=text(view, "private_metadata", otherwise=""),
        entries=_entries(view),
        first_field=_first_field(view),
    )


def _seconds(timestamp: str) -> float:
    return float(timestamp) if _TIMESTAMP.fullmatch(timestamp) else 0.0


def _first_field(view: Fields) -> str:
    blocks = view.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        if part(block).get("type") == "input":
            return text(part(block), "block_id")
    raise odd("blocks")


def _entries(view: Fields) -> Entries:
    blocks = part(part(view.get("state")).get("values"))
    return Entries({str(block_id): _block(part(fields)) for block_id, fields in blocks.items()})


def _block(fields: Fields) -> tuple[str, ...]:
    return tuple(each for element in fields.values() for each in _entered(part(element)))


def _entered(element: Fields) -> Iterator[str]:
    """What one element holds: a text, an option, a person, or several of them."""
    for key in _ONE:
        if element.get(key):
            yield text(element, key)
    option, options = element.get("selected_option"), element.get("selected_options")
    for each in (option, *(options if isinstance(options, list) else ())):
        if part(each):
            yield text(part(each), "value")
    for key in _MANY:
        several = element.get(key)
        yield from (str(each) for each in (several if isinstance(several, list) else ()))
