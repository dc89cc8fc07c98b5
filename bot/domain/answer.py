"""What people are told when they ask: values that Slack and the terminal show in the same words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from bot.domain.calibration import Calibration
from bot.domain.curve import Curve
from bot.domain.mute import Silence
from bot.domain.natural_time import TypedTime
from bot.domain.overview import Overview
from bot.domain.progress import UNFINISHED, Progress, Settlement
from bot.domain.prospect import Prospect
from bot.domain.request import LipsyncRequest
from bot.domain.sharing import CountsOnly
from bot.domain.stuck_facts import StuckOne
from bot.domain.triage import NO_TRIAGE, Triage
from bot.domain.watch import Events, Placement, Watch


@dataclass(frozen=True, slots=True)
class Batch:
    """Our memory of one reference: its listed requests, how many are no longer listed, and when it was last read whole.

    `read_at` is our clock; None when it was never read as a whole. `triage` is what is known of its failures besides.
    Some were `stuck` at that reading.
    """

    reference_id: str
    requests: tuple[LipsyncRequest, ...] = ()
    vanished: int = 0
    read_at: datetime | None = None
    triage: Triage = NO_TRIAGE
    stuck: tuple[StuckOne, ...] = ()


@dataclass(frozen=True, slots=True)
class StillReading:
    """The reading goes on: so many more pages, about so long.

    `read` requests came already; `total` is how many the API says there are, None before its first answer.
    """

    pages: int
    about: timedelta
    read: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class DueHere:
    """The `deadline` (our clock) of the watch in the place where somebody asks; the API's clock is `ahead` of ours.

    `odds` (0 to 1) are those that it is met, None where nobody can say.
    """

    deadline: datetime
    ahead: timedelta
    odds: float | None = None


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """How a reference is doing. `read_at` (our clock) is None when it was never read.

    `complete` is False when the list changed while it was read. `trouble` says why the API could not be read just now:
    then the totals are those of `read_at`. `still` is given while the reading goes on. `nearest` are references that
    may have been meant when nothing is known under this one. Some were `stuck` at that reading. `prospect` is what is
    said of the rest, `curve` how it went so far. The failed requests in `cleared` are not open any more. `is_watched`
    where it was asked for; None when that was no place of Slack's. `due` when that watch has a deadline.
    """

    progress: Progress
    read_at: datetime | None
    settlement: Settlement = UNFINISHED
    complete: bool = True
    trouble: str | None = None
    still: StillReading | None = None
    requests: tuple[LipsyncRequest, ...] = ()
    nearest: tuple[str, ...] = ()
    stuck: tuple[StuckOne, ...] = ()
    prospect: Prospect | None = None
    curve: Curve | None = None
    cleared: frozenset[str] = frozenset()
    is_watched: bool | None = None
    due: DueHere | None = None


@dataclass(frozen=True, slots=True)
class GlobAnswer:
    """M9: how all references under a glob are doing, from our memory; `api_now` is the API's clock at this moment.

    `nearest` are references that may have been meant where none matches.
    """

    overview: Overview
    api_now: datetime
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """One request, asked for by its UUID."""

    request: LipsyncRequest
    read_at: datetime


class Scope(StrEnum):
    """Whose watches are listed."""

    HERE = "here"
    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One watch in a list; `trouble` is why its place cannot be posted to, in Slack's word.

    Nothing is told before `muted_until`; `quiet` when that is the end of quiet hours.
    `no_history` is why the place's history cannot be read: then it is told at least once, not exactly once. Of a glob,
    `progress` has the totals of all `references` that it covers. `counts_only` is why the place is shown only counts.
    """

    watch: Watch
    progress: Progress
    read_at: datetime | None
    trouble: str | None = None
    references: int = 0
    no_history: str | None = None
    muted_until: datetime | None = None
    quiet: bool = False
    counts_only: CountsOnly | None = None


@dataclass(frozen=True, slots=True)
class WatchesAnswer:
    """The watches of a scope, the oldest first; more are `hidden` where they were asked for."""

    scope: Scope
    lines: tuple[WatchLine, ...]
    hidden: int = 0


Limit = Literal["deadline", "expect"]
"""What a watch can have or not."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants watched, and where; None keeps what an existing watch has (a new one gets the default).

    `place_name` and `public` are of the place; `public` is None where nobody knows: then what is known is kept.
    `reference_id` is a pattern when it `is_glob`, `asked_in` the place where a personal watch was asked for. `without`
    names what the watch shall have no more.
    """

    workspace_id: str
    account_id: str
    place: str
    reference_id: str
    author: str
    events: Events | None = None
    expected: int | None = None
    place_name: str = ""
    public: bool | None = False
    is_glob: bool = False
    placement: Placement | None = None
    mention: tuple[str, ...] | None = None
    asked_in: str | None = None
    due: TypedTime | None = None
    without: frozenset[Limit] = frozenset()


@dataclass(frozen=True, slots=True)
class WatchAnswer:
    """M2: the watch as it stands now; `is_new` is False when an existing one was changed or kept.

    `undo` names what can be taken back; None when nothing was changed. `due` is the deadline that was typed. `silence`
    is how long nothing is told by messages, `counts_only` why the watch's place is shown only counts.
    """

    watch: Watch
    is_new: bool
    status: StatusAnswer
    trouble: str | None = None
    undo: str | None = None
    due: TypedTime | None = None
    silence: Silence | None = None
    counts_only: CountsOnly | None = None


@dataclass(frozen=True, slots=True)
class LimitAnswer:
    """What `deadline` and `expect` did to the watch of a place; it is None when the place has none of its own.

    `limit` is which of both, `globs` are the patterns by which the place watches the reference all the same.
    """

    limit: Limit
    reference_id: str
    watch: Watch | None
    progress: Progress | None = None
    due: TypedTime | None = None
    undo: str | None = None
    globs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GlobWatchAnswer:
    """M2 of a glob; `nearest` are references that may have been meant where none matches yet, else as above."""

    watch: Watch
    is_new: bool
    overview: Overview
    trouble: str | None = None
    nearest: tuple[str, ...] = ()
    undo: str | None = None
    silence: Silence | None = None
    counts_only: CountsOnly | None = None


@dataclass(frozen=True, slots=True)
class StoppedAnswer:
    """What `unwatch` did: the watch that was stopped, or None when this place did not watch the reference.

    `globs` are the patterns that this place watches and that cover it all the same, the most specific first.
    """

    reference_id: str
    watch: Watch | None
    globs: tuple[str, ...] = ()
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class ExceptedAnswer:
    """A reference is left out of these patterns; `stopped` when it also had a watch of its own."""

    reference_id: str
    globs: tuple[str, ...]
    stopped: bool = False
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class AboutAnswer:
    """The bot about itself. Latencies are seconds, calls are those of the last 60 s.

    `catching_up_since` is our clock at the last reading before a gap that is not caught up with yet; `held` messages
    wait to be told together then. `filled` is the share of the account's list that was read, from 0 to 1; None when
    that is not known, as where the list `is_ordered` in no way. `is_sender` is False while another process sends for
    the workspace. `forecasts` is how good those of the last 30 days were. So many `steps` of workflows go on, so many
    watched places are shown `counts_only`.
    """

    version: str
    started_at: datetime
    looked_at: datetime | None
    api_trouble: str | None
    watches: int
    unsent: int
    in_doubt: int
    parked: int
    latency_median: float | None
    latency_p99: float | None
    calls: int
    calls_limit: int
    held: int = 0
    catching_up_since: datetime | None = None
    filled: float | None = None
    is_sender: bool = True
    is_ordered: bool = True
    forecasts: Calibration | None = None
    steps: int = 0
    counts_only: int = 0
