"""Beside calls that are under way others are chosen, for what those do not show."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gaps import Gap
from bot.domain.outlook import Outlook
from bot.domain.pace import pace_of
from bot.domain.places import Coverage, Order, Places
from bot.domain.request import LipsyncRequest
from bot.domain.steps import ByReference, Call, Wait, Window
from bot.domain.under_way import NOTHING, under_way
from tests.builders import NOON, request

PACE = pace_of(15)
SIZE = 10
NOW = NOON.timestamp()
MANY = 200

lists = st.lists(st.tuples(st.sampled_from(["batch-1", "batch-2", "batch-3"]), st.booleans()), min_size=1, max_size=60)


def outlook(listed: list[LipsyncRequest], order: Order = Order.NEWEST_FIRST) -> Outlook:
    """What is known just after the whole list was read at noon, the newest row last."""
    made = Outlook(Places(Coverage(order, len(listed), NOW)), lambda _: True, PACE)
    made.saw(listed, range(1, len(listed) + 1), NOW)
    return made


def rows(drawn: list[tuple[str, bool]]) -> list[LipsyncRequest]:
    return [
        request(number, "queued" if is_open else "completed", reference=reference, created=number - len(drawn))
        for number, (reference, is_open) in enumerate(drawn, 1)
    ]


def all_beside(made: Outlook, now: float) -> list[Call]:
    """The calls that are chosen beside each other until nothing more is worth one."""
    calls: list[Call] = []
    while len(calls) < MANY:
        step = made.choose(now, SIZE, under_way(calls, made.places, now, SIZE))
        if isinstance(step, Wait):
            return calls
        calls.append(step)
    raise AssertionError(calls)


def shown(call: Call, listed: list[LipsyncRequest]) -> set[str]:
    """The open requests that a call shows of a list that has not changed."""
    if isinstance(call, ByReference):
        return {row.id for row in listed if row.reference_id == call.reference_id and not row.is_terminal}
    top = len(listed) if call.top is None else int(call.top)
    return {row.id for row in listed[max(top - SIZE, 0) : top] if not row.is_terminal}


@given(lists, st.sampled_from([Order.NEWEST_FIRST, Order.OLDEST_FIRST]), st.floats(61, 7_200))
def test_each_shows_something_that_none_before_it_does_and_together_they_show_all_that_is_overdue(
    drawn: list[tuple[str, bool]], order: Order, later: float
) -> None:
    listed = rows(drawn)
    made = outlook(listed, order)
    made.places.newest_at = NOW + later
    seen: set[str] = set()
    for call in all_beside(made, NOW + later):
        new = shown(call, listed) - seen
        assert new
        seen |= new
    cap = PACE.longest(len(listed) + later, queued=True)
    assert later <= cap or seen == {row.id for row in listed if not row.is_terminal}


def test_while_the_newest_page_is_under_way_it_is_not_asked_for_again() -> None:
    made = outlook(rows([("batch-1", True)] * 30))
    now = NOW + PACE.longest_queued + 1
    assert made.choose(now, SIZE) == Window(None)
    calls = all_beside(made, now)
    assert calls[0] == Window(None)
    assert Window(None) not in calls[1:]
    assert len(calls) > 1


def test_what_a_page_may_not_show_for_certain_can_be_asked_for_beside_it() -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, 1_000, NOW))
    places.rate = 10.0
    places.add([request(n, created=n - 1_000) for n in range(1_000, 1_000 - SIZE, -1)], 0, 1_000, NOW, {})
    now = NOW + 4
    margin = places.margin(now, SIZE)
    beside = under_way([Window(500.0), ByReference("batch-1")], places, now, SIZE)
    assert margin > 0
    assert beside.shows(500)
    assert beside.shows(500 - SIZE + 2 * margin + 1)
    assert not beside.shows(500 - SIZE + 2 * margin)
    assert not beside.shows(501)
    assert beside.shows(None, "batch-1")
    assert not beside.shows(None, "batch-2")
    assert not NOTHING.shows(500, "batch-1")


def test_of_rows_that_nobody_has_read_those_are_read_that_are_not_under_way() -> None:
    made = Outlook(Places(Coverage(Order.NEWEST_FIRST, 100, NOW)), lambda _: True, PACE)
    made.places.coverage = Coverage(Order.NEWEST_FIRST, 100, NOW, (Gap(41, 60, NOW - 900, NOW - 800),))
    made.watched_share = 1.0
    assert set(all_beside(made, NOW + 1)) == {Window(50.0), Window(60.0)}


def test_a_call_is_under_way_when_another_shows_the_same() -> None:
    places = Places(Coverage(Order.NEWEST_FIRST, 100, NOW))
    beside = under_way([Window(None), Window(50.0), ByReference("batch-1")], places, NOW, SIZE)
    assert all(beside.has(call) for call in (Window(None), Window(45.0), ByReference("batch-1")))
    assert not any(beside.has(call) for call in (Window(60.0), ByReference("batch-2")))
