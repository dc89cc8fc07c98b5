"""The order of what somebody watches: what is in danger first, what is over last."""

from dataclasses import replace
from random import Random

import pytest

from bot.domain.home import HomeFacts, Mine, at_risk_first, next_due
from bot.domain.progress import Progress
from bot.domain.prospect import Finish
from bot.domain.risk import Risk
from bot.domain.risk_facts import Level
from bot.domain.watch import Watch
from tests.builders import NOON, at, watch

OPEN = Progress("", 4, 1, processing=1, queued=2)
FAILING = replace(OPEN, failed=1, queued=1)
DONE = Progress("", 4, 4, last_ended_at=NOON)


def due(seconds: float, *told: Level) -> Watch:
    return replace(watch(), deadline=at(seconds), deadline_zone="UTC", risk=Risk(told))


def mine(name: str, progress: Progress, of: Watch | None = None, finish: float | None = None, **more: object) -> Mine:
    own = replace(of or watch(), id=name, reference_id=name)
    foretold = None if finish is None else Finish(at(finish), at(finish), at(finish))
    return replace(Mine(own, progress, at(100), finish=foretold), **more)  # type: ignore[arg-type]  # its own fields


ORDER = (
    mine("missed", OPEN, due(50)),
    mine("unlikely", OPEN, due(900, Level.AT_RISK, Level.UNLIKELY)),
    mine("at risk, sooner", OPEN, due(900, Level.AT_RISK)),
    mine("at risk, later", FAILING, due(5_000, Level.AT_RISK)),
    mine("many failures", replace(FAILING, failed=3)),
    mine("one failure", FAILING),
    mine("stuck", OPEN, stuck=2),
    mine("ends soon", OPEN, finish=300),
    mine("has to end", OPEN, due(400)),
    mine("ends late", OPEN, finish=9_000),
    mine("open", OPEN),
    mine("done", DONE, due(5_000, Level.AT_RISK)),
)


@pytest.mark.parametrize("seed", range(5))
def test_danger_comes_first_then_failures_then_what_is_stuck_then_what_ends_next(seed: int) -> None:
    mixed = Random(seed).sample(ORDER, len(ORDER))  # noqa: S311 - any order
    assert [one.watch.id for one in at_risk_first(mixed)] == [one.watch.id for one in ORDER]


def test_of_a_deadline_only_what_was_read_counts() -> None:
    assert mine("a", OPEN, due(100)).risk is Level.MISSED  # by the reading itself
    assert mine("a", OPEN, due(101)).risk is None
    assert mine("a", OPEN, due(101, Level.AT_RISK, Level.ON_TRACK)).risk is None
    assert mine("a", DONE, due(50)).risk is None
    assert mine("a", OPEN, due(50), read_at=None).risk is None
    assert mine("a", OPEN).risk is None


def test_what_settled_short_stands_with_what_is_stuck() -> None:
    short = mine("short", replace(DONE, expected=6), settled=True)
    assert short.is_short
    assert not mine("full", replace(DONE, expected=4), settled=True).is_short
    assert [one.watch.id for one in at_risk_first([mine("a", OPEN, finish=1), short])] == ["short", "a"]


def test_handled_failures_are_no_danger_any_more() -> None:
    handled = mine("handled", replace(FAILING, cleared=1))
    assert [one.watch.id for one in at_risk_first([handled, mine("a", FAILING)])] == ["a", "handled"]


def test_the_next_deadlines_are_of_what_is_not_over() -> None:
    every = [
        mine("later", OPEN, due(900)),
        mine("soon", OPEN, due(50)),
        mine("none", OPEN),
        mine("done", DONE, due(1)),
    ]
    assert [one.watch.id for one in next_due(every)] == ["soon", "later"]


def test_home_is_empty_only_where_there_is_nothing_of_a_person() -> None:
    assert HomeFacts("U1", "D1").is_empty
    assert not HomeFacts("U1", "D1", count=1).is_empty
    assert not HomeFacts("U1", "D1", kind_count=1).is_empty
    shown = HomeFacts("U1", "D1", watches=(mine("a", DONE), mine("b", OPEN, read_at=at(200))), count=2)
    assert (shown.read_at, shown.goes_on) == (at(200), True)
    assert not HomeFacts("U1", "D1", watches=(mine("a", DONE),), count=1).goes_on
