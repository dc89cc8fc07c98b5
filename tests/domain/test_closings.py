"""What is to be concluded is concluded, however often it cannot be read."""

from collections import deque

from bot.domain.closings import AUDIT_ROUND, Closings, waiting_of
from bot.domain.gaps import Gap
from bot.domain.places import Coverage, Order, Places
from bot.domain.steps import ByReference, Call, Window
from bot.domain.under_way import under_way
from bot.domain.watch import Watched
from tests.builders import at

WHOLE = Coverage(Order.NEWEST_FIRST, 10, 100.0)


def unaccounted(*names: str) -> Closings:
    closings = Closings()
    closings.were_closed(frozenset(names), frozenset(names), contiguous=True)
    return closings


def test_what_could_not_be_read_lets_the_others_go_first_and_is_tried_again() -> None:
    closings = unaccounted("a", "b")
    assert closings.next_call(100, WHOLE, set(), 0, 1) == ByReference("a")
    closings.put_off("a", until=115)
    assert closings.next_call(100, WHOLE, set(), 0, 1) == ByReference("b")
    closings.was_read("b")
    assert closings.next_call(114, WHOLE, set(), 0, 1) is None
    assert list(closings.moments) == [115]
    assert closings.next_call(115, WHOLE, set(), 0, 1) == ByReference("a")
    closings.was_read("a")
    assert closings.next_call(200, WHOLE, set(), 0, 1) is None


def test_what_waits_for_its_conclusion_goes_before_what_was_only_never_read() -> None:
    closings = unaccounted("z")
    closings.unaccounted = {"a": None, "b": None} | closings.unaccounted
    closings.later = {"c"}
    torn = Coverage(Order.NEWEST_FIRST, 10, 100.0, (Gap(8, 9, 90.0, 95.0),))
    assert closings.next_call(100, torn, set(), 0, 9) == ByReference("z")
    closings.was_read("z")
    assert closings.next_call(100, torn, set(), 0, 9) == Window(9)
    closings.conclude(WHOLE)
    assert closings.next_call(100, WHOLE, set(), 0, 1) == ByReference("a")


def test_what_is_watched_is_sorted_by_what_looks_have_still_to_do_with_it() -> None:
    watched = [
        Watched("idle", settled=False, read_at=at(7), oldest_open_at=None),
        Watched("open", settled=False, read_at=at(5), oldest_open_at=at(1)),
        Watched("unread", settled=False, read_at=None, oldest_open_at=None),
    ]
    waiting = waiting_of(watched, at(9), has_all=False, begins=False)
    assert (waiting.unread, waiting.touched) == (("unread",), frozenset({"idle"}))
    assert waiting.longest_unread == ("unread", "open", "idle")
    assert waiting_of(watched, at(9), has_all=True, begins=False).unread == ()
    assert waiting_of(watched, at(9), has_all=False, begins=True).touched == {"idle", "open"}


def test_what_only_waits_for_rows_nobody_has_read_waits_patiently_for_a_call_that_reads_them_anyway() -> None:
    torn = Coverage(Order.NEWEST_FIRST, 10, 100.0, gaps=(Gap(8, 9, 90.0, 95.0),))
    closings = Closings()
    closings.were_closed(frozenset("ab"), frozenset("ab"), contiguous=False)
    assert closings.next_call(100, torn, {"b"}, 12, 99) is None
    assert 112 in closings.moments
    assert closings.next_call(111, torn, {"b"}, 12, 99) is None
    assert closings.next_call(112, torn, {"b"}, 12, 99) == Window(9)
    assert closings.conclude(WHOLE) == {"a", "b"}
    assert closings.next_call(130, torn, set(), 12, 99) is None


def test_the_newest_page_closes_a_gap_that_it_shows_so_that_none_is_left_above() -> None:
    torn = Coverage(Order.NEWEST_FIRST, 10, 100.0, gaps=(Gap(8, 9, 90.0, 95.0),))
    closings = Closings()
    closings.were_closed(frozenset("a"), frozenset("a"), contiguous=False)
    assert closings.next_call(100, torn, set(), 0, 8) == Window(None)
    assert closings.next_call(100, torn, set(), 0, 9) == Window(9)


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    closings = unaccounted("a")
    closings.put_off("a", until=115)
    closings.was_set_back()
    assert closings.next_call(10, WHOLE, set(), 0, 1) == ByReference("a")


def test_a_reference_that_nobody_watches_any_more_is_not_read() -> None:
    closings = unaccounted("a", "b", "c")
    closings.put_off("b", until=115)
    closings.settles["c"] = 50.0
    closings.drop_unwatched(list)
    assert closings.next_call(200, WHOLE, set(), 0, 1) is None
    assert list(closings.moments) == []


def test_what_nobody_waits_for_is_not_tried_again() -> None:
    closings = Closings()
    closings.put_off("a", until=115)
    assert closings.next_call(200, WHOLE, set(), 0, 1) is None


def test_beside_references_that_are_under_way_others_are_read_at_once() -> None:
    closings, places = Closings(unaccounted=dict.fromkeys("abc"), pressing=dict.fromkeys("b")), Places(WHOLE)
    calls: list[Call] = []
    while call := closings.next_call(100, WHOLE, set(), 12, 99, under_way(calls, places, 100, 20)):
        calls.append(call)
    assert calls == [ByReference("b"), ByReference("a"), ByReference("c")]


def test_a_page_of_the_list_that_is_under_way_already_is_not_asked_for_to_conclude_something() -> None:
    closings = Closings(settles={"a": 120.0})
    assert closings.next_call(130, WHOLE, set(), 12, 99) == Window(None)
    newest = under_way([Window(None)], Places(WHOLE), 130, 20)
    assert closings.next_call(130, WHOLE, set(), 12, 99, newest) is None


def test_each_watched_reference_is_read_by_itself_once_in_a_round() -> None:
    closings = Closings(audits=deque("abcd"), audited_at=1_000)
    each = AUDIT_ROUND / 4
    assert closings.next_audit(1_000) is None
    asked = [closings.next_audit(1_000 + each * n / 2) for n in range(1, 11)]
    assert [call and call.reference_id for call in asked] == [None, "a", None, "b", None, "c", None, "d", None, "a"]
    clock_set_back = [closings.next_audit(0), closings.next_audit(each)]
    assert clock_set_back == [None, ByReference("b")]
    assert Closings().next_audit(9e9) is None
