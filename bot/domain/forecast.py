"""When a batch will be finished."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.playing import Play
from bot.domain.queue import Queue

LONGEST = 365 * 86_400.0  # seconds: what takes a year by the times so far is not foretold


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the last one will be finished, on the API's clock: 1 of 10 sooner than `early`, 1 of 10 later than `late`.

    `draws` are the seconds from `now` in each of the runs, rising.
    """

    now: datetime
    draws: tuple[float, ...]

    @property
    def early(self) -> datetime:
        """P10."""
        return self._at(0.1)

    @property
    def likely(self) -> datetime:
        """P50."""
        return self._at(0.5)

    @property
    def late(self) -> datetime:
        """P90."""
        return self._at(0.9)

    def odds(self, deadline: datetime) -> float:
        """The chance, from 0 to 1, that all are finished by then."""
        return bisect_right(self.draws, (deadline - self.now).total_seconds()) / len(self.draws)

    def _at(self, share: float) -> datetime:
        return self.now + timedelta(seconds=self.draws[int(share * len(self.draws))])


def forecast(queue: Queue, seed: int) -> Forecast | None:
    """The finish of a batch; None when it is too early to say, nothing is left, or nothing moves.

    The same queue and seed give the same forecast.
    """
    if queue.is_over or queue.stands or not queue.is_known or (queue.to_come and queue.rate <= 0):
        return None
    draws = sorted(Play(queue, seed).draws())
    if draws[len(draws) // 2] >= LONGEST:
        return None
    return Forecast(queue.now, tuple(min(each, LONGEST) for each in draws))
