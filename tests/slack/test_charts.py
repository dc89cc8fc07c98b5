"""A chart is shown to who asks for it, and as text where Slack refuses it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.workspace import ANA
from bot.slack import actions
from bot.slack.canned_charts import charted
from bot.slack.canned_scene import Scene
from bot.slack.views.chart import CHART
from tests.builders import NOON
from tests.slack.rig import DE, REF, Rig, rigged, status

ANSWER = charted(Scene("/lipsync", NOON), 250, 4_680)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        made.ask.answers, made.ask.remembered = [ANSWER], ANSWER
        yield made


def types(message: Message) -> list[str]:
    return [str(block["type"]) for block in message.blocks or []]


def is_drawn(message: Message) -> bool:
    return CHART in types(message)


def bodies(rig: Rig) -> list[bool]:
    """Whether each answer that was tried had a chart."""
    return [CHART in str(use.body) for use in rig.slack.answers]


def outcomes(rig: Rig) -> list[str]:
    return [use.outcome for use in rig.slack.answers]


async def test_status_alone_has_no_chart_but_a_button_for_it_that_puts_it_in_the_same_place(rig: Rig) -> None:
    await rig.type(REF)
    (answer,) = rig.seen()
    assert not is_drawn(answer)
    await rig.click(answer, actions.STATUS_CHART)
    (answer,) = rig.seen()
    assert is_drawn(answer)
    assert "At least half of its 206 outcomes came in the last" in answer.text
    await rig.click(answer, actions.STATUS_CHART)
    assert [is_drawn(each) for each in rig.seen()] == [True]
    assert [question[0] for question in rig.ask.questions] == ["status"] * 3


async def test_it_can_be_typed(rig: Rig) -> None:
    await rig.type(f"status {REF} chart")
    assert is_drawn(rig.seen()[0])


async def test_it_is_shared_with_its_chart(rig: Rig) -> None:
    await rig.type(f"status {REF} chart")
    await rig.click(rig.seen()[0], actions.STATUS_CHART_SHARE)
    (shared,) = rig.slack.workspace.messages(DE)
    assert is_drawn(shared)
    assert shared.ephemeral_to is None
    assert ANA.id in str(shared.blocks)


async def test_what_slack_refuses_is_said_once_more_as_text_and_not_tried_again(rig: Rig) -> None:
    rig.slack.workspace.unknown.add(CHART)
    await rig.type(f"status {REF} chart")
    (answer,) = rig.seen()
    assert "rich_text_preformatted" in str(answer.blocks)
    assert answer.text.count("At least half") == 1
    assert (bodies(rig), outcomes(rig)) == ([True, False], ["invalid_blocks", "ok"])
    assert rig.novelties.refused == [{CHART}]

    await rig.click(answer, actions.STATUS_CHART_SHARE)
    await rig.type(f"status {REF} chart")
    assert bodies(rig) == [True, False, False, False]
    assert len(rig.slack.workspace.messages(DE)) == 1


async def test_a_shared_chart_that_is_refused_is_shared_once_as_text(rig: Rig) -> None:
    await rig.type(f"status {REF} chart")
    rig.slack.workspace.unknown.add(CHART)
    await rig.click(rig.seen()[0], actions.STATUS_CHART_SHARE)
    (shared,) = rig.slack.workspace.messages(DE)
    assert not is_drawn(shared)
    assert rig.novelties.refused == [{CHART}]


async def test_a_refusal_with_status_200_is_one_too(rig: Rig) -> None:
    rig.slack.faults.add("response", "error", code="invalid_blocks")
    await rig.type(f"status {REF} chart")
    assert bodies(rig) == [True, False]
    assert rig.novelties.refused == [{CHART}]
    assert len(rig.seen()) == 1


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "status_500", "status_503", "ratelimited"])
async def test_after_any_other_fault_nothing_is_said_again_and_charts_stay(rig: Rig, kind: FaultKind) -> None:
    rig.slack.faults.add("response", kind)
    await rig.type(f"status {REF} chart")
    assert (bodies(rig).count(False), rig.novelties.refused) == (0, [])
    assert len(rig.seen()) == (kind == "drop_after")


async def test_where_there_is_nothing_to_draw_the_answer_says_why(rig: Rig) -> None:
    rig.ask.answers = [replace(ANSWER, curve=None, complete=False), status()]
    await rig.type(f"status {REF} chart")
    (answer,) = rig.seen()
    assert not is_drawn(answer)
    assert "No chart yet: it takes 20 finished clips" in str(answer.blocks)
    assert actions.STATUS_CHART not in str(answer.blocks)
    await rig.click(answer, actions.STATUS_SHARE)
    assert len(rig.slack.workspace.messages(DE)) == 1


async def test_a_pattern_is_not_drawn(rig: Rig) -> None:
    await rig.type("status batch-* chart")
    assert "`chart` draws one reference" in rig.seen()[0].text


async def test_what_cannot_be_drawn_any_more_is_shared_without(rig: Rig) -> None:
    await rig.type(f"status {REF} chart")
    rig.ask.remembered = replace(ANSWER, curve=None)
    await rig.click(rig.seen()[0], actions.STATUS_CHART_SHARE)
    (shared,) = rig.slack.workspace.messages(DE)
    assert not is_drawn(shared)
