"""A watch: "tell this place about this reference"."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.alerts import NOTHING_TOLD, Alerts
from bot.domain.change import Entry
from bot.domain.risk import NOTHING_AT_RISK, Risk

ENDS_AFTER = timedelta(days=1)  # that a watch of one reference has been settled: whoever wants more watches again


class Events(StrEnum):
    """What a watch wants to be told; finish, settled short and reopened are always told."""

    FAILURES = "failures"
    PROBLEMS = "problems"
    EACH = "each"
    ALL = "all"

    @property
    def tell_completions(self) -> bool:
        """Whether finished clips are told, folded per look."""
        return self in (Events.EACH, Events.ALL)

    @property
    def tell_troubles(self) -> bool:
        """Whether it is told what only time shows: what is stuck, stopped to come or may be late, a still account."""
        return self in (Events.PROBLEMS, Events.ALL)


class Placement(StrEnum):
    """Where messages go: by default a new kind of failure is a message of its own and its pings are in its thread.

    `THREAD` puts all under the card, `BROADCAST` shows it in the channel as well, `FLAT` puts nothing into threads.
    """

    DEFAULT = "default"
    THREAD = "thread"
    BROADCAST = "broadcast"
    FLAT = "flat"

    @property
    def is_under_card(self) -> bool:
        """Whether messages are replies to the card."""
        return self in (Placement.THREAD, Placement.BROADCAST)

    @property
    def is_broadcast(self) -> bool:
        """Whether replies are shown in the channel as well."""
        return self is Placement.BROADCAST

    @property
    def has_threads(self) -> bool:
        """Whether what belongs under another message goes into its thread."""
        return self is not Placement.FLAT


@dataclass(frozen=True, slots=True)
class Watch:
    """One place's interest in one reference, or in all that a glob covers.

    Of a glob there is one watch `is_glob`, whose `reference_id` is the pattern and which has the card, and for each
    reference that was touched since it began one with that watch's id as `glob_id`, which keeps what was told of it.
    With `only_failures` nothing but failure kinds is told: so it is with the whole account.

    `started_at` is the API's clock when the watch began (ours as long as `start_is_ours`: the API had not told its time
    yet), `since_reading` the account's reading number then.
    `generation` grows at each reopening and each new watch; it covers what came after `generation_reading`.
    It may have `ended_by_itself`, a day after it settled.
    `settled_reading` is the reading that saw the batch settled, `clips_reading` the last whose completions were told.
    `mention` are the people (user ids) whom its messages name, `asked_in` is where a personal watch was asked for,
    `alerts` what was told of failures. `deadline` is a moment by our clock, typed in `deadline_zone` (an IANA name, or
    such as `UTC+02:00`); `risk` is what was told of it.
    """

    id: str
    workspace_id: str
    account_id: str
    place: str
    reference_id: str
    author: str
    events: Events
    expected: int | None
    created_at: datetime
    started_at: datetime
    since_reading: int
    generation: int
    generation_reading: int
    place_name: str = ""
    public: bool = False
    baseline_at: datetime | None = None
    settled_reading: int | None = None
    clips_reading: int = 0
    ended_at: datetime | None = None
    start_is_ours: bool = False
    is_glob: bool = False
    glob_id: str | None = None
    only_failures: bool = False
    placement: Placement = Placement.DEFAULT
    mention: tuple[str, ...] = ()
    asked_in: str | None = None
    alerts: Alerts = NOTHING_TOLD
    ended_by_itself: bool = False
    deadline: datetime | None = None
    deadline_zone: str = ""
    risk: Risk = NOTHING_AT_RISK

    @property
    def card_id(self) -> str:
        """The watch whose card shows this one."""
        return self.glob_id or self.id


def on_api_clock(watch: Watch, ahead: timedelta) -> Watch:
    """The watch with its start by the API's clock, once that is known to be so far `ahead` of ours."""
    if not watch.start_is_ours:
        return watch
    return replace(watch, started_at=watch.started_at + ahead, start_is_ours=False)


def may_announce(watch: Watch, entry: Entry) -> bool:
    """The baseline rule: was this outcome still to come when the watch began?

    Yes when the request was seen open after the watch began, or ended (else was created) later than the watch's start
    on the API's clock. An outcome that our memory already had when the watch began was said when it was confirmed.
    """
    if entry.outcome_reading is None or entry.outcome_reading <= watch.since_reading:
        return False
    if entry.open_reading is not None and entry.open_reading > watch.since_reading:
        return True
    return entry.request.ended_at > watch.started_at


@dataclass(frozen=True, slots=True)
class Watched:
    """A reference that somebody watches, as the look needs it.

    `settled` when every watch of it is, or all its requests vanished; `read_at` is our clock at its last complete
    reading; `oldest_open_at` the earliest start (else creation) among its open requests, on the API's clock.
    """

    reference_id: str
    settled: bool
    read_at: datetime | None
    oldest_open_at: datetime | None
