"""The pace follows POLL_INTERVAL, and nobody who is old is forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import (
    LEAST_PRICE,
    LONG,
    LONGEST_UNREAD_OLD,
    LONGEST_UNREAD_SHARE,
    MOST,
    QUIET,
    QUIET_PRICE,
    SHORT,
    USUAL_LOAD,
    pace_of,
    worth_of,
)

intervals = st.floats(0.1, 3_600)
ages = st.floats(0, 1e6)


@given(intervals, intervals)
def test_a_longer_interval_is_never_a_quicker_pace(one: float, other: float) -> None:
    quick, slow = pace_of(min(one, other)), pace_of(max(one, other))
    for name in quick.__slots__:
        assert getattr(quick, name) <= getattr(slow, name), name


@given(intervals, st.floats(0, 1.1), st.floats(0, 1.1))
def test_a_call_is_dearer_where_more_of_the_budget_is_used(interval: float, one: float, other: float) -> None:
    pace = pace_of(interval)
    assert pace.price_at(min(one, other)) <= pace.price_at(max(one, other))
    assert pace.price_at(one) >= QUIET_PRICE * pace.price == pytest.approx(pace.price_at(0))
    assert pace.price_at(QUIET) == pytest.approx(LEAST_PRICE * pace.price)
    assert pace.price_at(USUAL_LOAD) == pace.price


@given(intervals, st.floats(SHORT, 1.1), st.floats(1, LONG))
def test_where_the_budget_is_short_what_begins_to_be_likely_is_worth_a_call_as_soon_as_elsewhere(
    interval: float, load: float, unread: float
) -> None:
    usual = pace_of(interval).price * load / USUAL_LOAD
    ended = 1e-3
    spare = worth_of(unread, 1 - ended, unread * (1 - ended / 2), USUAL_LOAD) / usual
    short = worth_of(unread, 1 - ended, unread * (1 - ended / 2), load) / pace_of(interval).price_at(load)
    assert 0.99 * spare <= short <= 2.01 * spare


@given(st.floats(SHORT, 1.1), st.floats(1, 1e5), st.floats(1, 1e5))
def test_what_has_ended_is_worth_more_the_longer_it_waits_only_where_the_budget_is_short(
    load: float, one: float, other: float
) -> None:
    early, late = sorted((one, other))
    assert worth_of(early + 60, 0.0, 60, USUAL_LOAD) == worth_of(late + 60, 0.0, 60, USUAL_LOAD)
    assert worth_of(early, 0.0, 0.0, load) <= worth_of(late, 0.0, 0.0, load) <= (1 + MOST) * late


@given(intervals)
def test_what_may_have_ended_is_read_sooner_than_what_may_not_and_what_waits_latest(interval: float) -> None:
    pace = pace_of(interval)
    assert pace.price < pace.soon < pace.longest_unread < pace.longest_queued
    assert pace.longest_blind <= pace.longest_head <= max(60, interval)


@given(interval=intervals, one=ages, other=ages, queued=st.booleans())
def test_older_requests_may_stay_unread_for_longer_but_not_for_ever(
    interval: float, one: float, other: float, *, queued: bool
) -> None:
    pace, (young, old) = pace_of(interval), sorted((one, other))
    usual = pace.longest_queued if queued else pace.longest_unread
    early, late = pace.longest(young, queued=queued), pace.longest(old, queued=queued)
    assert usual <= early <= late <= max(LONGEST_UNREAD_OLD, usual)


@pytest.mark.parametrize(
    ("age", "queued", "longest"),
    [(60, False, 54), (60, True, 180), (20_000, False, LONGEST_UNREAD_SHARE * 20_000), (1e6, True, 900)],
)
def test_at_the_default_interval_it_stays_unread_for_so_long(age: float, longest: float, *, queued: bool) -> None:
    assert pace_of(15).longest(age, queued=queued) == longest
