"""A message for a workspace that does not take new kinds of blocks: what they show stands there as text.

Only answers hold new blocks. What is posted once and edited, and what is shown in views, is made of blocks that every
workspace takes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.domain.curve_wording import bars
from bot.domain.words import counted
from bot.slack.views.blocks import preformatted
from bot.slack.views.chart import CHART
from bot.slack.views.message import Block, Message
from bot.slack.views.table import TABLE

_MOST_LINES = 31  # with the header: what can be read as text


def new_blocks(message: Message) -> frozenset[str]:
    """Which blocks of the message not every workspace takes."""
    return frozenset(str(block["type"]) for block in message.blocks) & _PLAINLY.keys()


def plainly(message: Message) -> Message:
    """The same without them."""
    return Message(message.text, tuple(_PLAINLY.get(str(block["type"]), _as_it_is)(block) for block in message.blocks))


def _as_it_is(block: Block) -> Block:
    return block


def _table(block: Mapping[str, Any]) -> Block:
    """The columns below one another, numbers to the right."""
    rows: list[list[str]] = [[cell["text"].strip() for cell in row] for row in block["rows"]]
    is_right = [each.get("align") == "right" for each in block["column_settings"]]
    widths = [max(map(len, column)) for column in zip(*rows[:_MOST_LINES], strict=True)]
    more = len(rows) - _MOST_LINES
    below = [f"and {counted(more, 'more row')}"] if more > 0 else []
    return preformatted([*(_line(row, widths, is_right) for row in rows[:_MOST_LINES]), *below])


def _line(row: Sequence[str], widths: Sequence[int], is_right: Sequence[bool]) -> str:
    cells = zip(row, widths, is_right, strict=True)
    return "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells).rstrip()


def _chart(block: Mapping[str, Any]) -> Block:
    lines = [(each["name"], [point["value"] for point in each["data"]]) for each in block["chart"]["series"]]
    return preformatted(bars(lines, block["chart"]["axis_config"]["categories"]))


_PLAINLY: Mapping[str, Callable[[Block], Block]] = {TABLE: _table, CHART: _chart}
"""Every kind of block that not every workspace takes, and what shows the same where it is not taken."""
