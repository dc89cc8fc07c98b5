"""The edge to Workflow Builder: one call each, and every outcome as one of our errors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.workflow_answer import SeenChannel
from bot.errors import (
    InDoubtError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    StepOverError,
    TokenRefusedError,
)
from bot.sandbox.slack_entities import RunningStep
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.slack_steps import begun
from bot.sandbox.workspace import ANA
from bot.slack.workflows import COMPLETE, FAIL, SlackWorkflows
from tests.slack.rig import DE, Rig, rigged

PRODUCERS, AURORA, NOWHERE = "C0PRODUCERS", "C0AURORA", "C0NOWHERE"
OUTPUTS = {"reference": "batch-1", "summary": "é" * 2_000}


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Rig, SlackWorkflows, RunningStep]]:
    async with rigged(http=False) as rig:
        step = begun(rig.slack.workspace, "watch_reference", {"reference": "batch-1"}, ANA.id)
        yield rig, SlackWorkflows(rig.client, 0.5), step


async def test_a_step_is_completed_with_its_outputs_and_nothing_stands_in_the_address() -> None:
    async with running() as (rig, workflows, step):
        await workflows.complete(step.id, OUTPUTS)
        assert step.outputs == OUTPUTS
        (call,) = rig.slack.calls
        assert (call.method, call.args["outputs"]) == (COMPLETE, OUTPUTS)


async def test_a_step_fails_with_its_sentence() -> None:
    async with running() as (rig, workflows, step):
        await workflows.fail(step.id, "There is no such batch.")
        assert step.error == "There is no such batch."
        assert [call.method for call in rig.slack.calls] == [FAIL]


async def test_completing_twice_is_told_apart_from_everything_else() -> None:
    async with running() as (_, workflows, step):
        await workflows.complete(step.id, OUTPUTS)
        with pytest.raises(StepOverError, match="execution_not_in_running_state"):
            await workflows.complete(step.id, OUTPUTS)
        with pytest.raises(StepOverError, match="execution_not_in_running_state"):
            await workflows.fail(step.id, "too late")
        with pytest.raises(StepOverError, match="function_execution_not_found"):
            await workflows.complete("Fx0", OUTPUTS)
        assert step.outputs == OUTPUTS


@pytest.mark.parametrize(
    "outputs",
    [
        {"reference": "batch-1"},
        {"reference": 1, "summary": "x"},
        {"reference": "batch-1", "summary": True},
        {"reference": "batch-1", "summary": "x", "more": 1},
    ],
)
async def test_outputs_that_were_not_promised_are_refused(outputs: dict[str, str | int | bool]) -> None:
    async with running() as (_, workflows, step):
        with pytest.raises(RefusedMessageError, match="parameter_validation_failed"):
            await workflows.complete(step.id, outputs)
        assert step.is_running


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [
        ("drop_after", "", InDoubtError),
        ("status_500", "", InDoubtError),
        ("garbage", "", InDoubtError),
        ("ratelimited", "", SlackBusyError),
        ("error", "access_denied", RefusedMessageError),
        ("error", "not_allowed_token_type", RefusedMessageError),
        ("error", "missing_scope", RefusedMessageError),
        ("error", "internal_error", InDoubtError),
        ("error", "token_revoked", TokenRefusedError),
        ("error", "a_word_of_tomorrow", InDoubtError),
    ],
)
async def test_what_goes_wrong_is_one_of_our_errors(kind: FaultKind, code: str, error: type[SlackError]) -> None:
    async with running() as (rig, workflows, step):
        rig.slack.faults.add(COMPLETE, kind, code=code)
        with pytest.raises(error):
            await workflows.complete(step.id, OUTPUTS)


@pytest.mark.parametrize("kind", ["status_500", "garbage", "ratelimited", "error"])
async def test_a_channel_that_slack_does_not_tell_of_is_one_of_our_errors(kind: FaultKind) -> None:
    async with running() as (rig, workflows, _):
        rig.slack.faults.add("conversations.info", kind)
        with pytest.raises(SlackError):
            await workflows.channel(DE)


async def test_a_slack_that_is_not_there_did_nothing() -> None:
    async with running() as (rig, workflows, step):
        rig.client.base_url = "http://127.0.0.1:9/api/"
        with pytest.raises(NotSentError):
            await workflows.fail(step.id, "x")


@pytest.mark.parametrize(
    ("channel", "seen"),
    [
        (DE, SeenChannel(DE, "dubbing-de", is_public=True, is_member=True)),
        (PRODUCERS, SeenChannel(PRODUCERS, "producers", is_public=True)),
        (AURORA, SeenChannel(AURORA, "client-aurora", is_member=True)),
        (NOWHERE, SeenChannel(NOWHERE)),
    ],
)
async def test_a_channel_is_as_slack_shows_it(channel: str, seen: SeenChannel) -> None:
    async with running() as (_, workflows, _):
        assert await workflows.channel(channel) == seen


async def test_an_archived_channel_is_told() -> None:
    async with running() as (rig, workflows, _):
        rig.slack.workspace.archive(DE)
        assert (await workflows.channel(DE)).is_archived
