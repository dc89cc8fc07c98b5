"""How a batch went: the totals by each moment, and never anything that the totals do not bear."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.curve import MOST_POINTS, WORTH_DRAWING, Curve, Point, curve, step_for
from bot.domain.curve_wording import bars, moments, no_chart, phrase, series, title
from bot.domain.progress import summarise
from bot.domain.request import LipsyncRequest
from tests.builders import NOON, at, uuid

ANY_TIME = st.datetimes(timezones=st.just(UTC))
NEAR_TIME = st.integers(0, 7_200).map(at)
STATUSES = st.sampled_from(("completed", "completed", "failed", "canceled", "queued", "processing"))
LONGEST_LABEL, LONGEST_TITLE = 20, 50  # what Slack takes


def ended(number: int, created: datetime, finished: datetime, status: str = "completed") -> LipsyncRequest:
    return LipsyncRequest(uuid(number), created, status, created, finished, reference_id="batch-1")


@st.composite
def batches(draw: st.DrawFn) -> list[LipsyncRequest]:
    times = draw(st.sampled_from((ANY_TIME, NEAR_TIME)))
    least = draw(st.sampled_from((0, 40)))  # of which about enough have ended
    rows = draw(st.lists(st.tuples(STATUSES, times, st.none() | times), min_size=least, max_size=80))
    return [LipsyncRequest(uuid(n), came, status, None, end) for n, (status, came, end) in enumerate(rows, 1)]


def steady(number: int, seconds: float) -> list[LipsyncRequest]:
    """All submitted at noon, one ended each so many seconds."""
    return [ended(n, NOON, at(n * seconds)) for n in range(1, number + 1)]


def drawn(requests: list[LipsyncRequest], read_at: datetime) -> Curve:
    found = curve(requests, read_at)
    assert found is not None
    return found


@given(batches(), ANY_TIME | NEAR_TIME)
def test_every_picture_begins_with_nothing_never_falls_and_ends_with_the_totals(
    requests: list[LipsyncRequest], read_at: datetime
) -> None:
    found, totals = curve(requests, read_at), summarise("batch-1", requests)
    if found is None:
        return
    assert 2 <= len(found.points) <= MOST_POINTS
    assert found.points[0].submitted == 0
    last = Point(totals.total, totals.completed, totals.failed, totals.ended_otherwise)
    assert found.points[-1] == last
    for before, after in pairwise(found.points):
        assert before.submitted <= after.submitted
        assert before.done <= after.done
        assert before.failed <= after.failed
        assert before.other <= after.other
    for point in found.points:
        assert point.done + point.failed + point.other <= point.submitted
        assert min(point.done, point.failed, point.other) >= 0
    assert found.ended == (totals.open == 0)


@given(batches(), ANY_TIME | NEAR_TIME)
def test_every_name_is_short_enough_for_slack_and_there_once(requests: list[LipsyncRequest], read_at: datetime) -> None:
    found = curve(requests, read_at)
    if found is None:
        return
    labels, names = moments(found), [name for name, _ in series(found)]
    assert len(labels) == len(set(labels)) == len(found.points)
    assert len(names) == len(set(names)) <= 4
    assert max(map(len, (*labels, *names))) <= LONGEST_LABEL
    assert len(title(found)) <= LONGEST_TITLE
    assert all(len(values) == len(labels) for _, values in series(found))
    assert len({len(line) for line in bars(series(found), labels)[:-1]}) == 1
    assert phrase(found)


@given(st.timedeltas(timedelta(microseconds=1), timedelta(days=3_652_059)))
@example(timedelta(seconds=19))
@example(timedelta(days=19))
def test_a_span_however_long_needs_few_enough_points(span: timedelta) -> None:
    step = step_for(span)
    assert span // step + 2 <= MOST_POINTS
    assert step >= timedelta(seconds=1)


def test_no_picture_is_drawn_before_enough_has_ended() -> None:
    assert curve([], NOON) is None
    assert curve(steady(1, 60), at(60)) is None
    assert curve(steady(WORTH_DRAWING - 1, 60), at(3_600)) is None
    assert curve(steady(WORTH_DRAWING, 60), at(3_600)) is not None
    assert no_chart(19) == "no chart yet: it takes 20 finished clips"


def test_no_picture_is_drawn_of_a_single_moment() -> None:
    assert curve([ended(n, NOON, NOON) for n in range(30)], NOON) is None
    assert no_chart(30) == "no chart: everything happened at one moment"


def test_a_running_batch_is_drawn_until_it_was_read_and_an_ended_one_until_its_last_outcome() -> None:
    rows = steady(40, 60)
    assert moments(drawn([*rows, LipsyncRequest(uuid(99), NOON, "queued")], at(3_000)))[-1] == "when read"
    over = drawn(rows, at(90_000))
    assert (moments(over)[-1], over.span) == ("end", timedelta(seconds=2_400))


def test_the_moments_lie_round_steps_apart_and_the_lines_show_the_totals_by_each() -> None:
    found = drawn([*steady(30, 60), ended(50, NOON, at(1_800), "failed")], at(0))
    assert found.step == timedelta(minutes=2)
    assert moments(found)[-3:] == ("-4 m", "-2 m", "end")
    assert [point.done for point in found.points[-3:]] == [26, 28, 30]
    assert [name for name, _ in series(found)] == ["Failed 1", "Done 30", "Submitted 31"]


def test_other_outcomes_are_a_line_of_their_own_only_where_there_are_some() -> None:
    rows = [*steady(30, 60), ended(50, NOON, at(900), "canceled")]
    assert [name for name, _ in series(drawn(rows, NOON))][-1] == "Other 1"


def test_the_sentence_says_when_half_of_it_was_done() -> None:
    assert phrase(drawn(steady(40, 60), NOON)) == "At least half of its 40 outcomes came in the last 20 m of 40 m"
    at_the_end = [ended(n, NOON, at(3_600)) for n in range(30)]
    assert phrase(drawn(at_the_end, NOON)) == "At least half of its 30 outcomes came in the last 5 m of 1 h"


def test_bars_of_text_say_the_same_on_one_scale() -> None:
    found = drawn(steady(20, 60), NOON)
    assert bars(series(found), moments(found)) == (
        "Submitted 20 ▁███████████",
        "Done 20      ▁▁▂▃▄▄▅▆▆▇██",
        "Failed 0     ▁▁▁▁▁▁▁▁▁▁▁▁",
        "             2 m a bar, the last one: end",
    )
