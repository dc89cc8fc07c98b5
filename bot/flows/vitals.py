"""What the program knows about its own health: counters and moments, for `about`, the health checks and the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.announcement import OUTCOMES, Announcement

BOUNDS = (1.0, 2.0, 5.0, 10.0, 15.0, 25.0, 40.0, 60.0, 120.0, 300.0, 900.0)
"""Seconds; the promise is 25 for 99 of 100 alerts, and 60 for all."""


@dataclass(slots=True)
class Spread:
    """How many lengths of time were at most each of `BOUNDS` long, and all of them together."""

    within: list[int] = field(default_factory=lambda: [0] * len(BOUNDS))
    count: int = 0
    seconds: float = 0.0

    def add(self, length: timedelta) -> None:
        """Take in one length; where two clocks differ it may be negative, and counts as nothing."""
        seconds = max(length.total_seconds(), 0.0)
        self.count += 1
        self.seconds += seconds
        for number, bound in enumerate(BOUNDS):
            self.within[number] += seconds <= bound


@dataclass(slots=True)
class Vitals:
    """Plain numbers, written by the flows and read by the edges."""

    started_at: datetime
    beat_at: float
    """When the look last made progress, on the monotonic clock; waiting for the budget is progress."""
    token_refused: bool = False
    database_ready: bool = False
    is_sender: bool = False
    api_trouble: str | None = None
    key_refused: bool = False
    """Whether the API's last answer was that it does not take the key."""
    slack_trouble: str | None = None
    api_calls: Counter[str] = field(default_factory=Counter)
    slack_calls: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    transitions: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    until_seen: Spread = field(default_factory=Spread)
    """From the finish of a clip, by the API's clock, to the look that saw it, of alerts that were sent."""
    until_sent: Spread = field(default_factory=Spread)
    """From that look to Slack's answer."""
    filled: float | None = None
    """Which share of the account's list our memory has, from 0 to 1; None before the first look, or without order."""
    is_ordered: bool = True
    """Whether the account's list has an order, as far as is known."""

    def told(self, said: Announcement, sent_at: datetime) -> None:
        """Slack has accepted an announcement: when it is an alert, take in how long that took."""
        if said.key.kind in OUTCOMES and said.happened_at is not None:
            self.until_seen.add(said.recorded_at - said.happened_at)
            self.until_sent.add(sent_at - said.recorded_at)
