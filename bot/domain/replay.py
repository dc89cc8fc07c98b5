"""What a watch would have been told, had it begun earlier: the recorded past of a reference is looked at again.

The rules are those by which watches are told (`bot.domain.notice`); they are asked only where they may say something.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.alerts import only_grows
from bot.domain.announcement import Announcement, FailureFacts, FinishedFacts, PingFacts, ReopenedFacts, ShortFacts
from bot.domain.change import Entry
from bot.domain.failure import kind_of
from bot.domain.notice import Look, notice
from bot.domain.past import SAME_LOOK, Moment, Past, corrected, entry_at, moments
from bot.domain.progress import Settled, Waiting, settlement
from bot.domain.watch import ENDS_AFTER, Watch, may_announce

Kind = Literal["failure", "ping", "finished", "short", "reopened", "clips"]
MOST_WORK = 1_000_000  # about ten seconds of one core
_CHEAP = 20  # requests of which only the times are compared cost as much as one that the rules look at


@dataclass(frozen=True, slots=True)
class Told:
    """One message or reply that would have been posted at `at` (our clock).

    `about` names the failure kind, `count` how many requests it is about (0: the batch).
    """

    reference_id: str
    kind: Kind
    at: datetime
    is_new: bool
    about: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of one reference: what is `told` in order, and how often a message that was there was only edited.

    `ended_at` is when the watch would have ended by itself; `corrected` requests were changed by the API after their
    outcome, `gone` ones are listed no more and were left out. `work` is what it took, in requests that the rules have
    looked at, which is about 10 µs each; when that was too much it is `cut`, and tells only a part.
    """

    told: tuple[Told, ...] = ()
    edits: int = 0
    ended_at: datetime | None = None
    corrected: int = 0
    gone: int = 0
    work: int = 0
    cut: bool = False


def replay(
    watch: Watch, pasts: Sequence[Past], *, until: datetime, ahead: timedelta, longest: timedelta, most: int = MOST_WORK
) -> Replayed:
    """The past of a reference as `watch` would have told it from its `created_at` to `until` (our clock).

    `ahead` is how far the API's clock is ahead of ours, `longest` the longest settle window, `most` how much work is
    done for it.
    """
    kept = [past for past in pasts if past.entry.listed or past.entry.request.is_terminal]
    run = _Replay(watch, until=until, ahead=ahead, longest=longest, most=most)
    run.go(moments(kept))
    return Replayed(
        told=tuple(run.told),
        edits=run.edits,
        ended_at=run.ended_at,
        corrected=corrected(kept),
        gone=len(pasts) - len(kept),
        work=run.work,
        cut=run.work > most,
    )


@dataclass(slots=True)
class _Replay:
    """The watch on its way through the past. Readings have new numbers, with room for a closing after each."""

    watch: Watch
    until: datetime
    ahead: timedelta
    longest: timedelta
    most: int
    told: list[Told] = field(default_factory=list)
    edits: int = 0
    ended_at: datetime | None = None
    work: int = 0
    _entries: dict[str, Entry] = field(default_factory=dict)
    _kinds: Counter[str] = field(default_factory=Counter)  # of failures that may be announced
    _failed: int = 0
    _terminal: int = 0
    _number: int = 0  # of the last reading
    _done: list[Entry] = field(default_factory=list)  # clips that this look has shown finished
    _settles_at: datetime | None = None  # the API's clock
    _settled_at: datetime | None = None  # ours
    _key_of: dict[str, str] = field(default_factory=dict)

    def go(self, past: Sequence[Moment]) -> None:
        """From one look to the next."""
        before = [each for each in past if each.at <= self.watch.created_at]
        since = before[-1].number if before else 0
        self.watch = replace(self.watch, since_reading=since, generation_reading=since, clips_reading=since)
        for each in before:
            self._take_in(each)
        self._done.clear()
        if before:
            self._conclude(self.watch.created_at)
        for look, later in _looks([each for each in past if each.at > self.watch.created_at]):
            if self.work > self.most or not self._goes_on_until(look[0], [*look, *later]):
                return
            for each in look:
                self._see(each, is_last=each is look[-1])
        self._goes_on_until(None, [])

    def _goes_on_until(self, coming: Moment | None, to_come: Sequence[Moment]) -> bool:
        """Call the batch settled if it was before the next look, and see whether the watch is still there."""
        at = coming.at if coming is not None else self.until
        due = self._settles_at
        if due is not None and due - self.ahead < at and not any(each.brings_what_was_sent_by(due) for each in to_come):
            self._notice(due - self.ahead, ended=True)
        self._settles_at = None
        if self.watch.glob_id is None and self._settled_at is not None and self._settled_at + ENDS_AFTER <= at:
            self.ended_at = self._settled_at + ENDS_AFTER
            return False
        return True

    def _see(self, moment: Moment, *, is_last: bool) -> None:
        shown = self._take_in(moment)
        arrived = self.watch.settled_reading is not None and any(each.first_reading == moment.number for each in shown)
        failed = self._newly_failed(shown)
        counts = {key: self._kinds[key] for key in failed}
        silent = only_grows(self.watch.alerts, counts, failed=self._failed, terminal=self._terminal)
        if arrived or (failed and not silent):
            self._notice(moment.at, ended=False)
        else:
            self.edits += len(failed & self.watch.alerts.told)
        if is_last:
            self._conclude(moment.at)

    def _conclude(self, at: datetime) -> None:
        """The end of a look: finished clips are told, and whether the batch is settled."""
        self._tell_clips(at)
        if self.watch.settled_reading is not None or self._terminal < len(self._entries):
            return
        requests = [entry.request for entry in self._entries.values()]
        self.work += len(requests) // _CHEAP
        state = settlement(requests, expected=self.watch.expected, api_now=at + self.ahead, longest=self.longest)
        if isinstance(state, Settled):
            self._notice(at, ended=True)
        self._settles_at = state.until if isinstance(state, Waiting) else None

    def _tell_clips(self, at: datetime) -> None:
        """As the rule for finished clips has it, without a look at the whole batch."""
        if self.watch.events.tell_completions and not self.watch.only_failures:
            done = [entry for entry in self._done if (entry.outcome_reading or 0) > self.watch.clips_reading]
            if done:
                self.watch = replace(self.watch, clips_reading=self._number)
                self._tell("clips", at, count=len(done))
        self._done.clear()

    # --- the rules ---

    def _notice(self, at: datetime, *, ended: bool) -> None:
        """Ask the rules; a look's end has a number of its own."""
        number = self._number + 1 if ended else self._number
        api_now = at + self.ahead
        look = Look(number, at, api_now, ended, complete=ended, steady=True, longest_settle=self.longest)
        known = self.watch.alerts.told
        noticed = notice(self.watch, list(self._entries.values()), look)
        self.work += len(self._entries)
        if noticed.watch.settled_reading != self.watch.settled_reading:
            self._settled_at = at if noticed.watch.settled_reading is not None else None
        self.watch = noticed.watch
        for said in noticed.announcements:
            self._said(said, known, at)

    def _said(self, said: Announcement, known: frozenset[str], at: datetime) -> None:
        facts = said.facts
        if isinstance(facts, FailureFacts):
            if facts.key in known:
                self.edits += 1
            else:
                self._tell("failure", at, facts.name, len(facts.ids))
        elif isinstance(facts, PingFacts):
            name, count = (facts.kinds[0].name, facts.kinds[0].count) if facts.kinds else ("", 0)
            self._tell("ping", at, name, count, has_parent=said.under is not None)
        elif isinstance(facts, FinishedFacts | ShortFacts | ReopenedFacts):
            self._tell(facts.kind, at)

    def _tell(self, kind: Kind, at: datetime, about: str = "", count: int = 0, *, has_parent: bool = False) -> None:
        placement = self.watch.placement
        is_reply = placement.is_under_card or (placement.has_threads and has_parent)
        is_new = placement.is_broadcast or not is_reply
        self.told.append(Told(self.watch.reference_id, kind, at, is_new, about, count))

    # --- the entries ---

    def _take_in(self, moment: Moment) -> list[Entry]:
        """Bring the entries to this moment; returns those that it has changed."""
        self._number, changed = moment.number, []
        self.work += len(moment.moves)
        for past, move in moment.moves:
            before = self._entries.get(past.entry.request.id)
            after = entry_at(past, move, before, moment.number, self.watch)
            self._entries[past.entry.request.id] = after
            self._count(before, -1)
            self._count(after, 1)
            changed.append(after)
        done = [each for each in changed if each.request.status == "completed" and may_announce(self.watch, each)]
        self._done += done
        return changed

    def _count(self, entry: Entry | None, by: int) -> None:
        if entry is None:
            return
        self._terminal += by * entry.request.is_terminal
        if entry.request.status == "failed":
            self._failed += by
            if may_announce(self.watch, entry):
                self._kinds[self._key(entry)] += by

    def _newly_failed(self, shown: Sequence[Entry]) -> frozenset[str]:
        """The kinds of the failures that this reading has shown."""
        return frozenset(
            self._key(entry)
            for entry in shown
            if entry.request.status == "failed"
            and entry.outcome_reading == self._number
            and may_announce(self.watch, entry)
        )

    def _key(self, entry: Entry) -> str:
        message = entry.request.error_message or ""
        if message not in self._key_of:
            self._key_of[message] = kind_of(message)
        return self._key_of[message]


def _looks(past: Sequence[Moment]) -> Iterator[tuple[list[Moment], Sequence[Moment]]]:
    """The moments that belong to one look together, and what comes after it."""
    at = 0
    while at < len(past):
        end = at + 1
        while end < len(past) and past[end].at - past[at].at < SAME_LOOK:
            end += 1
        yield list(past[at:end]), past[end:]
        at = end
