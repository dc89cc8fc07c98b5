"""What the messages of a place look like where only counts are shown: no button that gives more, and a line why."""

from bot.domain.sharing import HERE, INSTEAD, SMALL_PRINT, CountsOnly
from bot.domain.words import NOTHING, Words, words
from bot.slack.actions import (
    CARD_FAILURES,
    CARD_LINKS,
    CATCH_UP_FAILURES,
    FAILURE_HANDLED,
    FAILURE_MINE,
    FAILURE_MUTE,
    FAILURE_OPEN_AGAIN,
    FAILURE_RETRY,
    FAILURE_UNMUTE,
    FINISHED_EXPORT,
    FINISHED_LINKS,
    PING_FAILURES,
    STUCK_IDS,
)
from bot.slack.views.blocks import context
from bot.slack.views.message import Block, Message

_GIVE_MORE = frozenset(
    {
        CARD_FAILURES,
        CARD_LINKS,
        CATCH_UP_FAILURES,
        FAILURE_HANDLED,
        FAILURE_MINE,
        FAILURE_MUTE,
        FAILURE_OPEN_AGAIN,
        FAILURE_RETRY,
        FAILURE_UNMUTE,
        FINISHED_EXPORT,
        FINISHED_LINKS,
        PING_FAILURES,
        STUCK_IDS,
    }
)
"""What these do is refused there."""


def message(shown: Message, why: CountsOnly) -> Message:
    """A message whose facts have counts only, without the buttons that are refused there, and why it says no more."""
    blocks: list[Block] = []
    for block in shown.blocks:
        if block["type"] != "actions":
            blocks.append(block)
        elif left := _left(block):
            blocks.append({**block, "elements": left})
    at = next((n for n, block in enumerate(blocks) if block["type"] == "actions"), len(blocks))
    return Message(shown.text, (*blocks[:at], context(words(SMALL_PRINT[why])), *blocks[at:]))


def _left(block: Block) -> list[Block]:
    elements = block["elements"]
    every = elements if isinstance(elements, list) else []
    return [each for each in every if each.get("action_id") not in _GIVE_MORE]


def note(why: CountsOnly | None) -> Words:
    """For whoever watches in such a place; nothing where everything is shown."""
    return NOTHING if why is None else words(f"{HERE[why]} {INSTEAD[why]}")
