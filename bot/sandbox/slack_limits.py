"""How often a method may be called: Slack's tiers, and its own rule for posting to one channel."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from bot.ports import Clock

_WINDOW = timedelta(seconds=60)


@dataclass(slots=True)
class Limits:
    """Counts calls in the last minute per method, and posts per channel (one a second after a small burst).

    `on` switches all of it; `per_minute` replaces a method's tier; refused calls do not count.
    """

    clock: Clock
    on: bool = True
    burst: int = 5
    per_minute: dict[str, int] = field(default_factory=dict)
    _calls: dict[str, deque[datetime]] = field(default_factory=dict)
    _posts: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def wait(self, method: str, per_minute: int, channel: str | None = None) -> int | None:
        """None when the call may be done (it is counted), else the whole seconds to wait."""
        if not self.on:
            return None
        now = self.clock.now()
        seconds = self._method_wait(method, self.per_minute.get(method, per_minute), now)
        if seconds is None and channel is not None:
            seconds = self._channel_wait(channel, now)
        if seconds is None:
            self._calls[method].append(now)
        return seconds

    def _method_wait(self, method: str, per_minute: int, now: datetime) -> int | None:
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= _WINDOW:
            calls.popleft()
        if len(calls) < per_minute:
            return None
        return max(1, ceil((calls[0] + _WINDOW - now).total_seconds()))

    def _channel_wait(self, channel: str, now: datetime) -> int | None:
        left, at = self._posts.get(channel, (float(self.burst), now))
        left = min(float(self.burst), left + (now - at).total_seconds())
        allowed = left >= 1
        self._posts[channel] = (left - 1 if allowed else left, now)
        return None if allowed else max(1, ceil(1 - left))
