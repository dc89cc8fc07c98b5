"""A whole walk through the product, over signed HTTP and over Socket Mode: commands, looks, buttons."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.slack.actions import (
    CARD_FAILURES,
    CARD_LINKS,
    CARD_MUTE,
    CARD_STOP,
    CARD_WATCH_ME,
    FINISHED_LINKS,
    FINISHED_STOP,
    STATUS_REFRESH,
    STATUS_SHARE,
    STATUS_WATCH,
)
from tests.app.conftest import ANA, DE, Stage, buttons_of, everything_in, staged


@pytest.fixture(params=["http", "socket"])
async def any_stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


async def test_a_watched_batch_is_told_from_the_first_failure_to_the_finish(any_stage: Stage) -> None:
    stage = any_stage
    ids = stage.account.submit("batch-1", 5)
    confirmed = await stage.asks("watch batch-1")
    assert "now watches" in confirmed.text
    card = await stage.card("batch-1")
    assert buttons_of(card) == [CARD_FAILURES, CARD_LINKS, CARD_WATCH_ME, CARD_MUTE, CARD_STOP]
    stage.account.fail(ids[0], "no face detected")
    failure = await stage.sees_text("no face detected")
    assert ids[0] in everything_in(failure)

    await stage.clicks(card, CARD_FAILURES)
    answer = stage.slack.workspace.ephemerals(ANA, DE)[-1]
    assert ids[0] in everything_in(answer)
    await stage.clicks(card, CARD_LINKS)
    assert "No output links" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
    assert card in stage.said()

    stage.account.finish("batch-1")
    finished = await stage.sees(lambda m: FINISHED_LINKS in buttons_of(m))
    assert "finished with 1 failure" in finished.text
    await stage.clicks(finished, FINISHED_LINKS)
    links = stage.slack.workspace.ephemerals(ANA, DE)[-1]
    assert "4 output links" in links.text
    assert all(f"/{each}.mp4" in everything_in(links) for each in ids[1:])

    await stage.clicks(finished, FINISHED_STOP)
    assert "Stopped watching" in stage.slack.workspace.ephemerals(ANA, DE)[-1].text
    await stage.sees(lambda m: m.ts == card.ts and not buttons_of(m))
    assert "stopped watching" in card.text
    assert len(stage.said()) == 3


async def test_a_status_is_refreshed_in_its_place_and_shared_with_the_channel(any_stage: Stage) -> None:
    stage = any_stage
    stage.account.submit("batch-2026-04", 120)
    answer = await stage.asks("status batch-2026-04")
    assert "0% finished" in answer.text
    assert buttons_of(answer) == [STATUS_REFRESH, STATUS_SHARE, STATUS_WATCH]
    stage.account.finish("batch-2026-04")
    await stage.clicks(answer, STATUS_REFRESH)
    (only,) = stage.slack.workspace.ephemerals(ANA, DE)
    assert "100% finished" in only.text
    await stage.clicks(answer, STATUS_SHARE)
    (shared,) = stage.said()
    assert "100% finished" in shared.text
    assert f"<@{ANA}>" in everything_in(shared)
    assert buttons_of(shared) == []


async def test_the_card_is_stopped_by_its_button(any_stage: Stage) -> None:
    stage = any_stage
    stage.account.submit("batch-1", 2)
    await stage.asks("watch batch-1")
    card = await stage.card("batch-1")
    await stage.clicks(card, CARD_STOP)
    await stage.sees(lambda m: m.ts == card.ts and not buttons_of(m))
    assert "This place does not watch" in (await stage.asks("unwatch batch-1")).text
