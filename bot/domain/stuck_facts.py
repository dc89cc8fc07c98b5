"""M4 as facts: requests that are stuck, a submission that stopped, and an account in which nothing moves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.progress import Progress

Why = Literal["slow", "overtaken"]


@dataclass(frozen=True, slots=True)
class StuckOne:
    """A request that is stuck: running too long `since` it started, or `overtaken` while it waits since its creation.

    `since` is the API's clock.
    """

    id: str
    why: Why
    since: datetime


@dataclass(frozen=True, slots=True)
class StuckFacts:
    """M4: requests of a reference that are stuck, the longest first, as it was on the API's clock `as_of`.

    Of those that were told before, `finished` have ended since and `moved` go on. `usual` is within what 95 of 100
    requests of the account are done, None when none has finished yet. `grown` marks the message that says that there
    are ten times as many.
    """

    progress: Progress
    ones: tuple[StuckOne, ...]
    finished: int
    moved: int
    usual: timedelta | None
    as_of: datetime
    read_at: datetime
    grown: bool = False
    kind: Literal["stuck"] = "stuck"


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """M4: fewer requests arrived than expected, and none since `since`, the API's clock; others are still open.

    `over` says how it went on: new ones came, all have come, the batch settled without them, or nobody
    knows any more how many there will be.
    """

    progress: Progress
    since: datetime
    as_of: datetime
    read_at: datetime
    over: Literal["", "more", "all", "settled", "unknown"] = ""
    kind: Literal["missing"] = "missing"


@dataclass(frozen=True, slots=True)
class StalledFacts:
    """M4: `running` requests of the account run, and none has finished since `since`; told once to each place.

    `running` and `waiting` are those of the `batches` watched in the place, of which `references` names some. Times are
    the API's, but for `read_at`. `over_at` is when the next one finished; `ended` without one when none runs any more.
    """

    since: datetime
    as_of: datetime
    read_at: datetime
    running: int
    waiting: int
    batches: int
    references: tuple[str, ...]
    over_at: datetime | None = None
    ended: bool = False
    kind: Literal["stalled"] = "stalled"

    @property
    def is_over(self) -> bool:
        """Whether it moves again, or nothing is left that could."""
        return self.ended or self.over_at is not None
