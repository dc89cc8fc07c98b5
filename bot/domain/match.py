"""What our memory has under a reference or a pattern, told while somebody still types it."""

from dataclasses import dataclass

from bot.domain.overview import Standing
from bot.domain.watch import Watch


@dataclass(frozen=True, slots=True)
class Matching:
    """How many `references` a pattern covers, and how many of them have requests that go on.

    `filled` is the share of the account's list that our memory has, from 0 to 1; None where that list has no order.
    """

    pattern: str
    references: int = 0
    open: int = 0
    filled: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Match:
    """What a `typed` text means: a pattern (`matching`), a batch (`standing`), or what was never seen.

    A request's UUID stands for its batch. `nearest` are references that may have been meant where nothing is known.
    `watch` is the place's own one, which would be changed.
    """

    typed: str
    matching: Matching | None = None
    standing: Standing | None = None
    nearest: tuple[str, ...] = ()
    watch: Watch | None = None
