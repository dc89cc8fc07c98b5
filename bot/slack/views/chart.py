"""How a batch went over time, as a chart; it says nothing that the words beside it do not say."""

from collections.abc import Sequence

from bot.domain.curve import Curve
from bot.domain.curve_wording import moments, series, title
from bot.slack.views.message import Block

CHART = "data_visualization"


def chart(curve: Curve) -> Block:
    """Lines over moments, which are named alike along the axis and in every line."""
    labels = moments(curve)
    lines = [{"name": name, "data": _points(labels, values)} for name, values in series(curve)]
    axes = {"categories": list(labels), "y_label": "clips"}
    return {"type": CHART, "title": title(curve), "chart": {"type": "line", "series": lines, "axis_config": axes}}


def _points(labels: Sequence[str], values: Sequence[int]) -> list[Block]:
    return [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]
