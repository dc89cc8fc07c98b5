"""The words for how a batch went over time: the names in a chart, and the lines that say the same without one."""

from collections.abc import Sequence

from bot.domain.curve import WORTH_DRAWING, Curve, Point
from bot.domain.words import counted, duration, number

_BARS = "▁▂▃▄▅▆▇█"
FROM_OLD_DATA = "no chart from old or incomplete data"


def series(curve: Curve) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What is drawn: each name with its total, so that the height at the end tells which line is which.

    The lowest comes first, so that failures have the first of the colours, which is a warm one.
    """
    columns = {
        "Failed": [point.failed for point in curve.points],
        "Done": [point.done for point in curve.points],
        "Submitted": [point.submitted for point in curve.points],
        "Other": [point.other for point in curve.points],
    }
    kept = {name: values for name, values in columns.items() if name != "Other" or values[-1]}
    return tuple((f"{name} {number(values[-1])}", tuple(values)) for name, values in kept.items())


def moments(curve: Curve) -> tuple[str, ...]:
    """Names of the moments, which no chart can show in the reader's own zone: so far before the last one."""
    before = range(len(curve.points) - 1, 0, -1)
    return (*(f"-{duration(curve.step * steps)}" for steps in before), "end" if curve.ended else "when read")


def title(curve: Curve) -> str:
    """Such as "Over 1 h 17 m: submitted, done and failed"."""
    return f"Over {duration(curve.span)}: submitted, done and failed"


def phrase(curve: Curve) -> str:
    """What the picture shows, for those who do not see it."""
    every = _ended(curve.points[-1])
    before = next(steps for steps, point in enumerate(reversed(curve.points)) if 2 * _ended(point) <= every)
    lately = duration(min(curve.step * before, curve.span))
    return f"At least half of its {counted(every, 'outcome')} came in the last {lately} of {duration(curve.span)}"


def no_chart(terminal: int) -> str:
    """Why there is none of a batch of which so many have ended."""
    if terminal < WORTH_DRAWING:
        return f"no chart yet: it takes {WORTH_DRAWING} finished clips"
    return "no chart: everything happened at one moment"


def bars(lines: Sequence[tuple[str, Sequence[int]]], labels: Sequence[str]) -> tuple[str, ...]:
    """The lines of a chart as bars of text, all on one scale, and what a bar stands for.

    `lines` are as `series` gives them, and `labels` as `moments` does.
    """
    most = max(max(values) for _, values in lines)
    widest = max(len(name) for name, _ in lines)
    drawn = [f"{name.ljust(widest)} {''.join(_bar(value, most) for value in values)}" for name, values in lines]
    return (*drawn[::-1], f"{' ' * widest} {labels[-2].removeprefix('-')} a bar, the last one: {labels[-1]}")


def _bar(value: int, most: int) -> str:
    return _BARS[-(-value * (len(_BARS) - 1) // most)]


def _ended(point: Point) -> int:
    return point.done + point.failed + point.other
