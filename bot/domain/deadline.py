"""A watch with a deadline, as it is judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.progress import Progress
from bot.domain.queue import Around
from bot.domain.request import LipsyncRequest
from bot.domain.risk import Sight
from bot.domain.watch import Watch

Judged = tuple[str, datetime, int, bool]
"""What a judgement was about: a watch, its deadline, the reading, and whether the deadline was over by then."""


@dataclass(frozen=True, slots=True)
class Due:
    """A watch with a `deadline` (our clock) that is neither met nor told as missed.

    `read_at` is our clock at the last complete reading of its batch, the account's `reading`, when the API's was
    `ahead`.
    """

    watch: Watch
    deadline: datetime
    reading: int
    read_at: datetime
    ahead: timedelta

    def judged(self, now: datetime) -> Judged:
        """What a judgement at `now` (our clock) is about: another one about the same would be no other."""
        return self.watch.id, self.deadline, self.reading, now >= self.deadline

    def sight(self, progress: Progress, now: datetime) -> Sight:
        """With the totals of its batch, on the API's clock, at `now` by ours."""
        return Sight(
            progress=progress,
            deadline=self.deadline + self.ahead,
            zone=self.watch.deadline_zone,
            as_of=self.read_at + self.ahead,
            now=now + self.ahead,
            ahead=self.ahead,
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """All that is known of the batch of a watch: its totals, its listed requests, and the account around it."""

    progress: Progress
    requests: tuple[LipsyncRequest, ...]
    around: Around
