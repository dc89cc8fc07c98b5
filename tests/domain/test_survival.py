"""How long requests take, learned from those that ended and those that still run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.survival import Survival, survivors

DAY = 86_400.0
weighted = st.lists(st.tuples(st.floats(1, DAY), st.floats(0.05, 50)), min_size=1, max_size=60)
ages = st.floats(0, 2 * DAY)


def ones(*seconds: float) -> list[tuple[float, float]]:
    return [(each, 1.0) for each in seconds]


def test_without_running_ones_the_share_is_that_of_those_that_took_longer() -> None:
    ended, shares = survivors(ones(30, 10, 20, 40))
    assert ended == [10, 20, 30, 40]
    assert shares == pytest.approx([0.75, 0.5, 0.25, 0.0])


def test_one_that_runs_counts_until_its_age_and_not_after() -> None:
    ended, shares = survivors(ones(10, 30), ones(20))
    assert ended == [10, 30]
    assert shares == pytest.approx([2 / 3, 0.0])


def test_those_that_outlast_all_keep_the_share_up() -> None:
    assert survivors(ones(10), ones(20, 20, 20))[1] == pytest.approx([0.75])


def test_running_ones_tell_of_long_clips_before_any_has_ended() -> None:
    short = Survival.of(ones(10, 12, 14, 16, 18))
    longer = Survival.of(ones(10, 12, 14, 16, 18), ones(*[60] * 5))
    assert longer.mean > 2 * short.mean


@given(weighted, weighted, ages, ages)
def test_the_share_falls_from_all_to_none(
    ended: list[tuple[float, float]], running: list[tuple[float, float]], one: float, other: float
) -> None:
    made, (young, old) = Survival.of(ended, running), sorted((one, other))
    (earlier, area), (later, more) = made.at(young), made.at(old)
    assert 1 >= earlier >= later >= 0
    assert later * (old - young) - 1e-6 * old <= more - area <= earlier * (old - young) + 1e-6 * old
    assert made.at(made.ages[-1])[0] == 0
    assert made.left(young) >= 0


@given(st.lists(st.floats(1, DAY), min_size=30, max_size=200))
def test_the_mean_is_that_of_what_ended(seconds: list[float]) -> None:
    mean = sum(seconds) / len(seconds)
    assert Survival.of(ones(*seconds)).mean == pytest.approx(mean, rel=0.2)


@given(weighted, weighted)
def test_quantiles_rise_and_agree_with_the_share(
    ended: list[tuple[float, float]], running: list[tuple[float, float]]
) -> None:
    made = Survival.of(ended, running)
    found = made.quantiles(50)
    assert found == sorted(found)
    assert found[0] >= 0
    assert found[-1] <= made.ages[-1]
