"""The fields of modals, built within Slack's limits; a field's id is its block's and its element's."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.words import clean
from bot.slack.views.message import Block

LONGEST_LABEL, LONGEST_HINT, LONGEST_OPTION, LONGEST_ENTRY = 150, 300, 75, 3_000


@dataclass(frozen=True, slots=True)
class Field:
    """What every field has: `name` is its id, `hint` the small print below it.

    `dispatches`: each change is told at once, not only when the modal is sent in.
    """

    name: str
    label: str
    hint: str = ""
    optional: bool = False
    dispatches: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `says` is a line about it."""

    value: str
    label: str
    says: str = ""


def line(field: Field, value: str = "", placeholder: str = "", longest: int = LONGEST_ENTRY) -> Block:
    """A line to type; where it dispatches, at every sign."""
    return _input(field, _typed(field, value, placeholder, longest))


def lines(field: Field, value: str = "", placeholder: str = "", longest: int = LONGEST_ENTRY) -> Block:
    """Several lines to type."""
    return _input(field, {**_typed(field, value, placeholder, longest), "multiline": True})


def choice(field: Field, options: Sequence[Option], chosen: str = "") -> Block:
    """One of a few, all of them in sight."""
    return _input(field, _chosen("radio_buttons", options, chosen))


def menu(field: Field, options: Sequence[Option], chosen: str = "", placeholder: str = "") -> Block:
    """One of a list that opens."""
    return _input(field, {**_chosen("static_select", options, chosen), **_placeholder(placeholder)})


def people(field: Field, chosen: Sequence[str] = (), placeholder: str = "") -> Block:
    """Any of the people of the workspace, by their ids."""
    initial = {"initial_users": list(chosen)} if chosen else {}
    return _input(field, {"type": "multi_users_select", **initial, **_placeholder(placeholder)})


def conversation(field: Field, chosen: str = "", placeholder: str = "", kinds: Sequence[str] = ()) -> Block:
    """One conversation, of the `kinds` that Slack knows (`public`, `private`, `im`, `mpim`; all without)."""
    initial = {"initial_conversation": chosen} if chosen else {}
    only = {"filter": {"include": list(kinds), "exclude_bot_users": True}} if kinds else {}
    return _input(field, {"type": "conversations_select", **initial, **only, **_placeholder(placeholder)})


def _input(field: Field, element: Block) -> Block:
    hint = {"hint": _plain(field.hint, LONGEST_HINT)} if field.hint else {}
    return {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, LONGEST_LABEL),
        "optional": field.optional,
        "dispatch_action": field.dispatches,
        "element": {**element, "action_id": field.name},
        **hint,
    }


def _typed(field: Field, value: str, placeholder: str, longest: int) -> Block:
    initial = {"initial_value": value[:longest]} if value else {}
    tells = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}} if field.dispatches else {}
    return {"type": "plain_text_input", "max_length": longest, **initial, **tells, **_placeholder(placeholder)}


def _chosen(kind: str, options: Sequence[Option], chosen: str) -> Block:
    initial = [_option(each) for each in options if each.value == chosen]
    element: Block = {"type": kind, "options": [_option(each) for each in options]}
    return {**element, "initial_option": initial[0]} if initial else element


def _option(option: Option) -> Block:
    says = {"description": _plain(option.says, LONGEST_OPTION)} if option.says else {}
    return {"text": _plain(option.label, LONGEST_OPTION), "value": option.value, **says}


def _placeholder(text: str) -> Block:
    return {"placeholder": _plain(text, LONGEST_LABEL)} if text else {}


def _plain(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": clean(text, longest)}
