"""`settings`: typed, clicked and sent in."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.policy import LinksPolicy, Policy, PolicyAnswer, SetPolicy
from bot.domain.watch import Events, Watch
from bot.errors import BadCommandError, NotAllowedError
from bot.sandbox.blockkit import view_problems
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.workspace import ANA, BEN
from bot.slack.actions import LINKS_SHARE, SETTINGS_CHANGE
from bot.slack.canned_policies import settings_views
from bot.slack.payload import Entries, Submitted
from bot.slack.settings_form import Carried, entered, mark
from bot.slack.views import errors, settings
from bot.slack.views.view import View
from tests.app.conftest import buttons_of, everything_in
from tests.builders import NOON, watch
from tests.slack.canned import SCENE, assert_golden_view
from tests.slack.rig import DE, Rig, rigged

DM = "D0ANA"
POLICY = Policy(("client-a-*", "shared"), LinksPolicy.OPEN, Events.EACH, (ANA.id, BEN.id))
ENDS = (watch(reference="batch-1"), replace(watch(reference="trailer-*"), id="w2", is_glob=True))


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        yield made


def modal(rig: Rig, user: str = ANA.id) -> dict[str, Any]:
    found = rig.slack.surfaces.modal(user)
    assert found is not None
    return dict(found)


def text_of(shown: dict[str, Any]) -> str:
    return f"{shown['title']['text']}: {shown['blocks']}"


async def send(rig: Rig, user: str = ANA.id, **entries: str | list[str]) -> Delivered:
    return await rig.slack.surfaces.submit(user, modal(rig, user)["id"], entries)


# --- typed and clicked ---


async def test_typed_as_a_slash_command_it_opens_the_form_at_once(rig: Rig) -> None:
    await rig.type("settings")
    shown = modal(rig)
    assert shown["callback_id"] == "settings_form"
    assert shown["submit"]["text"] == "Save"
    assert f"'channel_id': '{DE}'" in text_of(shown)
    assert rig.seen() == []


async def test_said_without_a_trigger_it_is_answered_with_a_button_that_opens_the_form(rig: Rig) -> None:
    rig.slack.faults.add("views.open", "error", code="expired_trigger_id")
    await rig.type("settings")
    assert rig.slack.surfaces.modal(ANA.id) is None
    (answer,) = rig.seen()
    assert answer.text.startswith("Settings of this channel. About: every reference.")
    await rig.click(answer, SETTINGS_CHANGE)
    assert modal(rig)["callback_id"] == "settings_form"
    assert len(rig.seen()) == 1


async def test_who_may_not_change_them_sees_them_and_gets_no_form(rig: Rig) -> None:
    rig.policing.there.append(SetPolicy(replace(POLICY, managers=(BEN.id,)), 1, BEN.id, NOON))
    await rig.type("settings")
    shown = modal(rig)
    assert "submit" not in shown
    assert "client-a-*" in text_of(shown)
    assert f"'user_id': '{BEN.id}'" in text_of(shown)
    rig.slack.faults.add("views.open", "error", code="internal_error")
    await rig.slack.surfaces.close(ANA.id, shown["id"])
    await rig.type("settings")
    assert buttons_of(rig.seen()[-1]) == []


async def test_in_a_conversation_it_says_that_settings_are_of_channels(rig: Rig) -> None:
    await rig.type("settings", place=DM)
    assert "Settings are of channels" in rig.seen(ANA.id, DM)[-1].text
    await rig.type("settings now")
    assert "`settings` takes nothing more" in rig.seen(ANA.id, DE)[-1].text


# --- sent in ---


async def test_what_is_sent_in_is_saved_and_shown(rig: Rig) -> None:
    await rig.type("settings")
    delivered = await send(rig, patterns="client-a-*\n shared ", links="off", events="each", managers=[ANA.id, BEN.id])
    assert delivered.ok
    (there,) = rig.policing.there
    assert there.policy == Policy(("client-a-*", "shared"), LinksPolicy.OFF, Events.EACH, (ANA.id, BEN.id))
    assert (there.version, there.set_by) == (1, ANA.id)
    assert "Saved." in text_of(modal(rig))
    assert "none here" in text_of(modal(rig))


async def test_what_is_sent_in_unchanged_is_not_saved(rig: Rig) -> None:
    await rig.type("settings")
    await send(rig)
    assert rig.policing.there == []
    assert "Nothing was changed." in text_of(modal(rig))


async def test_mistakes_are_told_at_their_fields_and_nothing_is_saved(rig: Rig) -> None:
    await rig.type("settings")
    delivered = await send(rig, patterns="ok-*\n{1..999}", managers=[BEN.id])
    errors = delivered.answer["errors"]
    assert errors["patterns"].startswith("{1..999}: The braces of that pattern stand for more than 100 patterns")
    assert "lock yourself out" in errors["managers"]
    assert rig.policing.there == []
    assert modal(rig)["submit"]["text"] == "Save"


async def test_what_would_end_is_named_before_it_is_saved(rig: Rig) -> None:
    rig.policing.ends.extend(ENDS)
    await rig.type("settings")

    await send(rig, patterns="client-a-*", links="open")

    assert rig.policing.there == []
    shown = modal(rig)
    assert "2 watches here are outside these patterns and will end:" in text_of(shown)
    assert "trailer-*" in text_of(shown)
    assert shown["submit"]["text"] == "Save and end 2"

    await send(rig)

    (there,) = rig.policing.there
    assert (there.policy.patterns, there.policy.links) == (("client-a-*",), LinksPolicy.OPEN)
    assert "2 watches outside the patterns ended:" in text_of(modal(rig))


async def test_other_watches_than_those_that_were_named_are_named_first(rig: Rig) -> None:
    rig.policing.ends.extend(ENDS[:1])
    await rig.type("settings")
    await send(rig, patterns="client-a-*")
    assert "1 watch here is outside these patterns and will end:" in text_of(modal(rig))
    rig.policing.ends.extend(ENDS[1:])

    await send(rig)

    assert rig.policing.there == []
    assert "2 watches here" in text_of(modal(rig))
    await send(rig, patterns="")
    assert rig.policing.there == []
    assert "Nothing was changed." in text_of(modal(rig))


async def test_who_is_no_manager_any_more_is_told_who_is(rig: Rig) -> None:
    await rig.type("settings")
    rig.policing.faults.append(NotAllowedError("Only its managers change it", (BEN.id,)))
    await send(rig, links="off")
    assert f"'user_id': '{BEN.id}'" in text_of(modal(rig))


async def test_what_others_have_changed_since_is_not_overwritten(rig: Rig) -> None:
    await rig.type("settings")
    rig.policing.faults.append(BadCommandError("Somebody has changed these settings since."))
    delivered = await send(rig, links="off")
    assert delivered.answer["errors"] == {"patterns": "Somebody has changed these settings since."}


def test_in_a_field_which_can_name_nobody_it_says_where_managers_are_named() -> None:
    error = NotAllowedError("Only its managers change it", (BEN.id,))
    assert errors.plain(error) == 'Only its managers change it: "settings" shows who they are. Nothing was changed.'


# --- links ---


async def test_links_can_be_shared_only_where_everybody_may_see_them(rig: Rig) -> None:
    await rig.type("links batch-1")
    assert LINKS_SHARE not in buttons_of(rig.seen()[-1])
    rig.sheets.open = True
    await rig.type("links batch-1")
    answer = rig.seen()[-1]
    assert LINKS_SHARE in buttons_of(answer)

    await rig.click(answer, LINKS_SHARE)

    assert rig.ask.questions[-1] == ("shared", "batch-1", DE)
    shared = rig.slack.workspace.messages(DE)[-1]
    assert "https://storage.example/1.mp4" in everything_in(shared)
    assert f'"user_id": "{ANA.id}"' in everything_in(shared) or f"<@{ANA.id}>" in everything_in(shared)
    assert buttons_of(shared) == []


# --- what travels, and what is entered ---


def form_of(managers: Sequence[str] = (), patterns: str = "") -> Submitted:
    fields = {"links": ("private",), "events": ("problems",), "managers": tuple(managers), "patterns": (patterns,)}
    return Submitted(ANA.id, "V1", "settings_form", "", Entries(fields), "patterns")


def test_problems_are_what_a_watch_tells_anyway() -> None:
    assert entered(form_of()).policy == Policy()


@pytest.mark.parametrize(
    ("managers", "why"),
    [
        ((), None),
        ((ANA.id,), None),
        ((BEN.id,), "Stay among them yourself"),
        ((ANA.id, *(f"U{number}" for number in range(30))), "That is 31 people, and there can be 30"),
    ],
)
def test_managers_are_few_and_whoever_saves_is_among_them(managers: Sequence[str], why: str | None) -> None:
    mistakes = entered(form_of(managers)).mistakes
    assert (why is None) == (not mistakes)
    assert why is None or why in mistakes["managers"]


def test_what_travels_with_the_form_comes_back() -> None:
    carried = Carried(DE, 3, mark(ENDS))
    assert Carried.of_text(carried.text()) == carried
    assert mark(ENDS) == mark(ENDS[::-1]) != mark(ENDS[:1])
    for odd in ("", "{}", '["C1"]', '["C1", "x", ""]'):
        with pytest.raises(BadCommandError, match="another version"):
            Carried.of_text(odd)


# --- views ---

VIEWS: dict[str, View] = {name: view for name, _, view in settings_views(SCENE)}


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_looks_as_it_is_kept_and_is_taken_by_slack(name: str) -> None:
    assert view_problems(VIEWS[name].payload()) == []
    assert_golden_view(name, VIEWS[name])


def test_the_longest_settings_are_taken_by_slack() -> None:
    policy = Policy(tuple(f"{number}{'x' * 148}" for number in range(20)), managers=tuple(f"U{n}" for n in range(30)))
    answer = PolicyAnswer(policy, SetPolicy(policy, 1, ANA.id, NOON), may_change=True)
    many: list[Watch] = [replace(watch(reference="y" * 500), id=str(n)) for n in range(500)]
    for view in (
        settings.form(answer, DE, "x"),
        settings.held(answer, DE),
        settings.confirmation(DE, "x", policy, many),
        settings.saved(answer, DE, many),
    ):
        assert view_problems(view.payload()) == []
