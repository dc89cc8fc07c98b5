"""The budget of calls to the API: in any 60 s at most so many, questions first, less after a 429."""

import math
from collections import Counter, deque
from datetime import timedelta
from enum import Enum, auto

_MINUTE = 60.0  # seconds
_WINDOW = 61.0  # a call may be on its way a second longer than the one that follows it a minute later
_BURST_SHARE = 6  # at most a sixth of a minute's calls at once: enough for a question of ten pages
_SHORTEST_PAUSE = 0.001  # seconds; of less than a microsecond some clocks see nothing pass, and would be asked for ever
_PATIENCE_WITHOUT_WORD = timedelta(seconds=5)  # after a 429 that does not say how long


class Purpose(Enum):
    """What a call is for."""

    QUESTION = auto()
    LOOK = auto()


class Budget:
    """A token bucket inside a window: in any 60 s never more than the limit; it starts without a burst.

    Questions from people go first, with at most half of the calls while looks are waiting. A 429 halves the rate,
    every clean minute gives one call a minute back. Every `now` is in seconds of a clock that nobody can set.
    """

    def __init__(self, calls_per_minute: int, now: float) -> None:
        self.limit = calls_per_minute
        self._allowed = float(calls_per_minute)
        self._tokens = 1.0
        self._filled_at = now
        self._closed_until = now
        self._eased_at = now
        self._waiting: Counter[Purpose] = Counter()
        self._taken: deque[tuple[float, Purpose]] = deque()

    @property
    def burst(self) -> int:
        """How many calls may be made at once at most."""
        return max(1, int(self._allowed // _BURST_SHARE))

    @property
    def _per_second(self) -> float:
        return self._allowed / _MINUTE

    def join(self, purpose: Purpose) -> None:
        """Somebody begins to wait for a call."""
        self._waiting[purpose] += 1

    def leave(self, purpose: Purpose) -> None:
        """Somebody waits no longer."""
        self._waiting[purpose] -= 1

    def take(self, purpose: Purpose, now: float) -> float:
        """Take a call and return 0, or take nothing and return after how many seconds to ask again."""
        if (pause := self.pause(purpose, now)) > 0:
            return pause
        self._tokens -= 1
        self._taken.append((now, purpose))
        return 0.0

    def pause(self, purpose: Purpose, now: float, calls: int = 1) -> float:
        """After how many seconds to ask for so many calls at once; 0 when they would be given now.

        No more than `burst` are waited for, which may have become fewer by a 429 meanwhile.
        """
        self._refill(now)
        calls = min(calls, self.burst)
        if now < self._closed_until:
            return max(self._closed_until - now, _SHORTEST_PAUSE)
        pause = 1 / self._per_second
        if self._tokens < calls:
            return max((calls - self._tokens) * pause, _SHORTEST_PAUSE)
        if (too_many := math.ceil(len(self._taken) + calls - self._allowed)) > 0:
            return max(self._taken[too_many - 1][0] + _WINDOW - now, _SHORTEST_PAUSE)
        return 0.0 if self._is_turn_of(purpose) else pause

    def _is_turn_of(self, purpose: Purpose) -> bool:
        questions = sum(1 for _, taken in self._taken if taken is Purpose.QUESTION)
        questions_had_half = questions >= self._allowed / 2
        if purpose is Purpose.QUESTION:
            return not (self._waiting[Purpose.LOOK] and questions_had_half)
        return questions_had_half or not self._waiting[Purpose.QUESTION]

    def _refill(self, now: float) -> None:
        elapsed = now - self._filled_at
        self._filled_at = now
        self._tokens = min(self.burst, self._tokens + elapsed * self._per_second)
        while self._taken and self._taken[0][0] <= now - _WINDOW:
            self._taken.popleft()
        while self._allowed < self.limit and now >= self._eased_at + _MINUTE:
            self._allowed = min(self._allowed + 1, self.limit)
            self._eased_at += _MINUTE

    def refused(self, now: float, retry_after: timedelta | None) -> None:
        """The API answered 429: stay away as long as it says, and ask half as often from then on.

        While it is left alone already, this answers what was asked at the same time, and tells nothing new.
        """
        if now >= self._closed_until:
            self._allowed = max(self._allowed / 2, 1.0)
        pause = (retry_after or _PATIENCE_WITHOUT_WORD).total_seconds()
        self._closed_until = max(self._closed_until, now + pause)
        self._tokens = min(self._tokens, 1.0)
        self._eased_at = self._closed_until

    def free(self, now: float) -> int:
        """How many calls could be made at once now."""
        self._refill(now)
        return max(int(min(self._tokens, self._allowed - len(self._taken))), 0) if now >= self._closed_until else 0

    def has_to_spare(self, now: float) -> bool:
        """Whether a call that can wait may be made: half of a burst is there, and nobody waits."""
        self._refill(now)
        return now >= self._closed_until and self._tokens >= max(self.burst / 2, 1) and not +self._waiting

    def allowed(self, now: float) -> int:
        """How many calls a minute may be made now: less than the limit after a 429."""
        self._refill(now)
        return int(self._allowed)

    def rests(self, now: float) -> timedelta:
        """How long no call at all may be made because of a 429."""
        return timedelta(seconds=max(self._closed_until - now, 0.0))

    def used(self, now: float) -> int:
        """How many calls were made in the last 60 s."""
        return sum(1 for at, _ in self._taken if at > now - _MINUTE)

    def load(self, now: float) -> float:
        """Which share of what is allowed now was used in the last 60 s; after a 429 less is allowed."""
        self._refill(now)
        return self.used(now) / self._allowed
