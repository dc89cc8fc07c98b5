from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.progress import Progress
from bot.domain.risk import (
    AT_RISK_BELOW,
    BEFORE_EVERY,
    NOTHING_AT_RISK,
    ON_TRACK_FROM,
    UNCLEAR,
    UNLIKELY_BELOW,
    Chances,
    Risk,
    Sight,
    assess,
    is_complete,
    needed_pace,
    spare,
)
from bot.domain.risk_facts import Before, Level, RiskFacts
from tests.builders import NOON, at

DUE = at(7_200)
HALF = Progress("batch-1", 40, 20, 1, 4, 15, last_ended_at=NOON)
DONE = Progress("batch-1", 40, 39, 1, last_ended_at=at(60))


def sight(seconds: float = 0, progress: Progress = HALF, *, read: float | None = None) -> Sight:
    return Sight(progress, DUE, "Europe/Berlin", at(seconds if read is None else read), at(seconds))


def told(risk: Risk, odds: float | None, seconds: float = 0) -> tuple[Risk, RiskFacts | None]:
    return assess(risk, sight(seconds), Chances(odds, pace=2.0))


def levels(*odds: float | None) -> list[Level]:
    risk, found = NOTHING_AT_RISK, []
    for number, each in enumerate(odds):
        risk, facts = told(risk, each, 15.0 * number)
        found += [facts.level] if facts else []
    return found


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ((0.9, 0.6, 0.51), []),
        ((0.49,), [Level.AT_RISK]),
        ((0.49, 0.2, 0.11), [Level.AT_RISK]),
        ((0.49, 0.09), [Level.AT_RISK, Level.UNLIKELY]),
        ((0.05,), [Level.UNLIKELY]),
        ((0.05, 0.3), [Level.UNLIKELY]),
        ((0.49, 0.51, 0.49, 0.69, 0.2), [Level.AT_RISK]),
        ((0.49, 0.7), [Level.AT_RISK, Level.ON_TRACK]),
        ((0.05, 0.7), [Level.UNLIKELY, Level.ON_TRACK]),
        ((0.49, 0.7, 0.4), [Level.AT_RISK, Level.ON_TRACK]),
        ((0.49, 0.7, 0.05, 0.9), [Level.AT_RISK, Level.ON_TRACK, Level.UNLIKELY]),
        ((None, None), []),
        ((0.7, 0.9), []),
    ],
)
def test_each_level_is_told_once_and_small_swings_are_not_told(
    odds: tuple[float | None, ...], expected: list[Level]
) -> None:
    assert levels(*odds) == expected


def test_what_was_remembered_while_all_was_well_says_what_changed() -> None:
    well, _ = assess(NOTHING_AT_RISK, sight(), Chances(0.9, pace=3.0))
    again, _ = assess(well, sight(60), Chances(0.9, pace=9.0))
    assert again == well
    newer, _ = assess(well, sight(BEFORE_EVERY.total_seconds()), Chances(0.9, pace=4.0))
    assert newer.before == Before(at(600), 4.0, 40)

    _, facts = assess(newer, sight(900), Chances(0.2, at(1), at(2), at(3), pace=1.0))

    assert facts is not None
    assert facts.before == newer.before
    assert (facts.odds, facts.early, facts.likely, facts.late, facts.pace) == (0.2, at(1), at(2), at(3), 1.0)
    assert facts.needed == pytest.approx(19 / 105)


def test_moments_are_told_by_our_clock() -> None:
    ahead = timedelta(hours=1)
    skewed = replace(sight(), ahead=ahead)
    risk, facts = assess(NOTHING_AT_RISK, skewed, Chances(0.2, at(1), at(2), at(3)))
    assert facts is not None
    assert facts.deadline == DUE - ahead
    assert (facts.early, facts.likely, facts.late) == (at(1) - ahead, at(2) - ahead, at(3) - ahead)
    assert facts.read_at == NOON - ahead
    assert risk.told == (Level.AT_RISK,)


def test_the_miss_needs_a_reading_that_is_later_than_the_deadline_and_no_forecast() -> None:
    assert assess(NOTHING_AT_RISK, sight(7_205, read=7_190), UNCLEAR) == (NOTHING_AT_RISK, None)
    missed, facts = assess(NOTHING_AT_RISK, sight(7_205, read=7_201), UNCLEAR)
    assert facts is not None
    assert (facts.level, facts.odds, facts.needed) == (Level.MISSED, None, None)
    assert assess(missed, sight(7_300), Chances(0.0)) == (missed, None)


def test_a_batch_of_which_nothing_came_misses_its_deadline_too() -> None:
    _, facts = assess(NOTHING_AT_RISK, sight(7_205, Progress("batch-1")), UNCLEAR)
    assert facts is not None
    assert facts.level is Level.MISSED


def test_of_what_has_come_to_its_end_only_the_finish_is_told() -> None:
    for seconds in (0, 7_205):
        assert assess(NOTHING_AT_RISK, sight(seconds, DONE), Chances(0.0)) == (NOTHING_AT_RISK, None)


def test_what_ended_is_compared_with_the_deadline_once_all_has() -> None:
    assert spare(DONE, at(100)) == timedelta(seconds=40)
    assert spare(DONE, at(0)) == timedelta(seconds=-60)
    assert spare(HALF, at(0)) is None
    assert spare(replace(DONE, expected=50), at(100)) is None
    assert not is_complete(Progress("batch-1"))


def test_the_pace_that_is_needed_ends_with_the_time_that_is_left() -> None:
    assert needed_pace(HALF, timedelta(minutes=38)) == pytest.approx(0.5)
    assert needed_pace(replace(HALF, expected=59), timedelta(minutes=38)) == pytest.approx(1.0)
    assert needed_pace(HALF, timedelta()) is None
    assert needed_pace(DONE, timedelta(minutes=1)) is None


@given(st.lists(st.tuples(st.none() | st.floats(0, 1), st.floats(0, 9_000), st.booleans()), max_size=40))
def test_whatever_the_odds_do_four_messages_are_the_most_and_the_miss_is_the_last(
    seen: list[tuple[float | None, float, bool]],
) -> None:
    risk, found = NOTHING_AT_RISK, []
    for odds, seconds, done in sorted(seen, key=lambda one: one[1]):
        before = risk
        risk, facts = assess(risk, sight(seconds, DONE if done else HALF), Chances(odds))
        if facts is None:
            assert risk.told == before.told
            continue
        assert risk.told == (*before.told, facts.level)
        assert not done
        found.append(facts.level)
        if facts.level is not Level.MISSED:
            assert facts.odds is not None
            low, high = {
                Level.AT_RISK: (UNLIKELY_BELOW, AT_RISK_BELOW),
                Level.UNLIKELY: (0.0, UNLIKELY_BELOW),
                Level.ON_TRACK: (ON_TRACK_FROM, 1.0),
            }[facts.level]
            assert low <= facts.odds <= high
    assert len(found) == len(set(found))
    assert Level.MISSED not in found[:-1]
    assert [level for level in found if level is not Level.MISSED][:1] != [Level.ON_TRACK]


def test_the_moment_of_the_clock_decides_nothing_by_itself() -> None:
    risk = Risk((Level.AT_RISK,), Before(datetime.max.replace(tzinfo=NOON.tzinfo), 1.0, 40))
    after, _ = told(risk, 0.9)  # our clock was set back
    assert after.before == Before(NOON, 2.0, 40)
