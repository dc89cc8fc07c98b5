"""Pages side by side: each begins where reading stopped, and none leaves a remainder beneath."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.beside import BEHIND, LONGEST_RUN, SHORTEST_RUN, STILL_SHORT, beside_read
from bot.domain.gaps import Gap, joined
from bot.domain.outlook import Outlook
from bot.domain.pace import pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.request import LipsyncRequest
from bot.domain.steps import Window
from tests.builders import NOON, request

NOW = NOON.timestamp()
SIZE, MARGIN = 100, 10
RATE, LATENCY, BETWEEN = 80, 0.25, 1.0  # rows a second, and seconds: of a page, and from one to the next
FIRST, STEPS = 40_000, 60

gaps = st.lists(st.tuples(st.integers(1, 2_000), st.integers(0, 300)), max_size=8).map(
    lambda drawn: joined([Gap(low, low + more, NOW - 600, NOW) for low, more in drawn])
)


tops = st.lists(st.integers(1, 2_500).map(float), max_size=20)
runs = st.integers(1, LONGEST_RUN)


def oldest(window: Window, top: float) -> float:
    """The lowest place that these pages show for certain."""
    return top - window.pages * SIZE + 2 * MARGIN + 1


def holding(gap: Gap, place: float) -> bool:
    """Whether pages whose lowest place this is cut the gap."""
    return gap.low < place <= gap.high


@given(gaps, tops, runs)
def test_each_gap_is_begun_at_its_oldest_row_and_none_is_cut(
    unread: tuple[Gap, ...], tops: list[float], run: int
) -> None:
    low = [oldest(*each) for each in beside_read(tops, unread, SIZE, MARGIN, run)]
    assert {gap.low for gap in unread} <= set(low)
    assert not [place for place in low for gap in unread if holding(gap, place)]


@given(gaps, tops)
def test_what_cuts_no_gap_may_be_read_as_ever(unread: tuple[Gap, ...], tops: list[float]) -> None:
    kept = [top for _, top in beside_read(tops, unread, SIZE, MARGIN, 1)][len(unread) :]
    cut = [top for top in tops if any(holding(gap, oldest(Window(top), top)) for gap in unread)]
    assert sorted([*kept, *cut]) == sorted(tops)


@given(gaps, tops, runs)
def test_a_run_is_as_long_as_its_gap_and_no_other_page_begins_in_it(
    unread: tuple[Gap, ...], tops: list[float], run: int
) -> None:
    found = list(beside_read(tops, unread, SIZE, MARGIN, run))
    for gap, (window, _) in zip(unread, found, strict=False):
        length = gap.high - gap.low + 1
        assert window.pages == 1 or (window.pages <= run and window.pages * SIZE <= length)
        assert window.pages == run or length < (window.pages + 1) * SIZE
        if window.pages > 1:
            assert not [top for _, top in found[len(unread) :] if holding(gap, top)]


def row(place: int) -> LipsyncRequest:
    """Of a list in which all has ended."""
    age = (FIRST - place) / RATE
    return request(place, "completed", created=-age - 60, finished=-age, reference="batch-1")


def swept(unread: int, latency: float, at_once: int = 1) -> Coverage:
    """What is left after a minute with a call a second, some at once, while so much is unread and the budget short."""
    gap = Gap(FIRST - unread + 1, FIRST, NOW - unread / RATE, NOW)
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, FIRST, NOW, (gap,))), lambda _: True, pace_of(15))
    made.watched_share, made.load, made.run = 1.0, 1.0, at_once
    places = made.places
    places.rate, places.ahead = float(RATE), latency
    places.add([row(place) for place in range(FIRST, FIRST - SIZE, -1)], 0, FIRST, NOW, {})
    calls = 0
    while calls < STEPS:
        now = NOW + calls * BETWEEN
        step = made.choose(now, SIZE)
        assert isinstance(step, Window)
        assert step.top is not None
        assert step.pages <= at_once
        calls += step.pages
        total = FIRST + int(RATE * (now - NOW + LATENCY))
        offset = places.offset(step.top, now, SIZE, step.pages)
        for page in range(step.pages):
            highest = total - offset - page * SIZE
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


def test_pages_that_are_read_at_once_overlap_once_and_leave_nothing_between_them() -> None:
    unread = int(1.5 * BEHIND * RATE)
    at_once, one_by_one = swept(unread, LATENCY, SHORTEST_RUN), swept(unread, LATENCY)
    assert remainders(at_once) == 0
    assert at_once.gaps[0].low > FIRST - unread + 0.93 * SIZE * STEPS
    assert at_once.gaps[0].low > one_by_one.gaps[0].low


def test_while_calls_are_saved_up_for_a_run_the_budget_is_short_still() -> None:
    unread = int(2 * BEHIND * RATE)
    places = Places(Coverage(Order.NEWEST_FIRST, FIRST, NOW, (Gap(FIRST - unread + 1, FIRST, NOW - 900, NOW),)))
    made = Outlook(places, lambda _: True, pace_of(15))
    made.watched_share = 1.0
    places.rate, places.ahead, places.newest_at = float(RATE), LATENCY, NOW
    pages = []
    for load in (STILL_SHORT, 1.0, STILL_SHORT, STILL_SHORT - 0.01, STILL_SHORT):
        made.load = load
        step = made.choose(NOW + 1, SIZE)
        assert isinstance(step, Window)
        pages.append(step.pages)
    assert pages == [1, SHORTEST_RUN, SHORTEST_RUN, 1, 1]


def test_rows_that_come_while_a_page_is_on_its_way_would_leave_remainders() -> None:
    assert remainders(swept(int(1.5 * BEHIND * RATE), latency=0.0)) > STEPS / 4


@pytest.mark.parametrize(("load", "unread"), [(0.89, int(2 * BEHIND * RATE)), (1.0, int(0.9 * BEHIND * RATE))])
def test_while_calls_suffice_or_a_row_can_be_read_twice_all_is_as_ever(load: float, unread: int) -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, FIRST, NOW, (Gap(FIRST - unread + 1, FIRST, NOW - 900, NOW),)))
    made = Outlook(places, lambda _: True, pace_of(15))
    made.watched_share, made.load = 1.0, load
    places.rate, places.ahead, places.newest_at = float(RATE), LATENCY, NOW
    made.choose(NOW + 1, SIZE)
    assert not places.side_by_side
