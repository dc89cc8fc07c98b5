"""After a gap in which nothing could be read: what must be read before it can be said what happened meanwhile."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.domain.gaps import Gap
from bot.domain.outlook import Open
from bot.domain.places import Coverage
from bot.domain.request import LipsyncRequest


@dataclass(slots=True)
class Arrears:
    """Open `requests`, by id, of which nobody knows how they went on, and the account's list as it was after the gap.

    What comes later is no part of it: an account with more news than calls would never be through with that. They are
    `over` when all of it was read, and all that can be concluded of it was.
    """

    requests: set[str] = field(default_factory=set)
    over: bool = field(default=True, init=False)
    _newest: int | None = field(default=None, init=False)  # place that the list had after the gap, once that is known

    def begin(self, still_open: Iterable[str]) -> None:
        """Nothing was read for long: these were open, and what has come since is not known."""
        self.requests = set(still_open)
        self.over = False
        self._newest = None

    def saw(self, rows: Iterable[LipsyncRequest]) -> None:
        """These were read."""
        if self.requests:
            self.requests.difference_update(row.id for row in rows)

    def saw_list(self, total: int) -> None:
        """A page of the account's list was read, which has so many rows."""
        if self._newest is None:
            self._newest = total

    def are_requests_read(self, still_open: Mapping[str, Open], unreadable: AbstractSet[str | None]) -> bool:
        """Whether all of them were read, but for those that are open no more, and those of `unreadable` references."""
        left = self.requests & still_open.keys()
        return all(still_open[name].reference_id in unreadable for name in left)

    def is_list_read(self, coverage: Coverage | None) -> bool:
        """Whether the account's list was read as far as it reached after the gap."""
        return coverage is not None and self._newest is not None and self.unread(coverage) is None

    def unread(self, coverage: Coverage | None) -> Gap | None:
        """The newest places of the list, as it was after the gap, that nobody has read."""
        if self.over or coverage is None or self._newest is None:
            return None
        return next((gap for gap in reversed(coverage.gaps) if gap.low <= self._newest), None)
