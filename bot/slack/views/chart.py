"""How a batch went over time: as a chart, which not every workspace takes, or as bars of text."""

from collections.abc import Sequence
from typing import Literal

from bot.domain.curve import Curve
from bot.domain.curve_wording import bars, moments, series, title
from bot.slack.views.blocks import rich_text
from bot.slack.views.message import Block

CHART = "data_visualization"

Drawing = Literal["chart", "bars"]
"""How a curve is shown: as Slack's block for charts, or where that is refused."""


def drawn(curve: Curve, drawing: Drawing) -> Block:
    """The block that shows a curve; it says nothing that the words beside it do not say."""
    return chart(curve) if drawing == "chart" else rich_text(_text(bars(curve)))


def chart(curve: Curve) -> Block:
    """Lines over moments, which are named alike along the axis and in every line."""
    labels = moments(curve)
    lines = [{"name": name, "data": _points(labels, values)} for name, values in series(curve)]
    axes = {"categories": list(labels), "y_label": "clips"}
    return {"type": CHART, "title": title(curve), "chart": {"type": "line", "series": lines, "axis_config": axes}}


def _points(labels: Sequence[str], values: Sequence[int]) -> list[Block]:
    return [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]


def _text(lines: Sequence[str]) -> Block:
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(lines)}]}
