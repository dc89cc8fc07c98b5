"""What is stuck is told, and its ids can be copied, as people in Slack would see it."""

from dataclasses import replace
from datetime import timedelta

from bot.scheduler import SystemClock
from bot.slack.actions import MISSING_STATUS, STUCK_IDS
from tests.app.conftest import ANA, DE, Stage, everything_in
from tests.builders import request, uuid


async def hangs(stage: Stage, number: int = 1, *, minutes: int = 25) -> None:
    """A request has run for so long, and others finish."""
    now = SystemClock().now()
    began = now - timedelta(minutes=minutes)
    ended = request(900 + number, "completed")
    stage.account.add(replace(request(number, "processing"), created_at=began, started_at=began))
    stage.account.add(replace(ended, created_at=began, started_at=now - timedelta(minutes=1), finished_at=now))


async def test_what_is_stuck_is_told_shown_and_can_be_copied(stage: Stage) -> None:
    await hangs(stage)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    stage.app.stories.vigil.wake()
    told = await stage.sees_text("1 request is stuck")
    await stage.sees(lambda m: "1 stuck: 1 running for too long" in m.text)
    await stage.clicks(told, STUCK_IDS)
    assert uuid(1) in everything_in(stage.slack.workspace.ephemerals(ANA, DE)[-1])
    assert "1 stuck: 1 running for too long" in (await stage.asks("status batch-1")).text


async def test_a_submission_that_stopped_is_told_with_a_way_to_look(stage: Stage) -> None:
    await hangs(stage, minutes=15)
    await stage.asks("watch batch-1 expect 10")
    await stage.card("batch-1")
    stage.app.stories.vigil.wake()
    told = await stage.sees_text("8 of 10 missing, nothing new for 1")
    await stage.clicks(told, MISSING_STATUS)
    assert "8 not submitted yet" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
