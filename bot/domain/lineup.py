"""The queue of the whole account: what runs and what waits, who is in front, and how fast it goes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.glob import Allowed

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)  # not "today": the same answer is read in several time zones


@dataclass(frozen=True, slots=True)
class InLine:
    """The open requests of one reference (None: of none); `other` have a status that is not documented.

    Where nobody may see their names, `others` counts references that are put together in one.
    `oldest_at` is when the oldest of them was created, `waiting_since` the oldest that still waits (the API's clock).
    """

    reference_id: str | None
    running: int
    waiting: int
    other: int
    oldest_at: datetime
    waiting_since: datetime | None = None
    others: int = 0

    @property
    def open(self) -> int:
        """How many are still to come to an end."""
        return self.running + self.waiting + self.other


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many requests came to an end in a span of time, `failed` of them badly."""

    finished: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Lineup:
    """The account as our memory has it at `until` on the API's clock.

    `line` holds every reference with open requests, the one in front first. `hour` and `day` are what ended in the
    last hour and the last 24 before `until`. Half of the latest completed ones (`measured` of them) took `typical` at
    most. `looked_at` is our clock at the newest reading of anything, `read_at` at the oldest complete reading among the
    references in line, of which `unread` never had one. `filled` is the share of the account's list that was read;
    None: a list without order, of which nobody knows.
    """

    until: datetime
    line: tuple[InLine, ...] = ()
    hour: Outcomes = Outcomes()
    day: Outcomes = Outcomes()
    typical: timedelta | None = None
    measured: int = 0
    looked_at: datetime | None = None
    read_at: datetime | None = None
    unread: int = 0
    filled: float | None = 0.0

    @property
    def running(self) -> int:
        """How many are worked on."""
        return sum(each.running for each in self.line)

    @property
    def waiting(self) -> int:
        """How many wait for that."""
        return sum(each.waiting for each in self.line)

    @property
    def other(self) -> int:
        """How many are open in a status that is not documented."""
        return sum(each.other for each in self.line)

    @property
    def waiting_since(self) -> datetime | None:
        """When the oldest that waits was created; None when nothing waits."""
        return min((each.waiting_since for each in self.line if each.waiting_since), default=None)


@dataclass(frozen=True, slots=True)
class LineupAnswer:
    """`queue`: the lineup, and how far it can be trusted.

    `stale` when nothing was read for so long that it must not be taken for the present. `trouble` says why the API
    cannot be read. `calls` of at most `calls_limit` were made in the last minute, of which `allowed` are left since the
    API asked to slow down.
    """

    lineup: Lineup
    stale: bool
    trouble: str | None
    calls: int
    calls_limit: int
    allowed: int

    @property
    def is_slowed(self) -> bool:
        """Whether looks have to wait for calls."""
        return self.calls >= self.allowed or self.allowed < self.calls_limit


def hidden(lineup: Lineup, only: Allowed | None) -> Lineup:
    """The lineup for a place that may see only the names of these references: the others stand together."""
    if only is None:
        return lineup
    named = [each for each in lineup.line if each.reference_id is None or only.covers(each.reference_id)]
    others = [each for each in lineup.line if each.reference_id is not None and not only.covers(each.reference_id)]
    if not others:
        return lineup
    together = InLine(
        reference_id=None,
        running=sum(each.running for each in others),
        waiting=sum(each.waiting for each in others),
        other=sum(each.other for each in others),
        oldest_at=min(each.oldest_at for each in others),
        waiting_since=min((each.waiting_since for each in others if each.waiting_since), default=None),
        others=len(others),
    )
    return replace(lineup, line=in_order([*named, together]))


def in_order(line: "list[InLine]") -> tuple[InLine, ...]:
    """The reference with the oldest open request first; then by name, those without one last."""
    return tuple(sorted(line, key=lambda one: (one.oldest_at, one.reference_id is None, one.reference_id or "")))


def as_of(api_now: datetime, *, now: datetime, looked_at: datetime | None, stale_after: timedelta) -> datetime:
    """Until when (the API's clock) our memory knows what happened: now, unless nothing was read for too long."""
    age = max(now - looked_at, timedelta()) if looked_at is not None else timedelta()
    return api_now - age if age > stale_after else api_now
