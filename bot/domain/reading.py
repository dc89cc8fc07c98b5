"""What one look at a range of the API's list has shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.change import Transition
from bot.domain.places import Coverage
from bot.domain.request import LipsyncRequest, Page

LONGEST_OVERLAP = 3  # rows that pages share: more insertions between two calls are seen by the total
YOUNG = timedelta(days=1)  # requests that ended longer ago tell nothing of how long they take now
_MOST_ROUNDS = 3


def overlap(page_size: int) -> int:
    """How many rows a page repeats of the one before, so that a shift of the list shows."""
    return min(LONGEST_OVERLAP, page_size - 1)


@dataclass(frozen=True, slots=True)
class Known:
    """What our memory holds of a reference before it is read: which ids are listed, and which of them are open.

    `complete` is False when it was never read as a whole; `read_at` is our clock at the last complete reading.
    """

    listed: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    complete: bool = False
    read_at: datetime | None = None

    def explains(self, seen: dict[str, LipsyncRequest], total: int) -> bool:
        """Whether the rows seen account for every open request, every new one and the whole `total`."""
        new = sum(1 for request_id in seen if request_id not in self.listed)
        return self.complete and self.open <= seen.keys() and len(self.listed) + new == total


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of a reading (usually a page), ready to be recorded.

    `reference_id` is None for a page of the whole account's list. `ended` marks the last part. `complete` says that
    the parts together account for the whole reference; `listed` has every id when they were all seen (else None).
    `places` says where each row stands in the account's list, `coverage` what of that list is read with this part.
    `closes` names references of which the parts before showed something, when this one (without rows) ends a look,
    and `fresh` since when (our clock) what our memory has of a reference is true.
    `asked_at` and `read_at` are our clock before and after this part's call, `api_now` the API's clock at `read_at`,
    which is `ahead` of ours, as that went when this process began, whoever has set it since.
    """

    reference_id: str | None
    requests: tuple[LipsyncRequest, ...]
    total: int
    asked_at: datetime
    read_at: datetime
    api_now: datetime
    ended: bool = True
    complete: bool = False
    listed: frozenset[str] | None = None
    places: tuple[int, ...] | None = None
    coverage: Coverage | None = None
    closes: frozenset[str] = frozenset()
    fresh: Mapping[str, datetime] = field(default_factory=dict)
    ahead: timedelta = timedelta()

    @classmethod
    def end_of_look(
        cls,
        coverage: Coverage,
        closes: frozenset[str],
        fresh: Mapping[str, float],
        our_time: Callable[[datetime], datetime],
        ahead: timedelta,
    ) -> "Reading":
        """The part without rows; `our_time` tells what our clock showed when the API's did this."""
        moments = {coverage.read_at, *fresh.values()}
        ours = {moment: our_time(datetime.fromtimestamp(moment, UTC)) for moment in moments}
        read_at = ours[coverage.read_at]
        return cls(
            reference_id=None,
            requests=(),
            total=coverage.total,
            asked_at=read_at,
            read_at=read_at,
            api_now=datetime.fromtimestamp(coverage.read_at, UTC),
            closes=closes,
            fresh={name: ours[moment] for name, moment in fresh.items()},
            ahead=ahead,
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording a part of a reading has brought.

    `references` had something new in this part (a request or a move). `settles` has when batches whose requests are
    all terminal may be called settled, on the API's clock, by reference; `unaccounted` are those that cannot be before
    they were read by themselves. It `ended` so many steps of workflows that had waited for a batch.
    """

    number: int
    transitions: tuple[Transition, ...] = ()
    announced: int = 0
    references: frozenset[str] = frozenset()
    settles: Mapping[str, datetime] = field(default_factory=dict)
    unaccounted: frozenset[str] = frozenset()
    ended: int = 0

    def ended_lately(self, part: Reading) -> list[LipsyncRequest]:
        """The requests that this part has shown to have ended, and not long ago."""
        moved, young = {move.request_id for move in self.transitions}, part.api_now - YOUNG
        return [row for row in part.requests if row.id in moved and row.is_terminal and row.ended_at > young]


class Range:
    """Reads a list of the API as a whole, towards larger offsets: rows that arrive meanwhile repeat and never hide.

    Ask for `offset` until it is None, and `add` what came. A round ends when the offset passes the newest total;
    the range is complete when the distinct ids equal it, else it is read again from the gap, three rounds in all.
    Unless `whole`, it ends as soon as what is known explains what was seen.
    """

    def __init__(self, known: Known, *, whole: bool) -> None:
        self.offset: int | None = 0
        self.seen: dict[str, LipsyncRequest] = {}
        self.total = 0
        self.complete = False
        self.listed: frozenset[str] | None = None
        self._known = known
        self._whole = whole
        self._round = 1
        self._last: str | None = None
        self._gap: int | None = None
        self._step = 1

    @property
    def pages_left(self) -> int:
        """How many more pages this round needs, as far as is known."""
        return 0 if self.offset is None else -((self.offset - self.total) // self._step)

    def add(self, page: Page) -> None:
        """Take in the page that was read at `offset`."""
        offset = self.offset or 0
        ids = [request.id for request in page.requests]
        if self._last is not None and overlap(page.limit) and self._last not in ids and self._gap is None:
            self._gap = max(offset - page.limit, 0)
        self.seen.update(zip(ids, page.requests, strict=True))
        self.total = page.total
        self._last = ids[-1] if ids else None
        self._step = max(len(ids) - overlap(page.limit), 1)
        if not self._whole and self._round == 1 and self._known.explains(self.seen, self.total):
            self._end(complete=True)
        elif not ids or offset + len(ids) >= page.total:
            self._end_round()
        else:
            self.offset = offset + self._step

    def _end_round(self) -> None:
        if len(self.seen) == self.total:
            self.listed = frozenset(self.seen)
            self._end(complete=True)
        elif self._round == _MOST_ROUNDS:
            self._end(complete=False)
        else:
            self._round += 1
            if self._gap is None or len(self.seen) > self.total:
                self.seen, self._gap = {}, 0
            self.offset, self._gap, self._last = self._gap, None, None

    def _end(self, *, complete: bool) -> None:
        self.offset, self.complete = None, complete


@dataclass(frozen=True, slots=True)
class Remembered:
    """What our memory has for looking at the account: open requests with their places, and the latest that ended."""

    coverage: Coverage | None
    open: tuple[tuple[LipsyncRequest, int | None], ...]
    ended: tuple[LipsyncRequest, ...]
