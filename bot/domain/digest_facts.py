"""M10 as facts: what is watched in a place, what needs somebody first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.progress import Progress
from bot.domain.risk_facts import Level


@dataclass(frozen=True, slots=True)
class OpenKind:
    """A failure kind of which so many are `open`; `assigned_to` is who looks at it (a user id), None for nobody."""

    name: str
    open: int
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One reference: totals, its largest open kinds and how many more there are, and what else is the matter.

    `short` when it settled with fewer than expected. So many were `stuck` when it was last read. `deadline` is our
    clock, of what has not come to its end; `risk` is what is to be said of it.
    """

    progress: Progress
    kinds: tuple[OpenKind, ...] = ()
    more_kinds: int = 0
    short: bool = False
    stuck: int = 0
    deadline: datetime | None = None
    risk: Level | None = None


@dataclass(frozen=True, slots=True)
class DigestPart:
    """Some of `count` references, those that matter most first."""

    lines: tuple[DigestLine, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """M10: what is watched in a place at `until`, each reference in one part at most; both moments are our clock.

    `finished` ended after `since`. `read_at` is the oldest reading of what is open (else the account's newest), None
    before the first; `stale` when that is too old to be taken for the present. So many `watches` are there.
    """

    since: datetime
    until: datetime
    read_at: datetime | None
    stale: bool
    watches: int
    needs: DigestPart = DigestPart()
    due: DigestPart = DigestPart()
    finished: DigestPart = DigestPart()
    running: DigestPart = DigestPart()
    kind: Literal["digest"] = "digest"
