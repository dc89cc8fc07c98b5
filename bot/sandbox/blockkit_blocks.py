"""Every block type that Slack knows: its fields, and the surfaces on which it may stand."""

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.blockkit_charts import CHARTS
from bot.sandbox.blockkit_elements import (
    ELEMENTS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    SLACK_FILE,
    URL,
    plain,
    text,
)
from bot.sandbox.blockkit_rich_text import CELLS, RICH_TEXT
from bot.sandbox.blockkit_rules import (
    Check,
    anything,
    boolean,
    listing,
    nullable,
    number,
    string,
    thing,
    typed,
    word,
)

Surface = Literal["message", "modal", "home"]
_EVERYWHERE: tuple[Surface, ...] = ("message", "modal", "home")
_MESSAGE: tuple[Surface, ...] = ("message",)
_NO_MODAL: tuple[Surface, ...] = ("message", "home")


@dataclass(frozen=True, slots=True)
class BlockType:
    """Where a block may stand, and the check of its fields."""

    surfaces: tuple[Surface, ...]
    check: Check


def _block(
    surfaces: tuple[Surface, ...],
    required: dict[str, Check],
    optional: dict[str, Check] | None = None,
    any_of: tuple[str, ...] = (),
    one_of: tuple[str, ...] = (),
) -> BlockType:
    extra = {"block_id": string(255), **(optional or {})}
    return BlockType(surfaces, thing({"type": anything, **required}, extra, any_of=any_of, one_of=one_of))


_IMAGE = typed(ELEMENTS, "image")
_RICH_TEXT = typed({"rich_text": RICH_TEXT})
_CARD = _block(
    _EVERYWHERE,
    {},
    {
        "hero_image": _IMAGE,
        "icon": _IMAGE,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": listing(typed(ELEMENTS, *IN_ACTIONS), 25),
    },
    any_of=("hero_image", "title", "actions", "body"),
)
_TASK = _block(
    _MESSAGE,
    {"task_id": string(255), "title": string(3000)},
    {
        "details": _RICH_TEXT,
        "output": _RICH_TEXT,
        "sources": listing(typed(ELEMENTS, "url"), least=0),
        "status": word("pending", "in_progress", "complete", "error"),
    },
)
_COLUMN = thing({}, {"align": word("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, BlockType] = {
    "section": _block(
        _EVERYWHERE,
        {},
        {
            "text": text(3000),
            "fields": listing(text(2000), 10),
            "accessory": typed(ELEMENTS, *IN_SECTION),
            "expand": boolean,
        },
        any_of=("text", "fields"),
    ),
    "header": _block(_EVERYWHERE, {"text": plain(150)}),
    "divider": _block(_EVERYWHERE, {}),
    "context": _block(
        _EVERYWHERE,
        {
            "elements": listing(
                typed({"image": ELEMENTS["image"], **dict.fromkeys(("plain_text", "mrkdwn"), text(3000))}),
                10,
            )
        },
    ),
    "actions": _block(_EVERYWHERE, {"elements": listing(typed(ELEMENTS, *IN_ACTIONS), 25)}),
    "context_actions": _block(_MESSAGE, {"elements": listing(typed(ELEMENTS, *IN_CONTEXT_ACTIONS), 5)}),
    "image": _block(
        _EVERYWHERE,
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        one_of=("image_url", "slack_file"),
    ),
    "input": _block(
        _EVERYWHERE,
        {"label": plain(2000), "element": typed(ELEMENTS, *IN_INPUT)},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "video": _block(
        _EVERYWHERE,
        {
            "alt_text": string(2000),
            "video_url": URL,
            "thumbnail_url": URL,
            "title": plain(200),
        },
        {
            "title_url": URL,
            "description": plain(200),
            "provider_icon_url": URL,
            "provider_name": string(50),
            "author_name": string(50),
        },
    ),
    "rich_text": BlockType(_EVERYWHERE, RICH_TEXT),
    "markdown": _block(_MESSAGE, {"text": string(12_000)}),
    "table": _block(
        _MESSAGE,
        {"rows": listing(listing(typed(CELLS), 20), 100)},
        {"column_settings": listing(nullable(_COLUMN), 20, 0)},
    ),
    "data_table": _block(
        _NO_MODAL,
        {"caption": string(3000), "rows": listing(listing(typed(CELLS), 20), 101, 2)},
        {"page_size": number(1, 100), "row_header_column_index": number(0, 19)},
    ),
    "data_visualization": _block(_MESSAGE, {"title": string(50), "chart": typed(CHARTS)}),
    "alert": _block(
        ("modal",),
        {"text": text(3000)},
        {"level": word("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": _block(_NO_MODAL, {"elements": listing(typed({"card": _CARD.check}), 10)}),
    "task_card": _TASK,
    "plan": _block(_MESSAGE, {"title": string(3000)}, {"tasks": listing(typed({"task_card": _TASK.check}), least=0)}),
    "file": _block(_MESSAGE, {"external_id": string(255), "source": word("remote")}),
}

_CHILDREN = {name: block.check for name, block in BLOCKS.items() if "message" in block.surfaces}
BLOCKS["container"] = _block(
    _MESSAGE,
    {"child_blocks": listing(typed(_CHILDREN), 10)},
    {
        "title": plain(150),
        "rich_text_title": _RICH_TEXT,
        "subtitle": text(150),
        "icon": _IMAGE,
        "width": word("narrow", "standard", "wide", "full"),
        "is_collapsible": boolean,
        "default_collapsed": boolean,
        "has_header_divider": boolean,
    },
    one_of=("title", "rich_text_title"),
)
