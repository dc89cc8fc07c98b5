"""How far the API's clock is from ours, learned from the Date headers of its answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_RESOLUTION = timedelta(seconds=1)  # an HTTP Date is cut to whole seconds


@dataclass(frozen=True, slots=True)
class Skew:
    """What must be added to our clock to get the API's: between `low` and `high` (None: never observed)."""

    low: timedelta | None = None
    high: timedelta | None = None

    def observed(self, asked_at: datetime, read_at: datetime, api_now: datetime) -> "Skew":
        """The narrower knowledge after one answer; starts anew when a clock was moved."""
        low, high = api_now - read_at, api_now + _RESOLUTION - asked_at
        if self.low is None or self.high is None or max(low, self.low) > min(high, self.high):
            return Skew(low, high)
        return Skew(max(low, self.low), min(high, self.high))

    @property
    def offset(self) -> timedelta:
        """The best guess: none as long as the clocks may agree, else the middle of what is possible."""
        if self.low is None or self.high is None or self.low <= timedelta() <= self.high:
            return timedelta()
        return (self.low + self.high) / 2
