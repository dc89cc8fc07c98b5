"""The words for how good forecasts were."""

from bot.domain.calibration import Calibration
from bot.domain.words import Words, number, words


def forecasts(found: Calibration | None) -> tuple[Words, ...]:
    """Such as "Forecasts: 83% of 120 within their interval, half-way error 6%"; nothing before any could be judged."""
    if found is None or found.coverage is None:
        return ()
    error = "" if found.error is None else f", half-way error {per_cent(found.error)}"
    return (words(f"Forecasts: {per_cent(found.coverage)} of {number(found.judged)} within their interval{error}"),)


def per_cent(share: float) -> str:
    """Such as "83%"."""
    return f"{round(100 * share)}%"
