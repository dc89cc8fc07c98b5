"""An answer as a modal: the same blocks, as far as modals have them, with the buttons that work there."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.words import Foreign, Place, Strong, Words, joined, words
from bot.slack.actions import (
    FAILURE_HANDLED,
    FAILURE_OPEN_AGAIN,
    GLOB_REFRESH,
    HOME_HANDLED,
    HOME_OPEN_AGAIN,
    HOME_REFRESH,
    HOME_UNDO,
    STATUS_REFRESH,
    UNDO,
)
from bot.slack.views.blocks import bullets, context, paragraph, rich_text
from bot.slack.views.escape import is_channel
from bot.slack.views.message import Block, Message
from bot.slack.views.view import View

_ALLOWED = ("section", "header", "actions", "context", "divider", "image", "rich_text", "input", "alert", "video")
_BUTTONS: Mapping[str, str] = {
    STATUS_REFRESH: HOME_REFRESH,
    GLOB_REFRESH: HOME_REFRESH,
    FAILURE_HANDLED: HOME_HANDLED,
    FAILURE_OPEN_AGAIN: HOME_OPEN_AGAIN,
    UNDO: HOME_UNDO,
}
"""Those that do here what they do under the message, and what they are called in a modal: whoever hears a click in a
message answers there."""
_EMPTY = ("", " ", "–")
_LONGEST_CELL = 80
_HERE = re.compile(r"\bhere\b")


def modal(message: Message, title: str, place: str) -> View:
    """The answer with what modals do not have left out or told otherwise; `place` is the one that it is about."""
    blocks = [made for block in message.blocks for made in _made(block)]
    return View((*blocks, *_where(place, blocks)), title, metadata=place)


def waiting(title: str, place: str) -> View:
    """What is shown at once, while the answer is made."""
    return View((rich_text(paragraph([words("One moment …")])),), title, metadata=place)


def _where(place: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Which place an answer is about that is read elsewhere; that is what "here" means where it says so."""
    if not is_channel(place):
        return ()
    begin = "“Here” means " if _HERE.search(json.dumps(blocks)) else "This is about "
    return (context(words(begin, Place(place), ".")),)


def _made(block: Block) -> Sequence[Block]:
    if block["type"] == "actions":
        return _with_buttons(block)
    if block["type"] == "table":
        return (_as_list(block),)
    return (block,) if block["type"] in _ALLOWED else ()


def _with_buttons(block: Block) -> Sequence[Block]:
    elements: Any = block["elements"]
    kept = [{**each, "action_id": _BUTTONS[each["action_id"]]} for each in elements if each["action_id"] in _BUTTONS]
    return ({**block, "elements": kept},) if kept else ()


def _as_list(table: Block) -> Block:
    """A line for each row, in which every number has the name of its column."""
    rows: Any = table["rows"]
    header, *others = [[str(cell["text"]) for cell in row] for row in rows]
    return rich_text(bullets(_line(header, row) for row in others))


def _line(header: Sequence[str], row: Sequence[str]) -> Words:
    name, *cells = row
    told = [
        words(Strong(title), " ", Foreign(cell, _LONGEST_CELL))
        for title, cell in zip(header[1:], cells, strict=True)
        if cell not in _EMPTY
    ]
    return joined([words(Foreign(name, _LONGEST_CELL, strong=True)), *told], " · ")
