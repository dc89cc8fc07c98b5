from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.skew import Skew
from tests.builders import at


def test_clocks_that_may_agree_are_taken_to_agree() -> None:
    assert Skew().offset == timedelta()
    assert Skew().observed(at(10.7), at(10.9), at(10)).offset == timedelta()


def test_an_api_clock_an_hour_ahead_is_learned_within_a_second() -> None:
    skew = Skew().observed(at(0.2), at(0.4), at(3600))
    assert abs(skew.offset - timedelta(hours=1)) <= timedelta(seconds=1)


def test_a_clock_that_was_moved_is_learned_anew() -> None:
    skew = Skew().observed(at(0.2), at(0.4), at(3600)).observed(at(5), at(5.1), at(5))
    assert skew.offset == timedelta()


@given(
    st.integers(-100_000, 100_000),
    st.lists(st.tuples(st.floats(0, 1_000), st.floats(0, 5), st.floats(0, 1)), min_size=1, max_size=30),
)
def test_the_true_offset_is_never_excluded(true: int, answers: list[tuple[float, float, float]]) -> None:
    skew = Skew()
    for asked, took, part in answers:
        stamped = at(asked + took * part + true).replace(microsecond=0)
        skew = skew.observed(at(asked), at(asked + took), stamped)
    assert skew.low is not None
    assert skew.high is not None
    assert skew.low - timedelta(milliseconds=1) <= timedelta(seconds=true) <= skew.high + timedelta(milliseconds=1)
