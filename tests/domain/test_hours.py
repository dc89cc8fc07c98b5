"""Quiet hours and digests by the clock: over midnight, by weekday, and where clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.hours import (
    DAY,
    EVERY_DAY,
    Daily,
    Hours,
    Span,
    before,
    day_of,
    moment_of,
    next_span,
    next_turn,
    span_at,
    turn_at,
)

BERLIN = "Europe/Berlin"
WEEK = frozenset(range(5))
NIGHT = Hours(time(19), time(8), BERLIN, WEEK)
MORNING = Daily(time(9), BERLIN, WEEK)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def there(day: int, hour: int, minute: int = 0, month: int = 3, zone: str = BERLIN, fold: int = 0) -> datetime:
    """A moment of 2026 by the clocks of a zone."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


zones = st.sampled_from(
    (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "UTC+05:45")
)
days = st.frozensets(st.integers(0, 6), min_size=1)
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
moments = st.integers(0, 7_000 * 86_400).map(lambda after: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(seconds=after))


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    begin, end = draw(clocks), draw(clocks)
    assume(begin != end)
    return Hours(begin, end, draw(zones), draw(days))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (there(23, 18, 59), None),
        (there(23, 19), there(24, 8)),  # a Monday
        (there(24, 7, 59), there(24, 8)),
        (there(24, 8), None),
        (there(27, 23), there(28, 8)),  # begun on Friday, it ends on Saturday
        (there(28, 20), None),
        (there(29, 20), None),
        (there(23, 2), None),  # begun on Sunday it would be
    ],
)
def test_the_day_on_which_hours_begin_counts(now: datetime, until: datetime | None) -> None:
    span = span_at(NIGHT, now)
    assert (span.end if span else None) == until


def test_hours_follow_the_clock_where_it_is_changed() -> None:
    every = Hours(time(2, 30), time(3, 15), BERLIN)
    assert span_at(every, there(29, 3, 5)) == Span(there(29, 3), there(29, 3, 15))  # 02:30 is skipped
    back = Span(there(25, 2, 30, 10), there(25, 3, 15, 10))
    assert span_at(every, there(25, 2, 30, 10)) == back  # the first 02:30 of two
    assert back.end - back.begin == timedelta(hours=1, minutes=45)
    until = Hours(time(1), time(2, 30), BERLIN)
    shown_twice = span_at(until, there(25, 2, 45, 10))
    assert shown_twice is not None
    assert shown_twice.end == there(25, 2, 30, 10, fold=1)
    night = span_at(Hours(time(19), time(8), BERLIN), there(28, 22))
    assert night is not None
    assert night.end - night.begin == timedelta(hours=12)


def test_a_time_in_a_gap_is_the_moment_of_the_change() -> None:
    assert moment_of(date(2026, 3, 29), time(2, 30), ZoneInfo(BERLIN)) == there(29, 3)
    left_out = moment_of(date(2011, 12, 30), time(12), ZoneInfo("Pacific/Apia"))  # a day that never was
    assert left_out == datetime(2011, 12, 30, 10, tzinfo=UTC)


@given(some_hours(), moments)
@settings(max_examples=300)
def test_a_minute_that_the_clock_shows_within_hours_is_quiet(hours: Hours, now: datetime) -> None:
    zone = ZoneInfo(hours.zone) if "/" in hours.zone else None
    assume(zone is not None)
    local = now.astimezone(zone)
    today, yesterday = local.weekday() in hours.days, (local - DAY).weekday() in hours.days
    at = local.time()
    if hours.begin < hours.end:
        shown = today and hours.begin <= at < hours.end
    else:
        shown = (today and at >= hours.begin) or (yesterday and at < hours.end)
    span = span_at(hours, now)
    near = {(now + timedelta(hours=h)).astimezone(zone).utcoffset() for h in range(-49, 49, 4)}
    if shown and local.date() - DAY != date(2011, 12, 30):
        assert span is not None
    if len(near) == 1:
        assert (span is not None) == shown


@given(some_hours(), moments)
@settings(max_examples=300)
def test_spans_begin_before_they_end_and_the_next_comes_within_nine_days(hours: Hours, now: datetime) -> None:
    span, coming = span_at(hours, now), next_span(hours, now)
    assert span is None or span.begin <= now < span.end <= span.begin + timedelta(hours=26)
    assert now < coming.begin <= now + timedelta(days=9)
    assert coming.begin <= coming.end
    assert day_of(coming.begin, hours.zone).weekday() in hours.days or coming.begin.year == 2011


# --- digests ---


def due(now: datetime, daily: Daily = MORNING, quiet: Hours | None = None, since: datetime = LONG_AGO) -> date | None:
    turn = turn_at(daily, quiet, now, since)
    return turn.day if turn else None


def test_a_digest_is_due_from_its_moment_until_the_day_is_over() -> None:
    assert due(there(23, 8, 59)) is None
    assert due(there(23, 9)) == date(2026, 3, 23)
    assert due(there(23, 23, 59)) == date(2026, 3, 23)  # the bot was away meanwhile
    assert due(there(24, 0)) is None
    assert due(there(28, 12)) is None  # a Saturday


def test_one_that_was_asked_for_after_its_moment_waits_for_the_next() -> None:
    assert due(there(23, 10), since=there(23, 9, 30)) is None
    assert due(there(23, 10), since=there(23, 8, 30)) == date(2026, 3, 23)
    assert due(there(23, 10), since=there(25, 9)) == date(2026, 3, 23)  # our clock was set back since


def test_in_quiet_hours_it_waits_for_their_end_also_over_midnight() -> None:
    late = Hours(time(19), time(9, 30), BERLIN)
    assert due(there(23, 9, 10), quiet=late) is None
    assert due(there(23, 9, 30), quiet=late) == date(2026, 3, 23)
    evening = Daily(time(23), BERLIN)
    assert due(there(23, 23, 30), evening, late, since=there(23, 12)) is None
    assert due(there(24, 9, 30), evening, late) == date(2026, 3, 23)
    assert due(there(25, 0), evening, late) is None


def test_it_looks_back_to_the_one_before_over_a_weekend() -> None:
    turn = turn_at(MORNING, None, there(23, 9), LONG_AGO)
    assert turn is not None
    assert turn.since == there(20, 9)
    assert before(MORNING, there(22, 12)) == there(20, 9)


def test_a_skipped_time_is_told_at_the_change_and_one_shown_twice_at_the_first() -> None:
    night = Daily(time(2, 30), BERLIN)
    assert due(there(29, 3), night) == date(2026, 3, 29)
    assert due(there(29, 1, 59), night) is None
    assert due(there(25, 2, 30, 10), night) == date(2026, 10, 25)


@given(zones, days, clocks, st.none() | some_hours(), moments)
@settings(max_examples=200)
def test_the_next_one_comes_and_is_due_when_it_comes(
    zone: str, on: frozenset[int], at: time, quiet: Hours | None, now: datetime
) -> None:
    daily = Daily(at, zone, on)
    coming = next_turn(daily, quiet, now)
    assert now < coming.due <= now + timedelta(days=10)
    assert coming.since < coming.due
    turn = turn_at(daily, quiet, coming.due, LONG_AGO)
    assert turn is not None
    assert turn.due == coming.due
    assert next_turn(daily, quiet, now, told=coming.day).day != coming.day


@given(zones, days, clocks, st.lists(st.integers(0, 3 * 86_400), min_size=1, max_size=12), moments)
@settings(max_examples=200)
def test_each_day_is_due_at_most_on_itself(
    zone: str, on: frozenset[int], at: time, steps: list[int], now: datetime
) -> None:
    daily = Daily(at, zone, on)
    for seconds in steps:
        now += timedelta(seconds=seconds)
        turn = turn_at(daily, None, now, LONG_AGO)
        if turn is not None:
            assert turn.day == day_of(now, zone)
            assert turn.day.weekday() in on


def test_every_day_is_seven_days() -> None:
    assert {0, 1, 2, 3, 4, 5, 6} == EVERY_DAY
