"""Pages side by side: each begins where reading stopped, and none leaves a remainder beneath."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.beside import BEHIND, beside_read
from bot.domain.gaps import Gap, joined
from bot.domain.outlook import Outlook
from bot.domain.pace import pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.request import LipsyncRequest
from bot.domain.steps import Window
from tests.builders import NOON, request

NOW = NOON.timestamp()
SIZE, WIDTH = 100, 80
RATE, LATENCY, BETWEEN = 80, 0.25, 1.0  # rows a second, and seconds: of a page, and from one to the next
FIRST, STEPS = 40_000, 60

gaps = st.lists(st.tuples(st.integers(1, 2_000), st.integers(0, 300)), max_size=8).map(
    lambda drawn: joined([Gap(low, low + more, NOW - 600, NOW) for low, more in drawn])
)


@given(gaps, st.lists(st.integers(1, 2_500).map(float), max_size=20))
def test_each_gap_is_begun_at_its_oldest_row_and_none_is_cut(unread: tuple[Gap, ...], tops: list[float]) -> None:
    oldest = [top - WIDTH + 1 for top in beside_read(tops, unread, WIDTH)]
    assert {gap.low for gap in unread} <= set(oldest)
    assert not [place for place in oldest for gap in unread if gap.low < place <= gap.high]


@given(gaps, st.lists(st.integers(1, 2_500).map(float), max_size=20))
def test_what_cuts_no_gap_may_be_read_as_ever(unread: tuple[Gap, ...], tops: list[float]) -> None:
    kept = beside_read(tops, unread, WIDTH)[len(unread) :]
    cut = [top for top in tops if any(gap.low < top - WIDTH + 1 <= gap.high for gap in unread)]
    assert sorted([*kept, *cut]) == sorted(tops)


def row(place: int) -> LipsyncRequest:
    """Of a list in which all has ended."""
    age = (FIRST - place) / RATE
    return request(place, "completed", created=-age - 60, finished=-age, reference="batch-1")


def swept(unread: int, latency: float) -> Coverage:
    """What is left after a minute with a call each second, while so much was unread and the budget is short."""
    gap = Gap(FIRST - unread + 1, FIRST, NOW - unread / RATE, NOW)
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, FIRST, NOW, (gap,))), lambda _: True, pace_of(15))
    made.watched_share, made.load, made.latency = 1.0, 1.0, latency
    places = made.places
    places.rate = float(RATE)
    places.add([row(place) for place in range(FIRST, FIRST - SIZE, -1)], 0, FIRST, NOW, {})
    for number in range(STEPS):
        now = NOW + number * BETWEEN
        step = made.choose(now, SIZE)
        assert isinstance(step, Window)
        assert step.top is not None
        total = FIRST + int(RATE * (now - NOW + LATENCY))
        highest = total - places.offset(step.top, now, SIZE)
        shown = range(highest, highest - SIZE, -1)
        rows = [row(place) for place in shown]
        places.add(rows, total - highest, total, now + LATENCY, {})
        made.saw(rows, shown, now + LATENCY)
    assert places.coverage is not None
    return places.coverage


def remainders(coverage: Coverage) -> int:
    return sum(1 for gap in coverage.gaps if gap.high - gap.low < SIZE)


def test_while_rows_can_be_read_only_once_pages_leave_nothing_between_them() -> None:
    unread = int(1.5 * BEHIND * RATE)
    coverage = swept(unread, LATENCY)
    assert remainders(coverage) == 0
    assert coverage.gaps[0].low > FIRST - unread + 0.85 * SIZE * STEPS


def test_rows_that_come_while_a_page_is_on_its_way_would_leave_remainders() -> None:
    assert remainders(swept(int(1.5 * BEHIND * RATE), latency=0.0)) > STEPS / 4


@pytest.mark.parametrize(("load", "unread"), [(0.89, int(2 * BEHIND * RATE)), (1.0, int(0.9 * BEHIND * RATE))])
def test_while_calls_suffice_or_a_row_can_be_read_twice_all_is_as_ever(load: float, unread: int) -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, FIRST, NOW, (Gap(FIRST - unread + 1, FIRST, NOW - 900, NOW),)))
    made = Outlook(places, lambda _: True, pace_of(15))
    made.watched_share, made.load, made.latency = 1.0, load, LATENCY
    places.rate, places.newest_at = float(RATE), NOW
    made.choose(NOW + 1, SIZE)
    assert places.ahead == 0.0
