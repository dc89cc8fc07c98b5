"""What must hold on a model account: while time passes, and in the end for all that was told."""

import json
import sqlite3
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.domain.answer import StatusAnswer
from bot.domain.pace import pace_of
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events
from tests.flows.model_account import REASONS, ModelAccount
from tests.flows.model_expectations import Command, Judged, Span, Verdict, covers, failures_of, judge, spans_of
from tests.flows.model_told import CLIPS, FINISHED, REOPENED, Told

PACE = pace_of(15)
SLACK = 60.0  # seconds beside the stated longest time unread: what is worth more goes first, 7 times of 8
BUSY = 0.7  # of the budget: from there on it may be what holds the bot up
FAILED, COMPLETED = "failed", "completed"
ENDED = (FAILED, COMPLETED, "canceled")


@dataclass(frozen=True, slots=True)
class History:
    """All that happened: what is judged."""

    account: ModelAccount
    commands: Sequence[Command]
    told: Sequence[Told]
    calls: int
    had_gap: bool = False

    @property
    def active(self) -> set[tuple[str, str]]:
        """What is watched in the end, with the places."""
        active: set[tuple[str, str]] = set()
        for command in self.commands:
            watch = (command.place, command.name)
            active = active - {watch} if command.stops else active | {watch}
        return active

    @property
    def is_busy(self) -> bool:
        """Whether the budget may be what holds the bot up."""
        account = self.account
        allowed = self.calls / float(2**account.refusals)
        return account.calls_since(account.clock.monotonic() - 60) >= BUSY * allowed

    def is_watched(self, reference: str | None) -> bool:
        """Whether somebody watches this reference in the end."""
        return reference is not None and any(covers(name, reference) for _, name in self.active)

    def is_findable(self, row: LipsyncRequest) -> bool:
        """Whether the bot must have found this request by the end: it is watched and was shown, or can be found.

        Where the list has no order, what a pattern covers is only found on the first page, and what came while another
        of its reference went is not told by their number.
        """
        is_easy = bool(self.account.shown[row.id]) or not self.account.is_mixed
        is_named = any(name == row.reference_id for _, name in self.active)
        is_told = is_named and row.reference_id not in self.account.left
        return is_told or (is_easy and self.is_watched(row.reference_id))

    @property
    def places(self) -> list[str]:
        """Where anything was ever watched."""
        return sorted({command.place for command in self.commands})

    @property
    def references(self) -> dict[str, list[str]]:
        """The ids of all requests ever shown, by reference."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for request_id, shown in self.account.shown.items():
            if shown and (reference := shown[0].row.reference_id) is not None:
                found[reference].append(request_id)
        return found


# --- while time passes ---


def unread_too_long(history: History, disturbed_at: float) -> Iterator[str]:
    """Open watched requests that nobody read for longer than the pace allows, while nothing kept the bot from it."""
    account, now = history.account, history.account.clock.monotonic()
    if account.is_mixed:
        return  # a list without order may look ordered for a while
    if history.is_busy:
        return
    since = max(disturbed_at, account.troubled_at)
    for row in account.rows:
        shown = account.shown[row.id]
        if (shown and shown[-1].row.is_terminal) or now - since < PACE.longest_unread:
            continue
        if not history.is_findable(row):
            continue
        age = (account.now - row.created_at).total_seconds()
        longest = PACE.longest(age, queued=bool(shown) and shown[-1].row.status == "queued")
        unread = now - max(since, shown[-1].at if shown else account.inserted[row.id])
        if unread > longest + SLACK:
            yield f"{row.reference_id} {row.id[-4:]} was unread for {unread:.0f} s of {longest:.0f}"


def called_finished_too_early(account: ModelAccount, told: Iterable[Told]) -> Iterator[str]:
    """Batches that were called finished although the last answer about a request showed it open."""
    if account.lied:
        return
    for one in told:
        if one.what != FINISHED:
            continue
        for row in account.rows:
            shown = account.shown[row.id]
            if row.reference_id == one.reference and shown and not shown[-1].row.is_terminal:
                yield f"{one.place} was told that {one.reference} is finished, and {row.id[-4:]} was open"


def missing_in_answer(account: ModelAccount, there: Iterable[str], answer: StatusAnswer) -> Iterator[str]:
    """Requests that were there all the time, and that an answer for which all was read does not have."""
    if account.lied or answer.trouble or answer.still or not answer.complete:
        return
    ids = {row.id for row in answer.requests}
    yield from (f"{each[-4:]} is missing in the answer" for each in there if each not in ids)


def too_many_calls(history: History) -> Iterator[str]:
    """More calls in 60 s than one process may make."""
    by_process: defaultdict[int, list[float]] = defaultdict(list)
    for process, at in history.account.called:
        by_process[process].append(at)
    for times in by_process.values():
        for number, at in enumerate(times):
            if number - bisect_left(times, at - 60 + 1e-6) + 1 > history.calls:
                yield f"more than {history.calls} calls in the 60 s before {at:.1f}"
                break


# --- in the end ---


def wrong_in_ledger(history: History, file: Path) -> Iterator[str]:
    """Outcomes that the ledger does not have, or has more than once."""
    account = history.account
    with sqlite3.connect(file) as connection:
        moves = connection.execute("SELECT request_id, new FROM transitions WHERE NOT correction").fetchall()
        entries = dict(connection.execute("SELECT id, status FROM requests"))
        (coverage,) = connection.execute("SELECT coverage FROM accounts").fetchone() or (None,)
    connection.close()
    gaps = json.loads(coverage)["gaps"] if coverage else []
    if (
        gaps
        and not (account.is_mixed or history.is_busy)
        and history.is_watched("any")
        and all(row.reference_id for row in account.rows)
    ):
        yield f"these places of the list stay unread: {gaps}"
    ends = Counter(request_id for request_id, new in moves if new in ENDED)
    for request_id in account.shown:
        expected = account.is_known_ended(request_id)
        if ends[request_id] > 1 or (expected and not ends[request_id]):
            yield f"the ledger has the outcome of {request_id[-4:]} {ends[request_id]} times"
    for row in account.rows:
        is_right = entries.get(row.id) in (ENDED if row.id in account.taken_back else (row.status,))
        if row.is_terminal and not is_right and history.is_findable(row):
            yield f"the ledger has {row.reference_id} {row.id[-4:]} as {entries.get(row.id)}, it is {row.status}"


def wrongly_told(history: History) -> Iterator[str]:
    """What places should have been told and were not, or were told and should not have been."""
    for place in history.places:
        for reference, ids in history.references.items():
            told = [one for one in history.told if (one.place, one.reference) == (place, reference)]
            spans = spans_of(history.commands, place, reference)
            about = _About(history, place, reference, ids, spans, told)
            for wrong in (*about.failures(), *about.finishes(), *about.reopenings(), *about.clips()):
                yield f"{place} {reference}: {wrong}"


@dataclass(frozen=True, slots=True)
class _About:
    """What one place was told of one reference."""

    history: History
    place: str
    reference: str
    ids: Sequence[str]
    spans: Sequence[Span]
    told: Sequence[Told]

    @property
    def _account(self) -> ModelAccount:
        return self.history.account

    def failures(self) -> Iterator[str]:
        """Each kind once in each telling, with requests that may be told."""
        expected = failures_of(self._account, self.spans, self.ids)
        for reason in REASONS:
            said = [one for one in self.told if one.what == reason]
            least = sum(1 for _, kind in expected.must if kind == reason)
            most = sum(1 for _, kind in expected.may if kind == reason)
            if not least <= len(said) <= most:
                yield f"{reason} was told {len(said)} times, not {least} to {most}"
            for one in said:
                yield from (f"{i[-4:]} must not be told as failed" for i in one.ids if not self._may(i, FAILED))

    def _may(self, request_id: str, status: str) -> bool:
        return self._account.was_corrected(request_id) or any(
            judged is not None and judged.verdict and judged.last.row.status == status
            for judged in (judge(self._account, span, request_id) for span in self.spans)
        )

    def finishes(self) -> Iterator[str]:
        """Once in each generation, and only where one of its outcomes may be told."""
        said = [one for one in self.told if one.what == FINISHED]
        for one in said:
            spans = self.spans if one.held else self._owing(one)
            if not any(self._counts(span, one) for span in spans):
                yield "finished was told without an outcome that may be told"
        for first, second in pairwise(said):
            if self._span_of(first) is self._span_of(second) and not self._is_new(first, second):
                yield "finished was told again although nothing was new"
        if self._should_be_finished(said):
            yield "finished was not told"

    def _owing(self, one: Told) -> list[Span]:
        """The span in which it was told, and those before that were handed over: what they owed, it owes."""
        its = self._span_of(one)
        return [span for span in self.spans if its and span.telling == its.telling and span.start.low <= its.start.low]

    def _span_of(self, one: Told) -> Span | None:
        return next((span for span in reversed(self.spans) if span.start.low < one.when.high), None)

    def _counts(self, span: Span, one: Told) -> bool:
        """Whether the batch had an outcome by then for whoever watches it in this span."""
        judged = [(each, judge(self._account, span, each)) for each in self.ids]
        return any(
            self._account.was_corrected(request_id) or (of.verdict > 0 and of.first.number <= one.when.high)
            for request_id, of in judged
            if of is not None
        )

    def _is_new(self, first: Told, second: Told) -> bool:
        """Whether something has come, or was expected anew, between the two."""
        came = (self._account.shown[each][0].number for each in self.ids)
        changed = (c.when.low for c in self.history.commands if c.name == self.reference and c.expected is not None)
        return any(first.when.low < number <= second.when.high for number in came) or any(
            first.when.low <= number <= second.when.high for number in changed
        )

    def _should_be_finished(self, said: Sequence[Told]) -> bool:
        if self._account.lied or not self.spans or self.spans[-1].end or self.spans[-1].only_failures:
            return False
        listed = [row for row in self._account.rows if row.reference_id == self.reference]
        if not all(row.is_terminal for row in listed):
            return False
        until = max((one.when.high for one in said if self._span_of(one) is self.spans[-1]), default=0)
        return any(of.first.number > until for of in self._surely(listed))

    def _surely(self, rows: Iterable[LipsyncRequest]) -> Iterator[Judged]:
        """What the last span must be told of, among these."""
        for row in rows:
            of = judge(self._account, self.spans[-1], row.id)
            if of is not None and of.verdict is Verdict.YES and not self._account.was_corrected(row.id):
                yield of

    def reopenings(self) -> Iterator[str]:
        """After a batch was called finished, what comes then is told."""
        finished = [one for one in self.told if one.what == FINISHED and self._span_of(one) is self.spans[-1]]
        if self._account.lied or not finished or self.spans[-1].end is not None:
            return
        until = finished[-1].when.high
        if any(
            c.name == self.reference and c.expected is not None and c.when.high >= until for c in self.history.commands
        ):
            return  # whoever changes what is expected has it decided anew
        listed = {row.id for row in self._account.rows}
        came = [each for each in self.ids if each in listed and self._account.shown[each][0].number > until]
        if came and not any(one.what == REOPENED and one.when.high > until for one in self.told):
            yield "reopened was not told"

    def clips(self) -> Iterator[str]:
        """Each finished clip once."""
        said = [request_id for one in self.told if one.what == CLIPS for request_id in one.ids]
        for request_id, times in Counter(said).items():
            if not self._may(request_id, COMPLETED):
                yield f"{request_id[-4:]} must not be told as completed"
            if times > len({span.telling for span in self.spans}):
                yield f"{request_id[-4:]} was told as completed {times} times"
        if self.spans and self._wants_clips(self.spans[-1]) and not self.history.had_gap:
            listed = [row for row in self._account.rows if row.reference_id == self.reference]
            for of in self._surely(listed):
                if of.last.row.status == COMPLETED and of.last.row.id not in said:
                    yield f"{of.last.row.id[-4:]} was not told as completed"

    def _wants_clips(self, span: Span) -> bool:
        return span.end is None and not span.only_failures and span.events in (Events.EACH, Events.ALL)
