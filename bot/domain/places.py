"""Where requests stand in the account's list, and which part of the list nobody has read yet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from bot.domain.gaps import Gap, joined, moved
from bot.domain.request import LipsyncRequest, Page

_ANCHORS = 20  # newest ids that a later reading must meet again
_RATE_MEMORY = 120.0  # seconds
_LARGEST_MARGIN = 20  # rows
_SIGMAS = 1.5  # of the number of rows that arrive in between
_TOUCH = 1  # row that is known must be shown where places are certain: else nobody knows what stands beneath a page
_FEWER_SIGMAS = 1.0  # while pages lie side by side


class Order(StrEnum):
    """How the API sorts the account's list; nothing documents it, so it is read off the first page."""

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of the list our memory has: all of it up to `total`, as it was at `read_at` (API's clock), but for gaps.

    `gaps` are what nobody has read since, and places before `filled_from` nobody has read at all (1: none). `anchors`
    are the newest ids with their places. The order is `guessed` while each page that was shown is of one time.
    `since` is the account's reading (0: the one to come) since which no row has vanished and touch was never lost.
    """

    order: Order
    total: int
    read_at: float
    gaps: tuple[Gap, ...] = ()
    filled_from: int = 1
    anchors: Mapping[str, int] = field(default_factory=dict)
    since: int = 0
    guessed: bool = False

    @property
    def filled(self) -> float | None:
        """Which share of the list our memory has, from 0 to 1; gaps count as had. None: a list without order."""
        if self.order is Order.NONE:
            return None
        return 1 - (self.filled_from - 1) / max(self.total, 1)

    @property
    def has_unread(self) -> bool:
        """Whether there are places that nobody has read."""
        return bool(self.gaps) or self.filled_from > 1

    @property
    def contiguous(self) -> bool:
        """Whether everything that had come by `read_at` since the ledger began was read."""
        return self.order is not Order.NONE and not self.gaps


def order_of(rows: Sequence[LipsyncRequest], before: Order | None) -> Order:
    """The order of the account's list, as one page shows it; what was known `before` stays unless the page denies it.

    Once there is none, there is none: a server that mixes rows cannot be relied on again.
    """
    times = [row.created_at for row in rows]
    falls = all(earlier >= later for earlier, later in pairwise(times))
    rises = all(earlier <= later for earlier, later in pairwise(times))
    if before is Order.NONE or not (falls or rises):
        return Order.NONE
    if falls and rises:
        return before or Order.NEWEST_FIRST
    shown = Order.NEWEST_FIRST if falls else Order.OLDEST_FIRST
    return shown if before in (None, shown) else Order.NONE


class Places:
    """A place counts rows from the oldest one, which is 1: it stays the same however many arrive.

    All times are seconds on the API's clock.
    """

    def __init__(self, coverage: Coverage | None = None) -> None:
        self.coverage = coverage
        self.rate = 0.0  # rows a second
        self.newest_at = coverage.read_at if coverage else -math.inf  # when they were shown, or known to be unread
        self.ahead = 0.0  # seconds a page takes, during which rows come
        self.side_by_side = False  # whether pages lie so: all that overlaps is read twice
        self.shifted = 0  # by how many places rows stood lower than they were known to, in the page last added
        self._counted: tuple[float, int] | None = None
        self._tries_other_end = False  # of the list, while nobody knows at which one it grows

    def go_on_from(self, before: "Places") -> None:
        """What memory does not have is as it was before memory was asked again."""
        self.rate, self.newest_at = before.rate, before.newest_at

    def expected_total(self, now: float) -> float:
        """How many rows the list has by now, as far as can be told."""
        if self._counted is None:
            return self.coverage.total if self.coverage else 0
        counted_at, total = self._counted
        return total + self.rate * (max(now - counted_at, 0.0) + self.ahead)

    def margin(self, now: float, size: int) -> int:
        """How many rows the estimate may be off; of a page of this size never more than a small part."""
        if self._counted is None or self.coverage is None:
            return 0
        if self.coverage.order is Order.OLDEST_FIRST:
            return min(_TOUCH, size // 4)
        expected = self.rate * (max(now - self._counted[0], 0.0) + self.ahead)
        rows = math.ceil((_FEWER_SIGMAS if self.side_by_side else _SIGMAS) * math.sqrt(expected))
        return min(rows, _LARGEST_MARGIN, size // 4)

    def offset(self, top: float, now: float, size: int, pages: int = 1) -> int:
        """Which offset to ask for first, so that pages of this size, side by side, have `top` as their newest place."""
        if self.coverage is not None and self.coverage.order is Order.OLDEST_FIRST:
            return max(int(top) + self.margin(now, size) - pages * size, 0)
        return max(int(self.expected_total(now) - top) - self.margin(now, size), 0)

    def head_offset(self, now: float, size: int) -> int:
        """Which offset shows the newest rows, and as many as possible of those nobody has read.

        While the order is guessed, every other time it is as if the list had the other one: a row may have come there.
        """
        if self.coverage is None or (self.coverage.order is Order.OLDEST_FIRST) is self._tries_other_end:
            return 0
        unread = self.coverage.total + 1
        newest = math.ceil(self.expected_total(now))
        return max(min(unread - min(_ANCHORS, size // 3), newest - size), 0)

    def newest_from(self, now: float, size: int) -> float:
        """The place from which on the newest page of this size shows every row, as far as can be told."""
        return self.expected_total(now) + self.margin(now, size) - size + 1

    def as_they_follow(self, pages: Iterable[Page]) -> list[Page]:
        """Pages that were read at once, in the order to take them in.

        The total never falls, as if rows had vanished; of those with the same total each stands on one that is still to
        come, or on what is known.
        """
        rises = self.coverage is not None and self.coverage.order is Order.OLDEST_FIRST
        return sorted(pages, key=lambda page: (page.total, -page.offset if rises else page.offset))

    def add(
        self, rows: Sequence[LipsyncRequest], offset: int, total: int, now: float, known: Mapping[str, int]
    ) -> tuple[int, ...] | None:
        """Take in a page of the account's list; returns the place of each row, or None when it has no order.

        `known` has the places that rows had before, by id.
        """
        self._count(total, now)
        before = self.coverage
        is_known = before is not None and not before.guessed
        order = self._order(rows, offset, total)
        if order is Order.NONE:
            self.coverage, self.newest_at = Coverage(order, total, now), now
            return None
        if before is not None and before.order is not order:
            self.coverage, self.newest_at = None, -math.inf  # it was guessed wrong
        places = _places(order, len(rows), offset, total)
        self.shifted = self._shift(rows, places, known)
        if self.coverage is None:
            reaches_end = places and max(places) >= total
            self.coverage = Coverage(order, total, now, filled_from=min(places) if reaches_end else total + 1)
        self.coverage = replace(self.coverage, guessed=not is_known and _is_of_one_time(rows))
        if places:
            shown = dict(zip((row.id for row in rows), places, strict=True))
            self.coverage = self._extended(self.coverage, shown, total, now)
        else:
            self.coverage = _without_rows(self.coverage, total, now)
        newest = max([*places, *(gap.high for gap in self.coverage.gaps)], default=0)
        if newest >= total or not (places or offset):  # what begins beyond the end shows none of the newest rows
            self.newest_at = now
        self._tries_other_end = self.coverage.guessed and not self._tries_other_end and len(rows) < total
        return places

    def _order(self, rows: Sequence[LipsyncRequest], offset: int, total: int) -> Order:
        before = self.coverage
        if before is None or (before.guessed and not _is_of_one_time(rows)):
            return order_of(rows, None)
        if before.guessed and self._rise(rows, _places(before.order, len(rows), offset, total)):
            return Order.OLDEST_FIRST if before.order is Order.NEWEST_FIRST else Order.NEWEST_FIRST
        return order_of(rows, before.order)

    def _rise(self, rows: Sequence[LipsyncRequest], places: Sequence[int]) -> bool:
        """Whether rows stand higher than they did: they fall when others vanish, but nothing comes beneath them."""
        anchors = self.coverage.anchors if self.coverage else {}
        return any(place > anchors.get(row.id, place) for row, place in zip(rows, places, strict=True))

    def shift(self, seconds: float) -> None:
        """The API's clock turned out to show so much more."""
        if self._counted is not None:
            self._counted = (self._counted[0] + seconds, self._counted[1])
        self.newest_at += seconds
        if self.coverage is not None:
            gaps = tuple(
                replace(gap, began=gap.began + seconds, ended=gap.ended + seconds) for gap in self.coverage.gaps
            )
            self.coverage = replace(self.coverage, read_at=self.coverage.read_at + seconds, gaps=gaps)

    def read_on(self, before: Coverage | None, low: int, high: int, created: float) -> None:
        """The oldest row of a page, created then, is new although all there was known `before`, or ends a gap."""
        known = self.coverage
        if before is None or known is None or not before.filled_from < low <= before.total + 1:
            return
        is_end = low in {before.total + 1, *(gap.low for gap in before.gaps)}
        if is_end or not any(gap.low <= low <= gap.high for gap in before.gaps):
            gap = _beneath(low, low if is_end else high, created, created)
            self.coverage = replace(known, gaps=joined([*known.gaps, gap]), since=known.since if is_end else 0)

    def give_up_filling(self) -> None:
        """What is still unread of the oldest rows need not be read."""
        if self.coverage is not None:
            self.coverage = replace(self.coverage, filled_from=1)

    def _count(self, total: int, now: float) -> None:
        if self._counted is not None and now > self._counted[0]:
            elapsed = now - self._counted[0]
            share = 1 - math.exp(-elapsed / _RATE_MEMORY)
            self.rate += share * (max(total - self._counted[1], 0) / elapsed - self.rate)
        if self._counted is None or now >= self._counted[0]:
            self._counted = (now, total)

    def _shift(self, rows: Sequence[LipsyncRequest], places: Sequence[int], known: Mapping[str, int]) -> int:
        anchors = self.coverage.anchors if self.coverage else {}
        moves = [
            before - place
            for row, place in zip(rows, places, strict=True)
            if (before := known.get(row.id, anchors.get(row.id))) is not None
        ]
        return max(moves, key=abs, default=0)

    def _extended(self, before: Coverage, shown: Mapping[str, int], total: int, now: float) -> Coverage:
        low, high = min(shown.values()), max(shown.values())
        gaps = list(before.gaps)
        if total > before.total:
            gaps.append(Gap(before.total + 1, total, before.read_at, now))
        if self.shifted:
            gaps = [moved(gap, self.shifted) for gap in gaps]
        gaps = [left for gap in gaps if gap.low <= total for left in gap.without(low, high)]
        torn = _lost_touch(before, shown, low, high, total)
        if torn and low > 1:
            gaps.append(_beneath(low, high, before.read_at, now))
        return replace(
            before,
            total=total,
            read_at=now if total >= before.total else before.read_at,
            gaps=joined(gaps),
            filled_from=max(low if low <= before.filled_from <= high + 1 else min(before.filled_from, total + 1), 1),
            anchors=_newest(shown) if high >= total else before.anchors,
            since=0 if torn or self.shifted or total < before.total else before.since,
        )


def _is_of_one_time(rows: Sequence[LipsyncRequest]) -> bool:
    return len({row.created_at for row in rows}) < 2


def _without_rows(before: Coverage, total: int, now: float) -> Coverage:
    """After a page without rows, as one beyond the end; only a list that says it has none is known to have none."""
    if total == 0:
        return Coverage(before.order, 0, now, since=0 if before.total else before.since, guessed=before.guessed)
    new = [Gap(before.total + 1, total, before.read_at, now)] if total > before.total else []
    gaps = [left for gap in (*before.gaps, *new) for left in gap.without(total + 1, max(gap.high, total + 1))]
    return replace(
        before,
        total=total,
        read_at=now,
        gaps=joined(gaps),
        filled_from=min(before.filled_from, total + 1),
        since=0 if total < before.total else before.since,
    )


def _lost_touch(before: Coverage, shown: Mapping[str, int], low: int, high: int, total: int) -> bool:
    """Whether a page of the newest end should show a row that was newest before, and does not.

    That a later page has told a larger total since, without showing the newest end, is no reason to expect more of it.
    """
    reaches_back = high >= total and max(before.anchors.values(), default=0) >= low
    return reaches_back and before.anchors.keys().isdisjoint(shown)


def _beneath(low: int, high: int, began: float, ended: float) -> Gap:
    """As much beneath these places as a page shows that has one row more, which tells whether to go on."""
    return Gap(max(min(2 * low - high + 1, low - 1), 1), low - 1, began, ended)


def _places(order: Order, count: int, offset: int, total: int) -> tuple[int, ...]:
    if order is Order.OLDEST_FIRST:
        return tuple(range(offset + 1, offset + count + 1))
    return tuple(range(total - offset, total - offset - count, -1))


def _newest(shown: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(shown.items(), key=lambda item: -item[1])[:_ANCHORS])
