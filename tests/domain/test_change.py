from dataclasses import replace

from bot.domain.change import first_sight, seen_again, transition
from tests.builders import NOON, at, entry, request


def test_an_unchanged_row_leaves_the_entry_as_it_is() -> None:
    known = entry(request(1), opened=3)
    assert seen_again(known, request(1), 9, asked_at=at(5), read_at=at(6), open_since=2) is known


def test_seeing_it_open_after_a_newer_watch_is_remembered_once() -> None:
    known = entry(request(1), opened=3)
    after = seen_again(known, request(1), 9, asked_at=at(5), read_at=at(6), open_since=5)
    assert after.open_reading == 9
    assert seen_again(after, request(1), 10, asked_at=at(7), read_at=at(8), open_since=5) is after


def test_the_first_outcome_keeps_its_reading() -> None:
    known = entry(request(1), opened=3)
    ended = seen_again(known, request(1, "completed"), 7, asked_at=at(5), read_at=at(6), open_since=0)
    assert (ended.outcome_reading, ended.open_reading, ended.changed_at) == (7, 3, at(6))
    moved = transition(known, ended, at(6))
    assert moved is not None
    assert (moved.old, moved.new, moved.correction) == ("queued", "completed", False)


def test_an_older_answer_does_not_take_an_outcome_back() -> None:
    ended = replace(entry(request(1, "completed")), changed_at=at(100))
    assert seen_again(ended, request(1, "processing"), 9, asked_at=at(99), read_at=at(101), open_since=0) is ended


def test_after_our_clock_was_set_back_an_answer_is_no_older() -> None:
    taken_back = replace(entry(request(1, "completed")), request=request(1, "processing"), changed_at=at(4_000))
    ended = seen_again(taken_back, request(1, "completed"), 9, asked_at=at(400), read_at=at(401), open_since=0)
    assert ended.request.is_terminal


def test_an_answer_asked_for_in_the_moment_in_which_the_one_before_came_is_newer() -> None:
    taken_back = replace(entry(request(1, "completed")), request=request(1, "processing"), changed_at=at(100))
    ended = seen_again(taken_back, request(1, "completed"), 9, asked_at=at(100), read_at=at(101), open_since=0)
    assert ended.request.is_terminal


def test_a_correction_by_the_api_is_marked_and_keeps_the_first_outcome() -> None:
    ended = entry(request(1, "completed"), first=2)
    corrected = seen_again(ended, request(1, "failed", error="x"), 9, asked_at=at(99), read_at=at(101), open_since=0)
    assert corrected.request.status == "failed"
    assert corrected.outcome_reading == 2
    moved = transition(ended, corrected, at(101))
    assert moved is not None
    assert moved.correction


def test_an_outcome_that_was_taken_back_before_is_marked_when_it_comes_again() -> None:
    open_again = replace(entry(request(1, "completed"), first=2), request=request(1, "processing"))
    assert open_again.outcome_reading == 2
    ended = seen_again(open_again, request(1, "completed"), 9, asked_at=at(99), read_at=at(101), open_since=0)
    moved = transition(open_again, ended, at(101))
    assert moved is not None
    assert moved.correction


def test_of_what_has_ended_only_the_first_place_is_remembered() -> None:
    ended = entry(request(1, "completed"))
    placed = seen_again(ended, request(1, "completed"), 9, asked_at=at(5), read_at=at(6), open_since=0, place=7)
    assert placed == replace(ended, place=7)
    moved = seen_again(placed, request(1, "completed"), 10, asked_at=at(7), read_at=at(8), open_since=0, place=6)
    assert moved is placed


def test_a_row_that_comes_back_is_listed_again() -> None:
    gone = entry(request(1), opened=1, listed=False)
    assert seen_again(gone, request(1), 9, asked_at=at(5), read_at=at(6), open_since=0).listed


def test_first_sight_remembers_how_it_was_seen() -> None:
    assert first_sight(request(1), 4, NOON).open_reading == 4
    assert first_sight(request(1, "failed"), 4, NOON).outcome_reading == 4
    first = transition(None, first_sight(request(1), 4, NOON), NOON)
    assert first is not None
    assert first.old is None
