"""A message leads to the form to watch what it speaks of, and from anywhere a modal tells how a reference is doing."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.answer import StillReading
from bot.domain.mentioned import Meant
from bot.domain.overview import Standing
from bot.domain.progress import summarise
from bot.sandbox.slack_entities import Draft
from bot.sandbox.workspace import ANA
from bot.slack.manifest import SHORTCUTS
from tests.builders import NOON, request
from tests.slack.rig import DE, REF, Rig, rigged, status

WATCH, STATUS = (each.callback_id for each in SHORTCUTS)
ELSEWHERE = "C0PRODUCERS"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def modal(rig: Rig) -> dict[str, Any]:
    shown = rig.slack.surfaces.modal(ANA.id)
    assert shown is not None
    return shown


def text(rig: Rig) -> str:
    return f"{modal(rig)['title']['text']}: {modal(rig)['blocks']}"


def standing(name: str, *, unread: bool = False) -> Standing:
    rows = [request(1, "completed"), request(2, "failed"), request(3)]
    return Standing(summarise(name, rows), NOON, None if unread else NOON)


async def watch_message(rig: Rig, said: str = f"look at {REF}", place: str = DE) -> None:
    message = rig.slack.workspace.post(place, ANA.id, Draft(said))
    assert (await rig.slack.surfaces.shortcut(ANA.id, WATCH, place, message.ts)).ok
    await rig.work.settle()


async def touch(rig: Rig, action: str, value: str | None = None) -> None:
    assert (await rig.slack.surfaces.touch(ANA.id, modal(rig)["id"], action, value)).ok
    await rig.work.settle()


def entered(rig: Rig, block_id: str) -> str:
    (field,) = (block for block in modal(rig)["blocks"] if block.get("block_id") == block_id)
    return str(field["element"].get("initial_value", ""))


# --- watch what a message speaks of ---


async def test_one_reference_opens_the_form_with_it(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((standing(REF),))
    await watch_message(rig)
    assert rig.mentions.asked == [(f"look at {REF}\n", DE)]
    assert entered(rig, "watch_reference") == REF
    await rig.slack.surfaces.submit(ANA.id, modal(rig)["id"])
    await rig.work.settle()
    (wish,) = rig.watching.wishes
    assert (wish.place, wish.place_name, wish.public, wish.reference_id) == (DE, "dubbing-de", True, REF)


async def test_of_several_one_is_chosen(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((standing(REF), standing("batch-2", unread=True)), withheld=1)
    await watch_message(rig)
    assert "speaks of 2 references" in text(rig)
    assert "3 requests, 66% finished, 1 failed" in text(rig)
    assert "3 seen, not read yet" in text(rig)
    assert "1 reference is left out: this channel is not about it" in text(rig)
    await touch(rig, "modal_watch", "batch-2")
    assert entered(rig, "watch_reference") == "batch-2"


async def test_of_very_many_some_are_listed(rig: Rig) -> None:
    rig.mentions.found[0] = Meant(tuple(standing(f"batch-{number}") for number in range(60)))
    await watch_message(rig)
    assert "and 40 more references" in text(rig)


async def test_none_is_said_with_what_was_looked_for_and_another_can_be_typed(rig: Rig) -> None:
    await watch_message(rig, "good morning")
    assert "I found no reference in this message" in text(rig)
    await touch(rig, "modal_watch_other")
    assert entered(rig, "watch_reference") == ""


async def test_an_id_that_could_not_be_asked_for_is_not_told_as_none(rig: Rig) -> None:
    for standings in ((), (standing(REF), standing("batch-2"))):
        rig.mentions.found[0] = Meant(standings, trouble="the API answered 503: <!here>")
        await watch_message(rig)
        assert "It has an id that I do not know and could not ask for (the API answered 503: " in text(rig)


async def test_what_the_channel_is_not_about_is_only_counted(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((), withheld=2)
    await watch_message(rig)
    assert "2 references are left out: this channel is not about them" in text(rig)


async def test_it_works_where_the_bot_is_not(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((standing(REF),))
    await watch_message(rig, place=ELSEWHERE)
    assert entered(rig, "watch_reference") == REF


async def test_a_reference_cannot_act_in_the_list(rig: Rig) -> None:
    rig.mentions.found[0] = Meant((standing("<!channel> *x* :fire:"), standing("y" * 500)))
    await watch_message(rig)
    rows = [block for block in modal(rig)["blocks"] if block["type"] == "section"]
    assert [(row["text"]["type"], row["text"]["emoji"]) for row in rows] == [("plain_text", False)] * 2
    assert [row["accessory"]["value"] for row in rows] == ["<!channel> *x* :fire:", "y" * 500]


# --- status from anywhere ---


async def ask(rig: Rig, reference: str = REF) -> dict[str, Any]:
    assert (await rig.slack.surfaces.shortcut(ANA.id, STATUS)).ok
    await rig.work.settle()
    delivered = await rig.slack.surfaces.submit(ANA.id, modal(rig)["id"], {"reference": reference})
    await rig.work.settle()
    return delivered.answer


async def test_a_reference_is_told_in_the_modal(rig: Rig) -> None:
    await ask(rig)
    assert rig.ask.questions == [("status", REF, False)]
    assert "66% finished" in text(rig)
    (row,) = (block["elements"] for block in modal(rig)["blocks"] if block["type"] == "actions")
    actions = [each["action_id"] for each in row]
    assert actions == ["modal_status", "modal_failures", "modal_status_watch", "modal_status_other"]


async def test_a_long_reading_shows_what_is_known_and_then_the_rest(rig: Rig) -> None:
    rig.ask.answers = [replace(status(), still=StillReading(50, timedelta(seconds=45))), status()]
    await ask(rig)
    shown = [call.args["view"] for call in rig.slack.calls if call.method == "views.update"]
    assert "reading" in str(shown[0])
    assert "modal_status" in text(rig)


async def test_it_is_read_again_and_what_failed_is_shown_and_left_again(rig: Rig) -> None:
    await ask(rig)
    await touch(rig, "modal_status")
    await touch(rig, "modal_failures")
    assert "1 failure, 1 kind" in text(rig)
    assert "failure_handled" not in text(rig)
    await touch(rig, "modal_status")
    assert "66% finished" in text(rig)
    assert [name for name, *_ in rig.ask.questions] == ["status", "status", "failures", "status"]


async def test_it_leads_to_the_form_to_watch_and_to_the_next_question(rig: Rig) -> None:
    await ask(rig)
    await touch(rig, "modal_status_other")
    await rig.slack.surfaces.submit(ANA.id, modal(rig)["id"], {"reference": "batch-2"})
    await touch(rig, "modal_status_watch")
    assert entered(rig, "watch_reference") == "batch-2"


async def test_a_pattern_is_told_without_a_table(rig: Rig) -> None:
    await ask(rig, "batch-*")
    assert "Most at risk" in text(rig)
    assert "'table'" not in text(rig)


@pytest.mark.parametrize(("typed", "told"), [(' "" ', "Type a reference"), ('"  "', "Type a reference")])
async def test_what_is_no_reference_is_said_at_the_field(rig: Rig, typed: str, told: str) -> None:
    answer = await ask(rig, typed)
    assert told in answer["errors"]["reference"]


async def test_a_reference_may_be_typed_in_quotes(rig: Rig) -> None:
    await ask(rig, ' "Folge 3" ')
    assert rig.ask.questions == [("status", "Folge 3", False)]


async def test_what_goes_wrong_is_told_at_the_field(rig: Rig) -> None:
    rig.ask.answers, rig.ask.fault = [], RuntimeError("secret")
    answer = await ask(rig)
    assert answer["errors"]["reference"].startswith("Something went wrong on my side")
