"""Mute, test and undo, as people see them in the channel."""

import pytest

from bot.slack.actions import CARD_MUTE, CARD_UNMUTE, UNDO
from bot.slack.examples import examples
from tests.app.conftest import ANA_DM, PRODUCERS, Stage, buttons_of
from tests.builders import NOON

MADE_UP = examples("/lipsync", NOON, "C1", "TEST-batch")


@pytest.fixture
async def watched(stage: Stage) -> Stage:
    """A batch that is watched, of which nothing has ended."""
    stage.account.submit("batch-1", 4)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    return stage


async def test_a_card_is_muted_by_its_button_and_what_was_held_comes_as_one_message(watched: Stage) -> None:
    stage = watched
    await stage.clicks(await stage.card("batch-1"), CARD_MUTE)
    muted = await stage.sees(lambda m: CARD_UNMUTE in buttons_of(m))
    assert "muted until" in muted.text
    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")
    await stage.sees(lambda m: m.ts == muted.ts and "1 failed" in m.text)
    assert len(stage.said()) == 1

    answer = await stage.asks("unmute batch-1")
    summary = await stage.sees_text("While this was muted")

    assert "1 message had been held" in answer.text
    assert "no face detected" in summary.text
    await stage.sees(lambda m: m.ts == muted.ts and CARD_MUTE in buttons_of(m))
    assert len(stage.said()) == 2


async def test_an_unwatch_is_taken_back_by_its_button(watched: Stage) -> None:
    stage = watched
    card = await stage.card("batch-1")
    stopped = await stage.asks("unwatch batch-1")
    await stage.sees(lambda m: m.ts == card.ts and "stopped watching" in m.text)
    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")

    await stage.clicks(stopped, UNDO)

    await stage.sees(lambda m: m.ts != card.ts and "no face detected" in m.text)
    await stage.sees(lambda m: m.ts == card.ts and "stopped" not in m.text and "1 failed" in m.text)
    assert len(stage.said()) == 2


async def test_test_posts_each_kind_of_message_marked_and_says_that_nothing_is_missing(stage: Stage) -> None:
    answer = await stage.asks("test")
    assert f"Posting {len(MADE_UP)} messages here" in answer.text
    assert "Nothing is missing" in answer.text
    assert "under way" in (await stage.asks("test")).text
    await stage.sees(lambda _: len(stage.said()) == len(MADE_UP))
    assert all(text.startswith("TEST, nothing happened: ") for text in stage.texts())


async def test_where_the_bot_was_not_invited_test_says_so_and_posts_nothing(stage: Stage) -> None:
    answer = await stage.asks("test", channel=PRODUCERS)
    assert "I cannot post here: I was not invited" in answer.text
    assert stage.said(PRODUCERS) == []
    assert f"Posting {len(MADE_UP)} messages" in (await stage.asks("test", channel=ANA_DM)).text


async def test_a_deadline_is_echoed_shown_on_the_card_and_taken_back(watched: Stage) -> None:
    stage = watched
    answer = await stage.asks("deadline batch-1 tomorrow noon")
    assert "12:00 CE" in answer.text
    assert "(Europe/Berlin)" in answer.text
    card = await stage.sees(lambda m: "; deadline <!date^" in m.text)

    await stage.clicks(answer, UNDO)

    await stage.sees(lambda m: m.ts == card.ts and "deadline" not in m.text)
    assert "does not watch batch-9" in (await stage.asks("expect batch-9 5")).text
