"""Events arrive over HTTP and over the socket, and are acknowledged when they have acted."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.sandbox.slack_server import APP_TOKEN, BOT_TOKEN, SlackSandbox
from bot.sandbox.slack_sharing import share
from bot.sandbox.workspace import ANA, BEN, BOT
from bot.slack.socket import SocketMode
from tests.fakes import FakeClock
from tests.slack.rig import DE, Rig, rigged

AURORA, PRODUCERS = "C0AURORA", "C0PRODUCERS"


@pytest.fixture(params=["http", "socket"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    over_http = request.param == "http"
    async with rigged(http=over_http) as made:
        socket = SocketMode(made.app, APP_TOKEN, made.client, FakeClock(datetime.now(UTC)))
        if not over_http:
            await socket.connect()
            await made.slack.workspace.wait_for(lambda _: bool(made.slack.sockets.connections))
        yield made
        await made.slack.happenings.close()
        await socket.close()


def told(rig: Rig) -> list[tuple[str, ...]]:
    """What was heard, without the ids of the events."""
    return [tuple(word for word in each if not word.startswith("Ev")) for each in rig.access.told]


async def invited(slack: SlackSandbox) -> None:
    await slack.happenings.invite(PRODUCERS, BOT.id, ANA.id)


async def somebody_else_invited(slack: SlackSandbox) -> None:
    slack.workspace.kick(DE, BEN.id)
    await slack.happenings.invite(DE, BEN.id, ANA.id)


async def put_out(slack: SlackSandbox) -> None:
    await slack.happenings.kick(DE, BOT.id, ANA.id)


async def put_out_of_a_private_one(slack: SlackSandbox) -> None:
    await slack.happenings.kick(AURORA, BOT.id, ANA.id)


async def somebody_else_put_out(slack: SlackSandbox) -> None:
    slack.happenings.subscribed.add("member_left_channel")
    await slack.happenings.kick(DE, BEN.id, ANA.id)


async def archived(slack: SlackSandbox) -> None:
    await slack.happenings.archive(DE, ANA.id)
    await slack.happenings.unarchive(DE, ANA.id)


async def a_private_one_archived(slack: SlackSandbox) -> None:
    await slack.happenings.archive(AURORA, ANA.id)
    await slack.happenings.unarchive(AURORA, ANA.id)


async def archived_by_the_bots_own_user(slack: SlackSandbox) -> None:
    await slack.happenings.archive(DE, BOT.id)


async def deleted(slack: SlackSandbox) -> None:
    await slack.happenings.delete(DE)


async def shared(slack: SlackSandbox) -> None:
    await slack.happenings.share(AURORA, "T1")
    await slack.happenings.unshare(AURORA, "T1")


async def archived_while_it_is_shared(slack: SlackSandbox) -> None:
    share(slack.workspace, DE, "T1")
    await slack.happenings.archive(DE, ANA.id)


async def uninstalled(slack: SlackSandbox) -> None:
    await slack.happenings.uninstall()


async def a_persons_token_revoked(slack: SlackSandbox) -> None:
    await slack.event("tokens_revoked", tokens={"oauth": [ANA.id], "bot": []})


async def what_nobody_asked_for(slack: SlackSandbox) -> None:
    assert (await slack.event("pin_added", user=ANA.id, channel_id=DE)).ok
    assert (await slack.event("message", user=ANA.id, channel=DE, text="x", channel_type="channel")).ok


@pytest.mark.parametrize(
    ("what", "heard"),
    [
        (invited, [("joined", PRODUCERS)]),
        (somebody_else_invited, []),
        (put_out, [("closed", DE, "not_in_channel")]),
        (put_out_of_a_private_one, [("closed", AURORA, "not_in_channel")]),
        (somebody_else_put_out, []),
        (archived, [("closed", DE, "is_archived"), ("unarchived", DE)]),
        (a_private_one_archived, [("closed", AURORA, "is_archived"), ("unarchived", AURORA)]),
        (archived_by_the_bots_own_user, []),  # which it never does, and Bolt keeps to itself
        (deleted, [("closed", DE, "channel_deleted")]),
        (shared, [("shared", AURORA), ("unshared", AURORA)]),
        (archived_while_it_is_shared, [("shared", DE), ("closed", DE, "is_archived")]),
        (uninstalled, [("revoked", "tokens_revoked"), ("revoked", "app_uninstalled")]),
        (a_persons_token_revoked, []),
        (what_nobody_asked_for, []),
    ],
)
async def test_what_happens_is_heard(
    rig: Rig, what: Callable[[SlackSandbox], Awaitable[None]], heard: list[tuple[str, ...]]
) -> None:
    await what(rig.slack)
    assert told(rig) == heard
    assert not [each for each in rig.slack.workspace.log if each.what == "told_again"]


@pytest.mark.parametrize("fault", [StoreError("the database is locked"), ZeroDivisionError()])
async def test_an_event_that_could_not_be_handled_is_told_again_until_it_is(rig: Rig, fault: Exception) -> None:
    rig.access.faults.extend([fault, fault])
    rig.slack.ack_seconds = 0.5
    with capture_logs() as log:
        await invited(rig.slack)
        await rig.slack.workspace.wait_for(lambda w: [e for e in w.log if e.what == "told_again"])
        assert rig.access.told == []
        rig.clock.pass_time(60)
        await rig.slack.workspace.wait_for(lambda _: rig.access.told)
    assert told(rig) == [("joined", PRODUCERS)]
    assert [line["event"] for line in log] == ["an event could not be handled; Slack tells it again"] * 2


async def test_an_event_whose_acknowledgement_was_lost_comes_again_under_the_same_id(rig: Rig) -> None:
    rig.slack.happenings.times = 2
    await invited(rig.slack)
    (first, again) = rig.access.told
    assert first == again


async def test_an_odd_event_is_acknowledged_since_it_would_not_be_better_again(rig: Rig) -> None:
    with capture_logs() as log:
        assert (await rig.slack.event("channel_archive", user=ANA.id, channel="\x00")).ok
    assert [line["event"] for line in log] == ["odd event"]


async def test_without_the_scope_slack_tells_nothing(rig: Rig) -> None:
    rig.slack.tokens.scopes -= {"channels:read"}
    await invited(rig.slack)
    await put_out_of_a_private_one(rig.slack)
    assert told(rig) == [("closed", AURORA, "not_in_channel")]


async def test_a_step_of_a_workflow_is_heard_with_what_was_entered_and_without_its_token(rig: Rig) -> None:
    step = await rig.slack.run_step("get_status", {"reference": "batch-1"}, ANA.id)
    ((execution, form, inputs),) = rig.workflow.begun
    assert (execution, form, dict(inputs)) == (step.id, "get_status", {"reference": "batch-1"})
    assert rig.access.told == []


async def test_a_step_that_could_not_be_written_down_is_told_again_until_it_is(rig: Rig) -> None:
    rig.workflow.faults.extend([StoreError("the database is locked")] * 2)
    rig.slack.ack_seconds = 0.5
    with capture_logs():
        await rig.slack.run_step("get_status", {"reference": "batch-1"}, ANA.id)
        await rig.slack.workspace.wait_for(lambda w: [e for e in w.log if e.what == "told_again"])
        assert rig.workflow.begun == []
        rig.clock.pass_time(60)
        await rig.slack.workspace.wait_for(lambda _: rig.workflow.begun)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"function": None, "function_execution_id": "Fx1"},
        {"function": {"callback_id": 7}, "function_execution_id": "Fx1"},
        {"function": {"callback_id": "get_status"}},
        {"function": {"callback_id": "get_status"}, "function_execution_id": "\x00"},
    ],
)
async def test_a_step_without_what_is_needed_to_end_it_is_acknowledged_and_left(
    rig: Rig, odd: dict[str, object]
) -> None:
    with capture_logs() as log:
        assert (await rig.slack.event("function_executed", **odd)).ok
    assert rig.workflow.begun == []
    assert [line["event"] for line in log] == ["odd event"]


async def test_what_was_entered_into_a_step_may_be_anything(rig: Rig) -> None:
    about = {"function": {"callback_id": "get_status"}, "function_execution_id": "Fx1", "inputs": ["x"]}
    assert (await rig.slack.event("function_executed", **about)).ok
    assert rig.workflow.begun == [("Fx1", "get_status", {})]


async def test_no_client_ever_gets_the_token_of_a_workflow(rig: Rig) -> None:
    await rig.slack.run_step("get_status", {"reference": "batch-1"}, ANA.id)
    assert rig.client.token == BOT_TOKEN
    await rig.client.auth_test()
    assert rig.slack.calls[-1].ok
