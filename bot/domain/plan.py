"""Which references to read where the account's list shows nothing, and when to try again after trouble."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.watch import Watched

SETTLED_INTERVAL = timedelta(minutes=5)  # new requests in what had settled are told so late at most
IDLE_INTERVAL = timedelta(seconds=60)  # while nothing is watched, only new requests are looked for


def due(watched: Iterable[Watched], now: datetime, unreadable: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The references to read now, soonest expected finish first.

    Open ones every time, settled ones every five minutes. What has been running longest is expected to finish first; a
    reference that was never read comes before all, and one that was `unreadable` the last time after all, so that it
    holds up nobody.
    """

    def is_due(one: Watched) -> bool:
        if not one.settled or one.read_at is None:
            return True
        return not one.read_at <= now < one.read_at + SETTLED_INTERVAL

    def urgency(one: Watched) -> tuple[bool, bool, bool, datetime, str]:
        known, idle = one.read_at is not None, one.oldest_open_at is None
        return (one.reference_id in unreadable, known, idle, one.oldest_open_at or now, one.reference_id)

    return tuple(one.reference_id for one in sorted(filter(is_due, watched), key=urgency))


def after_trouble(now: datetime, *, failures: int, interval: timedelta, jitter: float) -> datetime:
    """When to try again after the API failed so many times in a row; `jitter` is from 0 to 1."""
    longest = max(interval, IDLE_INTERVAL)
    pause = min(interval * (1 << min(failures - 1, 10)), longest)
    return now + pause * (0.75 + 0.5 * jitter)
