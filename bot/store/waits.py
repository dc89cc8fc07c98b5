"""Waits that were written down by a clock that was set back since: they must not last as much longer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_

from bot.ports import Clock

_CLOCKS_DIFFER = timedelta(minutes=1)  # what replicas' clocks may be apart is no sign of a clock that was set back
LONGEST_PAUSE = timedelta(minutes=10)  # what was not posted waits for a minute, or as long as Slack says
LONGEST_WAIT = timedelta(minutes=65)  # what is in doubt is looked up again after an hour at most
LONGEST_TROUBLE = timedelta(minutes=6)  # a place in trouble is tried again every five minutes


def is_over(moment: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether a wait until this moment is over, or is longer than any wait of its kind: then the clock was set back."""
    return or_(moment <= now, moment > now + longest)


def is_ahead(moment: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Whether what has happened is dated later than now: then the clock was set back, and it counts as long ago."""
    return moment > now + _CLOCKS_DIFFER


@dataclass(frozen=True, slots=True)
class Quiet:
    """How much is left of the quiet time after an attempt.

    One that is dated later than now was made before the lease clock was set back, nobody knows when. Its quiet time
    is counted from when this process came upon it, by a clock that nobody can set: so it is never cut short.
    """

    clock: Clock
    _found_at: dict[tuple[str, datetime], float] = field(default_factory=dict, init=False)

    def left(self, delivery_id: str, attempt_at: datetime, lease_now: datetime, quiet: timedelta) -> timedelta:
        """Zero or less when it is over."""
        if attempt_at <= lease_now + _CLOCKS_DIFFER:
            return attempt_at + quiet - lease_now
        now = self.clock.monotonic()
        found_at = self._found_at.setdefault((delivery_id, attempt_at), now)
        return quiet - timedelta(seconds=now - found_at)
