"""What happened while nobody looked is known once all that was open, and the list as it was then, have been read."""

from dataclasses import replace

import pytest

from bot.domain.arrears import Arrears
from bot.domain.gaps import Gap
from bot.domain.outlook import Open
from bot.domain.places import Coverage, Order
from tests.builders import request, uuid

WHOLE = Coverage(Order.NEWEST_FIRST, 50, 100.0)


def still_open(*numbers: int) -> dict[str, Open]:
    """Requests of `batch-1` that are open."""
    return {
        uuid(n): Open("batch-1", 0.0, place=n, seen=0.0, queued=False, began=0.0, share=1.0, area=0.0) for n in numbers
    }


def behind(*numbers: int) -> Arrears:
    arrears = Arrears()
    arrears.begin(still_open(*numbers))
    return arrears


def test_a_bot_that_was_never_away_has_nothing_to_catch_up_with() -> None:
    arrears = Arrears()
    assert arrears.over
    assert arrears.unread(replace(WHOLE, gaps=(Gap(8, 9, 90.0, 95.0),))) is None


def test_each_request_that_was_open_must_be_read_or_be_open_no_more() -> None:
    arrears = behind(1, 2, 3)
    arrears.saw([request(1), request(9)])
    assert not arrears.are_requests_read(still_open(1, 2, 3, 9), frozenset())
    arrears.saw([request(2, "completed")])
    assert not arrears.are_requests_read(still_open(1, 3, 9), frozenset())
    assert arrears.are_requests_read(still_open(1, 9), frozenset())


def test_what_cannot_be_read_is_not_waited_for_while_it_cannot() -> None:
    arrears = behind(1)
    assert arrears.are_requests_read(still_open(1), frozenset({"batch-1"}))
    assert not arrears.are_requests_read(still_open(1), frozenset({"batch-2", None}))


@pytest.mark.parametrize(("gap", "is_read"), [((10, 12), False), ((50, 70), False), ((51, 70), True)])
def test_the_list_must_be_read_as_far_as_it_reached_at_first(gap: tuple[int, int], *, is_read: bool) -> None:
    arrears = behind()
    assert not arrears.is_list_read(WHOLE), "nobody knows yet how far it reaches"
    arrears.saw_list(50)
    arrears.saw_list(70)
    assert arrears.is_list_read(WHOLE)
    old, torn = Gap(*gap, 100.0, 160.0), Gap(72, 72, 160.0, 161.0)
    assert arrears.is_list_read(replace(WHOLE, gaps=(old, torn))) is is_read
    assert arrears.unread(replace(WHOLE, gaps=(old, torn))) == (None if is_read else old)


def test_a_list_that_was_never_read_was_not_read_after_the_gap_either() -> None:
    arrears = behind()
    arrears.saw_list(50)
    assert not arrears.is_list_read(None)
