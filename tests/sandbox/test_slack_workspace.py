"""The workspace keeps what Slack keeps, and tells whoever waits."""

import asyncio

import pytest

from bot.sandbox.slack_entities import Draft, Message, RefusedError, User
from bot.sandbox.workspace import ANA, BEN, BOT, Workspace, furnish
from tests.fakes import HastyClock

DE = "C0DUBBINGDE"


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def workspace(clock: HastyClock) -> Workspace:
    return furnish(Workspace(clock))


def texts(messages: list[Message]) -> list[str]:
    return [each.text for each in messages]


def test_the_bot_is_in_the_dubbing_channels_and_not_in_producers(workspace: Workspace) -> None:
    members = {name: workspace.named(name).members for name in ("dubbing-de", "#dubbing-jp", "producers")}
    assert [name for name, who in members.items() if BOT.id in who] == ["dubbing-de", "#dubbing-jp"]
    assert workspace.named("client-aurora").kind == "private"


def test_an_unknown_name_is_no_channel(workspace: Workspace) -> None:
    with pytest.raises(RefusedError, match="channel_not_found"):
        workspace.named("nowhere")


def test_stamps_grow_within_a_channel_although_the_clock_stands(workspace: Workspace) -> None:
    first, second = (workspace.post(DE, BOT.id, Draft("x")) for _ in range(2))
    assert (first.ts, second.ts) == ("1775044800.000000", "1775044800.000001")


def test_an_ephemeral_message_is_seen_by_one_person_only(workspace: Workspace) -> None:
    workspace.post(DE, BOT.id, Draft("for Ana", ephemeral_to=ANA.id))
    assert texts(workspace.messages(DE, seen_by=ANA.id)) == ["for Ana"]
    assert texts(workspace.ephemerals(ANA.id)) == ["for Ana"]
    assert texts(workspace.messages(DE, seen_by=BEN.id)) == []
    assert workspace.ephemerals(ANA.id, "C0DUBBINGJP") == []
    assert workspace.history(DE) == []


def test_history_shows_the_newest_first_and_replies_only_when_broadcast(workspace: Workspace) -> None:
    root = workspace.post(DE, BOT.id, Draft("root"))
    workspace.post(DE, BOT.id, Draft("quiet", thread_ts=root.ts))
    workspace.post(DE, BOT.id, Draft("loud", thread_ts=root.ts, reply_broadcast=True))
    assert texts(workspace.history(DE)) == ["loud", "root"]
    assert texts(workspace.replies(DE, root.ts)) == ["root", "quiet", "loud"]


def test_a_thread_hangs_below_its_first_message_only(workspace: Workspace) -> None:
    root = workspace.post(DE, BOT.id, Draft("root"))
    reply = workspace.post(DE, BOT.id, Draft("reply", thread_ts=root.ts))
    with pytest.raises(RefusedError, match="cannot_reply_to_message"):
        workspace.post(DE, BOT.id, Draft("x", thread_ts=reply.ts))
    with pytest.raises(RefusedError, match="thread_not_found"):
        workspace.post(DE, BOT.id, Draft("x", thread_ts="1.000000"))


def test_an_edit_without_blocks_removes_them_and_keeps_the_metadata(workspace: Workspace) -> None:
    about = {"event_type": "e", "event_payload": {}}
    message = workspace.post(DE, BOT.id, Draft("x", blocks=[{"type": "divider"}], metadata=about))
    workspace.update(DE, message.ts, Draft("y"))
    assert (message.text, message.blocks, message.metadata, len(message.edits)) == ("y", None, about, 1)
    workspace.update(DE, message.ts, Draft("y"), keep_metadata=False)
    assert message.metadata is None


def test_a_deleted_message_is_gone(workspace: Workspace) -> None:
    message = workspace.post(DE, BOT.id, Draft("x"))
    workspace.delete(DE, message.ts)
    assert workspace.history(DE) == []
    with pytest.raises(RefusedError, match="message_not_found"):
        workspace.message(DE, message.ts)


def test_nobody_speaks_in_an_archived_channel_until_it_is_opened_again(workspace: Workspace) -> None:
    workspace.archive(DE)
    with pytest.raises(RefusedError, match="is_archived"):
        workspace.post(DE, BOT.id, Draft("x"))
    workspace.unarchive(DE)
    assert workspace.post(DE, BOT.id, Draft("x")).text == "x"


def test_people_come_and_go(workspace: Workspace) -> None:
    workspace.kick(DE, BOT.id)
    assert BOT.id not in workspace.channel(DE).members
    workspace.invite(DE, BOT.id)
    assert BOT.id in workspace.channel(DE).members
    with pytest.raises(RefusedError, match="user_not_found"):
        workspace.invite(DE, "U0NOBODY")


def test_a_dm_is_opened_once(workspace: Workspace) -> None:
    cleo = workspace.add_user(User("U0CLEO", "cleo", "Cleo"))
    assert workspace.dm(ANA.id).id == "D0ANA"
    assert workspace.dm(ANA.id, BEN.id).id == "D0ANABEN"
    opened = workspace.dm(cleo.id)
    assert opened.id.startswith("D")
    assert workspace.dm(cleo.id) is opened
    assert workspace.dm(ANA.id, BEN.id, cleo.id).kind == "mpim"


def test_one_emoji_per_person_and_message(workspace: Workspace) -> None:
    message = workspace.post(DE, BOT.id, Draft("x"))
    workspace.react(DE, message.ts, ANA.id, "eyes")
    with pytest.raises(RefusedError, match="already_reacted"):
        workspace.react(DE, message.ts, ANA.id, "eyes")


def test_a_response_url_works_five_times(workspace: Workspace) -> None:
    url = workspace.passes.new_response_url(ANA.id, DE)
    for _ in range(5):
        workspace.passes.use_response_url(url.id)
    with pytest.raises(RefusedError, match="used_url"):
        workspace.passes.use_response_url(url.id)


def test_a_response_url_works_for_thirty_minutes(workspace: Workspace, clock: HastyClock) -> None:
    url = workspace.passes.new_response_url(ANA.id, DE)
    clock.pass_time(1800)
    assert workspace.passes.use_response_url(url.id) is url
    clock.pass_time(1)
    for late in (url.id, "never made"):
        with pytest.raises(RefusedError, match="expired_url"):
            workspace.passes.use_response_url(late)


def test_a_trigger_opens_one_modal_within_three_seconds(workspace: Workspace, clock: HastyClock) -> None:
    used, late = workspace.passes.new_trigger(ANA.id), workspace.passes.new_trigger(ANA.id)
    assert workspace.passes.use_trigger(used.id).user == ANA.id
    clock.pass_time(4)
    for trigger, word in ((used.id, "exchanged"), (late.id, "expired"), ("x", "invalid_trigger_id")):
        with pytest.raises(RefusedError, match=word):
            workspace.passes.use_trigger(trigger)


def test_everything_that_happens_is_numbered_without_gaps(workspace: Workspace) -> None:
    before = len(workspace.log)
    workspace.post(DE, BOT.id, Draft("x"))
    workspace.archive(DE)
    assert [each.what for each in workspace.since(before)] == ["message", "archived"]
    assert [each.n for each in workspace.log] == list(range(1, len(workspace.log) + 1))


async def test_whoever_waits_is_woken_by_the_change(workspace: Workspace) -> None:
    waiting = asyncio.create_task(workspace.wait_for(lambda w: texts(w.history(DE))))
    await asyncio.sleep(0)
    workspace.archive("C0DUBBINGJP")
    await asyncio.sleep(0)
    assert not waiting.done()
    workspace.post(DE, BOT.id, Draft("at last"))
    assert await waiting == ["at last"]


async def test_waiting_in_vain_tells_what_happened_instead(workspace: Workspace) -> None:
    workspace.post(DE, BOT.id, Draft("something else"))
    with pytest.raises(TimeoutError, match="something else"):
        await workspace.wait_for(lambda w: w.channel(DE).is_archived, timeout_seconds=0.01)
