import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.natural_time import FARTHEST, names_zone, typed_time
from bot.domain.zones import is_zone, zone_of
from bot.errors import BadCommandError

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 26, 12, 5, 23, tzinfo=UTC)
"""A Thursday, 13:05:23 in Berlin."""

UNDERSTOOD = (
    ("fri 17:00", "2026-11-27 17:00"),
    ("FRI 17:00", "2026-11-27 17:00"),
    ("friday 5pm", "2026-11-27 17:00"),
    ("friday, 5 pm", "2026-11-27 17:00"),
    ("on friday at 5 p.m.", "2026-11-27 17:00"),
    ("this friday 17:00", "2026-11-27 17:00"),
    ("17:00 on fri", "2026-11-27 17:00"),
    ("5pm tomorrow", "2026-11-27 17:00"),
    ("tomorrow noon", "2026-11-27 12:00"),
    ("noon tomorrow", "2026-11-27 12:00"),
    ("day after tomorrow 9am", "2026-11-28 09:00"),
    ("today 18:30", "2026-11-26 18:30"),
    ("by 18:30", "2026-11-26 18:30"),
    ("in 3h", "2026-11-26 16:05"),
    ("3 hours from now", "2026-11-26 16:05"),
    ("in 90 minutes", "2026-11-26 14:35"),
    ("in 1h30m", "2026-11-26 14:35"),
    ("in 1 hour and 30 minutes", "2026-11-26 14:35"),
    ("in half an hour", "2026-11-26 13:35"),
    ("in an hour", "2026-11-26 14:05"),
    ("in 2 days", "2026-11-28 13:05"),
    ("in 2 weeks", "2026-12-10 13:05"),
    ("17:00", "2026-11-26 17:00"),
    ("17:00:30", "2026-11-26 17:00"),
    ("09:00", "2026-11-27 09:00"),
    ("at 9", "2026-11-27 09:00"),
    ("12am", "2026-11-27 00:00"),
    ("fri 12pm", "2026-11-27 12:00"),
    ("monday at 9", "2026-11-30 09:00"),
    ("next monday 9am", "2026-11-30 09:00"),
    ("thu 18:00", "2026-11-26 18:00"),
    ("thu 09:00", "2026-12-03 09:00"),
    ("thurs 9:00", "2026-12-03 09:00"),
    ("2026-12-01 09:00", "2026-12-01 09:00"),
    ("2026-12-01T09:00", "2026-12-01 09:00"),
    ("1 dec 9am", "2026-12-01 09:00"),
    ("1st of december at 9:00", "2026-12-01 09:00"),
    ("dec 1 at 9am", "2026-12-01 09:00"),
    ("december 1, 2026 09:00", "2026-12-01 09:00"),
    ("01.12.2026 09:00", "2026-12-01 09:00"),
    ("1.12. 9am", "2026-12-01 09:00"),
    ("tue 1 dec 9am", "2026-12-01 09:00"),
    ("28 feb 10:00", "2027-02-28 10:00"),
    ("1 sept 9am", "2027-09-01 09:00"),
    ("midnight", "2026-11-27 00:00"),
    ("today 24:00", "2026-11-27 00:00"),
    ("saturday midnight", "2026-11-29 00:00"),
    ("eod", "2026-11-26 18:00"),
    ("fri end of day", "2026-11-27 18:00"),
    ("00:00", "2026-11-27 00:00"),
)

WITH_ZONES = (
    ("17:00 CET", BERLIN, "2026-11-26T17:00+01:00"),
    ("17:00 Europe/Berlin", BERLIN, "2026-11-26T17:00+01:00"),
    ("17:00 europe/berlin", BERLIN, "2026-11-26T17:00+01:00"),
    ("17:00 berlin", BERLIN, "2026-11-26T17:00+01:00"),
    ("fri 9am Tokyo time", "Asia/Tokyo", "2026-11-27T09:00+09:00"),
    ("17:00 EST", "America/New_York", "2026-11-26T17:00-05:00"),
    ("17:00 pst", "America/Los_Angeles", "2026-11-26T17:00-08:00"),
    ("17:00 utc", "UTC", "2026-11-26T17:00+00:00"),
    ("17:00 gmt", "UTC", "2026-11-26T17:00+00:00"),
    ("17:00 UTC+2", "UTC+02:00", "2026-11-26T17:00+02:00"),
    ("17:00 utc -3:30", "UTC-03:30", "2026-11-26T17:00-03:30"),
    ("17:00 +05:30", "UTC+05:30", "2026-11-27T17:00+05:30"),
    ("2026-12-01T09:00:00Z", "UTC", "2026-12-01T09:00+00:00"),
    ("2026-12-01 09:00 +00:00", "UTC", "2026-12-01T09:00+00:00"),
)

REFUSED = (
    ("", "do not understand"),
    ("asap", "do not understand"),
    ("tonight", "do not understand"),
    ("half past five", "do not understand"),
    ("9", "do not understand"),
    ("17.30", "do not understand"),
    ("13pm", "do not understand"),
    ("17:60", "do not understand"),
    ("monday 25:00", "do not understand"),
    ("2026-02-30 10:00", "do not understand"),
    ("30 feb 10:00", "do not understand"),
    ("99999-01-01 10:00", "do not understand"),
    ("0000-01-01 10:00", "do not understand"),
    ("fri 17:00 fri 18:00", "do not understand"),
    ("17:00 18:00", "do not understand"),
    ("fri 17:00 please", "do not understand"),
    ("17:00 Mars/Olympus", "do not understand"),
    ("in banana", "do not understand"),
    ("٣:٠٠", "do not understand"),
    ("`*_~` <!channel>", "do not understand"),
    ("1/12 9am", "the day from the month"),
    ("next friday 17:00", "Fri 27 Nov or Fri 4 Dec"),
    ("fri 28 nov 17:00", "Sat 28 Nov 2026 is not a `fri`"),
    ("tomorrow", "is Fri 27 Nov, but at what time? Type `tomorrow 17:00`, or `tomorrow eod`"),
    ("friday", "but at what time?"),
    ("1 dec", "is Tue 1 Dec, but at what time?"),
    ("3h", "Type `in 3h`"),
    ("90 minutes", "Type `in 90 minutes`"),
    ("today 09:00", "is Thu 26 Nov 2026 09:00 (Europe/Berlin), and that is past"),
    ("yesterday", "is Wed 25 Nov, and that is past"),
    ("yesterday 5pm", "is Wed 25 Nov 2026 17:00 (Europe/Berlin), and that is past"),
    ("25 nov 9am", "and that is past"),
    ("2020-01-01 10:00", "and that is past"),
    ("in 0 minutes", "and that is past"),
    ("in 400 days", "more than a year away"),
    ("in 999999 days", "more than a year away"),
    ("in 999999 days 1h", "more than a year away"),
    ("2062-12-01 09:00", "more than a year away"),
    ("17:00 IST", "several meanings"),
    ("17:00 UTC+19", "is no time zone"),
    ("17:00 +10:75", "is no time zone"),
    ("x" * 61, "too long"),
)


def shown(text: str, now: datetime = NOW, own: str = BERLIN) -> str:
    typed = typed_time(text, now, own)
    return f"{typed.at.astimezone(zone_of(typed.zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD)
def test_what_people_type_is_the_next_such_moment(text: str, expected: str) -> None:
    assert shown(text) == expected
    assert typed_time(text, NOW, BERLIN).zone == BERLIN
    assert not names_zone(text, NOW)


@pytest.mark.parametrize(("text", "zone", "expected"), WITH_ZONES)
def test_a_zone_that_is_typed_wins(text: str, zone: str, expected: str) -> None:
    typed = typed_time(text, NOW, BERLIN)
    assert (typed.zone, typed.at) == (zone, datetime.fromisoformat(expected))
    assert names_zone(text, NOW)


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_not_clear_is_refused_with_what_was_understood(text: str, why: str) -> None:
    with pytest.raises(BadCommandError) as refused:
        typed_time(text, NOW, BERLIN)
    assert why in str(refused.value)


# --- zones ---


@pytest.mark.parametrize("own", ["Europe/Paris", "Africa/Algiers"])
def test_an_abbreviation_of_the_persons_own_clocks_means_these(own: str) -> None:
    assert typed_time("17:00 CET", NOW, own).zone == own


def test_an_abbreviation_with_several_meanings_is_clear_where_it_is_used() -> None:
    assert typed_time("20:00 IST", NOW, "Asia/Kolkata").zone == "Asia/Kolkata"


def test_an_abbreviation_of_the_other_half_of_the_year_is_told() -> None:
    typed = typed_time("1 jul 9am CET", NOW, BERLIN)
    assert typed.at == datetime(2027, 7, 1, 7, tzinfo=UTC)
    assert typed.notes == ("CET is not used there then, so I take the time that the clocks show, CEST",)


def test_a_stored_zone_that_this_machine_does_not_know_is_read_as_utc() -> None:
    assert [zone_of(name) for name in ("Mars/Olympus", "", "../x", "Europe")] == [UTC] * 4
    assert zone_of("UTC-03:30") == timezone(-timedelta(hours=3, minutes=30))
    assert (is_zone(BERLIN), is_zone("UTC"), is_zone("berlin"), is_zone("Mars/Olympus")) == (True, True, False, False)


# --- clocks that are changed ---


def test_a_time_that_the_clocks_never_show_is_taken_after_the_gap() -> None:
    typed = typed_time("2027-03-28 02:30", NOW, BERLIN)
    assert typed.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert typed.notes == ("the clocks go forward then and never show 02:30, so I take 03:30",)


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    typed = typed_time("2027-10-31 02:30", NOW, BERLIN)
    assert typed.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert typed.notes == ("the clocks go back then and show 02:30 twice, so I take the first (CEST)",)


def test_with_the_name_of_the_clocks_it_is_the_one_that_is_meant() -> None:
    typed = typed_time("2027-10-31 02:30 CET", NOW, BERLIN)
    assert (typed.at, typed.notes) == (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), ())


def test_between_both_it_is_the_second() -> None:
    between = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)
    assert typed_time("02:30", between, BERLIN).at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_hours_are_hours_and_days_are_days_when_the_clocks_change() -> None:
    before = datetime(2027, 3, 27, 16, tzinfo=UTC)  # 17:00 in Berlin, and the next day has 23 hours
    assert shown("in 24h 1m", before) == "2027-03-28 18:01"
    assert shown("in 1 day", before) == "2027-03-28 17:00"


# --- whatever is typed ---

_PARTS = st.sampled_from(
    re.split(
        " ",
        "mon friday next this on at in the of 1 3 9 31 dec feb 29 2026 2027 17:00 5pm 02:30 12am noon midnight eod"
        " 24:00 today tomorrow h 3h 90 minutes half an hour and days weeks from now 2026-12-01 1.12. 01.12.2026 1/12 T"
        " Z +02:00 UTC utc+2 CET CEST IST Europe/Berlin berlin - , . : 99999999 day after end",
    )
)
_TYPED = st.one_of(st.text(max_size=70), st.lists(_PARTS, max_size=6).map(" ".join))
_ZONES = st.sampled_from((BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "UTC+05:45"))
_MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - limits


@given(_TYPED, _MOMENTS, _ZONES)
@example("29 feb 10:00", datetime(2025, 5, 1, tzinfo=UTC), BERLIN)
@example("29 feb 10:00", datetime(2028, 5, 1, tzinfo=UTC), BERLIN)
@example("29.2. 10:00", datetime(2028, 5, 1, tzinfo=UTC), BERLIN)
def test_whatever_is_typed_is_a_moment_to_come_or_a_clear_no(text: str, now: datetime, zone: str) -> None:
    try:
        typed = typed_time(text, now, zone)
    except BadCommandError:
        return
    assert now < typed.at <= now + FARTHEST
    assert typed.at.tzinfo is UTC


@given(_MOMENTS, st.integers(1, 500_000), _ZONES.filter(lambda name: name != "UTC+05:45"))
def test_a_moment_that_is_written_out_is_that_moment(now: datetime, minutes: int, zone: str) -> None:
    at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    if at <= now:
        return
    local = at.astimezone(ZoneInfo(zone))
    typed = typed_time(f"{local:%Y-%m-%d %H:%M}", now, zone)
    assert typed.at == at or (typed.notes and local.replace(fold=1).utcoffset() != local.replace(fold=0).utcoffset())
