"""What is said, as facts with a unique key; how it looks is chosen when it is posted."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.alerts import Rate
from bot.domain.digest_facts import DigestFacts
from bot.domain.failure import FailureKind
from bot.domain.overview import Overview
from bot.domain.progress import Progress, Settlement
from bot.domain.prospect import Prospect
from bot.domain.risk_facts import Level, RiskFacts
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts, StuckOne
from bot.domain.triage import UNTOUCHED, Care
from bot.domain.watch import Watch

ONCE = ""
OUTCOMES = ("failure", "clips")
"""The kinds whose latency is told; the finish waits for its settle window, on purpose."""


@dataclass(frozen=True, slots=True)
class Key:
    """What makes an announcement the same as another: it is never lost and never said twice per key."""

    workspace_id: str
    place: str
    kind: str
    subject: str
    level: str = ONCE
    generation: int = 0


@dataclass(frozen=True, slots=True)
class FailureFacts:
    """M3: a failure kind of a reference; `ids` are the requests that may be announced, oldest first.

    `rate` is a failure rate in per cent that the batch passed with it, `unseen` means that the account never had this
    kind before, `is_last` that further kinds are on the card only. `cleared` of the requests are not open any more, and
    `care` is what people have done about the kind.
    """

    progress: Progress
    key: str
    name: str
    ids: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    read_at: datetime
    rate: Rate | None = None
    unseen: bool = False
    is_last: bool = False
    kind: Literal["failure"] = "failure"
    cleared: int = 0
    care: Care = UNTOUCHED


@dataclass(frozen=True, slots=True)
class PingFacts:
    """M3: failure kinds that were told before and are now many more, or the `rate` in per cent that was passed."""

    progress: Progress
    kinds: tuple[FailureKind, ...]
    rate: Rate | None
    read_at: datetime
    kind: Literal["ping"] = "ping"


@dataclass(frozen=True, slots=True)
class AssignedFacts:
    """Somebody (`to`, a user id) was asked by another to look at failures: these kinds of a reference."""

    reference_id: str
    kinds: tuple[FailureKind, ...]
    to: str
    by: str
    kind: Literal["assigned"] = "assigned"


@dataclass(frozen=True, slots=True)
class ClipsFacts:
    """M13: requests that completed since the last announcement of this kind."""

    progress: Progress
    ids: tuple[str, ...]
    read_at: datetime
    kind: Literal["clips"] = "clips"


@dataclass(frozen=True, slots=True)
class FinishedFacts:
    """M5: the batch is settled; `status`, `output_url` and `error_message` are given for a reference of one request.

    It ended `spare` before its deadline, negative when late; None when it has none.
    """

    progress: Progress
    read_at: datetime
    status: str | None = None
    output_url: str | None = None
    error_message: str | None = None
    spare: timedelta | None = None
    kind: Literal["finished"] = "finished"


@dataclass(frozen=True, slots=True)
class ShortFacts:
    """M5b: settled, but fewer arrived than `progress.expected`."""

    progress: Progress
    read_at: datetime
    kind: Literal["short"] = "short"


@dataclass(frozen=True, slots=True)
class ReopenedFacts:
    """M5c: `arrived` requests came after the batch had settled."""

    progress: Progress
    arrived: int
    read_at: datetime
    kind: Literal["reopened"] = "reopened"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """What happened to one reference in a gap; `completed` and `failed` count the outcomes that may be announced.

    `kinds` are the failure kinds that this place had not been told of, each with the ids that may be announced.
    `ending` says how it settled, None when it did not (or reopened after that); `arrived` requests reopened it. So many
    were still `stuck`. `risk` is what was last to be told of its deadline.
    """

    progress: Progress
    completed: int
    failed: int
    kinds: tuple[FailureKind, ...] = ()
    ending: Literal["finished", "short"] | None = None
    arrived: int = 0
    stuck: int = 0
    risk: Level | None = None


@dataclass(frozen=True, slots=True)
class CatchUpFacts:
    """M8: what would have been told one by one after a gap; nothing was read after `since`, all of it at `until`.

    Both are our clock. `references` has those with news only, what needs somebody first. `why` says whether nothing
    could be read, or the place was muted, or had its quiet hours.
    """

    since: datetime
    until: datetime
    references: tuple[Meanwhile, ...]
    kind: Literal["catch_up"] = "catch_up"
    why: Literal["away", "muted", "quiet"] = "away"


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """M11: the bot may not post to `trouble_place`; `why` is Slack's word.

    `references` is what is watched there; nothing for whoever asked for a digest only.
    """

    trouble_place: str
    place_name: str
    why: str
    references: tuple[str, ...]
    kind: Literal["access"] = "access"


@dataclass(frozen=True, slots=True)
class StaleFacts:
    """M11: nothing of the account could be read after `since` (our clock), and why, while requests are open.

    `open` requests of `batches` references are watched in the place; `references` names some of these.
    """

    since: datetime
    why: str
    key_refused: bool
    open: int
    batches: int
    references: tuple[str, ...]
    kind: Literal["stale"] = "stale"


@dataclass(frozen=True, slots=True)
class BackFacts:
    """M11: all that is watched was read again at `until`, and nothing is to be told now of the time after `since`.

    `muted` when there is something to be told once the place is not muted any more.
    """

    since: datetime
    until: datetime
    kind: Literal["back"] = "back"
    muted: bool = False


@dataclass(frozen=True, slots=True)
class CardFacts:
    """M1: the card of a watch, as it is now; `read_at` is the last complete reading on our clock, None before it.

    `stale` when that is too old to be taken for the present while requests are open. `stuck` were so at that reading.
    Nothing is told before `muted_until`; `quiet` when that is the end of quiet hours.
    The API's clock was `ahead` of ours then; `odds` (0 to 1) are those that the deadline is met, None where nobody can
    say. `prospect` is what is said of the rest, None when nothing is open. `links`: the place gives output links.
    """

    watch: Watch
    progress: Progress
    settlement: Settlement
    read_at: datetime | None
    stale: bool = False
    kind: Literal["card"] = "card"
    muted_until: datetime | None = None
    quiet: bool = False
    ahead: timedelta = timedelta()
    odds: float | None = None
    stuck: tuple[StuckOne, ...] = ()
    prospect: Prospect | None = None
    links: bool = True


@dataclass(frozen=True, slots=True)
class GlobCardFacts:
    """M1 of a glob: all references that it covers, as they are now; `stale` as in `CardFacts`."""

    watch: Watch
    overview: Overview
    stale: bool = False
    kind: Literal["card"] = "card"
    muted_until: datetime | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CardPlaceholder:
    """Stored for a card: what it shows is looked up at the moment of posting."""

    watch_id: str
    kind: Literal["card"] = "card"


Ends = FinishedFacts | ShortFacts | ReopenedFacts
News = FailureFacts | PingFacts | ClipsFacts | Ends | StuckFacts | MissingFacts | RiskFacts
Trouble = AccessFacts | StaleFacts | BackFacts | StalledFacts
Editable = FailureFacts | StuckFacts | MissingFacts | StalledFacts
"""What is edited in place when its facts change."""
Example = News | AssignedFacts | CatchUpFacts | DigestFacts | Trouble | CardFacts


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """One message of `test`: `said` is made up, so it is marked and can do nothing."""

    said: Example
    kind: Literal["test"] = "test"


Spoken = News | AssignedFacts | CatchUpFacts | DigestFacts | Trouble | TrialFacts
"""What stands as it was said, but for what is `Editable`."""
StoredFacts = Spoken | CardPlaceholder
Card = CardFacts | GlobCardFacts
Said = Spoken | Card


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something to be said once.

    `happened_at` is when it happened on the API's clock, `watch_id` the watch it is for, `under` the announcement whose
    thread it belongs into where the watch does not say otherwise.
    """

    key: Key
    facts: StoredFacts
    reference_id: str
    recorded_at: datetime
    happened_at: datetime | None = None
    watch_id: str | None = None
    under: Key | None = None


def renewed(old: StoredFacts, new: StoredFacts) -> StoredFacts:
    """The newer facts of an announcement, with what was said once and stays so."""
    if isinstance(old, FailureFacts) and isinstance(new, FailureFacts):
        return replace(new, rate=old.rate, unseen=old.unseen, is_last=old.is_last)
    return new
