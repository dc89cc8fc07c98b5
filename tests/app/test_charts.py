"""A chart from the API's pages to the person who asked, in a workspace that takes it and in one that does not."""

from pathlib import Path

from bot.sandbox.slack_entities import Message
from bot.slack.actions import FINISHED_CHART, STATUS_CHART, STATUS_CHART_SHARE
from bot.slack.views.chart import CHART
from tests.app.conftest import ANA, BEN, DE, Stage, buttons_of, staged


def is_drawn(message: Message) -> bool:
    return CHART in [block["type"] for block in message.blocks or []]


async def test_the_button_under_finished_draws_it_for_who_clicked_alone(stage: Stage) -> None:
    stage.account.submit("batch-1", 30)
    await stage.asks("watch batch-1")
    await stage.card("batch-1")
    stage.account.finish("batch-1")
    finished = await stage.sees(lambda message: FINISHED_CHART in buttons_of(message))
    assert not is_drawn(finished)
    await stage.clicks(finished, FINISHED_CHART, user=BEN)
    (answer,) = stage.slack.workspace.ephemerals(BEN, DE)
    assert is_drawn(answer)
    assert not any(map(is_drawn, stage.said()))
    await stage.clicks(answer, STATUS_CHART_SHARE, user=BEN)
    assert [is_drawn(message) for message in stage.said()].count(True) == 1


async def test_a_refused_chart_comes_as_text_and_is_not_tried_again_after_a_restart(tmp_path: Path) -> None:
    for life in (1, 2):
        async with staged(tmp_path) as stage:
            stage.slack.workspace.unknown.add(CHART)
            stage.account.submit("batch-1", 30)
            stage.account.finish("batch-1")
            answer = await stage.asks("batch-1")
            await stage.clicks(answer, STATUS_CHART)
            (answer,) = stage.slack.workspace.ephemerals(ANA, DE)
            assert "rich_text_preformatted" in str(answer.blocks)
            tried = [use.outcome for use in stage.slack.answers]
            assert tried == (["ok", "invalid_blocks", "ok"] if life == 1 else ["ok", "ok"])


async def test_news_whose_blocks_slack_refuses_are_said_once_as_a_sentence(stage: Stage) -> None:
    stage.slack.workspace.unknown.add("rich_text")
    stage.account.submit("batch-1", 2)
    await stage.slack.command(ANA, DE, "watch batch-1")
    await stage.sees_text("batch-1: ")
    stage.account.fail(stage.account.submit("batch-1", 1)[0], "no face detected")
    failure = await stage.sees_text("no face detected")
    assert failure.blocks is None
    assert sum("no face detected" in text and "×1" in text for text in stage.texts()) <= 1
