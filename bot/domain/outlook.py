"""What is open of all that is watched, and which call to the API is worth most now."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.domain.beside import BEHIND, SHORTEST_RUN, STILL_SHORT, unread_of
from bot.domain.durations import Durations
from bot.domain.pace import LONGEST_UNREAD_OLD, SHORT, Pace, worth_of
from bot.domain.places import Order, Places
from bot.domain.request import LipsyncRequest
from bot.domain.steps import ByReference, Call, Step, Wait, Window
from bot.domain.under_way import NOTHING, UnderWay, span_of
from bot.domain.windows import Choice, Point, unread_gaps, unread_points, weighed

LIKELY = 0.12  # the chance to have ended that makes a request one that may have
LEARNED = 20  # requests that ended: from then on the account's own durations count
_SHARE_MEMORY = 500  # rows
_LEAST_SHARE = 0.001  # of rows that nobody has read: somebody may watch them
_TURN = 8  # every so many calls the longest expected wait goes first
_SWEEPING_TURN = 32  # while pages lie side by side: nearly all waits too long, and such a call shows few new rows


@dataclass(slots=True)
class Open:
    """An open request: when it was last `seen` alive, and the share (and the area under it) open at that age.

    `began` is when processing began, or at the earliest may have begun for one that was still queued.
    """

    reference_id: str
    created: float
    place: int | None
    seen: float
    queued: bool
    began: float
    share: float
    area: float


class Outlook:
    """Weighs pages by what they would show; all times are seconds on the API's clock.

    What a look at a request is worth is in `bot/domain/pace.py`. `covers` says whether a reference is watched.
    """

    def __init__(self, places: Places, covers: Callable[[str], bool], pace: Pace) -> None:
        self.places = places
        self.pace = pace
        self.durations = Durations()
        self.processing = Durations()
        self.ended = 0
        self.covers = covers
        self.open: dict[str, Open] = {}
        self.watched_share = 0.0  # of the account's newest rows
        self.is_watching = True
        self.load = 0.0  # the share of the budget that was used in the last minute
        self.run = SHORTEST_RUN  # pages that may be read at once, side by side
        self._sweeps = False
        self._calls = 0
        self._learned = 0
        self._list_from = -math.inf

    # --- what was seen ---

    def learn(self, ended: Iterable[LipsyncRequest]) -> None:
        """Take in how long requests took that have just ended."""
        for row in ended:
            if row.finished_at is None:
                continue
            self.ended += 1
            self.durations.learn(row.finished_at - row.created_at)
            if row.started_at is not None:
                self.processing.learn(row.finished_at - row.started_at)

    def known_places(self, rows: Iterable[LipsyncRequest]) -> dict[str, int]:
        """The places that these rows had before, as far as they are open and watched."""
        return {
            row.id: known.place
            for row in rows
            if (known := self.open.get(row.id)) is not None and known.place is not None
        }

    def recall(self, row: LipsyncRequest, place: int | None) -> None:
        """Take in a request that our memory has as open; nobody knows how it is by now."""
        self._saw(row, place, row.created_at.timestamp())

    def saw(self, rows: Sequence[LipsyncRequest], places: Sequence[int] | None, now: float) -> None:
        """Take in rows of a page, with their places if it was one of the account's list."""
        for number, row in enumerate(rows):
            self._saw(row, places[number] if places else None, now)
        if places:
            self._count_watched(rows)
            self._unplace(rows, min(places), max(places))

    def _saw(self, row: LipsyncRequest, place: int | None, now: float) -> None:
        known = self.open.get(row.id)
        if row.is_terminal or row.reference_id is None or not self.covers(row.reference_id):
            self.open.pop(row.id, None)
            return
        created = row.created_at.timestamp()
        queued = row.started_at is None
        began = now if row.started_at is None else row.started_at.timestamp()
        share, area = self.processing.survival(now - began)
        if place is None and known is not None:
            place = known.place
        self.open[row.id] = Open(row.reference_id, created, place, now, queued, began, share, area)

    def _count_watched(self, rows: Sequence[LipsyncRequest]) -> None:
        if rows:
            watched = sum(1 for row in rows if row.reference_id is not None and self.covers(row.reference_id))
            weight = len(rows) / (len(rows) + _SHARE_MEMORY)
            self.watched_share += weight * (watched / len(rows) - self.watched_share)

    def _unplace(self, rows: Sequence[LipsyncRequest], low: int, high: int) -> None:
        """Of what should have been on this page and was not, or stood where no list is now, nobody knows the place."""
        shown = {row.id for row in rows}
        moved = self.places.shifted
        newest = self.places.coverage.total if self.places.coverage else math.inf
        for request_id, known in self.open.items():
            if known.place is None or request_id in shown:
                continue
            place = known.place - moved if known.place > high else known.place
            known.place = None if low <= known.place <= high or place > newest else place

    def longest_unread(self) -> dict[str, float]:
        """When the open request of each reference was read that nobody has read for longest."""
        seen: dict[str, float] = {}
        for one in self.open.values():
            seen[one.reference_id] = min(seen.get(one.reference_id, one.seen), one.seen)
        return seen

    def put_off(self, reference_id: str, now: float) -> None:
        """A reference could not be read: let the others go first."""
        for one in self.open.values():
            if one.reference_id == reference_id:
                one.seen = now
                one.share, one.area = self.processing.survival(now - one.began)

    def put_off_list(self, now: float) -> None:
        """The account's list could not be read: let references go first for a while."""
        self._list_from = now + self.pace.longest_blind

    def can_read_list(self, now: float) -> bool:
        """Whether the account's list could be read, or it is time to try again."""
        return now >= self._list_from

    def shift(self, seconds: float) -> None:
        """The API's clock turned out to show so much more: what was reckoned by ours moves along."""
        self._list_from += seconds
        self.places.shift(seconds)
        for one in self.open.values():
            one.seen += seconds
            one.share, one.area = self.processing.survival(one.seen - one.began)

    def saw_whole(self, reference_id: str, listed: AbstractSet[str]) -> bool:
        """A reference was read as a whole: what is not listed is not there any more. Whether any of that was open."""
        gone = [
            request_id
            for request_id, known in self.open.items()
            if known.reference_id == reference_id and request_id not in listed
        ]
        for request_id in gone:
            del self.open[request_id]
        return bool(gone)

    # --- what to do ---

    @property
    def longest_head(self) -> float:
        """After how many seconds the newest rows are read again, whatever they may show."""
        if not self.is_watching:
            return self.pace.longest_idle
        return self.pace.longest_head if self.ended >= LEARNED else self.pace.longest_blind

    def choose(self, now: float, size: int, beside: UnderWay = NOTHING) -> Step:
        """The next call, for pages of this size, `beside` others; or until when nothing is worth one."""
        coverage = self.places.coverage
        is_short = self.load >= (STILL_SHORT if self._sweeps else SHORT)
        self._sweeps = is_short and unread_of(coverage) > BEHIND * self.places.rate
        if self._sweeps:
            self.load = max(self.load, SHORT)
        self.places.side_by_side = self._sweeps
        is_readable = self.can_read_list(now)
        # Another page may tell the same total although newest rows have gone and others have come. What was read later
        # than now, was read by a clock that is not known yet.
        newest_at = self.places.newest_at
        is_head_due = coverage is None or not 0 <= now - newest_at < self.longest_head
        if is_readable and is_head_due and not beside.has(Window(None)):
            return Window(None)
        points, by_reference, overdue = self._weigh(now, size, beside)
        choices = [*(self._windows(points, now, size, beside) if is_readable else ()), *by_reference]
        best: Choice | None = max(choices, key=lambda choice: choice.worth, default=None)
        is_worth_it = best is not None and best.worth >= self.pace.price_at(self.load)
        self._calls += 1
        if (left_out := self._for_left_out(choices, now, size, beside)) is not None:
            return left_out
        if overdue is not None and (not is_worth_it or self._calls % (_SWEEPING_TURN if self._sweeps else _TURN) == 0):
            return self._for_overdue(overdue, choices, now, size)
        if best is None or not is_worth_it:
            head_at = max(now if coverage is None else newest_at + self.longest_head, self._list_from)
            is_busy = bool(self.open) or bool(coverage and coverage.has_unread)
            return Wait(min(now + (self.pace.price / 5 if is_busy else self.pace.longest_blind), head_at))
        return best.step

    def _weigh(self, now: float, size: int, beside: UnderWay) -> tuple[list[Point], list[Choice], Open | None]:
        self._renew_shares()
        points: list[Point] = []
        worths: defaultdict[str, list[float]] = defaultdict(list)
        overdue: Open | None = None
        longest = 1.0
        survival = self.processing.survival
        for one in list(self.open.values()):  # another thread may add to it meanwhile
            unread = now - one.seen
            if unread <= 0 or beside.shows(one.place, one.reference_id):
                continue
            age = now - one.created
            share, area = survival(now - one.began)
            alive = share / one.share
            # The share only falls; where it is next to nothing the difference of the areas is mere rounding.
            open_for = min(max((area - one.area) / one.share, unread * alive), unread)
            worth = worth_of(unread, alive, open_for, self.load)
            if one.place is not None:
                points.append(Point(one.place, worth))
            worths[one.reference_id].append(worth)
            late = unread / (self.pace.soon if 1 - alive >= LIKELY else self.pace.longest(age, queued=one.queued))
            if late > longest:
                overdue, longest = one, late
        # All that is open of a reference is read, page by page.
        by_reference = [Choice(ByReference(name), sum(each) / -(-len(each) // size)) for name, each in worths.items()]
        return points, by_reference, overdue

    def _renew_shares(self) -> None:
        if self._learned == self.processing.learned:
            return
        self._learned = self.processing.learned
        for one in list(self.open.values()):
            one.share, one.area = self.processing.survival(one.seen - one.began)

    def _windows(self, points: list[Point], now: float, size: int, beside: UnderWay) -> list[Choice]:
        coverage = self.places.coverage
        if coverage is None or coverage.order is Order.NONE:
            return []
        gaps = unread_gaps(self.places, now)
        unread = unread_points(gaps, now, self._worth_of_unread)
        points += (point for point in unread if not beside.shows(point.place))
        return weighed(points, gaps, self.places, now, size, self.run if self._sweeps else 0)

    def _worth_of_unread(self, age: float, rows: int) -> float:
        """Each of the rows is watched with the same chance."""
        share, area = self.durations.survival(age)
        return rows * max(self.watched_share, _LEAST_SHARE) * worth_of(age, share, area, self.load)

    def _for_overdue(self, overdue: Open, choices: Sequence[Choice], now: float, size: int) -> Call:
        """The most worthwhile call that shows the request which has waited longest."""
        alone = ByReference(overdue.reference_id)
        shown = self._showing(overdue.place, choices, now, size)
        by_itself = (each for each in choices if each.step == alone)
        return max((Choice(alone, 0.0), *by_itself, *shown), key=lambda choice: choice.worth).step

    def _for_left_out(self, choices: Sequence[Choice], now: float, size: int, beside: UnderWay) -> Call | None:
        """Every so many choices, the most worthwhile that shows the row which nobody has read for longest, if too long.

        One row that may be nobody's would never be worth a call of its own.
        """
        gaps = self.places.coverage.gaps if self.places.coverage else ()
        if not gaps or self._sweeps or self._calls % _TURN != _TURN // 2:
            return None
        oldest = min(gaps, key=lambda gap: gap.began)
        if now - oldest.began <= LONGEST_UNREAD_OLD or beside.shows(oldest.low):
            return None
        best = max(self._showing(oldest.low, choices, now, size), key=lambda choice: choice.worth, default=None)
        return best.step if best else None

    def _showing(self, place: int | None, choices: Sequence[Choice], now: float, size: int) -> Iterator[Choice]:
        """The pages among these, but the newest, that show this place."""
        for choice in choices:
            if place is not None and isinstance(choice.step, Window) and choice.step.top is not None:
                low, high = span_of(choice.step, self.places, now, size)
                if low <= place <= high:
                    yield choice
