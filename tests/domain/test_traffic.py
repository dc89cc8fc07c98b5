from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.traffic import SHORTEST_PATIENCE, Running, Traffic, is_lull, is_stalled, silent_since, traffic_of
from tests.builders import at

MINUTE = 60.0


def seconds(*values: float) -> list[timedelta]:
    return [timedelta(seconds=value) for value in values]


def traffic(usual: float | None = None, gap: float | None = None, last: float | None = None) -> Traffic:
    return Traffic(
        usual=None if usual is None else timedelta(seconds=usual),
        gap=None if gap is None else timedelta(seconds=gap),
        last_finish=None if last is None else at(last),
    )


@pytest.mark.parametrize(
    ("durations", "usual"),
    [([60.0], 60), ([1.0] * 95 + [100.0] * 5, 1), ([1.0] * 94 + [100.0] * 6, 100), (list(range(1, 21)), 19)],
)
def test_the_usual_duration_is_within_what_95_of_100_are_done(durations: list[float], usual: float) -> None:
    assert traffic_of(seconds(*durations), [], []).usual == timedelta(seconds=usual)


def test_of_an_account_in_which_nothing_happened_nothing_is_known() -> None:
    assert traffic_of([], [], []) == Traffic()
    assert Traffic().slow_after == Traffic().patience == SHORTEST_PATIENCE
    assert Traffic().overtaken_before(at(0)) is None


@pytest.mark.parametrize(("usual", "minutes"), [(None, 10), (1, 10), (200, 10), (201, 10.05), (1_200, 60)])
def test_a_request_is_slow_after_ten_minutes_or_three_times_the_usual(usual: float | None, minutes: float) -> None:
    assert traffic(usual=usual).slow_after == timedelta(minutes=minutes)


@pytest.mark.parametrize(("gap", "minutes"), [(None, 10), (0, 10), (30, 10), (60, 20)])
def test_nothing_may_finish_for_ten_minutes_or_twenty_gaps(gap: float | None, minutes: float) -> None:
    assert traffic(gap=gap).patience == timedelta(minutes=minutes)


def test_the_gap_is_the_median_so_that_a_night_does_not_count() -> None:
    finishes = [at(10.0 * n) for n in range(20)] + [at(40_000 + 10.0 * n) for n in range(20)]
    assert traffic_of([], finishes, []).gap == timedelta(seconds=10)


# --- overtaken ---


def starts(*created: float, started: float = 0) -> Traffic:
    return Traffic(starts=tuple((at(one), at(started)) for one in created))


@pytest.mark.parametrize(("many", "before"), [(9, None), (10, 100.0), (12, 102.0)])
def test_ten_that_were_created_later_must_have_started(many: int, before: float | None) -> None:
    found = starts(*(100.0 + n for n in range(many))).overtaken_before(at(60))
    assert found == (None if before is None else at(before))


@pytest.mark.parametrize("now", [0, 59])
def test_they_must_have_started_a_minute_ago(now: float) -> None:
    assert starts(*range(20)).overtaken_before(at(now)) is None


# --- an account that stands still ---


@pytest.mark.parametrize(
    ("last", "since", "now", "stalled"),
    [
        (0, -30, 599, False),
        (0, -30, 600, True),
        (-36_000, 0, 599, False),  # after a night, it counts from when the first began
        (-36_000, 0, 600, True),
        (None, 0, 600, True),
        (700, 0, 600, False),  # a finish in the future says nothing of the past
    ],
)
def test_it_stands_still_when_something_runs_and_nothing_finishes(
    last: float | None, since: float, now: float, *, stalled: bool
) -> None:
    assert is_stalled(traffic(last=last), Running(3, at(since), at(now))) is stalled


def test_where_clips_take_long_and_start_together_a_lull_is_no_stall() -> None:
    together = Running(8, at(0), at(20 * MINUTE))
    assert not is_stalled(traffic(usual=30 * MINUTE, gap=2, last=-5), together)
    assert is_stalled(traffic(usual=30 * MINUTE, gap=2, last=-5), Running(8, at(0), at(31 * MINUTE)))


durations = st.floats(0, 100_000).map(lambda value: timedelta(seconds=value))
moments = st.floats(-100_000, 100_000).map(at)


@given(st.lists(durations), st.lists(moments), moments, durations)
def test_who_stands_still_was_in_a_lull_and_goes_on_to_stand_still(
    took: Sequence[timedelta], finishes: Sequence[datetime], since: datetime, runs: timedelta
) -> None:
    known = traffic_of(took, finishes, [])
    running = Running(1, since, since + runs)
    later = Running(1, running.since, running.as_of + timedelta(hours=1))
    if is_stalled(known, running):
        assert is_lull(known, running)
        assert is_stalled(known, later)
        assert running.as_of - silent_since(known, running) >= SHORTEST_PATIENCE


@given(st.lists(durations))
def test_patience_is_never_short(took: Sequence[timedelta]) -> None:
    known = traffic_of(took, [], [])
    assert known.slow_after >= SHORTEST_PATIENCE
    assert known.usual is None or known.slow_after >= known.usual
