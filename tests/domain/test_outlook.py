"""What the next call is: worth only grows with what is unread, and nothing that is open is left out for ever."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gaps import Gap
from bot.domain.outlook import LEARNED, Outlook
from bot.domain.pace import Pace, pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.request import LipsyncRequest
from bot.domain.steps import ByReference, Step, Wait, Window
from bot.domain.under_way import NOTHING
from tests.builders import NOON, at, request

PACE = pace_of(15)
SIZE = 100
FEW = 5  # rows of a page that shows a part of the list
NOW = NOON.timestamp()
MOST_CHOICES = 30  # until what is overdue is shown: every eighth is for the one that waited longest

statuses = st.sampled_from(["queued", "processing", "completed", "failed"])
references = st.sampled_from(["batch-1", "batch-2", "batch-3", "nobody-1"])
orders = st.sampled_from(list(Order))


@st.composite
def rows(draw: st.DrawFn, most: int = 40) -> list[LipsyncRequest]:
    """Requests of the last hour, the newest last."""
    drawn = draw(st.lists(st.tuples(statuses, references, st.floats(-3_600, 0)), min_size=1, max_size=most))
    drawn.sort(key=lambda each: each[2])
    return [
        request(number, status, reference=reference, created=created)
        for number, (status, reference, created) in enumerate(drawn, 1)
    ]


def is_watched(reference_id: str) -> bool:
    return reference_id.startswith("batch-")


def outlook(listed: list[LipsyncRequest], order: Order, *, learned: int = 0) -> Outlook:
    """What is known just after the whole list was read at noon; one that has lost its order just then."""
    made = Outlook(Places(Coverage(order, len(listed), NOW)), is_watched, PACE)
    made.learn(request(n, "completed", created=-300, finished=-300 + n) for n in range(learned))
    made.saw(listed, range(1, len(listed) + 1), NOW)
    return made


def shows(step: Step, row: LipsyncRequest, place: int) -> bool:
    if isinstance(step, ByReference):
        return step.reference_id == row.reference_id
    return isinstance(step, Window) and step.top is not None and step.top - FEW < place <= step.top


def open_and_watched(listed: list[LipsyncRequest]) -> dict[str, LipsyncRequest]:
    return {row.id: row for row in listed if not row.is_terminal and is_watched(row.reference_id or "")}


@given(rows(), orders)
def test_only_what_is_open_and_watched_is_kept(listed: list[LipsyncRequest], order: Order) -> None:
    assert outlook(listed, order).open.keys() == open_and_watched(listed).keys()


@given(rows(), orders, st.integers(0, 3_600), st.floats(1, 3_600), st.integers(0, 60), st.sampled_from([0.5, 1.0]))
def test_worth_is_never_negative_and_grows_with_the_time_unread(
    listed: list[LipsyncRequest], order: Order, unread: int, more: float, learned: int, load: float
) -> None:
    made = outlook(listed, order, learned=learned)
    made.load = load
    early = {choice.step: choice.worth for choice in made._weigh(NOW + unread, SIZE, NOTHING)[1]}
    late = {choice.step: choice.worth for choice in made._weigh(NOW + unread + more, SIZE, NOTHING)[1]}
    assert all(worth >= -1e-9 for worth in early.values())
    assert late.keys() >= early.keys()
    assert all(late[step] >= worth - 1e-6 for step, worth in early.items())


@given(rows(), orders, st.integers(0, 60))
def test_what_was_just_seen_is_not_asked_for_again(listed: list[LipsyncRequest], order: Order, learned: int) -> None:
    step = outlook(listed, order, learned=learned).choose(NOW, SIZE)
    assert isinstance(step, Wait)


@given(listed=rows(), order=orders, later=st.floats(0, 7_200), learned=st.integers(0, 60), has_list=st.booleans())
def test_a_choice_is_a_call_or_a_wait_with_an_end(
    listed: list[LipsyncRequest], order: Order, later: float, learned: int, *, has_list: bool
) -> None:
    made = outlook(listed, order, learned=learned)
    if not has_list:
        made.put_off_list(NOW + later)
    step = made.choose(NOW + later, SIZE)
    if isinstance(step, Wait):
        assert NOW + later < step.until <= NOW + later + made.longest_head + PACE.longest_blind
    elif isinstance(step, ByReference):
        assert is_watched(step.reference_id)
    else:
        assert has_list
        assert order is not Order.NONE or step.top is None  # places mean nothing in a list without an order


@given(
    rows(),
    orders,
    st.floats(PACE.longest_queued + 1, 7_200),
    st.integers(0, 60),
    st.sampled_from([PACE, replace(PACE, price=1e9)]),
)
def test_what_is_overdue_is_shown_within_a_few_choices_whatever_a_call_is_worth(
    listed: list[LipsyncRequest], order: Order, unread: float, learned: int, pace: Pace
) -> None:
    made = outlook(listed, order, learned=learned)
    made.pace = pace
    missing = open_and_watched(listed)
    now = NOW + max(unread, PACE.longest(3_600 + unread, queued=True) + 1)
    for _ in range(MOST_CHOICES):
        step = made.choose(now, FEW)
        if isinstance(step, Wait):
            break
        if isinstance(step, Window) and step.top is None:
            made.places = Places(Coverage(order, len(listed), now))
            step = Window(len(listed))
        shown = [number for number, row in enumerate(listed) if shows(step, row, number + 1)]
        known = None if isinstance(step, ByReference) else [number + 1 for number in shown]
        made.saw([listed[number] for number in shown], known, now)
        for number in shown:
            missing.pop(listed[number].id, None)
    assert missing == {}


def test_where_the_budget_is_short_what_waits_longest_goes_first_among_pages_that_have_ended() -> None:
    """They are worth as much by the waiting that a look now saves, and more would come before them for ever."""
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, 1_000, NOW)), is_watched, PACE)
    old, fresh = Gap(101, 200, NOW - 3_600, NOW - 3_500), Gap(501, 600, NOW - 1_200, NOW - 1_100)
    made.places.coverage = Coverage(Order.NEWEST_FIRST, 1_000, NOW, (old, fresh))
    made.watched_share, made.load = 0.5, 1.0
    assert made.choose(NOW + 1, SIZE) == Window(200)


@pytest.mark.parametrize(("minutes", "times"), [(14, 0), (16, 2)])
def test_where_the_budget_is_short_a_row_that_nobody_has_read_for_a_quarter_of_an_hour_is_read_all_the_same(
    minutes: int, times: int
) -> None:
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, 1_000, NOW)), is_watched, PACE)
    left_out = Gap(101, 101, NOW - 60 * minutes, NOW - 60 * minutes)
    others = (Gap(n, n + 99, NOW - 300, NOW - 290) for n in range(201, 1_000, 200))
    made.places.coverage = Coverage(Order.NEWEST_FIRST, 1_000, NOW, (left_out, *others))
    made.watched_share, made.load = 0.1, 1.0
    made.places.rate = 10.0  # else pages lie side by side: too much is unread
    steps = [made.choose(NOW, SIZE) for _ in range(16)]
    assert steps.count(Window(101)) == times


def test_what_is_read_all_the_same_is_on_its_page_however_many_rows_come_meanwhile() -> None:
    """Until the API answers others come, so that the lowest rows of a page are not certain: they may be on the next."""
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, 20_000, NOW)), is_watched, PACE)
    made.places.add([request(20_000)], 0, 20_000, NOW, {})
    made.saw([request(n, created=-300) for n in range(186, 201)], range(186, 201), NOW - 60)
    left_out = Gap(101, 101, NOW - 1_000, NOW - 1_000)
    made.places.coverage = Coverage(Order.NEWEST_FIRST, 20_000, NOW, (left_out,))
    made.places.rate, made.places.ahead, made.load = 10.0, 5.0, 0.95
    certain = SIZE - 2 * made.places.margin(NOW, SIZE)
    assert certain < 85
    steps = [made.choose(NOW, SIZE) for _ in range(16)]
    tops = [step.top for step in steps if isinstance(step, Window) and step.top is not None]
    assert Window(200) in steps  # it shows the open ones, and 101 only if nothing comes
    assert sum(top - certain < 101 <= top for top in tops) == 2


def test_what_stands_where_the_list_has_no_row_any_more_loses_its_place() -> None:
    """Or else its page, which cannot show it, would be read again and again."""
    older = [request(n, "completed", created=-100 + n) for n in range(1, 51)]
    newest = [request(51, created=-2), request(52, created=-1)]
    made = outlook([*older, *newest], Order.NEWEST_FIRST)
    made.places.add(older[::-1], 0, 50, NOW + 60, {})
    made.saw(older[::-1], range(50, 0, -1), NOW + 60)
    assert {one.place for one in made.open.values()} == {None}
    assert made.choose(NOW + 7_200, SIZE) == Window(None)
    made.places = Places(Coverage(Order.NEWEST_FIRST, 50, NOW + 7_200))
    assert made.choose(NOW + 7_200, SIZE) == ByReference("batch-1")


def test_the_newest_rows_are_read_more_rarely_once_durations_are_learned_or_nothing_is_watched() -> None:
    made = outlook([request()], Order.NEWEST_FIRST)
    first = made.longest_head
    made.learn(request(n, "completed") for n in range(LEARNED))
    second = made.longest_head
    made.is_watching = False
    assert (first, second, made.longest_head) == (PACE.longest_blind, PACE.longest_head, PACE.longest_idle)


def test_a_reference_that_could_not_be_read_lets_the_others_go_first() -> None:
    made = outlook([request(1), request(2, reference="batch-2", created=-1)], Order.NONE)
    made.put_off("batch-2", at(500).timestamp())
    made.places = Places(Coverage(Order.NONE, 2, at(500).timestamp()))
    assert made.choose(at(501).timestamp(), SIZE) == ByReference("batch-1")


def test_what_was_read_later_than_now_is_read_again_at_once() -> None:
    """So it is after a restart, as long as nobody knows the API's clock, which is ahead of ours."""
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, 0, NOW + 3_600)), is_watched, PACE)
    assert made.choose(NOW, SIZE) == Window(None)


@given(st.sampled_from([Order.NEWEST_FIRST, Order.OLDEST_FIRST]))
def test_the_newest_rows_are_read_again_although_other_pages_tell_the_same_total(order: Order) -> None:
    listed = [request(number, "completed", created=number - 40) for number in range(1, 41)]
    made = outlook(listed, order)
    others = listed[10:20] if order is Order.OLDEST_FIRST else listed[19:9:-1]
    offset = 10 if order is Order.OLDEST_FIRST else 20
    for seconds in (5, 10, 15):
        made.places.add(others, offset, 40, NOW + seconds, {})
    assert made.choose(NOW + 16, 10) == Window(None)


def test_newest_rows_that_are_known_to_be_unread_are_read_when_they_are_worth_it() -> None:
    listed = [request(number, "completed", created=number - 40) for number in range(1, 41)]
    made = outlook(listed, Order.NEWEST_FIRST)
    for seconds in (5, 10, 15):
        made.places.add(listed[19:9:-1], 20, 40 + seconds, NOW + seconds, {})
    assert made.choose(NOW + 16, 10) != Window(None)


def test_a_large_batch_is_not_read_by_itself_as_if_one_page_showed_all_of_it() -> None:
    """Its pages would hold up everybody else, and a page of the list shows as much for one call."""
    listed = [request(n, reference="batch-1", created=n - 300) for n in range(1, 301)]
    made = outlook(listed, Order.NEWEST_FIRST)
    made.places.newest_at = NOW + 600
    assert isinstance(made.choose(NOW + 600, SIZE), Window)
    few = outlook(listed[:40], Order.NONE)
    few.places.newest_at = NOW + 600
    assert few.choose(NOW + 600, SIZE) == ByReference("batch-1")
