"""An announcement on its way to Slack."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.announcement import Announcement, Card


class State(StrEnum):
    """Where an announcement stands; only `PENDING` may be posted, what is `HELD` waits to be told with others."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    SENT = "sent"
    PARKED = "parked"
    DROPPED = "dropped"


TO_BE_SENT = (State.PENDING, State.SENDING, State.IN_DOUBT, State.PARKED)


@dataclass(frozen=True, slots=True)
class Posted:
    """The identity of a message in Slack: the channel it is in (never a user id) and its `ts`."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An announcement with the state of its delivery, as it was claimed.

    `id` travels in the message's metadata. Every later write repeats `version`, so that only the one who holds it
    writes. `attempt_at` is when the call was (last) about to be made, on the lease clock. `repeat`: an earlier attempt
    may have been shown, which could not be looked up.
    """

    id: str
    announcement: Announcement
    version: int
    attempt_at: datetime
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class CardEdit:
    """A card that may have to be edited: what it must show, where it is, and the digest of what it shows now."""

    watch_id: str
    posted: Posted
    facts: Card
    shown: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How deliveries stand: counts by kind and state, the oldest unsent one, and how long the last hundred took.

    What is held waits on purpose, so it is never the oldest. `latencies` are seconds from what happened (the API's
    finish time) to the accepted message.
    """

    by_kind: dict[tuple[str, State], int]
    oldest_unsent_at: datetime | None
    latencies: tuple[float, ...]

    @property
    def counts(self) -> dict[State, int]:
        """How many there are in each state that has any."""
        found: Counter[State] = Counter()
        for (_, state), count in self.by_kind.items():
            found[state] += count
        return dict(found)

    @property
    def unsent(self) -> int:
        """How many are to be posted still, in doubt or not; what is held waits on purpose."""
        return sum(self.counts.get(state, 0) for state in TO_BE_SENT)
