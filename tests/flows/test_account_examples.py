"""Histories of an account that went wrong once go well."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.watch import Events
from tests.flows.model_account import ORDERS, REASONS
from tests.flows.model_steps import (
    Ask,
    Away,
    Delete,
    Die,
    Fail,
    GoOn,
    Insert,
    Lie,
    Meanwhile,
    Move,
    Remember,
    SetClock,
    Step,
    Story,
    Watch,
)
from tests.flows.model_stories import story_of
from tests.flows.model_theatre import Theatre

UNAVAILABLE = 0
PLAIN = Story("newest first", page=20, refuses_large=False, ahead=0.0, calls=60, settle=0.0, older=(), steps=())


@pytest.fixture(scope="module")
def theatre(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    return Theatre(sqlite_template, tmp_path_factory.mktemp("stage"))


def watch(name: str, events: Events | None = None) -> Watch:
    return Watch("C1", name, events, expected=None, beside_a_look=False)


@pytest.mark.parametrize("seconds", [-3_600.0, -40.0, 40.0, 3_600.0])
def test_what_ends_after_a_watch_began_before_the_first_answer_is_told(theatre: Theatre, seconds: float) -> None:
    ends_unseen = (Insert("batch-1", 1), Move(0, 1, "failed"))
    steps = (SetClock(seconds), Fail(UNAVAILABLE, 3), watch("batch-1"), *ends_unseen, GoOn(70))
    played = theatre.play(replace(PLAIN, steps=steps))
    assert played.wrong == []
    assert played.told == [REASONS[0], "finished"]


@pytest.mark.parametrize("seconds", [-3_600.0, -40.0, 40.0, 3_600.0])
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_older_failure_is_not_told_to_a_new_pattern(theatre: Theatre, seconds: float, when: str) -> None:
    steps = (SetClock(seconds), watch("*")) if when == "before" else (watch("*"), SetClock(seconds))
    played = theatre.play(replace(PLAIN, older=(("batch-1", 1, "failed", 50.0),), steps=steps))
    assert (played.wrong, played.told) == ([], [])


def test_after_the_list_was_empty_once_no_place_stays_unread(theatre: Theatre) -> None:
    steps = (watch("batch-1"), Remember(), GoOn(20), Insert("batch-1", 30), GoOn(20), Lie(1), GoOn(70))
    assert (theatre.play(replace(PLAIN, steps=steps))).wrong == []


@pytest.mark.parametrize("expected", [1, 2])
def test_what_comes_after_fewer_were_expected_than_had_finished_reopens_the_batch(
    theatre: Theatre, expected: int
) -> None:
    """Nobody has seen it yet when the number is changed."""
    fewer = Watch("C1", "batch-1", None, expected, beside_a_look=False)
    steps = (watch("batch-1"), Insert("batch-1", 2, "completed"), GoOn(70), Insert("batch-1", 3, "completed"), fewer)
    played = theatre.play(replace(PLAIN, steps=(*steps, GoOn(70))))
    assert (played.wrong, played.told) == ([], ["finished", "reopened", "finished"])


@pytest.mark.parametrize("calls", [2, 3])
def test_a_clip_that_was_written_down_in_a_look_that_a_kill_cut_short_is_told_by_the_next_process(
    theatre: Theatre, calls: int
) -> None:
    """Although others of its batch run on, and nothing changes any more."""
    begins = (watch("batch-1", Events.EACH), Insert("batch-1", 20, "processing"), GoOn(20))
    steps = (*begins, Move(0, 1, "completed"), Die(calls), GoOn(20))
    played = theatre.play(replace(PLAIN, page=7, calls=300, steps=steps))
    assert (played.wrong, played.told) == ([], ["clips"])


def test_an_outcome_that_is_taken_back_and_comes_again_is_a_correction(theatre: Theatre) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 2), GoOn(20), Move(0, 1, "failed"), GoOn(20))
    takes_back = (Move(0, 1, "processing", back=True), GoOn(70), Move(0, 2, "failed"), GoOn(70))
    played = theatre.play(replace(PLAIN, steps=(*begins, *takes_back)))
    assert played.wrong == []
    assert played.told == [REASONS[0], "finished"]
    assert played.corrections == 2


@pytest.mark.parametrize("after_it", [(), (Die(1),), (Away(10, restarts=True),)], ids=["", "killed", "restarted"])
def test_one_old_answer_that_lists_nothing_hides_no_outcome(theatre: Theatre, after_it: tuple[Step, ...]) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 5), GoOn(20), Insert("other", 60), GoOn(20))
    lies = (Lie(1), Ask("batch-1", fresh=True, beside_a_look=False), *after_it)
    played = theatre.play(replace(PLAIN, steps=(*begins, *lies, Move(60, 5, "failed"), GoOn(20))))
    assert (played.wrong, played.told) == ([], [REASONS[0], "finished"])


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_an_order_that_no_row_tells_hides_nothing(theatre: Theatre, order: str) -> None:
    steps = (watch("batch-2"), GoOn(20), Insert("batch-2", 2), GoOn(40), Move(0, 2, "failed"), GoOn(20))
    older = (("batch-1", 12, "failed", 100.0),)
    played = theatre.play(replace(PLAIN, order=order, page=7, older=older, steps=steps))
    assert (played.wrong, played.told) == ([], [REASONS[0], "finished"])


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_a_row_that_comes_as_another_goes_is_found_at_either_end_of_a_list_of_which_no_row_tells_the_order(
    theatre: Theatre, order: str
) -> None:
    older = (("batch-2", 11, "completed", 100.0), ("batch-1", 3, "completed", 100.0))
    for gone in (0, 13):  # one of them is not on the page that was guessed to be the newest
        steps = (watch("*", Events.EACH), GoOn(40), Delete(gone), Insert("batch-1", 1, "completed"))
        assert theatre.play(replace(PLAIN, order=order, page=7, older=older, steps=steps)).wrong == []


def test_a_request_that_slips_between_two_pages_is_not_taken_to_be_gone(theatre: Theatre) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 14), GoOn(20), Insert("other", 10), GoOn(20))
    one_is_open = (Move(10, 7, "completed"), Move(11, 6, "completed"))
    slips = (Meanwhile(2, Delete(10)), Ask("batch-1", fresh=True, beside_a_look=False), GoOn(70))
    played = theatre.play(replace(PLAIN, page=7, steps=(*begins, *one_is_open, *slips)))
    assert (played.wrong, played.told) == ([], [])


A_LONG_DAY: tuple[Step, ...] = (
    watch("batch-1", Events.EACH),
    Watch("C2", "batch-*", None, expected=None, beside_a_look=False),
    Insert("batch-1", 5),
    Insert("batch-2", 30),
    GoOn(40),
    *(Move(0, 1, "failed"), GoOn(40), Move(0, 1, "failed"), GoOn(40), Move(3, 1, "failed", REASONS[1]), GoOn(20)),
    *(Ask("batch-2", fresh=True, beside_a_look=True), Delete(12), Move(0, 80, "completed"), Die(2), GoOn(200)),
    *(Insert("batch-1", 30), Die(3), Insert("other", 30), Move(20, 60, "failed", REASONS[1]), GoOn(200)),
    *(Away(400, restarts=True), Move(0, 80, "completed"), GoOn(200)),
    *(Insert("batch-2", 2), SetClock(40), GoOn(70), Move(0, 1, "failed"), GoOn(40), Move(0, 1, "completed"), GoOn(70)),
)


@pytest.mark.parametrize("page", [7, 20])
@pytest.mark.parametrize("order", ORDERS)
def test_on_a_long_day_everything_is_told_once(theatre: Theatre, order: str, page: int) -> None:
    played = theatre.play(replace(PLAIN, order=order, page=page, settle=90.0, calls=300, steps=A_LONG_DAY))
    assert played.wrong == []
    assert {*REASONS, "finished", "reopened", "clips"} <= {*played.told}


@pytest.mark.parametrize("order", ORDERS)
def test_a_finish_is_told_within_two_minutes(theatre: Theatre, order: str) -> None:
    steps = (watch("batch-*"), Insert("batch-1", 3), GoOn(40), Insert("batch-2", 1), GoOn(40), Move(0, 4, "completed"))
    played = theatre.play(replace(PLAIN, order=order, steps=steps), quiet=120)
    assert (played.wrong, played.told) == ([], ["finished", "finished"])


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_what_was_skipped_when_the_bot_was_killed_is_found_afterwards(theatre: Theatre, order: str) -> None:
    older = (("other", 10, "completed", 5_000.0), ("other", 10, "completed", 100.0))
    skipped = (Insert("batch-1", 1), Away(0.1, restarts=True), Insert("other", 30), Die(2), Move(30, 1, "failed"))
    story = replace(PLAIN, order=order, page=7, older=older, steps=(watch("batch-*"), GoOn(20), *skipped))
    played = theatre.play(story)
    assert (played.wrong, played.told) == ([], [REASONS[0], "finished"])


def test_as_many_requests_as_have_gone_are_found_although_their_number_is_the_same(theatre: Theatre) -> None:
    older = (("other", 20, "completed", 5_000.0),)
    replaced = (Delete(0, 10), Insert("batch-1", 5), Insert("batch-2", 5))
    steps = (watch("batch-*"), GoOn(40), *replaced, GoOn(20), Move(0, 10, "failed"), GoOn(20))
    played = theatre.play(replace(PLAIN, page=7, older=older, steps=steps))
    assert played.wrong == []
    assert sorted(played.told) == ["finished", "finished", REASONS[0], REASONS[0]]


def test_a_request_in_the_place_of_another_is_found_while_other_pages_are_read(theatre: Theatre) -> None:
    older = (("batch-1", 9, "processing", 100.0), ("batch-2", 12, "processing", 5_000.0))
    begins = (watch("*"), Insert("batch-1", 30, "failed"), GoOn(40))
    steps = (*begins, Delete(0), Insert("batch-1", 1), GoOn(130))
    played = theatre.play(replace(PLAIN, order="oldest first", calls=300, older=older, steps=steps))
    assert played.wrong == []


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_new_requests_in_the_place_of_all_others_are_found_where_a_page_ends(theatre: Theatre, order: str) -> None:
    older = (("batch-2", 11, "failed", 5_000.0),)
    replaced = (watch("batch-1"), GoOn(40), Delete(0, 11), Insert("batch-1", 31, "failed"), GoOn(70))
    assert theatre.play(replace(PLAIN, order=order, older=older, steps=replaced)).wrong == []


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
@pytest.mark.parametrize(("gone", "came"), [(5, 16), (5, 26), (20, 19), (20, 26)])
def test_what_came_in_the_place_of_others_beneath_many_new_rows_is_found(
    theatre: Theatre, order: str, gone: int, came: int
) -> None:
    older = (("other", 20, "completed", 5_000.0),)
    steps = (watch("batch-*"), GoOn(40), Delete(0, gone), Insert("batch-1", came, "failed"), GoOn(20))
    assert theatre.play(replace(PLAIN, order=order, page=7, older=older, steps=steps)).wrong == []


def test_what_has_gone_after_our_clock_was_set_back_holds_up_no_finish(theatre: Theatre) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 2), GoOn(40), SetClock(-3_600.0), GoOn(40))
    steps = (*begins, Delete(0, 2), GoOn(40), Insert("batch-1", 2, "failed"), GoOn(40))
    played = theatre.play(replace(PLAIN, steps=steps))
    assert (played.wrong, played.told) == ([], [REASONS[0], "finished"])


def test_an_old_answer_is_put_right_by_one_asked_for_in_the_moment_in_which_it_came(theatre: Theatre) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 7), GoOn(20), Remember(), Move(0, 7, "failed"), GoOn(70))
    story = replace(PLAIN, page=7, calls=300, steps=(*begins, Insert("other", 30), GoOn(20), Lie(1), GoOn(20)))
    assert theatre.play(story).wrong == []


def test_a_batch_that_takes_all_calls_does_not_hold_up_what_happened_while_nobody_looked(theatre: Theatre) -> None:
    """No look comes to a point where nothing is worth a call."""
    gap = (watch("batch-1"), Insert("other", 6, "completed"), Away(400.0, restarts=True))
    steps = (*gap, Insert("batch-1", 60, "queued"), Insert("batch-1", 30, "failed"))
    played = theatre.play(replace(PLAIN, order="oldest first", steps=steps), quiet=120)
    assert (played.wrong, played.told, played.held) == ([], [REASONS[0]], [(REASONS[0], 30)])


def test_a_gap_right_after_a_catch_up_is_caught_up_with_as_a_whole(theatre: Theatre) -> None:
    lost = (Insert("batch-1", 150, "failed"), Insert("batch-2", 150, "failed"))
    steps = (watch("*"), GoOn(70), Away(400.0, restarts=False), *lost, Away(4_000.0, restarts=False))
    played = theatre.play(replace(PLAIN, steps=steps))
    assert played.wrong == []
    assert played.told == [what for what, _ in played.held]
    assert [number for what, number in played.held if what == REASONS[0]] == [150, 150]


@pytest.mark.parametrize("order", ["newest first", "oldest first"])
def test_skipped_rows_of_before_the_end_of_a_gap_are_read_although_a_batch_takes_all_calls(
    theatre: Theatre, order: str
) -> None:
    older = (("other", 30, "completed", 100.0),)
    gap = (watch("batch-*"), GoOn(100), Away(400.0, restarts=True), Insert("batch-2", 231, "failed"))
    story = replace(PLAIN, order=order, page=7, calls=300, older=older)
    steps = (*gap, Move(0, 7, "processing"), Insert("batch-2", 30, "queued"))
    played = theatre.play(replace(story, steps=steps), quiet=240)
    assert (played.wrong, played.told) == ([], [REASONS[0]])
    assert played.held == [(REASONS[0], 231)]


def test_a_row_that_was_skipped_is_found_where_the_api_allows_few_calls_after_it_was_busy(theatre: Theatre) -> None:
    """What a large reference takes on small pages leaves nothing to spare of what is allowed then."""
    story = story_of(
        2495,
        [32, 38218, 0, 690, 1338, 11628, 2929, 2055621, 13845, 8388609, 35, 35572, 233, 18806, 2332, 178115],
    )
    assert theatre.play(story).wrong == []


def test_many_questions_make_no_more_calls_than_the_budget_has(theatre: Theatre) -> None:
    questions = (Ask("batch-1", fresh=True, beside_a_look=False),) * 20
    assert (theatre.play(replace(PLAIN, steps=(Insert("batch-1", 100), GoOn(70), *questions)), quiet=10)).wrong == []
