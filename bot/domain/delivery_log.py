"""The delivery log: what was announced where, what became of it, and how long that took."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import State


@dataclass(frozen=True, slots=True)
class Logged:
    """One announcement. `happened_at` is the API's clock, `recorded_at` (it was seen) and `sent_at` are ours.

    `reference_id` is empty where it is about several or none; `why` says why it is in its state, where that is known.
    """

    workspace_id: str
    place: str
    place_name: str
    kind: str
    reference_id: str
    state: State
    why: str | None
    recorded_at: datetime
    happened_at: datetime | None
    sent_at: datetime | None
    channel: str | None
    ts: str | None

    @property
    def until_seen(self) -> timedelta | None:
        """From what happened to the look that saw it; where the clocks differ it may be negative."""
        return None if self.happened_at is None else self.recorded_at - self.happened_at

    @property
    def until_sent(self) -> timedelta | None:
        """From that look to Slack's answer."""
        return None if self.sent_at is None else self.sent_at - self.recorded_at
