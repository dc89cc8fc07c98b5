"""A batch that is read again and again while a watch is in place: what it told, and what was recorded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.announcement import Announcement
from bot.domain.change import Entry, first_sight, seen_again, transition
from bot.domain.notice import Look, notice
from bot.domain.past import Move, Past
from bot.domain.progress import Waiting, settlement
from bot.domain.request import LipsyncRequest
from bot.domain.watch import ENDS_AFTER, Watch
from tests.builders import NOON, at

LONGEST = timedelta(minutes=10)
BEGAN = 1_000.0  # seconds after noon: when the watch begins


@dataclass
class Batch:
    """The memory of one reference, and a watch that begins after the readings of its past.

    `rows` are what the API shows so many seconds after noon.
    """

    watch: Watch
    rows: Callable[[float], Iterable[LipsyncRequest]]
    entries: dict[str, Entry] = field(default_factory=dict)
    moves: dict[str, list[Move]] = field(default_factory=dict)
    number: int = 0
    told: list[Announcement] = field(default_factory=list)
    closes_at: float | None = None
    settled_at: float | None = None
    is_begun: bool = False
    is_over: bool = False

    def read(self, seconds: float) -> None:
        """A complete reading; a batch that may be called settled before is read then too."""
        while self.closes_at is not None and self.closes_at < seconds:
            closes_at, self.closes_at = self.closes_at, None
            self._read(closes_at)
        if self.settled_at is not None and self.settled_at + ENDS_AFTER.total_seconds() <= seconds:
            self.is_over = True
        self._read(seconds)

    def begin(self) -> None:
        """The watch begins now, and its reference is read at once."""
        since, self.is_begun = self.number, True
        self.watch = replace(self.watch, since_reading=since, generation_reading=since, clips_reading=since)
        self._read(BEGAN)

    def _read(self, seconds: float) -> None:
        self.number += 1
        for request in self.rows(seconds):
            self._record(request, seconds)
        if not self.is_begun or self.is_over or not self.entries:
            return
        for one in [each for each in self.entries.values() if not each.request.is_terminal]:
            if (one.open_reading or 0) <= self.watch.since_reading:
                self.entries[one.request.id] = replace(one, open_reading=self.number)
        look = Look(self.number, at(seconds), at(seconds), True, True, True, LONGEST)
        was_settled = self.watch.settled_reading
        noticed = notice(self.watch, list(self.entries.values()), look)
        self.watch = noticed.watch
        self.told += noticed.announcements
        if self.watch.settled_reading != was_settled:
            self.settled_at = seconds if self.watch.settled_reading is not None else None
        self._wait()

    def _wait(self) -> None:
        requests = [each.request for each in self.entries.values()]
        is_settled = self.watch.settled_reading is not None
        state = settlement(requests, expected=self.watch.expected, api_now=NOON, longest=LONGEST)
        self.closes_at = (state.until - NOON).total_seconds() if isinstance(state, Waiting) and not is_settled else None

    def _record(self, request: LipsyncRequest, seconds: float) -> None:
        before, now = self.entries.get(request.id), at(seconds)
        if before is None:
            after = first_sight(request, self.number, now)
        else:
            since = self.watch.since_reading
            after = seen_again(before, request, self.number, asked_at=now, read_at=now, open_since=since)
        self.entries[request.id] = after
        if move := transition(before, after, now):
            moved = Move(self.number, move.new, now, move.correction)
            self.moves.setdefault(request.id, []).append(moved)

    @property
    def pasts(self) -> list[Past]:
        """What is recorded in the end."""
        return [Past(entry, tuple(self.moves[name])) for name, entry in self.entries.items()]
