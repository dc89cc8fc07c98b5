"""What a place has by the clock: quiet hours and a digest, and what people are told who ask for them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.domain.hours import Daily, Hours, Span, Turn

Did = Literal["shown", "set", "off"]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet hours of a place, as `author` typed them at `set_at` (our clock)."""

    workspace_id: str
    account_id: str
    place: str
    hours: Hours
    author: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """The digest of a place, as `author` asked for it at `set_at` (our clock), last sent for the day `told_on`."""

    workspace_id: str
    account_id: str
    place: str
    daily: Daily
    author: str
    set_at: datetime
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class QuietAnswer:
    """The quiet hours of a place, or None; when it was turned `off`, those that there were.

    `now` is the span that goes on, `coming` the next one. So many messages that were held are `told` now.
    """

    did: Did
    quiet: Quiet | None
    now: Span | None = None
    coming: Span | None = None
    told: int = 0


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """The digest of a place, or None; when it was turned `off`, the one that there was. `coming` is the next one.

    `trouble` is why nothing can be posted there, in Slack's word.
    """

    did: Did
    digest: Digest | None
    coming: Turn | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class DueDigest:
    """A digest whose `turn` has come."""

    digest: Digest
    turn: Turn
