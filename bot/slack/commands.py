"""What people can ask for: the closed union of what the grammar can mean."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import Scope
from bot.domain.sheet import Format
from bot.domain.watch import Events, Placement
from bot.slack.timetables import Timetabled


@dataclass(frozen=True, slots=True)
class Status:
    """How is it doing, and how did it go (`chart`)? `near` is the command that a single unknown word resembles."""

    reference: str
    fresh: bool = False
    near: str | None = None
    chart: bool = False


@dataclass(frozen=True, slots=True)
class StartWatch:
    """Watch it here, or for the person who types it (`personal`); None keeps what the watch has."""

    reference: str
    events: Events | None = None
    expected: int | None = None
    placement: Placement | None = None
    mention: tuple[str, ...] | None = None
    personal: bool = False
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AskWatch:
    """Watch something: a form asks what, and how."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """It has to be finished by then, as typed; None: there is no deadline any more."""

    reference: str
    by: str | None


@dataclass(frozen=True, slots=True)
class Expect:
    """So many requests will come; None: nobody knows."""

    reference: str
    number: int | None


@dataclass(frozen=True, slots=True)
class StopWatch:
    """Stop watching it here; `leave_out`: also what the patterns that are watched here cover of it.

    `personal` stops the watch of the person who types it.
    """

    reference: str
    leave_out: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class ListWatches:
    """Who watches what?"""

    scope: Scope = Scope.HERE


@dataclass(frozen=True, slots=True)
class Failures:
    """What failed?"""

    reference: str


@dataclass(frozen=True, slots=True)
class Links:
    """Where are the finished clips? `only_new` leaves out those that this person got here before."""

    reference: str
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """Every row, as a file."""

    reference: str
    format: Format = Format.CSV


@dataclass(frozen=True, slots=True)
class Mute:
    """Hold messages here for so long: about a reference or a pattern, or all of them when that is None."""

    reference: str | None
    length: timedelta


@dataclass(frozen=True, slots=True)
class Unmute:
    """Let them through again."""

    reference: str | None


@dataclass(frozen=True, slots=True)
class MuteKind:
    """Tell nothing here any more of a kind of failure (words of its name), or tell of it again."""

    reference: str
    kind: str
    muted: bool


@dataclass(frozen=True, slots=True)
class Handle:
    """The failures of a kind (words of its name; None: of every kind) need nothing more; or do after all (`off`)."""

    reference: str
    kind: str | None
    off: bool = False


@dataclass(frozen=True, slots=True)
class Assign:
    """Somebody looks at failures: a user id, None for nobody, or the one who types it (`me`)."""

    reference: str
    kind: str | None
    person: str | None
    me: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """How is the whole account doing?"""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would this watch have posted lately?"""

    watch: StartWatch


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds in this channel, and let me change it."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Post one of each message here."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed? `topic` is one available command."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """How is the bot itself?"""


Triage = Handle | Assign | MuteKind
Limiting = Deadline | Expect
Command = (
    Status
    | StartWatch
    | AskWatch
    | StopWatch
    | ListWatches
    | Failures
    | Links
    | Export
    | Mute
    | Unmute
    | Triage
    | Queue
    | Preview
    | Trial
    | Settings
    | Limiting
    | Timetabled
    | Help
    | About
)
