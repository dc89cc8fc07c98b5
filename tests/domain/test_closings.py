"""What is to be concluded is concluded, however often it cannot be read."""

from bot.domain.closings import Closings
from bot.domain.places import Coverage, Order
from bot.domain.steps import ByReference

WHOLE = Coverage(Order.NEWEST_FIRST, 10, 100.0)


def unaccounted(*names: str) -> Closings:
    closings = Closings()
    closings.were_closed(frozenset(names), frozenset(names), contiguous=True)
    return closings


def test_what_could_not_be_read_lets_the_others_go_first_and_is_tried_again() -> None:
    closings = unaccounted("a", "b")
    assert closings.next_call(100, WHOLE, set()) == ByReference("a")
    closings.put_off("a", until=115)
    assert closings.next_call(100, WHOLE, set()) == ByReference("b")
    closings.was_read("b")
    assert closings.next_call(114, WHOLE, set()) is None
    assert list(closings.moments) == [115]
    assert closings.next_call(115, WHOLE, set()) == ByReference("a")
    closings.was_read("a")
    assert closings.next_call(200, WHOLE, set()) is None


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    closings = unaccounted("a")
    closings.put_off("a", until=115)
    closings.was_set_back()
    assert closings.next_call(10, WHOLE, set()) == ByReference("a")


def test_a_reference_that_nobody_watches_any_more_is_not_read() -> None:
    closings = unaccounted("a", "b", "c")
    closings.put_off("b", until=115)
    closings.settles["c"] = 50.0
    closings.drop_unwatched(lambda _: False)
    assert closings.next_call(200, WHOLE, set()) is None
    assert list(closings.moments) == []


def test_what_nobody_waits_for_is_not_tried_again() -> None:
    closings = Closings()
    closings.put_off("a", until=115)
    assert closings.next_call(200, WHOLE, set()) is None
