"""Charts: what holds between the lines of one and its axis."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bot.sandbox.blockkit_rules import Check, anything, listing, number, string, thing

MOST_POINTS = 20
_LABEL, _VALUE = string(20), number(whole=False)
_POINT = thing({"label": _LABEL, "value": _VALUE})
_SERIES = thing({"name": string(20), "data": listing(_POINT, MOST_POINTS)})
_AXES = thing({"categories": listing(_LABEL, MOST_POINTS)}, {"x_label": string(50), "y_label": string(50)})
_LINES = thing({"type": anything, "series": listing(_SERIES, 6), "axis_config": _AXES})
_SEGMENT = thing({"label": _LABEL, "value": _VALUE})
_PIE = thing({"type": anything, "segments": listing(_SEGMENT, 6)})


def _pie(chart: object, at: str) -> Iterator[str]:
    yield from _PIE(chart, at)
    for index, segment in enumerate(_mappings(chart, "segments")):
        value = segment.get("value")
        if isinstance(value, int | float) and value <= 0:
            yield f"{at}/segments/{index}/value: {value}, must be more than 0"


def _plot(chart: object, at: str) -> Iterator[str]:
    yield from _LINES(chart, at)
    axes = chart.get("axis_config") if isinstance(chart, Mapping) else None
    categories = axes.get("categories") if isinstance(axes, Mapping) else None
    if not isinstance(categories, list):
        return
    yield from _repeated(f"{at}/axis_config/categories", categories)
    series = _mappings(chart, "series")
    yield from _repeated(f"{at}/series", [each.get("name") for each in series])
    for index, each in enumerate(series):
        labels = [point.get("label") for point in _mappings(each, "data")]
        if Counter(map(str, labels)) != Counter(map(str, categories)):
            yield f"{at}/series/{index}/data: the labels must be those of axis_config/categories"


def _repeated(at: str, names: list[object]) -> Iterator[str]:
    found = Counter(map(str, names))
    yield from (f"{at}: {name!r} is there {n} times, must be unique" for name, n in found.items() if n > 1)


def _mappings(value: object, name: str) -> list[Mapping[str, object]]:
    inside = value.get(name) if isinstance(value, Mapping) else None
    return [each for each in inside if isinstance(each, Mapping)] if isinstance(inside, list) else []


CHARTS: dict[str, Check] = {"pie": _pie, **dict.fromkeys(("bar", "area", "line"), _plot)}
