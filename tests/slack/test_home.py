"""Home's event and its buttons: what they ask of the flows, where, and for whom."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.mute import Mute
from bot.errors import NoScreenError, StoreError
from bot.flows.triaging import Choice
from bot.sandbox.workspace import ANA, BOT
from bot.slack import actions
from bot.slack.views.blocks import buttons
from bot.slack.views.view import View
from tests.builders import NOON, watch
from tests.slack.canned import texts
from tests.slack.rig import DE, REF, Rig, rigged
from tests.slack.rig import status as status_of

DM, AURORA = "D0ANA", "C0AURORA"
KIND = "0123456789abcdef"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        made.home.watches = {
            "w1": watch(place=DE, reference=REF),
            "w2": replace(watch(place=DE, reference="batch-*"), id="w2", is_glob=True),
            "w3": replace(watch(place=DM, reference="mine"), id="w3"),
        }
        yield made


async def touches(rig: Rig, action: str, value: str) -> None:
    """Click this on a Home that has only this button."""
    await rig.screens.publish(ANA.id, View(buttons(value, (action, "Press")), kind="home", metadata=DM))
    assert (await rig.slack.surfaces.touch(ANA.id, f"VHOME{ANA.id}", action)).ok
    await rig.work.settle()


def modal(rig: Rig) -> str:
    view = rig.slack.surfaces.modal(ANA.id)
    return "" if view is None else "\n".join(texts(view["blocks"]))


# --- opening ---


async def test_opening_home_is_remembered_and_it_is_shown(rig: Rig) -> None:
    await rig.slack.surfaces.open_home(ANA.id)
    await rig.work.settle()
    assert rig.home.seen == [(ANA.id, DM)]
    assert rig.home.shown == [ANA.id]


async def test_the_messages_tab_is_none_of_homes_business(rig: Rig) -> None:
    await rig.slack.surfaces.open_home(ANA.id, "messages")
    await rig.work.settle()
    assert rig.home.seen == []


async def test_what_could_not_be_remembered_is_not_shown(rig: Rig) -> None:
    rig.home.fault = StoreError("locked")
    await rig.slack.surfaces.open_home(ANA.id)
    await rig.work.settle()
    assert rig.home.shown == []
    rig.home.fault = None
    await rig.slack.surfaces.open_home(ANA.id)
    await rig.work.settle()
    assert rig.home.shown == [ANA.id]


async def test_where_it_could_not_be_shown_nothing_breaks(rig: Rig) -> None:
    rig.home.show_fault = StoreError("locked")
    await rig.slack.surfaces.open_home(ANA.id)
    await rig.work.settle()
    assert rig.home.shown == [ANA.id]


# --- answers ---


async def test_the_status_is_asked_for_the_place_of_the_watch(rig: Rig) -> None:
    await touches(rig, actions.HOME_STATUS, "w1")
    assert rig.ask.questions == [("status", REF, False)]
    assert "no face detected" in modal(rig)
    assert rig.home.shown == []  # nothing was changed


async def test_of_a_pattern_there_is_a_list(rig: Rig) -> None:
    await touches(rig, actions.HOME_STATUS, "w2")
    assert rig.ask.questions == [("overview", "batch-*")]
    assert "Longest wait" in modal(rig) or REF in modal(rig)


async def test_failures_and_links_are_of_the_watch(rig: Rig) -> None:
    await touches(rig, actions.HOME_FAILURES, "w1")
    await touches(rig, actions.HOME_LINKS, "w3")
    assert rig.ask.questions == [("failures", REF), ("links", "mine", DM, ANA.id)]
    assert rig.sheets.arrived == [(2, DM, ANA.id)]


async def test_links_that_nobody_has_seen_are_not_given(rig: Rig) -> None:
    rig.slack.faults.add("views.update", "error", code="not_found")  # the person has closed it
    await touches(rig, actions.HOME_LINKS, "w1")
    assert rig.sheets.arrived == []


async def test_while_it_is_read_the_modal_is_there_and_then_it_has_the_last_answer(rig: Rig) -> None:
    rig.ask.answers = [status_of(), replace(status_of(), trouble="the API answered 500")]
    await touches(rig, actions.HOME_STATUS, "w1")
    assert "the API answered 500" in modal(rig)
    shown = [each.about for each in rig.slack.workspace.log if each.what == "view"]
    assert len({view["view"] for view in shown if view["type"] == "modal"}) == 1
    assert len([view for view in shown if view["type"] == "modal"]) == 3


async def test_what_cannot_be_asked_is_told_in_the_same_modal(rig: Rig) -> None:
    rig.ask.fault = StoreError("x")
    rig.ask.answers = []
    await touches(rig, actions.HOME_STATUS, "w1")
    assert "memory could not be used" in modal(rig)


async def test_a_watch_that_is_gone_says_so_and_home_is_shown_anew(rig: Rig) -> None:
    await touches(rig, actions.HOME_STATUS, "gone")
    assert "has ended since" in modal(rig)
    assert rig.home.shown == [ANA.id]


# --- changes ---


@pytest.mark.parametrize(
    ("chosen", "wish"),
    [
        ("mute w1", ("mute", DE, REF, timedelta(hours=1), ANA.id, False)),
        ("mute w2", ("mute", DE, "batch-*", timedelta(hours=1), ANA.id, True)),
        ("unmute w3", ("unmute", DM, "mine", ANA.id, False)),
    ],
)
async def test_muting_is_of_the_watch_in_its_place(rig: Rig, chosen: str, wish: tuple[object, ...]) -> None:
    await touches(rig, actions.HOME_MORE, chosen)
    assert rig.muting.wishes == [wish]
    assert rig.home.shown == [ANA.id]
    assert modal(rig)


async def test_stopping_can_be_undone_in_the_place_of_the_watch(rig: Rig) -> None:
    await touches(rig, actions.HOME_MORE, "stop w1")
    assert rig.watching.stopped == [(DE, REF)]
    view = rig.slack.surfaces.modal(ANA.id)
    assert view is not None
    assert (await rig.slack.surfaces.touch(ANA.id, view["id"], actions.HOME_UNDO)).ok
    await rig.work.settle()
    assert rig.watching.stopped == [(DE, REF), (DE, "undo u1")]
    assert rig.watching.authors == [ANA.id, ANA.id]
    assert rig.home.shown == [ANA.id, ANA.id]


async def test_a_pattern_is_stopped_as_a_pattern(rig: Rig) -> None:
    await touches(rig, actions.HOME_MORE, "stop w2")
    assert rig.watching.stopped == [(DE, "glob batch-*")]


async def test_where_no_modal_can_be_opened_nothing_is_done(rig: Rig) -> None:
    rig.slack.faults.add("views.open", "error", code=NoScreenError("trigger_expired").code, times=2)
    await touches(rig, actions.HOME_MORE, "stop w1")
    assert rig.watching.stopped == []


CHANGES = [
    (actions.HOME_MORE, "stop w4"),
    (actions.HOME_MORE, "mute w4"),
    (actions.HOME_MORE, "unmute w4"),
    (actions.HOME_MORE, "change w4"),
    (actions.HOME_UNMUTE, "m4"),
]


@pytest.mark.parametrize(("action", "value"), CHANGES)
async def test_who_has_left_a_private_channel_changes_nothing_there_any_more(rig: Rig, action: str, value: str) -> None:
    there = rig.slack.workspace.channel(AURORA)
    rig.home.watches["w4"] = replace(watch(place=AURORA, reference=REF), id="w4")
    rig.home.mutes["m4"] = Mute("m4", "T1", "default", AURORA, REF, False, ANA.id, NOON, 0, NOON)
    there.members.discard(ANA.id)
    await touches(rig, action, value)
    assert "you are not in it any more" in modal(rig)
    assert (rig.watching.stopped, rig.muting.wishes) == ([], [])


@pytest.mark.parametrize("bot_is_there", [True, False])
async def test_who_is_in_a_private_channel_goes_on_and_so_does_who_cannot_be_asked_about(
    rig: Rig, bot_is_there: bool
) -> None:
    rig.home.watches["w4"] = replace(watch(place=AURORA, reference=REF), id="w4")
    if not bot_is_there:
        rig.slack.workspace.channel(AURORA).members -= {BOT.id, ANA.id}
    await touches(rig, actions.HOME_MORE, "stop w4")
    assert rig.watching.stopped == [(AURORA, REF)]


async def test_any_mute_is_ended_by_its_own_button(rig: Rig) -> None:
    rig.home.mutes = {"m1": Mute("m1", "T1", "default", DE, None, False, "U9", NOON, 0, NOON)}
    await touches(rig, actions.HOME_UNMUTE, "m1")
    await touches(rig, actions.HOME_UNMUTE, "gone")
    assert rig.muting.wishes == [("unmute", DE, None, ANA.id, False)]
    assert "This mute has ended since" in modal(rig)


async def test_what_is_handled_is_what_was_shown(rig: Rig) -> None:
    await touches(rig, actions.HOME_HANDLED, f"{REF}\n{KIND}\n5")
    await touches(rig, actions.HOME_OPEN_AGAIN, f"{REF}\n{KIND}\n5")
    await touches(rig, actions.HOME_KIND_FAILURES, REF)
    assert rig.triaging.wishes == [
        ("handled", DM, Choice(REF, KIND, 5), ANA.id),
        ("open again", DM, Choice(REF, KIND, 5), ANA.id),
    ]
    assert rig.home.shown == [ANA.id, ANA.id]


async def test_an_odd_value_does_nothing_and_says_so(rig: Rig) -> None:
    await touches(rig, actions.HOME_HANDLED, "nonsense")
    assert "without a usable" in modal(rig)
    assert rig.triaging.wishes == []


async def test_what_was_stopped_is_not_said_to_go_on_when_slack_does_not_show_it(rig: Rig) -> None:
    rig.slack.faults.add("views.update", "status_500", times=2)
    await touches(rig, actions.HOME_MORE, "stop w1")
    assert rig.watching.stopped != []
    assert "That was done, but Slack did not let me show what came of it" in modal(rig)
    assert "All watches are kept" not in modal(rig)


@pytest.mark.parametrize(
    ("action", "value"),
    [
        (actions.HOME_STATUS, "w1"),
        (actions.HOME_FAILURES, "w1"),
        (actions.HOME_LINKS, "w1"),
        (actions.HOME_MORE, "stop w1"),
        (actions.HOME_MORE, "change w1"),
        (actions.HOME_UNMUTE, "none"),
    ],
)
async def test_a_modal_is_open_before_our_memory_is_read_which_may_take_long(rig: Rig, action: str, value: str) -> None:
    rig.ask.answers = [status_of()]
    rig.home.on_reading = lambda: rig.clock.step(4)  # then the trigger is too old
    await touches(rig, action, value)
    assert modal(rig) != ""
