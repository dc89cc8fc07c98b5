"""Where rows stand, and what of the list nobody has read."""

from dataclasses import replace

import pytest

from bot.domain.gaps import Gap
from bot.domain.places import Coverage, Order, Places
from bot.domain.request import LipsyncRequest
from tests.builders import request

NEWEST_FIRST = [request(n, created=n) for n in range(10, 0, -1)]


def added(places: Places, rows: list[LipsyncRequest], offset: int, total: int, now: float) -> Coverage:
    places.add(rows, offset, total, now, {})
    assert places.coverage is not None
    return places.coverage


def test_an_empty_account_was_read_and_is_not_asked_for_again_at_once() -> None:
    places = Places()
    assert added(places, [], 0, 0, 5.0).read_at == 5.0
    coverage = added(places, [], 0, 0, 60.0)
    assert (coverage.read_at, coverage.total, coverage.contiguous) == (60.0, 0, True)


def test_a_page_without_rows_of_a_list_that_has_some_shows_nothing_of_it() -> None:
    places = Places()
    added(places, NEWEST_FIRST[:4], 0, 10, 1.0)
    coverage = added(places, [], 12, 10, 2.0)
    assert (coverage.total, coverage.filled_from) == (10, 7)


@pytest.mark.parametrize(("told", "unread", "newest_at"), [(10, (), 0.0), (12, ((11, 12),), 5.0), (8, (), 0.0)])
def test_a_page_that_begins_beyond_the_end_shows_nothing_of_the_newest_rows(
    told: int, unread: tuple[tuple[int, int], ...], newest_at: float
) -> None:
    """As many as were known may be others by now; of what has come more, it is known that it is unread."""
    places = Places(Coverage(Order.OLDEST_FIRST, 10, 0.0))
    coverage = added(places, [], 15, told, 5.0)
    assert coverage.total == told
    assert tuple((gap.low, gap.high) for gap in coverage.gaps) == unread
    assert places.newest_at == newest_at


def test_places_that_no_list_has_any_more_are_not_asked_for_again_and_again() -> None:
    """Most of its rows have gone; what was unread of them cannot be read."""
    places = Places(
        Coverage(Order.OLDEST_FIRST, 17, 0.0, (Gap(4, 9, -9.0, -5.0), Gap(12, 17, -3.0, -1.0)), 15, since=7)
    )
    coverage = added(places, [], 11, 6, 5.0)
    assert [(gap.low, gap.high) for gap in coverage.gaps] == [(4, 6)]
    assert (coverage.total, coverage.filled_from, coverage.since) == (6, 7, 0)


def test_a_place_stays_the_same_while_rows_arrive() -> None:
    places = Places()
    assert places.add(NEWEST_FIRST[2:6], 0, 8, 1.0, {}) == (8, 7, 6, 5)
    assert places.add(NEWEST_FIRST[:6], 0, 10, 2.0, {}) == (10, 9, 8, 7, 6, 5)


def test_what_came_between_two_pages_and_was_not_shown_is_a_gap_until_it_is_read() -> None:
    places = Places()
    added(places, NEWEST_FIRST[6:], 0, 4, 1.0)
    coverage = added(places, NEWEST_FIRST[:3], 0, 10, 2.0)
    assert [(gap.low, gap.high) for gap in coverage.gaps] == [(5, 7)]
    assert added(places, NEWEST_FIRST[3:6], 3, 10, 3.0).contiguous


@pytest.mark.parametrize(
    ("rows", "order"), [(NEWEST_FIRST, Order.NEWEST_FIRST), (NEWEST_FIRST[::-1], Order.OLDEST_FIRST)]
)
def test_the_order_is_read_off_the_first_page(rows: list[LipsyncRequest], order: Order) -> None:
    assert added(Places(), rows, 0, 10, 1.0).order is order


def test_a_list_without_an_order_has_no_places() -> None:
    places = Places()
    assert places.add([NEWEST_FIRST[4], NEWEST_FIRST[0], NEWEST_FIRST[8]], 0, 3, 1.0, {}) is None


def test_rows_that_vanished_begin_the_list_anew_for_what_may_be_concluded() -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, 10, 1.0, since=7, anchors={NEWEST_FIRST[0].id: 10}))
    assert added(places, NEWEST_FIRST[:5], 0, 9, 2.0).since == 0


def test_a_page_that_shows_none_of_the_newest_rows_known_has_lost_touch() -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, 4, 1.0, since=7, anchors={"vanished": 4}))
    assert added(places, NEWEST_FIRST[6:], 0, 4, 2.0).since == 0


def test_touch_is_not_lost_because_an_older_page_told_of_more_rows_than_fit_on_the_next() -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, 4, 1.0, since=7, anchors={row.id: 4 for row in NEWEST_FIRST[6:7]}))
    added(places, NEWEST_FIRST[8:], 6, 8, 2.0)
    coverage = added(places, NEWEST_FIRST[:4], 0, 10, 3.0)
    assert [(gap.low, gap.high) for gap in coverage.gaps] == [(5, 6)]
    assert coverage.since == 7


def test_beneath_a_page_whose_oldest_row_is_new_a_page_is_unread_unless_it_is_anyway() -> None:
    before = Coverage(Order.NEWEST_FIRST, 100, 1.0, (Gap(40, 49, 0.0, 1.0),), filled_from=20, since=5)
    places = Places(before)
    for low in (20, 110):
        places.read_on(before, low, low + 9, 0.5)
    places.read_on(before, 45, 54, 0.5)
    assert places.coverage == before
    places.read_on(before, 40, 49, 0.5)
    assert places.coverage == replace(before, gaps=(Gap(39, 49, 0.0, 1.0),))
    places.coverage = before
    places.read_on(before, 80, 89, 0.5)
    assert places.coverage == replace(before, gaps=(*before.gaps, Gap(72, 79, 0.5, 0.5)), since=0)


def test_a_gap_that_is_read_in_its_middle_is_two() -> None:
    left = Gap(1, 10, 0.0, 10.0).without(4, 6)
    assert [(gap.low, gap.high) for gap in left] == [(1, 3), (7, 10)]


@pytest.mark.parametrize("size", [2, 3, 7, 8])
def test_where_the_oldest_come_first_the_newest_rows_are_found_with_pages_of_any_size(size: int) -> None:
    places = Places()
    rows = NEWEST_FIRST[::-1]
    added(places, rows[8 - size : 8], 8 - size, 8, 0.0)
    for now in (10.0, 20.0, 30.0):
        offset = places.head_offset(now, size)
        added(places, rows[offset : offset + size], offset, 10, now)
    coverage = added(places, [], 10, 10, 40.0)
    assert not any(gap.low <= 10 <= gap.high for gap in coverage.gaps)


@pytest.mark.parametrize("size", [3, 20, 40, 100])
def test_a_page_shows_what_it_is_asked_for_however_far_off_the_estimate_may_be(size: int) -> None:
    places = Places()
    added(places, NEWEST_FIRST, 0, 10, 0.0)
    added(places, [], 0, 2_000, 10.0)
    assert 2 * places.margin(60.0, size) < size


def test_an_order_that_was_only_guessed_is_told_by_the_first_rows_of_different_times() -> None:
    places = Places()
    added(places, [], 0, 0, 0.0)
    alike = [request(n, created=1) for n in (1, 2)]
    added(places, alike, 0, 2, 2.0)
    coverage = added(places, [*alike, request(3, created=3), request(4, created=3)], 0, 4, 4.0)
    assert (coverage.order, coverage.contiguous, coverage.filled_from) == (Order.OLDEST_FIRST, True, 1)
    assert added(places, NEWEST_FIRST, 0, 10, 5.0).order is Order.NONE


def test_a_guessed_order_is_the_other_one_when_rows_do_not_stay_in_their_places() -> None:
    places = Places()
    alike = [request(n, created=1) for n in range(1, 13)]
    added(places, alike[:7], 0, 12, 1.0)
    assert added(places, alike[:7], 0, 12, 2.0).order is Order.NEWEST_FIRST
    coverage = added(places, alike[:7], 0, 14, 3.0)
    assert (coverage.order, coverage.guessed, coverage.filled_from) == (Order.OLDEST_FIRST, True, 15)


def test_an_order_that_was_guessed_to_be_oldest_first_is_the_other_one_too() -> None:
    oldest = request(1, created=1)
    places = Places(Coverage(Order.OLDEST_FIRST, 12, 1.0, guessed=True, anchors={oldest.id: 12}))
    assert added(places, [oldest], 13, 14, 2.0).order is Order.NEWEST_FIRST
