"""What looks have still to conclude of references: which were touched, which may be settled, which are stale."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from bot.domain.gaps import Gap
from bot.domain.places import Coverage
from bot.domain.steps import ByReference, Call, Window
from bot.domain.under_way import NOTHING, UnderWay
from bot.domain.watch import Watched

LONGEST_GAP = 60.0  # seconds that a finish waits for rows nobody has read; then its reference is read by itself
AUDIT_ROUND = 2 * 86_400.0  # seconds in which each watched reference is read by itself once, if calls are left for it
FRESHEN = 30.0  # seconds between two times that the freshness of a reference with open requests is written down
FRESHEN_IDLE = 300.0  # seconds, for those without


@dataclass(slots=True)
class Closings:
    """By reference; all times are seconds on the API's clock.

    `touched` ones had news in this look. `settles` says when a batch may be called settled. `unaccounted` ones must be
    read by themselves before anything can be concluded, first of all the `pressing` ones, of which there is something
    to conclude; `later` ones wait until no gap is left in the account's list.
    `delayed` says when those that could not be read, or not be believed, are unaccounted again. `audits` are all that
    are watched, in the order in which they are read by themselves when calls are left, the last of them `audited_at`.
    """

    touched: set[str] = field(default_factory=set)
    settles: dict[str, float] = field(default_factory=dict)
    pressing: dict[str, None] = field(default_factory=dict)
    unaccounted: dict[str, None] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    delayed: dict[str, float] = field(default_factory=dict)
    audits: deque[str] = field(default_factory=deque)
    audited_at: float = 0.0
    _stuck: dict[str, float] = field(default_factory=dict)  # until when these wait for rows that nobody has read
    _fresh: dict[str, float] = field(default_factory=dict)
    _idle_fresh_at: float = 0.0

    def was_read(self, reference_id: str) -> None:
        """A reading of the reference by itself has come to its end, and has concluded what there was."""
        self.touched.discard(reference_id)
        self.later.discard(reference_id)
        self.unaccounted.pop(reference_id, None)
        self.pressing.pop(reference_id, None)
        self.delayed.pop(reference_id, None)
        self.settles.pop(reference_id, None)

    def were_closed(self, closed: AbstractSet[str], unaccounted: AbstractSet[str], *, contiguous: bool) -> None:
        """A look has concluded what it could of these; of the unaccounted ones it could not."""
        for name in closed:
            self.settles.pop(name, None)
        if contiguous:
            self.unaccounted |= dict.fromkeys(sorted(unaccounted))
            self.pressing |= dict.fromkeys(sorted(unaccounted & closed))
        else:
            self.later |= closed

    def account_for(self, still_open: AbstractSet[str]) -> None:
        """Nobody waits any longer for newer rows before something is said of what has no request open."""
        self.unaccounted |= dict.fromkeys(sorted(self.later - still_open))

    def was_set_back(self) -> None:
        """The API's clock shows less than it did: what is fresh must be written down anew."""
        self._fresh.clear()
        self._idle_fresh_at = 0.0
        self._end_delays(math.inf)

    def put_off(self, reference_id: str, until: float) -> None:
        """The reference cannot be read at the moment; what is to be concluded of it waits for another try."""
        if reference_id in self.unaccounted or reference_id in self.later:
            self.delayed[reference_id] = until
        self.unaccounted.pop(reference_id, None)
        self.pressing.pop(reference_id, None)
        self.later.discard(reference_id)

    def read_again(self, reference_id: str, at: float) -> None:
        """Open requests were not listed any more: that may be an old answer, so another reading must agree."""
        self.delayed[reference_id] = at

    def _end_delays(self, now: float) -> None:
        for name in [name for name, until in self.delayed.items() if until <= now]:
            del self.delayed[name]
            self.unaccounted[name] = None

    def drop_unwatched(self, unwatched: Callable[[AbstractSet[str]], Iterable[str]]) -> None:
        """Nothing is concluded any more of what nobody watches."""
        self.later.difference_update(unwatched(self.later))
        for waiting in (self.unaccounted, self.pressing, self.settles, self.delayed):
            for name in unwatched(waiting.keys()):
                del waiting[name]

    @property
    def moments(self) -> Iterator[float]:
        """When something is to be concluded or tried again, even if nothing comes."""
        yield from self.settles.values()
        yield from self.delayed.values()
        yield from self._stuck.values()

    def next_call(
        self,
        now: float,
        coverage: Coverage | None,
        still_open: AbstractSet[str],
        patience: float,
        newest_from: float,
        beside: UnderWay = NOTHING,
    ) -> Call | None:
        """What must be read before something can be concluded; first what may be concluded at once after it.

        Of the `later` ones that is none with a request still open, and none before it has waited for `patience`. The
        newest page shows all places from `newest_from` on. What calls `beside` it show is not read again.
        """
        self._end_delays(now)
        self._stuck = {name: self._stuck.get(name, now + patience) for name in self.later - still_open}
        of_list = self._of_list(now, coverage, newest_from) if coverage is not None else None
        calls = chain(map(ByReference, self.pressing), [of_list] if of_list else [], map(ByReference, self.unaccounted))
        return next((call for call in calls if not beside.has(call)), None)

    def _of_list(self, now: float, coverage: Coverage, newest_from: float) -> Call | None:
        """What must be read of the account's list for what waits for it, or instead of waiting longer."""
        if coverage.gaps and (stuck := [name for name, until in self._stuck.items() if until <= now]):
            is_old = now >= coverage.gaps[0].began + LONGEST_GAP
            longest = min(stuck, key=lambda name: (self._stuck[name], name))
            return ByReference(longest) if is_old else _over(coverage.gaps[-1], newest_from)
        due = [until for until in self.settles.values() if until <= now]
        if due and coverage.read_at < max(due):
            return Window(None)
        return _over(coverage.gaps[-1], newest_from) if due and coverage.gaps else None

    def next_audit(self, now: float) -> ByReference | None:
        """The reference whose turn it is to be read by itself, in case the account's list has kept something back."""
        self.audited_at = min(self.audited_at, now)  # the clock may have been set back
        if not self.audits or now < self.audited_at + AUDIT_ROUND / len(self.audits):
            return None
        self.audited_at = now
        self.audits.rotate(-1)
        return ByReference(self.audits[-1])

    def conclude(self, coverage: Coverage) -> frozenset[str]:
        """The references that a look concludes at its end."""
        names = self.touched | {name for name, until in self.settles.items() if until <= coverage.read_at}
        self.touched = set()
        if coverage.contiguous:
            names |= self.later
            self.later = set()
        return frozenset(names)

    def freshen(self, coverage: Coverage, seen: Mapping[str, float]) -> dict[str, float]:
        """Since when what is known of references is true, where that is to be written down now.

        `seen` says when the longest unread open request of a reference was read; the other watched ones have none.
        """
        if not coverage.contiguous:
            return {}
        moments = {name: min(moment, coverage.read_at) for name, moment in seen.items()}
        moments |= dict.fromkeys(self.settles.keys() - seen.keys(), coverage.read_at)
        fresh = {name: moment for name, moment in moments.items() if moment >= self._fresh.get(name, 0.0) + FRESHEN}
        self._fresh |= fresh
        if coverage.read_at >= self._idle_fresh_at + FRESHEN_IDLE:
            self._idle_fresh_at = coverage.read_at
            fresh |= {name: coverage.read_at for name in self.audits if name not in moments}
        return fresh


def _over(gap: Gap, newest_from: float) -> Window:
    """The page that closes the newest gap; if it can, the newest one, above which no other gap is left."""
    return Window(None if gap.low >= newest_from else gap.high)


@dataclass(frozen=True, slots=True)
class WaitingReferences:
    """What our memory says of the watched references, for looks to go on from there.

    `unread` ones were never read. Of the `touched` ones nothing is open, or a process that ended may have read them and
    concluded nothing. `longest_unread` are all, in that order.
    """

    unread: tuple[str, ...]
    touched: frozenset[str]
    longest_unread: tuple[str, ...]


def waiting_of(watched: Sequence[Watched], now: datetime, *, has_all: bool, begins: bool) -> WaitingReferences:
    """Sort out what is watched; `has_all` when our memory has every row of the account, `begins` at the start."""
    unread = sorted(one.reference_id for one in watched if one.read_at is None and not has_all)
    touched = {one.reference_id for one in watched if not one.settled and (begins or one.oldest_open_at is None)}
    longest_ago = sorted(watched, key=lambda one: (one.read_at is not None, one.read_at or now))
    return WaitingReferences(
        tuple(unread), frozenset(touched.difference(unread)), tuple(one.reference_id for one in longest_ago)
    )
