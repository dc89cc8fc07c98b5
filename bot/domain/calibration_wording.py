"""The words for how good forecasts were."""

from bot.domain.calibration import Calibration
from bot.domain.words import Words, counted, number, words

_ENOUGH = 20  # judged forecasts: of fewer a share would say more than is known


def forecasts(found: Calibration | None) -> tuple[Words, ...]:
    """Such as "Forecasts: 83% of 120 within their interval, half-way error 6%"; nothing before any could be judged."""
    if found is None or found.coverage is None:
        return ()
    if found.judged < _ENOUGH:
        return (words(f"Forecasts: {number(found.covered)} of {number(found.judged)} within their interval"),)
    error = "" if found.error is None else f", half-way error {per_cent(found.error)}"
    return (words(f"Forecasts: {per_cent(found.coverage)} of {number(found.judged)} within their interval{error}"),)


def calibration_sentence(found: Calibration) -> str:
    """The same for a terminal, with those that could not be judged; without a full stop."""
    if found.coverage is None:
        told = "No forecast could be judged yet"
    else:
        told = (
            f"{per_cent(found.coverage)} of {number(found.judged)} forecasts had the finish within their 80% interval"
        )
    others = [f"{counted(found.pending, 'waits', 'wait')} for the batch to finish"] if found.pending else []
    changed = counted(found.changed, "was of a batch that", "were of batches that")
    others += [f"{changed} came to have more or fewer clips"] if found.changed else []
    return "; ".join([told, *others])


def per_cent(share: float) -> str:
    """Such as "83%"."""
    return f"{round(100 * share)}%"
