"""What the form of a channel's settings carries, and what was entered in it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.policy import MOST_MANAGERS, LinksPolicy, Policy, patterns_typed
from bot.domain.watch import Events, Watch
from bot.errors import BadCommandError
from bot.slack.payload import Submitted
from bot.slack.views.settings import EVENTS, LINKS, MANAGERS, PATTERNS


@dataclass(frozen=True, slots=True)
class Carried:
    """What travels with the form: the channel, what the change is based on, and the watches whose end was shown."""

    place: str
    version: int
    shown: str = ""

    def text(self) -> str:
        """As it travels."""
        return json.dumps([self.place, self.version, self.shown])

    @classmethod
    def of_text(cls, text: str) -> "Carried":
        """As it came back; `BadCommandError` for that of another version of this program."""
        try:
            place, version, shown = json.loads(text)
            return cls(str(place), int(version), str(shown))
        except (ValueError, TypeError) as error:
            raise BadCommandError("That form is of another version of me, and nothing was saved.") from error


def mark(ends: Sequence[Watch]) -> str:
    """A short stand-in for watches, however many they are; the same ones have the same."""
    return hashlib.blake2b("\n".join(sorted(watch.id for watch in ends)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered; `mistakes` are by field, and where there are any `policy` is not to be saved."""

    policy: Policy
    mistakes: dict[str, str]


def entered(form: Submitted) -> Entered:
    """The settings that somebody wants, with what is wrong about them."""
    mistakes: dict[str, str] = {}
    patterns: tuple[str, ...] = ()
    try:
        patterns = patterns_typed(form.entries.one(PATTERNS))
    except BadCommandError as error:
        mistakes[PATTERNS] = str(error).replace("`", '"')
    managers = form.entries.many(MANAGERS)
    if wrong := _wrong_with(managers, form.user):
        mistakes[MANAGERS] = wrong
    links, events = LinksPolicy(form.entries.one(LINKS)), Events(form.entries.one(EVENTS))
    usual = None if events is Events.PROBLEMS else events
    return Entered(Policy(patterns, links, usual, managers), mistakes)


def _wrong_with(managers: Sequence[str], person: str) -> str:
    if managers and person not in managers:
        return (
            "Stay among them yourself: you would lock yourself out. To hand over, save with the others named, and let"
            " one of them take you out."
        )
    if len(managers) > MOST_MANAGERS:
        return f"That is {len(managers)} people, and there can be {MOST_MANAGERS}. Name nobody to let everybody do it."
    return ""
