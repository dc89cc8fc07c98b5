"""Who is of another organisation and reads a shared channel may ask how things are there, and nothing else."""

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.slack_entities import Draft, Message, User
from bot.slack import actions
from bot.slack.manifest import SHORTCUTS
from bot.slack.payload import clicked, said
from tests.flows.conftest import until
from tests.slack.rig import DE, REF, Rig, rigged
from tests.slack.test_payload import CLICK

STUDIO, KIM = "T0STUDIO", User("U0KIM", "kim", "Kim Berg", team="T0STUDIO")
REFUSED = "of the workspace that I am of"
FOR_ALL = {
    actions.STATUS_REFRESH,
    actions.MISSING_STATUS,
    actions.STATUS_CHART,
    actions.FINISHED_CHART,
    actions.GLOB_TABLE,
    actions.GLOB_REFRESH,
}
IN_VIEWS = ("HOME", "MODAL", "FORM")
IN_MESSAGES = sorted(
    value
    for name, value in vars(actions).items()
    if name.isupper() and isinstance(value, str) and not name.startswith(IN_VIEWS)
)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged() as made:
        workspace = made.slack.workspace
        workspace.users[KIM.id] = KIM
        for channel in (DE, "C0PRODUCERS"):
            workspace.channel(channel).members.add(KIM.id)
        workspace.channel(DE).shared_with.add(STUDIO)
        yield made


def told(rig: Rig, action: str, place: str = DE) -> Message:
    """A message with one button."""
    value = f"{REF}\n0123456789abcdef\n5" if action.startswith("failure") else REF
    button = {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": "Go"}, "value": value}
    return rig.slack.workspace.post(
        place, rig.slack.workspace.bot.id, Draft("x", [{"type": "actions", "elements": [button]}])
    )


def done(rig: Rig) -> list[object]:
    """Whatever was asked or changed."""
    changed = (rig.watching.wishes, rig.watching.stopped, rig.muting.wishes, rig.triaging.wishes, rig.limits.wishes)
    return [*rig.ask.questions, *(each for wishes in changed for each in wishes), *rig.trials.runs, *rig.policing.there]


@pytest.mark.parametrize("action", [each for each in IN_MESSAGES if each not in FOR_ALL])
async def test_every_other_button_is_for_our_own_people(rig: Rig, action: str) -> None:
    await rig.click(told(rig, action), action, user=KIM.id)
    assert [REFUSED in each.text for each in rig.seen(KIM.id)] == [True]
    assert done(rig) == []
    assert rig.slack.surfaces.modal(KIM.id) is None


@pytest.mark.parametrize("action", sorted(FOR_ALL))
async def test_the_buttons_that_ask_are_for_everybody(rig: Rig, action: str) -> None:
    await rig.click(told(rig, action), action, user=KIM.id)
    assert rig.ask.questions
    assert [each for each in rig.seen(KIM.id) if REFUSED in each.text] == []


@pytest.mark.parametrize(
    "text",
    [
        "status *",
        "another-reference",
        f"watch {REF}",
        f"watch {REF} me",
        "watch",
        f"unwatch {REF}",
        f"mute {REF} 2h",
        f"unmute {REF}",
        f"expect {REF} 9",
        f"deadline {REF} off",
        f"handled {REF}",
        f"assign {REF} me",
        f"links {REF}",
        f"export {REF}",
        f"preview watch {REF}",
        "settings",
        "queue",
        "about",
        "test",
        "quiet off",
        "digest off",
    ],
)
async def test_what_they_type_or_say_changes_and_opens_nothing(rig: Rig, text: str) -> None:
    await rig.type(text, user=KIM.id)
    await rig.slack.say(KIM.id, DE, f"@lipsync {text}")
    await rig.work.settle()
    assert [REFUSED in each.text for each in rig.seen(KIM.id)] == [True, True]
    assert done(rig) == []
    assert rig.slack.surfaces.modal(KIM.id) is None


@pytest.mark.parametrize("text", [f"status {REF}", REF, "watches", "help"])
async def test_they_may_ask_how_things_are(rig: Rig, text: str) -> None:
    await rig.type(text, user=KIM.id)
    assert [each for each in rig.seen(KIM.id) if REFUSED in each.text] == []


async def test_the_shortcut_on_a_message_tells_them_nothing(rig: Rig) -> None:
    message = rig.slack.workspace.post(DE, KIM.id, Draft(f"how is {REF}?"))
    await rig.slack.surfaces.shortcut(KIM.id, SHORTCUTS[0].callback_id, DE, message.ts)
    await rig.work.settle()
    assert REFUSED in str(rig.slack.surfaces.modal(KIM.id))
    assert rig.mentions.asked == []


async def test_where_no_other_organisation_reads_somebody_of_another_workspace_is_one_of_ours(rig: Rig) -> None:
    await rig.type(f"watch {REF}", place="C0PRODUCERS", user=KIM.id)
    assert [wish.author for wish in rig.watching.wishes] == [KIM.id]


async def test_a_mention_there_makes_it_known_that_the_channel_is_shared(rig: Rig) -> None:
    await rig.slack.say(KIM.id, DE, f"@lipsync status {REF}")
    await until(lambda: bool(rig.seen(KIM.id)))
    assert rig.access.told == [("shared", DE)]


def test_whose_person_it_is_comes_from_slack() -> None:
    mention = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "x", "team": "T9"}
    body = {"type": "event_callback", "team_id": "T1", "enterprise_id": "E1", "event": mention}
    shared = {**body, "is_ext_shared_channel": True}
    teams = [
        said(each)
        for each in (
            body,
            shared,
            {**shared, "event": {**mention, "user_team": "T8"}},
            {**shared, "event": {**mention, "user_team": "E1"}},
            {**shared, "event": {**mention, "user_team": "E2"}},
        )
    ]
    assert [each.team for each in teams if each] == ["", "T9", "T8", "T1", "E2"]
    assert clicked({**CLICK, "team": None, "user": {"id": "U1", "team_id": "T9"}}).team == "T9"
