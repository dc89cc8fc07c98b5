"""M6 as facts: how likely a deadline is to be met, and what would help."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.domain.progress import Progress


class Level(StrEnum):
    """What a place is told of a deadline, each once."""

    AT_RISK = "at risk"
    UNLIKELY = "unlikely"
    ON_TRACK = "on track"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Before:
    """How it was when the deadline was last in no danger: clips per minute, and of how many; `at` is our clock."""

    at: datetime
    pace: float | None
    of: int


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """M6: the deadline of a reference is at risk, unlikely to be met, out of danger again, or missed.

    `deadline`, `early`, `likely`, `late` and `read_at` are by our clock; 8 of 10 times all is finished between `early`
    and `late`. `odds` (0 to 1) and these are None where nobody can say. `pace` is in clips per minute, `needed` the
    pace at which the deadline would be met.
    """

    progress: Progress
    level: Level
    deadline: datetime
    zone: str
    read_at: datetime
    odds: float | None = None
    early: datetime | None = None
    likely: datetime | None = None
    late: datetime | None = None
    pace: float | None = None
    needed: float | None = None
    before: Before | None = None
    kind: Literal["risk"] = "risk"
