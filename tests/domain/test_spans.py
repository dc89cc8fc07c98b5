"""Lengths of time as people type them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spans import mute_span, span
from bot.errors import BadCommandError


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("30m", 30),
        ("2h", 120),
        ("1d", 1_440),
        ("1h30m", 90),
        ("1h 30m", 90),
        ("1 h 30 min", 90),
        ("2 Hours", 120),
        ("1d2h3m", 1_563),
        ("90s", 1.5),
        ("007d", 10_080),
    ],
)
def test_a_length_is_read_as_it_is_meant(typed: str, minutes: float) -> None:
    assert span(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "typed", ["", " ", "2", "h", "-2h", "2.5h", "2w", "30m1h", "1h1h", "2h!", "1:30", "forever", "٣h", "9" * 30 + "d"]
)
def test_what_is_no_length_gets_examples_of_what_is(typed: str) -> None:
    with pytest.raises(BadCommandError, match="`1h30m`"):
        span(typed)


@pytest.mark.parametrize("typed", ["59s", "0m", "31d", "30d1s", "999999d"])
def test_a_mute_has_limits_that_are_told(typed: str) -> None:
    with pytest.raises(BadCommandError, match="from 1 minute to 30 days"):
        mute_span(typed)


@pytest.mark.parametrize("typed", ["60s", "1m", "30d"])
def test_the_limits_themselves_are_taken(typed: str) -> None:
    assert mute_span(typed) == span(typed)


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_length_or_told_to_be_none(typed: str) -> None:
    try:
        length = span(typed)
    except BadCommandError as error:
        told = str(error)
    else:
        told = str(length)
    assert len(told) < 200


@given(st.integers(0, 99), st.integers(0, 23), st.integers(0, 59))
def test_days_hours_and_minutes_add_up(days: int, hours: int, minutes: int) -> None:
    assert span(f"{days}d{hours}h{minutes}m") == timedelta(days=days, hours=hours, minutes=minutes)
