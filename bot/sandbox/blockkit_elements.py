"""What may stand inside a block: texts, options, confirmations, interactive elements, as tables of rules."""

from bot.sandbox.blockkit_rules import (
    Check,
    anything,
    boolean,
    listing,
    number,
    string,
    thing,
    typed,
    word,
)

URL = string(3000)
ACTION_ID = string(255)


def text(most: int, *kinds: str, least: int = 1) -> Check:
    """A text object of some kinds (both when none is named) with at most so many characters."""
    return typed(
        {
            "plain_text": thing({"type": anything, "text": string(most, least)}, {"emoji": boolean}),
            "mrkdwn": thing({"type": anything, "text": string(most, least)}, {"verbatim": boolean}),
        },
        *kinds,
    )


def plain(most: int) -> Check:
    """A plain text object."""
    return text(most, "plain_text")


CONFIRM = thing(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": word("primary", "danger")},
)
SLACK_FILE = thing({}, {"id": string(255), "url": URL}, one_of=("id", "url"))
DISPATCH = thing({}, {"trigger_actions_on": listing(word("on_enter_pressed", "on_character_entered"), 2)})
CONVERSATIONS = thing(
    {},
    {
        "include": listing(word("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    any_of=("include", "exclude_external_shared_channels", "exclude_bot_users"),
)


def option(*, label: Check, url: bool = False) -> Check:
    """One choice of a list; only an overflow's may carry a URL."""
    extra: dict[str, Check] = {"url": URL} if url else {}
    return thing({"text": label, "value": string(150)}, {"description": text(75), **extra})


_PLAIN_OPTION = option(label=plain(75))
_RICH_OPTION = option(label=text(75))
_GROUP = thing({"label": plain(75), "options": listing(_PLAIN_OPTION, 100)})

_COMMON: dict[str, Check] = {
    "type": anything,
    "action_id": ACTION_ID,
    "confirm": CONFIRM,
    "focus_on_load": boolean,
    "placeholder": plain(150),
}
_INPUT: dict[str, Check] = {
    "type": anything,
    "action_id": ACTION_ID,
    "focus_on_load": boolean,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH,
}
_MANY: dict[str, Check] = {"max_selected_items": number(1)}
_ANSWER: dict[str, Check] = {"response_url_enabled": boolean}
_CONVERSATION: dict[str, Check] = {"filter": CONVERSATIONS, "default_to_current_conversation": boolean}
_ID = string(255)
_IMAGE_SOURCE: dict[str, Check] = {"image_url": URL, "slack_file": SLACK_FILE}
_OPTIONS: dict[str, Check] = {"options": listing(_PLAIN_OPTION, 100), "option_groups": listing(_GROUP, 100)}


def _element(required: dict[str, Check] | None = None, *more: dict[str, Check]) -> Check:
    optional: dict[str, Check] = {}
    for each in more:
        optional |= each
    return thing({"type": anything, **(required or {})}, optional)


def _static(initial: dict[str, Check], *more: dict[str, Check]) -> Check:
    optional = {**_COMMON, **_OPTIONS, **initial}
    for each in more:
        optional |= each
    return thing({"type": anything}, optional, one_of=("options", "option_groups"))


ELEMENTS: dict[str, Check] = {
    "button": _element(
        {"text": plain(75)},
        {
            "action_id": ACTION_ID,
            "url": URL,
            "value": string(2000),
            "style": word("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "workflow_button": _element(
        {"text": plain(75), "workflow": anything},
        {
            "action_id": ACTION_ID,
            "style": word("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "overflow": _element(
        {"options": listing(option(label=plain(75), url=True), 5)},
        {"action_id": ACTION_ID, "confirm": CONFIRM},
    ),
    "checkboxes": _element(
        {"options": listing(_RICH_OPTION, 10)},
        {
            "action_id": ACTION_ID,
            "initial_options": listing(_RICH_OPTION, 10),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    "radio_buttons": _element(
        {"options": listing(_RICH_OPTION, 10)},
        {
            "action_id": ACTION_ID,
            "initial_option": _RICH_OPTION,
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    "static_select": _static({"initial_option": _PLAIN_OPTION}),
    "multi_static_select": _static({"initial_options": listing(_PLAIN_OPTION, 100)}, _MANY),
    "external_select": _element({}, _COMMON, {"initial_option": _PLAIN_OPTION, "min_query_length": number(0)}),
    "multi_external_select": _element(
        {}, _COMMON, _MANY, {"initial_options": listing(_PLAIN_OPTION, 100), "min_query_length": number(0)}
    ),
    "users_select": _element({}, _COMMON, {"initial_user": _ID}),
    "multi_users_select": _element({}, _COMMON, _MANY, {"initial_users": listing(_ID)}),
    "conversations_select": _element({}, _COMMON, _ANSWER, _CONVERSATION, {"initial_conversation": _ID}),
    "multi_conversations_select": _element({}, _COMMON, _MANY, _CONVERSATION, {"initial_conversations": listing(_ID)}),
    "channels_select": _element({}, _COMMON, _ANSWER, {"initial_channel": _ID}),
    "multi_channels_select": _element({}, _COMMON, _MANY, {"initial_channels": listing(_ID)}),
    "datepicker": _element({}, _COMMON, {"initial_date": string(10, 10)}),
    "timepicker": _element({}, _COMMON, {"initial_time": string(5, 5), "timezone": string(255)}),
    "datetimepicker": _element(
        {},
        {
            "action_id": ACTION_ID,
            "initial_date_time": number(1_000_000_000, 9_999_999_999),
            "confirm": CONFIRM,
            "focus_on_load": boolean,
        },
    ),
    "plain_text_input": _element(
        {},
        _INPUT,
        {
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": number(0, 3000),
            "max_length": number(1, 3000),
        },
    ),
    "email_text_input": _element({}, _INPUT, {"initial_value": string(3000, 0)}),
    "url_text_input": _element({}, _INPUT, {"initial_value": string(3000, 0)}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        _INPUT,
        {"initial_value": string(3000), "min_value": string(3000), "max_value": string(3000)},
    ),
    "rich_text_input": _element(
        {}, _INPUT, {"initial_value": anything, "min_lines": number(1), "max_lines": number(1)}
    ),
    "file_input": _element({}, {"action_id": ACTION_ID, "filetypes": listing(string(255)), "max_files": number(1, 10)}),
    "image": thing({"type": anything, "alt_text": string(2000)}, _IMAGE_SOURCE, one_of=("image_url", "slack_file")),
    "url": _element({"url": URL, "text": string(3000)}),
    "icon_button": _element(
        {"icon": string(75), "text": plain(75)},
        {
            "action_id": ACTION_ID,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": listing(_ID),
        },
    ),
    "feedback_buttons": _element(
        {
            name: thing({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
            for name in ("positive_button", "negative_button")
        },
        {"action_id": ACTION_ID},
    ),
}

_SELECTS = (
    "static_select",
    "multi_static_select",
    "external_select",
    "multi_external_select",
    "users_select",
    "multi_users_select",
    "conversations_select",
    "multi_conversations_select",
    "channels_select",
    "multi_channels_select",
)
_CHOICES = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *_SELECTS)
IN_ACTIONS = ("button", "workflow_button", "overflow", "datetimepicker", *_CHOICES)
IN_SECTION = ("button", "workflow_button", "overflow", "image", *_CHOICES)
IN_INPUT = (
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    *_CHOICES,
)
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")
