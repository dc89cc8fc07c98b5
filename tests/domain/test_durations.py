"""How long requests take: a share that falls with the age, is never nothing, and follows what was learned."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.durations import Durations

DAY = 86_400.0
FORTNIGHT = 14 * DAY
ages = st.floats(0, 2 * FORTNIGHT)
taken = st.lists(st.floats(0, DAY), max_size=120)


def learned(seconds: list[float]) -> Durations:
    made = Durations()
    for each in seconds:
        made.learn(timedelta(seconds=each))
    return made


@given(taken, st.floats(-DAY, 0))
def test_before_the_beginning_all_are_open(seconds: list[float], age: float) -> None:
    assert learned(seconds).survival(age) == (1.0, age)


@given(taken, ages, ages)
def test_the_share_never_rises_and_never_is_nothing(seconds: list[float], one: float, other: float) -> None:
    made, (young, old) = learned(seconds), sorted((one, other))
    earlier, later = made.survival(young)[0], made.survival(old)[0]
    assert 1 >= earlier >= later > 0


@given(taken, st.floats(0, FORTNIGHT), st.floats(0, DAY))
def test_the_area_never_falls_and_lies_under_the_share(seconds: list[float], age: float, more: float) -> None:
    made, end = learned(seconds), min(age + more, FORTNIGHT)
    (share, area), (later_share, later_area) = made.survival(age), made.survival(end)
    assert later_area >= area
    # A falling curve's integral lies between its last and its first value, times the length.
    assert later_share * (end - age) - 1e-3 <= later_area - area <= share * (end - age) + 1e-3


@given(taken, st.floats(0.5, 3_000))
def test_the_area_is_the_integral_of_the_share(seconds: list[float], age: float) -> None:
    made, parts = learned(seconds), 3_000
    width = age / parts
    added_up = sum(made.survival((n + 0.5) * width)[0] for n in range(parts)) * width
    assert made.survival(age)[1] == pytest.approx(added_up, rel=0.005)


@given(taken, st.floats(1, DAY), st.floats(1.05, 50))
def test_beyond_the_median_the_hazard_is_at_least_one_by_the_age(
    seconds: list[float], age: float, times: float
) -> None:
    """That is: from one age to twice that age at least half of those still open end."""
    made, later = learned(seconds), min(age * times, FORTNIGHT)
    share = made.survival(age)[0]
    if share <= 0.45:  # of the curve as it was learned, before its tail is cut, one knot may lie just above the half
        assert made.survival(later)[0] <= share * age / later * 1.08


@given(st.lists(st.floats(0, DAY), min_size=50, max_size=120), st.floats(1.1, 5), st.floats(1.05, 10))
def test_what_hangs_for_longer_than_any_took_is_not_taken_to_end_at_any_moment(
    seconds: list[float], beyond: float, times: float
) -> None:
    """It would be read all the time: from one age to twice that age half of it ends, no more."""
    made, age = learned(seconds), max(*seconds, 180) * beyond
    later = min(age * times, FORTNIGHT)
    assert made.survival(later)[0] >= made.survival(age)[0] * age / later * 0.97


@given(st.floats(1, 600), st.integers(101, 200))
def test_what_was_learned_moves_the_share(typical: float, count: int) -> None:
    made = learned([typical] * count)
    assert made.survival(typical * 0.9 - 2)[0] > 0.6
    assert made.survival(typical * 1.1 + 4)[0] < 0.4


def test_what_is_known_is_told_to_have_changed() -> None:
    made = Durations()
    before = made.learned
    made.learn(timedelta(seconds=5))
    assert made.learned > before


def test_a_clock_that_went_back_while_a_request_ran_is_no_time_at_all() -> None:
    made = learned([-50.0] * 100)
    assert 0 < made.survival(1)[0] < 1


def test_the_soonest_age_is_when_one_of_a_hundred_has_ended() -> None:
    made = learned([100.0] * 200)
    assert made.survival(made.soonest)[0] < 0.99 <= made.survival(made.soonest - 2)[0]
