"""Who must be told of what, by the baseline rule of the product alone: nothing here knows how the bot does it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from fnmatch import fnmatchcase

from bot.domain.watch import Events
from tests.flows.model_account import ModelAccount, Shown

PATTERNS = ("batch-*", "*")  # the most specific first
TOLERANCE = timedelta(seconds=2.5)  # an answer tells the API's clock in whole seconds


def covers(name: str, reference: str) -> bool:
    """Whether a watch of this name, or of this pattern, is about the reference."""
    return name == reference or (name in PATTERNS and fnmatchcase(reference, name))


class Verdict(IntEnum):
    """Whether something holds; MAYBE where two things happened at the same moment, so that both are right."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """Between answer number `low` and `high`: the same, unless something was asked meanwhile."""

    low: int
    high: int

    def is_before(self, number: int) -> Verdict:
        """Whether it was before this answer was given."""
        return Verdict(2 * (number > self.high) or (number > self.low))


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody began or changed a watch (or stopped it), when the API's clock showed `at`.

    It is `unsure` when the process that was told ended before the API had told it the time.
    """

    place: str
    name: str
    when: Moment
    at: datetime
    stops: bool = False
    events: Events | None = None
    expected: int | None = None
    catching_up: bool = False
    unsure: bool = False

    @property
    def is_glob(self) -> bool:
        """Whether it is about a pattern."""
        return self.name in PATTERNS


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which one watch decides what a place is told of a reference.

    `telling` is the same for spans in which what was told counts as told. `began` is the API's clock when the watch
    began; `events` is None when they were changed, `cut` when it ended before what was held back was told. What a
    pattern kept about the reference in the span before goes on in one that `goes_on` from it.
    """

    telling: int
    start: Moment
    began: datetime
    only_failures: bool
    events: Events | None
    unsure: bool
    end: Moment | None = None
    cut: bool = False
    goes_on: "Span | None" = None

    def has(self, number: int) -> Verdict:
        """Whether it was under way when this answer was given."""
        after = self.start.is_before(number)
        return after if self.end is None else min(after, Verdict(2 - self.end.is_before(number)))


@dataclass
class _Walk:
    """The commands of one place, one after the other, as one reference is concerned."""

    reference: str
    spans: list[Span] = field(default_factory=list)
    _watched: dict[str, Command] = field(default_factory=dict)
    _decides: Command | None = None
    _tellings: int = 0

    def take(self, command: Command) -> None:
        name = command.name
        if not covers(name, self.reference):
            return
        if command.stops:
            self._watched.pop(name, None)
        elif name in self._watched:
            self._change(command)
            return
        else:
            self._watched[name] = replace(command, events=command.events or Events.PROBLEMS)
        decides = next((self._watched[each] for each in (self.reference, *PATTERNS) if each in self._watched), None)
        if decides is not self._decides:
            self._hand_over(decides, command)

    def _change(self, command: Command) -> None:
        mine = self._watched[command.name]
        events = command.events or mine.events
        changed = self._watched[command.name] = replace(mine, events=events)
        if mine is self._decides:
            self._decides = changed
            if events != self.spans[-1].events:
                self.spans[-1] = replace(self.spans[-1], events=None)

    def _hand_over(self, decides: Command | None, command: Command) -> None:
        before, self._decides = self._decides, decides
        if before is not None:
            self.spans[-1] = replace(self.spans[-1], end=command.when, cut=command.catching_up)
        if decides is None:
            return
        # What one watch has told of a reference counts as told when another one takes it over.
        if before is None:
            self._tellings += 1
        began, unsure = decides.at, decides.unsure
        if before is not None and not before.is_glob:  # a pattern goes on with what ended while it was watched by name
            began, unsure = min(began, before.at), unsure or before.unsure
        goes_on = self.spans[-1] if before is not None and before.is_glob else None
        span = Span(self._tellings, command.when, began, decides.name == "*", decides.events, unsure, goes_on=goes_on)
        self.spans.append(span)


def spans_of(commands: Iterable[Command], place: str, reference: str) -> list[Span]:
    """Which watch decides in this place about this reference, one after the other."""
    walk = _Walk(reference)
    for command in commands:
        if command.place == place:
            walk.take(command)
    return walk.spans


def may_announce(account: ModelAccount, span: Span, outcome: Shown) -> Verdict:
    """The baseline rule for an outcome that this answer showed first."""
    return min(span.has(outcome.number), _was_to_come(account, span, outcome))


def _was_to_come(account: ModelAccount, span: Span, outcome: Shown) -> Verdict:
    """Whether it was still to come when the span began: seen open since, or ended later."""
    seen_open = max(
        (
            span.start.is_before(shown.number) if shown.number not in account.lost else Verdict.MAYBE
            for shown in account.shown[outcome.row.id]
            if not shown.row.is_terminal and shown.number < outcome.number and span.start.is_before(shown.number)
        ),
        default=Verdict.NO,
    )
    later = outcome.row.ended_at - span.began
    ended_later = Verdict(2 * (later > TOLERANCE) or (later > -TOLERANCE))
    if span.unsure:
        ended_later = Verdict.MAYBE  # the process that began the watch never heard the API's time, and ours was set
    return max(seen_open, ended_later, _was_to_come_before(account, span, outcome))


def _was_to_come_before(account: ModelAccount, span: Span, outcome: Shown) -> Verdict:
    """The same for the span that it goes on from; a pattern keeps something about a reference once it has seen it."""
    if span.goes_on is None:
        return Verdict.NO
    kept = max(
        (
            min(span.goes_on.has(shown.number), Verdict.MAYBE if shown.number in account.lost else Verdict.YES)
            for rows in account.shown.values()
            for shown in rows
            if shown.row.reference_id == outcome.row.reference_id
        ),
        default=Verdict.NO,
    )
    return min(_was_to_come(account, span.goes_on, outcome), max(kept, Verdict.MAYBE))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rule says of one request in one span; its outcome was first shown by the `first`, or latest `last`."""

    verdict: Verdict
    first: Shown
    last: Shown


def judge(account: ModelAccount, span: Span, request_id: str) -> Judged | None:
    """None when its outcome was never shown."""
    outcomes = account.outcomes(request_id)
    if not outcomes:
        return None
    verdicts = [may_announce(account, span, outcome) for outcome in outcomes]
    alike = all((each.row.status, each.row.error_message) == told_as(outcomes[-1]) for each in outcomes)
    is_sure = alike and outcomes[-1].number not in account.lost
    sure = min(verdicts)
    return Judged(sure if is_sure and sure else min(max(verdicts), Verdict.MAYBE), outcomes[0], outcomes[-1])


def told_as(shown: Shown) -> tuple[str, str | None]:
    """What makes two outcomes the same for whoever is told."""
    return shown.row.status, shown.row.error_message


@dataclass(frozen=True, slots=True)
class Expected:
    """By telling: failure kinds that must be told, and those that may."""

    must: frozenset[tuple[int, str]]
    may: frozenset[tuple[int, str]]


def failures_of(account: ModelAccount, spans: Sequence[Span], request_ids: Iterable[str]) -> Expected:
    """Each failure kind once in each telling that one of its outcomes is for."""
    must: set[tuple[int, str]] = set()
    may: set[tuple[int, str]] = set()
    for request_id in request_ids:
        for span in spans:
            judged = judge(account, span, request_id)
            if judged is None or judged.verdict is Verdict.NO:
                continue
            may |= {
                (span.telling, str(each.row.error_message))
                for each in account.outcomes(request_id)
                if each.row.status == "failed"
            }
            status, reason = told_as(judged.last)
            if judged.verdict is Verdict.YES and status == "failed" and not span.cut:
                must.add((span.telling, str(reason)))
    return Expected(frozenset(must), frozenset(may))
