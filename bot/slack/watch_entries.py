"""What stands in the form of a watch, understood by the rules of what is typed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from bot.domain.answer import Limit
from bot.domain.natural_time import TypedTime
from bot.domain.watch import Events, Placement, Watch
from bot.domain.zones import zone_of
from bot.errors import BadCommandError
from bot.flows.limits import FOR_ONE
from bot.slack.actions import FORM_REFERENCE, FORM_WHERE
from bot.slack.commands import StartWatch
from bot.slack.grammar import LONGEST_REFERENCE, reference_entered
from bot.slack.payload import Entries
from bot.slack.watch_options import MOST_MENTIONED, how_many

REFERENCE, WHERE = FORM_REFERENCE, FORM_WHERE
EVENTS, CHANNEL, PLACEMENT = "watch_events", "watch_channel", "watch_placement"
EXPECT, BY, MENTION = "watch_expect", "watch_by", "watch_mention"
"""The ids of the fields."""
_Id = Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9]{1,30})?$")]
_Short = Annotated[str, Field(max_length=120)]
What = TypeVar("What")


class Where(StrEnum):
    """Where a watch tells: where the form was opened, to whoever fills it in, or in a channel that they choose."""

    HERE = "here"
    MINE = "mine"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entered:
    """The fields as they stand there; nothing entered is empty."""

    reference: Annotated[str, Field(max_length=LONGEST_REFERENCE)] = ""
    events: _Short = Events.PROBLEMS.value
    where: _Short = Where.HERE.value
    channel: _Id = ""
    placement: _Short = Placement.DEFAULT.value
    expect: _Short = ""
    by: _Short = ""
    mention: Annotated[tuple[_Id, ...], Field(max_length=MOST_MENTIONED)] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A form as it was opened in a place, with what it `shown` then: only what differs from that was wished.

    `changes` says of which kind the watch is that is changed; empty for one to begin. `personal`: it is the person's
    own one, in their DM.
    """

    place: _Id = ""
    place_name: _Short = ""
    public: bool = False
    shown: Entered = field(default_factory=Entered)
    changes: Literal["", "reference", "pattern"] = ""
    personal: bool = False

    @property
    def is_glob(self) -> bool:
        """Whether the watch of a pattern is changed."""
        return self.changes == "pattern"

    @property
    def can_be_here(self) -> bool:
        """Whether the place where it was opened is a channel, and no conversation that the bot may not be part of."""
        return self.place.startswith(("C", "G"))


_OPENED = TypeAdapter(Opened)


def metadata(opened: Opened) -> str:
    """What the form is given to know this again."""
    kept = opened if opened.changes else replace(opened, shown=replace(opened.shown, reference=""))
    return _OPENED.dump_json(kept).decode()


def opened(given: str) -> Opened:
    """How a form was opened, from what it was given; raises `BadCommandError` for what was never given."""
    try:
        return _OPENED.validate_json(given)
    except ValidationError as error:
        raise BadCommandError("That form is of another version of me, and nothing was done. Open it again.") from error


def of_watch(watch: Watch) -> Opened:
    """The form that changes a watch, filled with it as it is."""
    there = Entered(
        reference=watch.reference_id[:LONGEST_REFERENCE],
        events=watch.events.value,
        placement=watch.placement.value,
        expect="" if watch.expected is None else str(watch.expected),
        by=_due(watch),
        mention=watch.mention[:MOST_MENTIONED],
    )
    kind: Literal["reference", "pattern"] = "pattern" if watch.is_glob else "reference"
    return Opened(watch.place, watch.place_name, watch.public, there, changes=kind, personal=watch.asked_in is not None)


def proposed(reference: str) -> str:
    """What may stand in the field from the beginning; nothing in the place of what is no reference."""
    try:
        return reference_entered(reference) if reference else ""
    except BadCommandError:
        return ""


def _due(watch: Watch) -> str:
    """The deadline as somebody would type it."""
    if watch.deadline is None:
        return ""
    return f"{watch.deadline.astimezone(zone_of(watch.deadline_zone)):%Y-%m-%d %H:%M} {watch.deadline_zone}"


def entered(form: Opened, entries: Entries) -> Entered:
    """What stands in the fields now; of those that the form does not have, what it was opened with."""

    def one(name: str, otherwise: str) -> str:
        return entries.one(name) if name in entries.fields else otherwise

    shown = form.shown
    return Entered(
        reference=one(REFERENCE, shown.reference),
        events=one(EVENTS, shown.events),
        where=one(WHERE, shown.where),
        channel=entries.one(CHANNEL),
        placement=one(PLACEMENT, shown.placement),
        expect=one(EXPECT, shown.expect),
        by=one(BY, shown.by),
        mention=entries.many(MENTION) if MENTION in entries.fields else shown.mention,
    )


@dataclass(slots=True)
class Understood:
    """What is wished, and what is wrong in which field; of what is wrong nothing is wished.

    `without` is what the watch shall have no more.
    """

    wanted: StartWatch = field(default_factory=lambda: StartWatch(""))
    without: frozenset[Limit] = frozenset()
    due: TypedTime | None = None
    mistakes: dict[str, BadCommandError] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[], What], otherwise: What) -> What:
        """What a field means; a mistake in it is kept."""
        try:
            return reader()
        except BadCommandError as error:
            self.mistakes[name] = error
            return otherwise

    async def read_later(self, name: str, reading: Awaitable[What]) -> What | None:
        """The same for what takes asking somebody; None for a mistake."""
        try:
            return await reading
        except BadCommandError as error:
            self.mistakes[name] = error
            return None

    def refuse_limits(self) -> None:
        """A pattern has neither a deadline nor a number that is expected."""
        given: Mapping[str, tuple[Limit, bool]] = {
            EXPECT: ("expect", self.wanted.expected is not None),
            BY: ("deadline", self.wanted.by is not None),
        }
        for name, (limit, is_given) in given.items():
            if is_given:
                self.mistakes[name] = BadCommandError(f"{FOR_ONE[limit]} Leave this empty, or watch one reference.")


def understood(form: Opened, now: Entered) -> Understood:
    """What somebody wishes who sends this in: what is as it was shown stays as the watch has it."""
    made, shown = Understood(), form.shown
    cleared: dict[Limit, bool] = {
        "expect": bool(shown.expect) and not now.expect.strip(),
        "deadline": bool(shown.by) and not now.by.strip(),
    }
    made.without = frozenset(limit for limit, is_cleared in cleared.items() if is_cleared)
    typed = partial(reference_entered, now.reference)
    made.wanted = StartWatch(
        reference=shown.reference if form.changes else made.read(REFERENCE, typed, ""),
        events=made.read(EVENTS, lambda: _changed(Events, shown.events, now.events), None),
        expected=made.read(EXPECT, lambda: _expected(shown, now), None),
        placement=made.read(PLACEMENT, lambda: _changed(Placement, shown.placement, now.placement), None),
        mention=made.read(MENTION, lambda: _mentioned(shown, now), None),
        personal=not form.changes and now.where == Where.MINE,
        by=now.by.strip() if now.by.strip() and now.by != shown.by else None,
    )
    return made


Choice = TypeVar("Choice", Events, Placement)


def _changed(choices: type[Choice], shown: str, value: str) -> Choice | None:
    if value == shown:
        return None
    if value not in tuple(choices):
        raise BadCommandError("Choose one of the list.")
    return choices(value)


def _expected(shown: Entered, now: Entered) -> int | None:
    typed = now.expect.strip()
    return how_many(typed, "250") if typed and now.expect != shown.expect else None


def _mentioned(shown: Entered, now: Entered) -> tuple[str, ...] | None:
    people = tuple(dict.fromkeys(now.mention))
    if people == shown.mention:
        return None
    if len(people) > MOST_MENTIONED:
        raise BadCommandError(f"Each message names at most {MOST_MENTIONED} people, and these are {len(people)}.")
    return people
