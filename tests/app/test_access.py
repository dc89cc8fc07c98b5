"""Slack tells the bot of its places and of itself: nothing waits longer than it must, nothing is told twice."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.app.conftest import ANA, ANA_DM, DE, PRIVATE, PRODUCERS, Stage, everything_in, staged


@pytest.fixture(params=["http", "socket"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


async def ready(stage: Stage) -> dict[str, bool]:
    """What the bot answers to whoever runs it."""
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{stage.app.port}/readyz") as answer:
        found: dict[str, bool] = await answer.json()
        return found


async def test_what_waits_for_a_channel_is_posted_as_soon_as_the_bot_is_invited(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1", channel=PRODUCERS)
    told = await stage.sees_text("I was not invited", ANA_DM)
    assert "`/invite @lipsync`" in told.text
    stage.account.fail(ids[0], "no face detected")
    await stage.slack.happenings.invite(PRODUCERS, stage.slack.workspace.bot.id, ANA)
    await stage.card("batch-1", PRODUCERS)
    await stage.sees_text("no face detected", PRODUCERS)
    assert "active" in everything_in(await stage.asks("watches mine"))
    assert len(stage.said(ANA_DM)) == 1


async def test_a_channel_that_puts_the_bot_out_has_its_watches_kept_and_its_authors_told(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1", channel=PRIVATE)
    card = await stage.card("batch-1", PRIVATE)
    await stage.slack.happenings.kick(PRIVATE, stage.slack.workspace.bot.id, ANA)
    await stage.sees_text("I was not invited", ANA_DM)
    assert "waiting for an invitation" in everything_in(await stage.asks("watches mine"))
    stage.account.fail(ids[0], "no face detected")
    await stage.slack.happenings.invite(PRIVATE, stage.slack.workspace.bot.id, ANA)
    await stage.sees_text("no face detected", PRIVATE)
    await stage.sees(lambda m: m.ts == card.ts and "1 failed" in m.text, PRIVATE)
    assert len(stage.said(ANA_DM)) == 1


async def test_an_archived_channel_is_told_once_and_goes_on_when_it_is_opened(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    stage.slack.happenings.times = 2  # every event comes twice
    await stage.slack.happenings.archive(DE, ANA)
    told = await stage.sees_text("it is archived", ANA_DM)
    assert "Unarchive it" in told.text
    stage.account.fail(ids[0], "no face detected")
    stage.account.fail(ids[1], "no sound")
    await stage.asks("status batch-1 fresh", channel=ANA_DM)
    await stage.slack.happenings.unarchive(DE, ANA)
    await stage.sees_text("no face detected")
    await stage.sees_text("no sound")
    await stage.sees(lambda m: m.ts == card.ts and "2 failed" in m.text)
    assert [len(stage.said()), len(stage.said(ANA_DM))] == [3, 1]


async def test_an_app_that_was_uninstalled_stops_quietly_and_goes_on_when_it_is_back(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    await stage.slack.happenings.uninstall()
    assert (await ready(stage))["slack"] is False
    posts = len([call for call in stage.slack.calls if call.method.startswith("chat.")])
    stage.account.fail(ids[0], "no face detected")
    await stage.slack.workspace.wait_for(lambda _: asked_who_it_is(stage) > 1, timeout_seconds=40)
    assert len([call for call in stage.slack.calls if call.method.startswith("chat.")]) == posts
    await stage.slack.happenings.reinstall()
    stage.app.stories.tend.wake()
    await stage.sees_text("no face detected")
    assert all((await ready(stage)).values())
    assert len(await stage.store.watches.active("default")) == 1


def asked_who_it_is(stage: Stage) -> int:
    return sum(1 for call in stage.slack.calls if call.method == "auth.test")


async def test_an_event_that_came_while_the_memory_was_locked_acts_when_it_is_told_again(stage: Stage) -> None:
    stage.account.submit("batch-1", 3)
    await stage.asks("watch batch-1", channel=PRODUCERS)
    await stage.sees_text("I was not invited", ANA_DM)
    with sqlite3.connect(stage.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        await stage.slack.happenings.invite(PRODUCERS, stage.slack.workspace.bot.id, ANA)
        other.execute("ROLLBACK")
    other.close()
    await stage.card("batch-1", PRODUCERS)
    await stage.slack.workspace.wait_for(lambda w: any(e.what == "told_again" and e.about["heard"] for e in w.log))
