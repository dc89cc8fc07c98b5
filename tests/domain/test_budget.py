from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.budget import Budget, Purpose


def spend(budget: Budget, purpose: Purpose, start: float, end: float) -> list[float]:
    """Take calls as fast as the budget allows, from one second to another."""
    now, taken = start, []
    while now < end:
        pause = budget.take(purpose, now)
        if pause == 0:
            taken.append(now)
        now += pause
    return taken


def most_in_a_minute(taken: list[float]) -> int:
    return max((sum(1 for other in taken if start <= other < start + 60) for start in taken), default=0)


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7, 60, 300])
def test_in_any_minute_at_most_the_limit(limit: int) -> None:
    budget = Budget(limit, 0)
    early = spend(budget, Purpose.LOOK, 0, 200)
    late = spend(budget, Purpose.LOOK, 1_000, 1_200)
    assert most_in_a_minute(early + late) <= limit
    assert len(late) >= limit * 2


@given(st.integers(1, 120), st.lists(st.floats(0, 90), min_size=1, max_size=20))
def test_in_any_minute_at_most_the_limit_whatever_the_pauses(limit: int, pauses: list[float]) -> None:
    budget, now, taken = Budget(limit, 0), 0.0, []
    for pause in pauses:
        now += pause
        while budget.take(Purpose.QUESTION, now) == 0:
            taken.append(now)
    assert most_in_a_minute(taken) <= limit


@given(
    st.integers(1, 120),
    st.lists(
        st.tuples(
            st.floats(0, 40),
            st.sampled_from(Purpose),
            st.none() | st.integers(0, 90).map(lambda seconds: timedelta(seconds=seconds)) | st.just("fine"),
        ),
        max_size=60,
    ),
)
def test_in_any_minute_at_most_the_limit_and_none_while_refused(
    limit: int, events: list[tuple[float, Purpose, timedelta | str | None]]
) -> None:
    budget, now, closed, taken = Budget(limit, 0), 0.0, 0.0, []
    for pause, purpose, answer in events:
        now += pause
        budget.join(purpose)
        while budget.take(purpose, now) == 0:
            assert now >= closed
            taken.append(now)
        budget.leave(purpose)
        if not isinstance(answer, str):
            budget.refused(now, answer)
            closed = max(closed, now + (answer.total_seconds() if answer else 5))
    assert most_in_a_minute(taken) <= limit


def test_a_process_starts_without_a_burst() -> None:
    budget = Budget(60, 0)
    assert budget.take(Purpose.LOOK, 0) == 0
    assert budget.take(Purpose.LOOK, 0) > 0


def test_a_question_goes_before_a_waiting_look() -> None:
    budget = Budget(60, 0)
    budget.join(Purpose.LOOK)
    budget.join(Purpose.QUESTION)
    assert budget.take(Purpose.LOOK, 0) > 0
    assert budget.take(Purpose.QUESTION, 0) == 0


def test_questions_take_at_most_half_while_looks_wait() -> None:
    budget = Budget(60, 0)
    budget.join(Purpose.QUESTION)
    budget.join(Purpose.LOOK)
    questions = 0
    for second in range(120):
        while budget.take(Purpose.QUESTION, second) == 0:
            questions += 1 if second >= 60 else 0
        budget.take(Purpose.LOOK, second)
    assert questions <= 30


def test_questions_take_everything_when_no_look_waits() -> None:
    budget = Budget(60, 0)
    budget.join(Purpose.QUESTION)
    assert len(spend(budget, Purpose.QUESTION, 60, 180)) > 90


def test_calls_are_given_at_once_when_so_many_were_saved_up() -> None:
    budget = Budget(60, 0)
    assert (budget.free(0), budget.burst) == (1, 10)
    assert budget.pause(Purpose.LOOK, 0, 5) == pytest.approx(4)
    assert [budget.take(Purpose.LOOK, 4) for _ in range(5)] == [0] * 5
    assert budget.free(4) == 0
    assert budget.free(1_000) == budget.burst


def test_calls_at_once_wait_until_so_many_of_the_last_minute_are_over() -> None:
    budget = Budget(60, 0)
    taken = spend(budget, Purpose.LOOK, 0, 55)
    now = 55.0
    while (pause := budget.pause(Purpose.LOOK, now, 8)) > 0:
        assert budget.free(now) < 8
        now += pause
    assert [budget.take(Purpose.LOOK, now) for _ in range(8)] == [0] * 8
    assert most_in_a_minute([*taken, *[now] * 8]) <= 60


def test_whoever_waits_for_more_calls_than_a_burst_has_after_429s_does_not_wait_for_ever() -> None:
    budget = Budget(60, 0)
    budget.refused(0, timedelta(seconds=1))
    budget.refused(2, timedelta(seconds=1))
    assert budget.burst == 2
    now = 3.0
    while (pause := budget.pause(Purpose.LOOK, now, 5)) > 0:
        now += pause
    assert now < 15
    assert budget.free(now) == budget.burst


def test_429s_to_calls_that_were_made_together_count_as_one() -> None:
    budget = Budget(60, 0)
    for _ in range(5):
        budget.refused(10, timedelta(seconds=30))
    budget.refused(11, timedelta(seconds=60))
    assert (budget.allowed(12), budget.free(12)) == (30, 0)
    assert budget.rests(12) == timedelta(seconds=59)
    budget.refused(72, None)
    assert budget.allowed(72) == 15


def test_a_429_is_obeyed_as_long_as_it_says_and_halves_the_rate() -> None:
    budget = Budget(60, 0)
    budget.refused(0, timedelta(seconds=30))
    taken = spend(budget, Purpose.LOOK, 0, 90)
    assert taken[0] >= 30
    assert most_in_a_minute(taken) <= 31


def test_a_429_without_a_word_still_makes_a_pause() -> None:
    budget = Budget(60, 0)
    budget.refused(0, None)
    assert budget.take(Purpose.LOOK, 4) > 0


def test_every_clean_minute_gives_a_call_a_minute_back() -> None:
    budget = Budget(60, 0)
    budget.refused(0, None)
    budget.take(Purpose.LOOK, 11 * 60)
    assert 38 <= len(spend(budget, Purpose.LOOK, 11 * 60, 12 * 60)) + 1 <= 47


def test_the_last_minute_is_counted() -> None:
    budget = Budget(60, 0)
    spend(budget, Purpose.LOOK, 0, 10)
    assert budget.used(10) > 0
    assert budget.used(75) == 0


def test_one_who_leaves_holds_up_nobody() -> None:
    budget = Budget(60, 0)
    budget.join(Purpose.QUESTION)
    budget.leave(Purpose.QUESTION)
    assert budget.take(Purpose.LOOK, 0) == 0


def test_the_rest_after_a_429_is_counted_down() -> None:
    budget = Budget(60, 0)
    budget.refused(10, timedelta(seconds=30))
    assert [budget.rests(second) for second in (10, 25, 50)] == [timedelta(seconds=left) for left in (30, 15, 0)]


def test_the_load_is_the_share_of_what_is_allowed_now() -> None:
    budget = Budget(60, 0.0)
    for second in range(30):
        assert budget.take(Purpose.LOOK, float(second)) == 0.0
    assert budget.load(30.0) == 0.5
    budget.refused(30.0, None)
    assert budget.load(30.0) == 1.0


@given(st.floats(1, 1e6), st.floats(0.1, 60))
def test_whoever_waits_as_long_as_told_never_waits_for_next_to_nothing(began: float, seconds: float) -> None:
    budget = Budget(60, began)
    budget.refused(began, timedelta(seconds=seconds))
    almost = began + timedelta(seconds=seconds).total_seconds() - 1e-13
    for now in (began, almost):
        pause = budget.pause(Purpose.LOOK, now)
        assert pause == 0 or pause >= 0.001
