"""A page shows what it is asked for, however small it is."""

import pytest

from bot.domain.outlook import Outlook
from bot.domain.pace import pace_of
from bot.domain.places import Places
from bot.domain.steps import Wait, Window
from tests.builders import NOON, request

START = NOON.timestamp()


@pytest.mark.parametrize("size", [20, 40, 100])
def test_where_many_rows_arrive_a_page_however_small_still_shows_what_it_is_asked_for(size: int) -> None:
    outlook = Outlook(Places(), lambda _: True, pace_of(15))
    rows = [request(number, created=number / 10) for number in range(400, 400 - size, -1)]
    for seconds, total in ((0, 400), (60, 3_000)):
        places = outlook.places.add(rows, 0, total, START + seconds, {})
        outlook.saw(rows, places, START + seconds)

    now = START + 74
    step = outlook.choose(now, size)

    assert not isinstance(step, Wait)
    if isinstance(step, Window) and step.top is not None:
        offset = outlook.places.offset(step.top, now, size)
        expected = outlook.places.expected_total(now)
        assert expected - offset - size < step.top <= expected - offset + outlook.places.margin(now, size)


def test_with_the_smallest_pages_in_a_busy_account_a_call_is_chosen() -> None:
    outlook = Outlook(Places(), lambda _: True, pace_of(15))
    for seconds, total in ((0, 10), (100, 2_000)):
        rows = [request(number, created=seconds) for number in range(total, total - 3, -1)]
        places = outlook.places.add(rows, 0, total, START + seconds, {})
        outlook.saw(rows, places, START + seconds)
    assert not isinstance(outlook.choose(START + 110, 3), Wait)
