"""What people can ask for, as values: the closed union of everything that the grammar can mean."""

from dataclasses import dataclass

from bot.domain.answer import Scope
from bot.domain.watch import Events


@dataclass(frozen=True, slots=True)
class Status:
    """How is it doing? `near` is the command that a single unknown word resembles."""

    reference: str
    fresh: bool = False
    near: str | None = None


@dataclass(frozen=True, slots=True)
class StartWatch:
    """Watch it here; None keeps what the watch has."""

    reference: str
    events: Events | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class StopWatch:
    """Stop watching it here."""

    reference: str


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
class Help:
    """What can be typed? `topic` is one available command."""

    topic: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """How is the bot itself?"""


@dataclass(frozen=True, slots=True)
class NotYet:
    """A word, option or pattern that will come later."""

    word: str


Command = Status | StartWatch | StopWatch | ListWatches | Failures | Links | Help | About | NotYet
