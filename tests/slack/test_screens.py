"""Modals, Home tabs and conversations: answered in time, guarded, and never silent."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.domain.words import words
from bot.errors import BadCommandError, NoScreenError, SlackBusyError, SlackError, StoreError
from bot.sandbox.blockkit import view_problems
from bot.sandbox.slack_entities import Draft
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.workspace import ANA
from bot.slack.forms import Mistakes, Outcome, Shows
from bot.slack.payload import Asked, Submitted, Touched
from bot.slack.reply import Replies
from bot.slack.screen import Screen
from bot.slack.views import inputs
from bot.slack.views.blocks import buttons, paragraph, rich_text
from bot.slack.views.inputs import Field, Option
from bot.slack.views.message import Message
from bot.slack.views.view import View
from tests.fakes import HastyClock
from tests.slack.rig import DE, Rig, rigged

DM = "D0ANA"
YES_NO = (Option("yes", "Yes", "it is"), Option("no", "No"))
FIELDS = (
    inputs.line(Field("name", "Reference", "As it was sent.", dispatches=True), "batch-1", "batch-2026-04"),
    inputs.lines(Field("patterns", "Patterns", optional=True), "a-*"),
    inputs.choice(Field("links", "Links"), YES_NO, "no"),
    inputs.menu(Field("events", "Events"), YES_NO, "yes", "Choose"),
    inputs.people(Field("managers", "Managers", optional=True), [ANA.id], "Nobody"),
    inputs.conversation(Field("where", "Where"), DE, "Here", ["public", "private"]),
)
SAVED = View((rich_text(paragraph([words("Saved.")])),), "Done")
FORM = View((*FIELDS, *buttons("1", ("press", "Press"))), "Form", "form", metadata=DE, submit="Send")


def said(text: str) -> Message:
    return Message(text, (rich_text(paragraph([words(text)])),))


def shown(rig: Rig) -> str:
    """All text of the modal in front of Ana."""
    modal = rig.slack.surfaces.modal(ANA.id)
    return "" if modal is None else f"{modal['title']['text']}: {modal['blocks']}"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged(listening=False) as made:
        yield made


async def open_form(rig: Rig) -> str:
    trigger = rig.slack.workspace.passes.new_trigger(ANA.id)
    screen = rig.screens.of(trigger.id)
    await screen.show(FORM)
    return screen.view_id


def test_every_kind_of_field_is_taken_by_slack() -> None:
    assert view_problems(FORM.payload()) == []
    longest = Field("x", "l" * 900, "h" * 900)
    many = View(
        (inputs.line(longest, "v" * 9000, "p" * 900), inputs.menu(Field("y", "Y"), [Option("1", "o" * 900, "s" * 900)]))
    )
    assert view_problems({**many.payload(), "title": {"type": "plain_text", "text": "T"}}) == []


async def test_a_form_gives_what_was_entered_and_shows_what_came_of_it(rig: Rig) -> None:
    seen: list[Submitted] = []

    async def handle(form: Submitted) -> Outcome:
        seen.append(form)
        return Shows(SAVED)

    rig.app.view_submission("form")(rig.guard.submission(handle))
    view_id = await open_form(rig)
    await rig.slack.surfaces.submit(ANA.id, view_id, {"patterns": "b-*", "managers": [ANA.id, "U0BEN"], "links": "yes"})
    (form,) = seen
    assert (form.user, form.metadata, form.first_field) == (ANA.id, DE, "name")
    assert form.entries.one("name") == "batch-1"
    assert form.entries.one("patterns") == "b-*"
    assert (form.entries.one("links"), form.entries.one("events"), form.entries.one("where")) == ("yes", "yes", DE)
    assert form.entries.many("managers") == (ANA.id, "U0BEN")
    assert form.entries.one("nothing") == ""
    assert shown(rig).startswith("Done:")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (BadCommandError("Type `a` instead."), {"name": 'Type "a" instead.'}),
        (StoreError("x"), {"name": "The bot's memory could not be used"}),
        (RuntimeError("secret"), {"name": "Something went wrong on my side"}),
    ],
)
async def test_what_goes_wrong_with_a_form_is_told_at_its_first_field(
    rig: Rig, error: Exception, told: dict[str, str]
) -> None:
    async def handle(_: Submitted) -> Outcome:
        raise error

    rig.app.view_submission("form")(rig.guard.submission(handle))
    delivered = await rig.slack.surfaces.submit(ANA.id, await open_form(rig))
    assert delivered.ok
    (first,) = delivered.answer["errors"].items()
    assert first[0] == "name"
    assert first[1].startswith(told["name"])
    assert "secret" not in first[1]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Shows(SAVED), "Saved."),
        (Mistakes({"name": "No such batch."}), "No such batch."),
    ],
)
async def test_a_form_that_takes_long_is_answered_in_time_and_shown_later(
    rig: Rig, outcome: Outcome, told: str
) -> None:
    go_on = asyncio.Event()

    async def handle(_: Submitted) -> Outcome:
        await go_on.wait()
        return outcome

    hasty = replace(rig.guard, patience_seconds=0.01)
    rig.app.view_submission("form")(hasty.submission(handle))
    delivered = await rig.slack.surfaces.submit(ANA.id, await open_form(rig))
    assert delivered.ok
    assert "Working on it" in shown(rig)
    go_on.set()
    await rig.work.settle()
    assert told in shown(rig)


async def test_a_click_in_a_modal_changes_that_modal(rig: Rig) -> None:
    async def handle(touch: Touched, screen: Screen) -> None:
        await screen.show(View((rich_text(paragraph([words(f"{touch.value} {touch.metadata}")])),), "Changed"))

    rig.app.block_action("press")(rig.guard.touch(handle))
    view_id = await open_form(rig)
    await rig.slack.surfaces.touch(ANA.id, view_id, "press")
    await rig.work.settle()
    modal = rig.slack.surfaces.modal(ANA.id)
    assert modal is not None
    assert (modal["id"], f"1 {DE}" in shown(rig)) == (view_id, True)


async def test_trouble_with_a_click_on_the_home_tab_is_told_in_a_modal(rig: Rig) -> None:
    async def handle(_touch: Touched, _screen: Screen) -> None:
        raise BadCommandError("Not that way.")

    rig.app.block_action("press")(rig.guard.touch(handle))
    await rig.screens.publish(ANA.id, View(buttons("1", ("press", "Press")), kind="home"))
    await rig.slack.surfaces.touch(ANA.id, f"VHOME{ANA.id}", "press")
    await rig.work.settle()
    assert "Not that way." in shown(rig)


async def test_what_nobody_knows_is_told_on_every_surface(rig: Rig) -> None:
    rig.register()
    view_id = await open_form(rig)
    delivered = await rig.slack.surfaces.submit(ANA.id, view_id)
    assert "another version" in delivered.answer["errors"]["name"]
    await rig.slack.surfaces.touch(ANA.id, view_id, "press")
    await rig.work.settle()
    assert "another version" in shown(rig)
    await rig.slack.surfaces.close(ANA.id, view_id)
    await rig.slack.surfaces.shortcut(ANA.id, "unheard_of")
    await rig.work.settle()
    assert "That shortcut is of another version" in shown(rig)


async def test_a_modal_that_comes_too_late_says_so(rig: Rig) -> None:
    trigger = rig.slack.workspace.passes.new_trigger(ANA.id)
    rig.clock.step(4)
    with pytest.raises(NoScreenError):
        await rig.screens.of(trigger.id).show(FORM)
    assert rig.vitals.slack_calls == {"views failed": 1}


@pytest.mark.parametrize(
    ("kind", "waits"), [("status_500", 1), ("drop_before", 1), ("slow", 1), ("garbage", 1), ("ratelimited", 7)]
)
async def test_an_open_modal_is_changed_though_slack_fails_once(rig: Rig, kind: FaultKind, waits: float) -> None:
    clock = HastyClock()
    screens = replace(rig.screens, sleep=clock.sleep, timeout_seconds=0.2)
    view_id = await open_form(rig)
    rig.slack.faults.add("views.update", kind, seconds=5, retry_after=7)
    await screens.of("", view_id).show(SAVED)
    assert (shown(rig).startswith("Done:"), clock.monotonic()) == (True, waits)


@pytest.mark.parametrize(("kind", "code"), [("error", "invalid_blocks"), ("error", "not_found"), ("ratelimited", "")])
async def test_what_would_fail_again_is_not_tried_again(rig: Rig, kind: FaultKind, code: str) -> None:
    view_id = await open_form(rig)
    rig.slack.faults.add("views.update", kind, code=code, retry_after=61)
    with pytest.raises(SlackError):
        await rig.screens.of("", view_id).show(SAVED)
    assert [call.method for call in rig.slack.calls].count("views.update") == 1


async def test_what_was_done_and_not_shown_is_not_called_undone(rig: Rig) -> None:
    view_id = await open_form(rig)
    rig.slack.faults.add("views.update", "status_500", times=2)
    with pytest.raises(BadCommandError, match="That was done, but Slack did not let me show what came of it"):
        await rig.screens.of("", view_id).show_done(SAVED)
    await rig.slack.surfaces.close(ANA.id, view_id)
    await rig.screens.of("", view_id).show_done(SAVED)  # whoever closes it does not want to know


async def test_a_busy_slack_is_counted_as_such(rig: Rig) -> None:
    rig.slack.faults.add("views.publish", "ratelimited")
    with pytest.raises(SlackBusyError):
        await rig.screens.publish(ANA.id, View((), kind="home"))
    assert rig.vitals.slack_calls == {"home ratelimited": 1}


# --- conversations ---


def words_in(place: str, thread_ts: str = "") -> Asked:
    return Asked(ANA.id, place, "", False, "status", "", "", "T1", thread_ts=thread_ts)


async def test_words_in_a_channel_are_answered_to_whoever_said_them_where_they_said_them(rig: Rig) -> None:
    root = rig.slack.workspace.post(DE, ANA.id, Draft("hello"))
    reply = Replies(rig.client, rig.vitals, rig.novelties).to(words_in(DE, root.ts))
    assert await reply.ephemeral(said("first"))
    assert await reply.replace(said("second"))
    answers = rig.seen(ANA.id, DE)
    assert [(each.text, each.thread_ts, each.ephemeral_to) for each in answers] == [
        ("first", root.ts, ANA.id),
        ("second", root.ts, ANA.id),
    ]
    assert await reply.in_channel(said("for all"))
    assert rig.slack.workspace.replies(DE, root.ts)[-1].text == "for all"


async def test_in_the_dm_an_answer_takes_the_place_of_the_one_before(rig: Rig) -> None:
    reply = Replies(rig.client, rig.vitals, rig.novelties).to(words_in(DM))
    assert await reply.replace(said("reading"))
    assert await reply.replace(said("done"))
    (only,) = rig.slack.workspace.messages(DM)
    assert (only.text, only.ephemeral_to) == ("done", None)


async def test_an_answer_in_the_dm_is_replaced_by_what_its_buttons_bring(rig: Rig) -> None:
    rig.register()
    shown_ = Message("ask", buttons("batch-1", ("status_refresh", "Refresh")))
    await Replies(rig.client, rig.vitals, rig.novelties).to(words_in(DM)).ephemeral(shown_)
    (only,) = rig.slack.workspace.messages(DM)
    await rig.click(only, "status_refresh")
    assert [each.text == "ask" for each in rig.slack.workspace.messages(DM)] == [False]


async def test_an_answer_that_slack_does_not_take_is_counted(rig: Rig) -> None:
    rig.slack.faults.add("chat.postMessage", "error", code="invalid_arguments")
    reply = Replies(rig.client, rig.vitals, rig.novelties).to(words_in(DM))
    assert not await reply.ephemeral(said("x"))
    assert rig.vitals.slack_calls == {"answers failed": 1}
