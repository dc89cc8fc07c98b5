"""What is said of the rest of a batch: rounded, never past, and how fast it goes."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forecast import Forecast
from bot.domain.prospect import Finish, Prospect, Rhythm, View, prospect, rhythm, rounded
from bot.domain.prospect_wording import finish_line, finish_phrase, pace_line, prospect_lines
from bot.domain.queue import NOTHING_AROUND, Around
from bot.domain.request import LipsyncRequest
from tests.builders import NOON, at, request

LONGEST_SETTLE = timedelta(minutes=10)


def foretold(early: float, likely: float, late: float) -> Forecast:
    return Forecast(NOON, (early,) * 100 + (likely,) * 100 + (late,) * 100)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        ((28.2, 42.4, 67.1), ("12:28", "12:42", "13:08")),
        ((0.0, 0.1, 0.4), ("12:00", "12:00", "12:01")),
        ((61.0, 80.0, 95.0), ("13:00", "13:15", "13:45")),
        ((50.0, 59.9, 130.0), ("12:50", "13:00", "14:10")),
    ],
)
def test_a_forecast_is_shown_to_minutes_under_an_hour_and_to_quarters_beyond(
    minutes: tuple[float, float, float], shown: tuple[str, str, str]
) -> None:
    found = rounded(foretold(*(60 * each for each in minutes)), NOON)
    assert tuple(f"{each:%H:%M}" for each in (found.early, found.likely, found.late)) == shown


@given(st.lists(st.floats(0, 400_000), min_size=3, max_size=3), st.floats(0, 100_000))
def test_what_is_shown_is_never_past_and_in_order(seconds: list[float], later: float) -> None:
    found, now = foretold(*sorted(seconds)), at(later)
    shown = rounded(found, now)
    assert now <= shown.early <= shown.likely <= shown.late
    assert shown.late >= found.late


def batch(done: int, running: int, waiting: int) -> list[LipsyncRequest]:
    statuses = ["completed"] * done + ["processing"] * running + ["queued"] * waiting
    return [
        request(n, status, created=n / 10, finished=60.0 + 10 * n if n < done else None)
        for n, status in enumerate(statuses)
    ]


def of(requests: list[LipsyncRequest], seconds: float = 300, expected: int | None = None) -> View | None:
    return prospect(
        "b", requests, NOTHING_AROUND, read_at=at(seconds), at=at(seconds), expected=expected,
        longest_settle=LONGEST_SETTLE,
    )  # fmt: skip


def test_nothing_is_said_of_what_is_finished() -> None:
    assert of(batch(12, 0, 0)) is None
    assert of([]) is None


@pytest.mark.parametrize(
    ("requests", "why"),
    [
        (batch(10, 4, 8), "told"),
        (batch(4, 4, 8), "early"),
        (batch(10, 0, 8), "stands"),
        ([replace(each, started_at=None) for each in batch(10, 0, 0)] + batch(0, 3, 0), "unknown"),
    ],
)
def test_why_no_finish_is_told(requests: list[LipsyncRequest], why: str) -> None:
    found = of(requests)
    assert found is not None
    assert found.prospect.why == why
    assert (found.prospect.finish is None) is (why != "told")


def test_what_was_seen_after_the_last_whole_reading_counts_at_its_own_time() -> None:
    rows = batch(10, 4, 8)  # the last one ended at 150 s
    whole, since = of(rows, 300), prospect("b", rows, NOTHING_AROUND, read_at=at(60), at=at(300))
    early = prospect("b", rows, NOTHING_AROUND, read_at=at(60), at=at(100))
    assert whole is not None
    assert since is not None
    assert early is not None
    assert [each.queue.now for each in (whole, since, early)] == [at(300), at(150), at(100)]


def test_what_has_not_come_for_long_is_left_out_and_said() -> None:
    soon, late = of(batch(10, 4, 8), 30, expected=30), of(batch(10, 4, 8), 700, expected=30)
    assert soon is not None
    assert late is not None
    assert (soon.prospect.missing, soon.queue.to_come) == (0, 8)
    assert (late.prospect.missing, late.queue.to_come) == (8, 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["queued", "processing", "completed", "failed", "odd"]),
            st.none() | st.floats(-9e5, 9e5),
            st.none() | st.floats(-9e5, 9e5),
            st.floats(-9e5, 9e5),
        ),
        max_size=30,
    ),
    st.floats(-1e5, 1e5),
    st.integers(0, 50),
)
def test_contradictory_data_never_tells_a_past_time(
    rows: list[tuple[str, float | None, float | None, float]], now: float, expected: int
) -> None:
    requests = [
        LipsyncRequest(str(n), at(created), status, _at(begun), _at(ended))
        for n, (status, begun, ended, created) in enumerate(rows)
    ]
    found = of(requests, now, expected)
    if found is not None and found.prospect.finish is not None:
        assert found.prospect.finish.early >= at(now)
        assert all(prospect_lines(found.prospect, at(now)))


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else at(seconds)


def test_the_pace_is_that_of_the_last_quarter_and_levels_show_the_time_so_far() -> None:
    rows = [request(n, "completed", created=0, finished=5 + 100.0 * n) for n in range(1, 9)]
    found = rhythm(rows, at(805))
    assert found is not None
    assert found.a_minute == pytest.approx(0.9, abs=0.01)
    assert len(found.levels) == 8
    assert found.typical == timedelta(seconds=450)
    assert rhythm(batch(0, 4, 4), at(100)) is None


@given(st.lists(st.floats(6, 5_000), min_size=1, max_size=60), st.floats(6, 6_000))
def test_levels_are_bars(finished: list[float], now: float) -> None:
    found = rhythm([request(n, "completed", finished=each) for n, each in enumerate(finished)], at(now))
    assert found is not None
    assert all(0 <= level <= 7 for level in found.levels)
    assert found.a_minute >= 0


FINISH = Finish(at(1_680), at(2_520), at(4_020))
RHYTHM = Rhythm(3.14, (1, 2, 4, 5, 5, 6, 7, 6), timedelta(seconds=112))
TOLD = Prospect(FINISH, "told", 184, 0, RHYTHM)


def test_the_lines_say_when_and_how_fast() -> None:
    assert [str(line) for line in prospect_lines(TOLD, NOON)] == [
        "Finish about 12:42 UTC (80%: 12:28 UTC to 13:07 UTC)",
        "Pace 3.14 clips/min ▂▃▅▆▆▇█▇ · typical clip 1 m 52 s",
    ]
    assert str(finish_phrase(TOLD)) == "finish about 12:42 UTC"


def test_old_data_foretells_nothing_and_says_so() -> None:
    assert [str(line) for line in prospect_lines(TOLD, NOON, old=True)] == ["Finish: not foretold from old data"]
    assert prospect_lines(None, NOON, old=True) == ()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (replace(TOLD, finish=None, why="early", finished=3), "Finish: too early to say (3 finished)"),
        (replace(TOLD, finish=None, why="stands"), "Finish: cannot be said, nothing is in work"),
        (replace(TOLD, finish=None, why="unknown"), "Finish: cannot be said from the times so far"),
        (
            replace(TOLD, missing=6),
            "Finish about 12:42 UTC (80%: 12:28 UTC to 13:07 UTC), without the 6 that have not come",
        ),
    ],
)
def test_the_finish_says_what_it_cannot(told: Prospect, says: str) -> None:
    assert str(finish_line(told, NOON)) == says


def test_a_finish_on_another_day_names_the_day() -> None:
    far = replace(TOLD, finish=Finish(at(80_000), at(86_400), at(90_000)))
    assert str(finish_line(far, NOON)).startswith("Finish about 2 April 2026, 12:00 UTC (80%: 2 April 2026, 10:13 UTC")


@pytest.mark.parametrize(
    ("a_minute", "says"),
    [
        (0.0, "0 clips/min"),
        (12.3, "12.3 clips/min"),
        (0.21, "13 clips/h"),
        (0.001, "1 clip/h"),
        (140.0, "140 clips/min"),
    ],
)
def test_a_slow_pace_is_told_by_the_hour(a_minute: float, says: str) -> None:
    assert str(pace_line(replace(RHYTHM, a_minute=a_minute, typical=None))) == f"Pace {says} ▂▃▅▆▆▇█▇"


def test_others_in_work_and_ahead_move_the_finish() -> None:
    rows = batch(10, 4, 8)
    busy = Around(running=(at(250).timestamp(),) * 4, ahead=30)
    alone, shared = of(rows), prospect("b", rows, busy, read_at=at(300), at=at(300))
    assert alone is not None
    assert shared is not None
    assert alone.forecast is not None
    assert shared.forecast is not None
    assert shared.forecast.likely > alone.forecast.likely
