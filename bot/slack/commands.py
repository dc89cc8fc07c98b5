"""What people can ask for: the closed union of what the grammar can mean, and the one list of commands."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.answer import Scope
from bot.domain.watch import Events, Placement


@dataclass(frozen=True, slots=True)
class Status:
    """How is it doing? `near` is the command that a single unknown word resembles."""

    reference: str
    fresh: bool = False
    near: str | None = None


@dataclass(frozen=True, slots=True)
class StartWatch:
    """Watch it here, or for the person who types it (`personal`); None keeps what the watch has."""

    reference: str
    events: Events | None = None
    expected: int | None = None
    placement: Placement | None = None
    mention: tuple[str, ...] | None = None
    personal: bool = False


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
    """Where are the finished clips?"""

    reference: str


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
class Trial:
    """Post one of each message here."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed? `topic` is one available command."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """How is the bot itself?"""


@dataclass(frozen=True, slots=True)
class NotYet:
    """A word or option that will come later."""

    word: str


Triage = Handle | Assign | MuteKind
Command = (
    Status
    | StartWatch
    | StopWatch
    | ListWatches
    | Failures
    | Links
    | Mute
    | Unmute
    | Triage
    | Queue
    | Preview
    | Trial
    | Help
    | About
    | NotYet
)


@dataclass(frozen=True, slots=True)
class CommandForm:
    """One command: the ways to type it (without the slash command itself), its stage, and what it does.

    `says` is one line; `more` is for those who ask for help with this command.
    """

    word: str
    forms: tuple[str, ...]
    stage: str
    says: str
    more: str = ""

    @property
    def available(self) -> bool:
        """Whether its stage has come."""
        return self.stage in _STAGES


_STAGES = ("A", "C", "D")

COMMANDS = (
    CommandForm(
        "status",
        ("<ref>", "status <ref> [fresh]"),
        "A",
        "how a batch is doing, read live",
        "With fresh every page is read again. A request's id works too, and a pattern such as batch-* gives a table"
        " of all references that match, from what I know.",
    ),
    CommandForm(
        "watch",
        ("watch <ref> [for failures|problems|each|all] [in thread|broadcast|flat] [me] [mention @x] [expect N]",),
        "A",
        "a live card here, and a message when something needs you",
        "You are told each new kind of failure, and the finish. With each or all, finished clips too."
        " With expect, I know when the batch is complete. With in thread, messages go under the card; with in"
        " broadcast, the channel shows them too; with in flat, nothing is in threads. With mention, people are named in"
        " each message; mention nobody ends that. With me, I tell you alone, in our DM. A pattern such as batch-*"
        " watches every reference that matches, now or later, with one card; * tells only failures, of the whole"
        " account.",
    ),
    CommandForm(
        "unwatch",
        ("unwatch <ref> [except|me]",),
        "A",
        "stop watching it here",
        "With except, a reference is left out of the patterns that are watched here; watch it to have it back."
        " With me, your own watch of it ends.",
    ),
    CommandForm(
        "watches",
        ("watches [mine|all]",),
        "A",
        "who watches what, and where",
        "Here, yours, or those of every public channel and yours.",
    ),
    CommandForm("failures", ("failures <ref>",), "A", "what failed and why, with ids to copy"),
    CommandForm("links", ("links <ref>",), "A", "the finished clips, shown only to you", "The first 100 of them."),
    CommandForm("help", ("help [command]",), "A", "this list, or one command with its forms"),
    CommandForm("about", ("about",), "A", "version, freshness, how fast alerts are, and health"),
    CommandForm(
        "handled",
        ("handled <ref> [kind] [off]",),
        "D",
        "mark failures as handled",
        "The kind is words of its name; without it, all failures of the batch. Its card shows who did it, and when."
        " When it fails that way again, you are told. With off, they are open again.",
    ),
    CommandForm(
        "assign",
        ("assign <ref> [kind] <@x|me|nobody>",),
        "D",
        "say who looks at failures",
        "The kind is words of its name; without it, all failures of the batch. It is shown on the card.",
    ),
    CommandForm(
        "mute",
        ("mute <ref> kind <kind>", "mute <ref|all> <2h>"),
        "D",
        "hold messages here for a while",
        "From 1 minute to 30 days, such as 30m, 2h, 1h30m or 1d. What happens meanwhile is told in one message at the"
        " end; cards are still edited, and trouble with access is still told. A pattern mutes every reference that"
        " matches. Typed again, it changes until when. With kind, no more is told of one kind of failure, for good.",
    ),
    CommandForm(
        "unmute",
        ("unmute <ref> kind <kind>", "unmute <ref|all>"),
        "D",
        "let messages through again",
        "What was held is told in one message. With all, everything that is muted here.",
    ),
    CommandForm(
        "test",
        ("test",),
        "D",
        "post one of each message here, marked TEST",
        "It shows that I may post here and what messages look like, and tells you what is missing.",
    ),
    CommandForm("digest", ("digest daily 9:00 [mon-fri]|off|now",), "E", "a summary in the morning"),
    CommandForm("quiet", ("quiet 19:00-8:00 [mon-fri]",), "E", "hold messages at night"),
    CommandForm("deadline", ("deadline <ref> <fri 17:00>",), "E", "when it has to be finished"),
    CommandForm("expect", ("expect <ref> N",), "E", "how many requests will come"),
    CommandForm(
        "queue",
        ("queue",),
        "D",
        "the whole account's queue",
        "What runs, what waits, who is in front, and how much ended lately, from what I know.",
    ),
    CommandForm("export", ("export <ref>",), "E", "every row as a CSV file"),
    CommandForm(
        "preview",
        ("preview <ref> [for failures|problems|each|all] [in thread|broadcast|flat] [me] [mention @x] [expect N]",),
        "D",
        "what a watch would have posted lately",
        "Type what you would type behind watch. I look again at what I have recorded of the last 7 days, and post and"
        " change nothing.",
    ),
    CommandForm("settings", ("settings",), "F", "what this workspace allows"),
)
"""Every command there is or will be: the one list of them."""
