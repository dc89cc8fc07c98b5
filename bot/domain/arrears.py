"""After a gap in which nothing could be read: what must be read before it can be said what happened meanwhile."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from bot.domain.outlook import Open
from bot.domain.places import Coverage
from bot.domain.request import LipsyncRequest


@dataclass(slots=True)
class Arrears:
    """Open `requests`, by id, of which nobody knows how they went on, and the account's list as it was after the gap.

    What comes later is no part of it: an account with more news than calls would never be through with that.
    """

    requests: set[str] = field(default_factory=set)
    _newest: int | None = field(default=0, init=False)  # place that the list had after the gap; None: nobody knows yet

    def begin(self, still_open: Iterable[str]) -> None:
        """Nothing was read for long: these were open, and what has come since is not known."""
        self.requests = set(still_open)
        self._newest = None

    def saw(self, rows: Iterable[LipsyncRequest]) -> None:
        """These were read."""
        if self.requests:
            self.requests.difference_update(row.id for row in rows)

    def saw_list(self, total: int) -> None:
        """A page of the account's list told how many rows there are."""
        if self._newest is None:
            self._newest = total

    def are_read(self, still_open: Mapping[str, Open], unreadable: AbstractSet[str | None]) -> bool:
        """Whether all of these requests were read, but for those that are not open and those of `unreadable` ones."""
        self.requests &= still_open.keys()
        return all(still_open[name].reference_id in unreadable for name in self.requests)

    def is_list_read(self, coverage: Coverage | None) -> bool:
        """Whether the account's list was read as far as it reached after the gap."""
        if coverage is None or self._newest is None:
            return False
        return all(gap.low > self._newest for gap in coverage.gaps)
