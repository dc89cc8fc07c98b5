"""What people are told who mute, test, take something back, or take care of failures."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.deed import Did
from bot.domain.failure import FailureKind
from bot.domain.mute import Mute


@dataclass(frozen=True, slots=True)
class MutedAnswer:
    """Messages are held now, until then; `is_new` is False when only the time was changed."""

    mute: Mute
    is_new: bool


@dataclass(frozen=True, slots=True)
class UnmutedAnswer:
    """These mutes have ended, and `told` messages that they held come as one; none when `subject` was not muted.

    `subject` is None when everything here was meant; `others` are the mutes that go on here and concern it.
    """

    subject: str | None
    ended: tuple[Mute, ...]
    told: int
    others: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What `test` found: how many messages are on their way, and what is missing.

    `unable` is why nothing can be posted here, in Slack's word: then nothing was. `lacking` are the scopes that the app
    lacks, `history` is why the history here cannot be read, in Slack's word. `unchecked` is why Slack could not be
    asked for one of these. `under_way` when an earlier test goes on here: then nothing more is posted.
    """

    messages: int = 0
    lacking: tuple[str, ...] = ()
    history: str | None = None
    unable: str | None = None
    unchecked: str | None = None
    under_way: bool = False


class Undone(StrEnum):
    """What became of an undo."""

    DONE = "done"
    ALREADY = "already"
    TOO_LATE = "too late"
    OVERTAKEN = "overtaken"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class UndoneAnswer:
    """Whether a deed was taken back; None where it is not known any more what was done."""

    outcome: Undone
    did: Did | None = None
    subject: str | None = None


class Triaged(StrEnum):
    """What was done about failures."""

    HANDLED = "handled"
    OPENED_AGAIN = "opened again"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class TriagedAnswer:
    """What was done about these failure kinds of a reference, and how they are now.

    They were given to somebody who is still `unasked`: the bot could not ask where it was typed.
    """

    did: Triaged
    reference_id: str
    kinds: tuple[FailureKind, ...]
    unasked: bool = False


@dataclass(frozen=True, slots=True)
class KindMutedAnswer:
    """A kind is told of no more (or again) in a place; `watched` is the reference or pattern for which that holds."""

    reference_id: str
    kind: FailureKind
    watched: str
    muted: bool
