"""An announcement on its way to Slack."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.announcement import Announcement, Card, Spoken
from bot.domain.calibration import Foretold
from bot.domain.policy import LinksPolicy
from bot.domain.sharing import CountsOnly


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

    @property
    def order(self) -> tuple[int, ...]:
        """To put messages of a channel in order."""
        return tuple(map(int, self.ts.split(".")))


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of a delivery as the history shows it; `author` is the user id of whoever posted it."""

    delivery_id: str
    posted: Posted
    author: str


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """The messages of deliveries on one page of a history, and where the next page begins; None after the last."""

    shown: tuple[Shown, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Where (a channel's id) and when (our clock) somebody asked for a personal watch."""

    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Manner:
    """How an announcement is said, whatever it says.

    `thread_ts` is the message that it replies to, `broadcast` shows the reply in the channel as well, `mention` are
    people (user ids) who are named in it, `asked` is when and where a person asked for it, maybe at several times.
    `links` is who may see output links there: in a person's DM it is open, as nobody else reads that.
    `counts_only` is why only counts are shown there, as it is known when it is posted or edited; None to show all.
    `words_only`: Slack has refused its blocks, so it is said without, in the one sentence that says the whole.
    """

    thread_ts: str | None = None
    broadcast: bool = False
    mention: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()
    links: LinksPolicy = LinksPolicy.PRIVATE
    words_only: bool = False
    counts_only: CountsOnly | None = None


PLAINLY = Manner()
BLOCKS_REFUSED = frozenset(
    {
        "block_mismatch",
        "blocks_too_long",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
    }
)
"""In whose words Slack refuses a message for its blocks, so that it was not posted and may be without them."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An announcement with the state of its delivery, as it was claimed.

    `id` travels in the message's metadata. Every later write repeats `version`, `owner` and `term`, so that only the
    one who holds it writes. `attempt_at` is when the call was (last) about to be made, on the lease clock, by the
    process `owner` in this term. `repeat`: an earlier attempt may have been shown, which could not be looked up.
    """

    id: str
    announcement: Announcement
    version: int
    attempt_at: datetime
    repeat: bool = False
    owner: str | None = None
    term: int | None = None
    manner: Manner = PLAINLY


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """A message that shows older facts than these; `change` counts how often they have changed.

    `repeat`: it says that it may be one.
    """

    id: str
    place: str
    posted: Posted
    facts: Spoken
    manner: Manner
    change: int
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Suspect:
    """A delivery that is in Slack, maybe twice: `kept` is the message that is recorded.

    A copy may have been posted from `since` on (lease clock); it was recorded at `sent_at`.
    """

    delivery: Delivery
    kept: Posted
    since: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """When something may be claimed, looked up, or looked through for copies next; None when nothing waits for it."""

    claim_at: datetime | None
    doubt_at: datetime | None
    audit_at: datetime | None


@dataclass(frozen=True, slots=True)
class CardEdit:
    """A card that may have to be edited: what it must show, where it is, and the digest of what it shows now.

    `foretold` is the forecast behind it, to be judged later.
    """

    watch_id: str
    posted: Posted
    facts: Card
    shown: str
    foretold: Foretold | None = None


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
