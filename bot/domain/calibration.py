"""How good forecasts were: which are kept to be judged, and what they are worth beside the plainest way to guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

APART = timedelta(minutes=10)  # of two forecasts of a watch that are kept, unless another tenth has ended
HALF = (0.4, 0.6)  # of the clips: what counts as half-way


@dataclass(frozen=True, slots=True)
class Foretold:
    """A forecast that is kept: made at `made_at` (our clock) when `done` of `clips` had ended, `api_now` at the API.

    `began_at` is when the first clip was created. `ended_at` and `ended_clips` are what came of it, None until the
    batch settled. All but `made_at` are the API's clock.
    """

    watch_id: str
    generation: int
    account_id: str
    reference_id: str
    made_at: datetime
    api_now: datetime
    began_at: datetime
    done: int
    clips: int
    early: datetime
    likely: datetime
    late: datetime
    ended_at: datetime | None = None
    ended_clips: int | None = None

    @property
    def tenth(self) -> int:
        """Which tenth of the batch had ended."""
        return 10 * self.done // max(self.clips, 1)

    @property
    def linear(self) -> datetime | None:
        """What a straight line through what had ended would have said; None while nothing had."""
        if not self.done:
            return None
        return self.api_now + (self.api_now - self.began_at) * ((self.clips - self.done) / self.done)

    @property
    def is_judged(self) -> bool:
        """Whether it is known what came of just this batch: neither more nor fewer clips."""
        return self.ended_at is not None and self.ended_clips == self.clips

    @property
    def is_half_way(self) -> bool:
        """Whether about half had ended."""
        return HALF[0] <= self.done / max(self.clips, 1) <= HALF[1]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Of `judged` forecasts `covered` had the finish within their interval.

    `error` and `linear_error` are medians over those made half-way (`half` of them), as shares of the whole time of a
    batch; None when there are none. `pending` wait for their batch, `changed` were of batches that came to have more
    or fewer clips than was known then.
    """

    judged: int
    covered: int
    half: int
    error: float | None
    linear_error: float | None
    pending: int
    changed: int

    @property
    def coverage(self) -> float | None:
        """The share that was covered; None when nothing could be judged."""
        return self.covered / self.judged if self.judged else None


def is_kept(last: Foretold | None, new: Foretold) -> bool:
    """Whether a forecast is kept, `last` being the last one of the same watch that was."""
    if last is None or last.generation != new.generation or new.tenth != last.tenth:
        return True
    return new.made_at - last.made_at >= APART


def calibration(found: Sequence[Foretold]) -> Calibration:
    """What forecasts were worth."""
    judged = [each for each in found if each.is_judged]
    every, half = worth(judged), worth([each for each in judged if each.is_half_way])
    ended = sum(each.ended_at is not None for each in found)
    return Calibration(
        judged=every.count,
        covered=every.covered,
        half=half.count,
        error=half.error,
        linear_error=half.linear_error,
        pending=len(found) - ended,
        changed=ended - every.count,
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """What `count` judged forecasts were worth: `covered` had the finish within their interval, the errors are medians.

    Errors are shares of the whole time of a batch; None where there is nothing to tell them from.
    """

    count: int
    covered: int
    error: float | None
    linear_error: float | None


def worth(judged: Sequence[Foretold]) -> Worth:
    """What these judged forecasts were worth, beside straight lines."""
    return Worth(
        len(judged),
        sum(each.ended_at is not None and each.early <= each.ended_at <= each.late for each in judged),
        _error([(each, each.likely) for each in judged]),
        _error([(each, each.linear) for each in judged]),
    )


def by_stage(found: Sequence[Foretold]) -> tuple[tuple[str, Worth], ...]:
    """What those were worth that were made before, about and after half of the batch had ended."""
    low, high = HALF
    judged = [(each, each.done / max(each.clips, 1)) for each in found if each.is_judged]
    return (
        (f"under {low:.0%} finished", worth([each for each, share in judged if share < low])),
        (f"{low:.0%} to {high:.0%} finished", worth([each for each, share in judged if low <= share <= high])),
        (f"over {high:.0%} finished", worth([each for each, share in judged if share > high])),
    )


def _error(guesses: Sequence[tuple[Foretold, datetime | None]]) -> float | None:
    """The median of how far these were off, as shares of the time from the first creation to the finish."""
    shares = [
        abs(guess - each.ended_at) / (each.ended_at - each.began_at)
        for each, guess in guesses
        if guess is not None and each.ended_at is not None and each.ended_at > each.began_at
    ]
    return median(shares) if shares else None
