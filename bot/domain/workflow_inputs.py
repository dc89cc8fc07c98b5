"""What was entered into a step of a workflow, understood or refused in words for whoever built it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.watch import Events
from bot.domain.words import clean
from bot.domain.workflow import FORMS, STATUS, WAIT, WATCH, Form, Kind
from bot.errors import BadCommandError

USUAL_HOURS = 24  # a batch takes hours, and one of 5,000 a night
MOST_HOURS = 168  # a week, which is also the longest that Slack's own step for waiting takes
LEAST_SECONDS = 1.0  # less is over before anything can be read
LONGEST_REFERENCE = 500  # characters, as everywhere else
LONGEST_DEADLINE = 200  # characters: what is longer is no time, and is not kept
MOST_EXPECTED = 100_000  # requests, as everywhere else
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}")
_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")
_LONGEST_NUMBER = 20
_SHOWN = 80

Value = str | int | float
"""What can go into a step."""


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """*Get lip sync status*."""

    reference: str


@dataclass(frozen=True, slots=True)
class WatchReference:
    """*Watch a reference*, in the name of a person; `by` is a time as it was typed."""

    reference: str
    channel: str
    person: str
    events: Events | None = None
    expected: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class WaitFor:
    """*Wait until finished*, but no longer than this."""

    reference: str
    at_most: timedelta


Step = ReadStatus | WatchReference | WaitFor


def understood(form_id: str, given: Mapping[str, object]) -> Step:
    """The step with what was entered; raises `BadCommandError` in plain words."""
    form = FORMS.get(form_id)
    if form is None:
        raise BadCommandError(
            f'I have no step called "{clean(form_id, _SHOWN)}". Take the step out of the workflow and add it again;'
            " if that does not help, my app in Slack needs its newest manifest."
        )
    entered = _Entered(form, given)
    match form.id:
        case STATUS.id:
            return ReadStatus(entered.reference())
        case WATCH.id:
            return _watch(entered)
        case WAIT.id:
            return WaitFor(entered.reference(), timedelta(seconds=entered.hours() * 3_600))
        case _:
            raise AssertionError(form.id)  # every form is one of these


def kept(form_id: str, given: Mapping[str, object]) -> dict[str, Value]:
    """Of what was entered that which `understood` goes by; only what it has understood is small for certain."""
    form = FORMS[form_id]
    names = {each.name for each in form.inputs}
    return {name: value for name, value in given.items() if name in names and isinstance(value, str | int | float)}


def _watch(entered: "_Entered") -> WatchReference:
    return WatchReference(
        reference=entered.reference(),
        channel=entered.an_id("channel", _CHANNEL),
        person=entered.an_id("person", _PERSON),
        events=entered.events(),
        expected=entered.expected(),
        by=entered.deadline(),
    )


@dataclass(frozen=True, slots=True)
class _Entered:
    """Reads one input after the other; each may raise `BadCommandError`."""

    form: Form
    given: Mapping[str, object]

    def _text(self, name: str, longest: int) -> str:
        """What was entered as text, without the spaces around it; "" where there is nothing."""
        value = self.given.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self._refused(name, "must be a text")
        text = value.strip()
        if len(text) > longest:
            raise self._refused(name, f"has {len(text):,} characters, and {longest:,} are the most")
        if not _is_sound(text):
            raise self._refused(name, "holds line breaks or signs that nobody can see")
        return text

    def _needed(self, name: str, longest: int) -> str:
        text = self._text(name, longest)
        if not text:
            raise self._refused(name, "is empty")
        return text

    def reference(self) -> str:
        """The reference id, or the UUID of a request."""
        return self._needed("reference", LONGEST_REFERENCE)

    def an_id(self, name: str, made_like: re.Pattern[str]) -> str:
        """The id that Slack gives to a channel or a person."""
        text = self._needed(name, _SHOWN)
        if made_like.fullmatch(text) is None:
            raise self._refused(name, "must be chosen from the list that Slack shows")
        return text

    def events(self) -> Events | None:
        """Which events are told; None leaves it to the bot."""
        text = self._text("events", _SHOWN).lower()
        if not text:
            return None
        if text not in tuple(Events):
            raise self._refused("events", f'is "{clean(text, _SHOWN)}", and must be one of {", ".join(Events)}')
        return Events(text)

    def deadline(self) -> str | None:
        """The time as it was typed."""
        return self._text("deadline", LONGEST_DEADLINE) or None

    def expected(self) -> int | None:
        """How many requests are expected."""
        number = self._number("expect")
        if number is None:
            return None
        if not number.is_integer() or not 1 <= number <= MOST_EXPECTED:
            raise self._refused("expect", f"must be a whole number from 1 to {MOST_EXPECTED:,}")
        return int(number)

    def hours(self) -> float:
        """How many hours to wait."""
        number = self._number("hours")
        if number is None:
            return float(USUAL_HOURS)
        if not LEAST_SECONDS <= number * 3_600 <= MOST_HOURS * 3_600:
            raise self._refused("hours", f"must be more than 0 and at most {MOST_HOURS}, which is a week")
        return number

    def _number(self, name: str) -> float | None:
        """A number; from a variable of a workflow it may come as a text."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isascii():
            try:
                value = float(value)
            except ValueError:
                value = math.nan
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise self._refused(name, "must be a number")
        return float(value)

    def _refused(self, name: str, why: str) -> BadCommandError:
        return BadCommandError(f'"{self.form.title_of(name)}" of the step "{self.form.title}" {why}.')


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number with hundreds of digits
        return False


def _is_sound(text: str) -> bool:
    return all(sign >= " " and sign != "\x7f" and not "\ud800" <= sign <= "\udfff" for sign in text) and not (
        set(text) & {"\u2028", "\u2029"}
    )


def is_of_kind(kind: Kind, value: object) -> bool:
    """Whether a value may come out of a step as a parameter of this kind."""
    match kind:
        case Kind.TRUTH:
            return isinstance(value, bool)
        case Kind.WHOLE | Kind.MOMENT:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.TEXT | Kind.CHANNEL | Kind.PERSON:
            return isinstance(value, str)
