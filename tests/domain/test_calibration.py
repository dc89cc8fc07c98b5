"""Forecasts are kept now and then, and judged by what came of just their batch."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calibration import Calibration, Foretold, by_stage, calibration, is_kept
from bot.domain.calibration_wording import calibration_sentence, forecasts
from tests.builders import at


def foretold(done: int = 50, likely: float = 200, ended: float | None = 200, clips: int = 100) -> Foretold:
    """Made 100 s after a batch of 100 began; the interval is 20 s to both sides."""
    return Foretold(
        "w1", 1, "default", "batch-1", made_at=at(100), api_now=at(100), began_at=at(0), done=done, clips=100,
        early=at(likely - 20), likely=at(likely), late=at(likely + 20),
        ended_at=None if ended is None else at(ended), ended_clips=None if ended is None else clips,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "done", "generation", "kept"),
    [(0, 50, 1, False), (599, 59, 1, False), (600, 50, 1, True), (1, 60, 1, True), (1, 50, 2, True)],
)
def test_one_is_kept_in_ten_minutes_for_each_tenth_and_after_reopening(
    after: float, done: int, generation: int, kept: bool
) -> None:
    new = replace(foretold(done), made_at=at(100 + after), generation=generation)
    assert is_kept(foretold(50), new) is kept
    assert is_kept(None, new)


def test_only_what_came_of_just_this_batch_is_judged() -> None:
    found = calibration([foretold(), foretold(ended=260), foretold(ended=None), foretold(clips=120)])
    assert (found.judged, found.covered, found.pending, found.changed) == (2, 1, 1, 1)
    assert found.coverage == 0.5


def test_errors_are_shares_of_the_whole_time_half_way_beside_a_straight_line() -> None:
    found = calibration([foretold(50, likely=210, ended=200), foretold(10, likely=900, ended=200)])
    assert (found.half, found.error, found.linear_error) == (1, 0.05, 0.0)


def test_stages_divide_what_is_judged() -> None:
    stages = by_stage([foretold(done) for done in (10, 40, 50, 60, 61)] + [foretold(ended=None)])
    assert [(stage, each.count) for stage, each in stages] == [
        ("under 40% finished", 1),
        ("40% to 60% finished", 3),
        ("over 60% finished", 1),
    ]


@given(st.lists(st.builds(foretold, st.integers(0, 100), st.floats(120, 900), st.none() | st.floats(101, 900))))
def test_totals_add_up(found: list[Foretold]) -> None:
    told = calibration(found)
    assert told.judged + told.pending + told.changed == len(found)
    assert told.covered <= told.judged
    assert told.coverage is None or 0 <= told.coverage <= 1
    assert sum(each.count for _, each in by_stage(found)) == told.judged


def test_about_says_it_in_a_line_and_nothing_before_any_is_judged() -> None:
    told = Calibration(120, 100, 31, 0.06, 0.19, 14, 2)
    assert [str(line) for line in forecasts(Calibration(3, 2, 3, 0.5, 0.5, 0, 0))] == [
        "Forecasts: 2 of 3 within their interval"
    ]
    assert [str(line) for line in forecasts(told)] == ["Forecasts: 83% of 120 within their interval, half-way error 6%"]
    assert [str(line) for line in forecasts(replace(told, error=None))] == [
        "Forecasts: 83% of 120 within their interval"
    ]
    assert forecasts(None) == forecasts(replace(told, judged=0)) == ()


def test_the_terminal_says_what_could_not_be_judged() -> None:
    assert calibration_sentence(Calibration(120, 100, 31, 0.06, 0.19, 14, 2)) == (
        "83% of 120 forecasts had the finish within their 80% interval; 14 wait for the batch to finish; "
        "2 were of batches that came to have more or fewer clips"
    )
    assert calibration_sentence(calibration([foretold(ended=None)])) == (
        "No forecast could be judged yet; 1 waits for the batch to finish"
    )
