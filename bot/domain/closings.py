"""What looks have still to conclude of references: which were touched, which may be settled, which are stale."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.domain.places import Coverage
from bot.domain.steps import ByReference, Call, Window

LONGEST_GAP = 60.0  # seconds that a finish waits for rows nobody has read; then its reference is read by itself
FRESHEN = 30.0  # seconds between two times that the freshness of a reference with open requests is written down
FRESHEN_IDLE = 300.0  # seconds, for those without


@dataclass(slots=True)
class Closings:
    """By reference; all times are seconds on the API's clock.

    `touched` ones had news in this look. `settles` says when a batch may be called settled. `unaccounted` ones must be
    read by themselves before anything can be concluded; `later` ones wait until no gap is left in the account's list.
    `delayed` says when those that could not be read are unaccounted again.
    """

    touched: set[str] = field(default_factory=set)
    settles: dict[str, float] = field(default_factory=dict)
    unaccounted: dict[str, None] = field(default_factory=dict)
    later: set[str] = field(default_factory=set)
    delayed: dict[str, float] = field(default_factory=dict)
    _fresh: dict[str, float] = field(default_factory=dict)
    _idle_fresh_at: float = 0.0

    def was_read(self, reference_id: str) -> None:
        """A reading of the reference by itself has come to its end, and has concluded what there was."""
        self.touched.discard(reference_id)
        self.later.discard(reference_id)
        self.unaccounted.pop(reference_id, None)
        self.delayed.pop(reference_id, None)
        self.settles.pop(reference_id, None)

    def were_closed(self, closed: AbstractSet[str], unaccounted: AbstractSet[str], *, contiguous: bool) -> None:
        """A look has concluded what it could of these; of the unaccounted ones it could not."""
        for name in closed:
            self.settles.pop(name, None)
        if contiguous:
            self.unaccounted |= dict.fromkeys(sorted(unaccounted))
        else:
            self.later |= closed

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
        self.later.discard(reference_id)

    def _end_delays(self, now: float) -> None:
        for name in [name for name, until in self.delayed.items() if until <= now]:
            del self.delayed[name]
            self.unaccounted[name] = None

    def drop_unwatched(self, is_watched: Callable[[str], bool]) -> None:
        """Nothing is concluded any more of what nobody watches."""
        self.later = set(filter(is_watched, self.later))
        for waiting in (self.unaccounted, self.settles, self.delayed):
            for name in [name for name in waiting if not is_watched(name)]:
                del waiting[name]

    @property
    def moments(self) -> Iterator[float]:
        """When something is to be concluded or tried again, even if nothing comes."""
        yield from self.settles.values()
        yield from self.delayed.values()

    def next_call(self, now: float, coverage: Coverage | None, still_open: AbstractSet[str]) -> Call | None:
        """What must be read before something can be concluded whose time has come."""
        self._end_delays(now)
        if self.unaccounted:
            return ByReference(next(iter(self.unaccounted)))
        if coverage is None:
            return None
        if coverage.gaps and (stuck := self.later - still_open):
            is_old = now >= coverage.gaps[0].began + LONGEST_GAP
            return ByReference(min(stuck)) if is_old else Window(coverage.gaps[-1].high)
        due = [until for until in self.settles.values() if until <= now]
        if due and coverage.read_at < max(due):
            return Window(None)
        return Window(coverage.gaps[-1].high) if due and coverage.gaps else None

    def conclude(self, coverage: Coverage) -> frozenset[str]:
        """The references that a look concludes at its end."""
        names = self.touched | {name for name, until in self.settles.items() if until <= coverage.read_at}
        self.touched = set()
        if coverage.contiguous:
            names |= self.later
            self.later = set()
        return frozenset(names)

    def freshen(self, coverage: Coverage, seen: Mapping[str, float], idle: Iterable[str]) -> dict[str, float]:
        """Since when what is known of references is true, where that is to be written down now.

        `seen` says when the longest unread open request of a reference was read; `idle` ones have none.
        """
        if not coverage.contiguous:
            return {}
        moments = {name: min(moment, coverage.read_at) for name, moment in seen.items()}
        moments |= dict.fromkeys(self.settles.keys() - seen.keys(), coverage.read_at)
        fresh = {name: moment for name, moment in moments.items() if moment >= self._fresh.get(name, 0.0) + FRESHEN}
        self._fresh |= fresh
        if coverage.read_at >= self._idle_fresh_at + FRESHEN_IDLE:
            self._idle_fresh_at = coverage.read_at
            fresh |= {name: coverage.read_at for name in idle if name not in moments}
        return fresh
