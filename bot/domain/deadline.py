"""A watch with a deadline, as it is judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.progress import Progress
from bot.domain.request import LipsyncRequest
from bot.domain.risk import Sight
from bot.domain.watch import Watch


@dataclass(frozen=True, slots=True)
class Due:
    """A watch with a `deadline` (our clock) that is neither met nor told as missed, and all that is known of its batch.

    `read_at` is our clock at its last complete reading, of this number, when the API's was `ahead`.
    """

    watch: Watch
    deadline: datetime
    progress: Progress
    requests: tuple[LipsyncRequest, ...]
    reading: int
    read_at: datetime
    ahead: timedelta

    def sight(self, now: datetime) -> Sight:
        """The same on the API's clock, at `now` by ours."""
        return Sight(
            progress=self.progress,
            deadline=self.deadline + self.ahead,
            zone=self.watch.deadline_zone,
            as_of=self.read_at + self.ahead,
            now=now + self.ahead,
            ahead=self.ahead,
        )
