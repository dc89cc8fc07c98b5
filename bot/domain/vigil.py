"""What a rule that goes by time is given of a watch, and what it decides."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.announcement import Announcement, Key
from bot.domain.progress import Progress
from bot.domain.watch import Watch


@dataclass(frozen=True, slots=True)
class Case:
    """A watch and its reference, as of the last complete reading of that.

    `progress` has the totals without failure kinds. `read_at` is that reading on our clock, `as_of` on the API's: ages
    are reckoned on the latter, so that nothing is said of a time that nobody has read. `number` is the account's newest
    reading. It is not `fresh` when that reading is too old to conclude anything from, or nothing may be concluded yet.
    """

    watch: Watch
    progress: Progress
    number: int
    read_at: datetime
    as_of: datetime
    fresh: bool

    @property
    def is_settled(self) -> bool:
        """Whether the batch has come to its end, so that a rule has only to take leave of it."""
        return self.watch.settled_reading is not None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule has decided: how the watch goes on, and what it wants to be given next time (None: nothing).

    Of `said`, what was said before is edited. `dropped` is not to be posted any more, as it is over.
    """

    watch: Watch
    state: str | None
    said: tuple[Announcement, ...] = ()
    dropped: tuple[Key, ...] = ()
