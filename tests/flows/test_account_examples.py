"""Histories of an account that went wrong once go well."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.watch import Events
from tests.flows.model_account import REASONS
from tests.flows.model_steps import (
    Fail,
    GoOn,
    Insert,
    Lie,
    Move,
    Remember,
    SetClock,
    Story,
    Watch,
)
from tests.flows.model_theatre import Theatre

UNAVAILABLE = 0
PLAIN = Story("newest first", page=20, refuses_large=False, ahead=0.0, calls=60, settle=0.0, older=(), steps=())


@pytest.fixture
def theatre(sqlite_template: Path, tmp_path: Path) -> Theatre:
    return Theatre(sqlite_template, tmp_path)


def watch(name: str, events: Events | None = None) -> Watch:
    return Watch("C1", name, events, expected=None, beside_a_look=False)


@pytest.mark.parametrize("seconds", [-3_600.0, -40.0, 40.0, 3_600.0])
async def test_what_ends_after_a_watch_began_before_the_first_answer_is_told(theatre: Theatre, seconds: float) -> None:
    ends_unseen = (Insert("batch-1", 1), Move(0, 1, "failed"))
    steps = (SetClock(seconds), Fail(UNAVAILABLE, 3), watch("batch-1"), *ends_unseen, GoOn(70))
    played = await theatre.play(replace(PLAIN, steps=steps))
    assert played.wrong == []
    assert played.told == [REASONS[0], "finished"]


@pytest.mark.parametrize("seconds", [-3_600.0, -40.0, 40.0, 3_600.0])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_older_failure_is_not_told_to_a_new_pattern(theatre: Theatre, seconds: float, when: str) -> None:
    steps = (SetClock(seconds), watch("*")) if when == "before" else (watch("*"), SetClock(seconds))
    played = await theatre.play(replace(PLAIN, older=(("batch-1", 1, "failed", 50.0),), steps=steps))
    assert (played.wrong, played.told) == ([], [])


async def test_after_the_list_was_empty_once_no_place_stays_unread(theatre: Theatre) -> None:
    steps = (watch("batch-1"), Remember(), GoOn(20), Insert("batch-1", 30), GoOn(20), Lie(1), GoOn(70))
    assert (await theatre.play(replace(PLAIN, steps=steps))).wrong == []


async def test_an_outcome_that_is_taken_back_and_comes_again_is_a_correction(theatre: Theatre) -> None:
    begins = (watch("batch-1"), Insert("batch-1", 2), GoOn(20), Move(0, 1, "failed"), GoOn(20))
    takes_back = (Move(0, 1, "processing", back=True), GoOn(70), Move(0, 2, "failed"), GoOn(70))
    played = await theatre.play(replace(PLAIN, steps=(*begins, *takes_back)))
    assert played.wrong == []
    assert played.told == [REASONS[0], "finished"]
    assert played.corrections == 2
