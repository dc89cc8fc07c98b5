"""What is typed and clicked to take care of failures."""

from collections.abc import AsyncIterator

import pytest

from bot.flows.triaging import Choice
from bot.sandbox.slack_entities import Draft, Message
from bot.sandbox.workspace import ANA
from bot.slack import actions
from tests.slack.rig import DE, REF, Rig, rigged

KIND = "0123456789abcdef"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def told(rig: Rig, action: str, value: str) -> Message:
    """A message about failures with one button."""
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Go"}, "value": value}
    blocks = [{"type": "actions", "elements": [button]}]
    return rig.slack.workspace.post(DE, rig.slack.workspace.bot.id, Draft("failure", blocks))


@pytest.mark.parametrize(
    ("action", "wish"),
    [
        (actions.FAILURE_MINE, ("assign", DE, Choice(REF, KIND, 5), ANA.id, ANA.id)),
        (actions.FAILURE_HANDLED, ("handled", DE, Choice(REF, KIND, 5), ANA.id)),
        (actions.FAILURE_OPEN_AGAIN, ("open again", DE, Choice(REF, KIND, 5), ANA.id)),
        (actions.FAILURE_MUTE, ("mute kind", DE, Choice(REF, KIND, 5), ANA.id)),
        (actions.FAILURE_UNMUTE, ("unmute kind", DE, Choice(REF, KIND, 5), ANA.id)),
    ],
)
async def test_the_buttons_under_a_failure_are_about_the_kind_and_how_many_it_shows(
    rig: Rig, action: str, wish: tuple[object, ...]
) -> None:
    await rig.click(told(rig, action, f"{REF}\n{KIND}\n5"), action)
    assert rig.triaging.wishes == [wish]
    assert REF in rig.seen()[0].text


@pytest.mark.parametrize("value", [REF, f"{REF}\nkind\n5", f"{REF}\n{KIND}\nmany"])
async def test_a_button_that_names_no_failures_does_nothing_and_says_so(rig: Rig, value: str) -> None:
    await rig.click(told(rig, actions.FAILURE_HANDLED, value), actions.FAILURE_HANDLED)
    assert rig.triaging.wishes == []
    assert "nothing was done" in rig.seen()[0].text


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        (f"handled {REF} no face", ("handled", DE, Choice(REF, "no face"), ANA.id)),
        (f"handled {REF} off", ("open again", DE, Choice(REF), ANA.id)),
        (f"assign {REF} me", ("assign", DE, Choice(REF), ANA.id, ANA.id)),
        (f"assign {REF} face @ben", ("assign", DE, Choice(REF, "face"), "U0BEN", ANA.id)),
        (f"mute {REF} kind face", ("mute kind", DE, Choice(REF, "face"), ANA.id)),
    ],
)
async def test_what_can_be_clicked_under_a_failure_can_be_typed(rig: Rig, typed: str, wish: tuple[object, ...]) -> None:
    await rig.type(typed)
    assert rig.triaging.wishes == [wish]


@pytest.mark.parametrize("typed", ["handled batch-* face", "assign batch-* me", "mute batch-* kind face"])
async def test_failures_are_taken_care_of_one_reference_at_a_time(rig: Rig, typed: str) -> None:
    await rig.type(typed)
    assert rig.triaging.wishes == []
    assert "takes one reference at a time" in rig.seen()[0].text
