"""What the program knows about its own health: counters and moments, for `about`, the health checks and the metrics."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


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
    filled: float | None = None
    """Which share of the account's list our memory has, from 0 to 1; None before the first look."""
