from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import MOST_MESSAGES, Alerts
from bot.domain.missing import STOPPED_AFTER, ToldMissing, judge, may_have_stopped, patience
from bot.domain.progress import summarise
from bot.domain.request import LipsyncRequest
from bot.domain.stuck_facts import MissingFacts
from bot.domain.vigil import Case, Judged
from bot.domain.watch import Watch
from tests.builders import at, request, watch

WATCH = watch(expected=5)


def case(rows: Sequence[LipsyncRequest], now: float, of: Watch = WATCH, *, fresh: bool = True) -> Case:
    return Case(of, summarise("batch-1", rows, expected=of.expected), 7, at(now), at(now), fresh)


def look(
    rows: Sequence[LipsyncRequest],
    now: float,
    before: Judged | None = None,
    *,
    of: Watch = WATCH,
    fresh: bool = True,
    is_out: bool = True,
) -> Judged:
    told = ToldMissing.of_text(before.state) if before and before.state else None
    return judge(case(rows, now, of, fresh=fresh), [row.created_at for row in rows], told, is_out=is_out)


def facts(judged: Judged) -> MissingFacts:
    (said,) = judged.said
    assert isinstance(said.facts, MissingFacts)
    return said.facts


TWO = (request(1), request(2, created=30))
DONE = tuple(replace(row, status="completed", finished_at=at(100)) for row in TWO)


@pytest.mark.parametrize(
    ("rows", "now", "expected", "told"),
    [
        (TWO, 629, 5, False),
        (TWO, 630, 5, True),
        (TWO, 9_000, 2, False),
        (TWO, 9_000, None, False),
        (DONE, 9_000, 5, False),  # which settling short tells
        ((TWO[0], DONE[1]), 630, 5, True),
        ((), 9_000, 5, False),
    ],
)
def test_it_is_told_while_some_are_open_and_nothing_has_come_for_ten_minutes(
    rows: Sequence[LipsyncRequest], now: float, expected: int | None, *, told: bool
) -> None:
    assert bool(look(rows, now, of=watch(expected=expected)).said) is told


def test_who_sends_slowly_is_waited_for_twice_as_long_as_it_ever_paused() -> None:
    slow = (request(1), request(2, created=900))
    assert look(slow, 900 + 1_799).said == ()
    assert look(slow, 900 + 1_800).said != ()


def test_it_is_told_once() -> None:
    first = look(TWO, 700)
    assert facts(first).over == ""
    assert first.watch.alerts.messages == 1
    again = look(TWO, 5_000, first)
    assert (again.said, again.state) == ((), first.state)


@pytest.mark.parametrize(
    ("rows", "of", "over"),
    [
        ((*TWO, request(3, created=690)), WATCH, "more"),
        (tuple(request(n) for n in range(5)), WATCH, "all"),
        (DONE, replace(WATCH, settled_reading=3), "settled"),
        (TWO, watch(), "unknown"),
    ],
)
def test_its_message_says_how_it_went_on(rows: Sequence[LipsyncRequest], of: Watch, over: str) -> None:
    first = look(TWO, 700)
    second = look(rows, 800, first, of=of)
    assert (facts(second).over, second.state) == (over, None)
    assert second.said[0].key == first.said[0].key


def test_what_is_over_before_anybody_tried_to_post_it_is_dropped() -> None:
    first = look(TWO, 700)
    over = look((*TWO, request(3, created=690)), 800, first, is_out=False)
    assert (over.said, over.dropped, over.state) == ((), (first.said[0].key,), None)


def test_nothing_is_told_on_old_data_or_after_eight_messages() -> None:
    assert look(TWO, 9_000, fresh=False).said == ()
    assert look(TWO, 9_000, of=replace(WATCH, alerts=Alerts(messages=MOST_MESSAGES))).said == ()


@given(st.lists(st.floats(0, 10_000), max_size=30))
def test_patience_is_never_short_and_longer_than_any_pause(created: list[float]) -> None:
    found = patience(map(at, created))
    assert found >= STOPPED_AFTER
    in_order = sorted(created)
    assert all(found.total_seconds() >= later - before for before, later in pairwise(in_order))


@given(st.lists(st.floats(0, 5_000), max_size=10), st.floats(0, 20_000), st.integers(1, 12))
def test_it_is_asked_for_the_rhythm_only_where_something_may_be_missing(
    created: list[float], now: float, expected: int
) -> None:
    rows = [request(n, created=at_) for n, at_ in enumerate(created)]
    wanted = watch(expected=expected)
    if look(rows, now, of=wanted).said:
        assert may_have_stopped(case(rows, now, wanted))
        assert len(rows) < expected
