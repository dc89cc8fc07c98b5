"""Steps of workflows through the real app: over HTTP and over a socket, with what goes wrong on the way."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.domain.workflow_answer import Phase
from bot.sandbox.slack_entities import RunningStep
from bot.sandbox.slack_server import BOT_TOKEN
from tests.app.conftest import ANA, DE, PRODUCERS, Stage, everything_in, staged

UNDONE = (Phase.TAKEN, Phase.WAITING, Phase.ANSWERED)


@pytest.fixture(params=["http", "socket"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    changed = {"SLACK_APP_TOKEN": "xapp-sandbox"} if request.param == "socket" else {}
    async with staged(tmp_path, **changed) as made:
        yield made


async def ended(stage: Stage, step: RunningStep) -> Any:  # noqa: ANN401 - outputs, or a sentence
    """What the step came to, once Slack knows."""
    await stage.slack.workspace.wait_for(lambda _: not step.is_running, timeout_seconds=40)
    return step.outputs if step.outputs is not None else step.error


async def run(stage: Stage, form: str, *, times: int = 1, **inputs: object) -> RunningStep:
    return await stage.slack.run_step(form, inputs, ANA, times=times)


def endings(stage: Stage) -> list[str]:
    """The calls that end steps, in order."""
    return [call.method for call in stage.slack.calls if call.method.startswith("functions.")]


async def told(stage: Stage) -> None:
    """Wait until our memory has every step as over."""
    await until(stage, lambda counts: not sum(counts[phase] for phase in UNDONE))


async def until(stage: Stage, that: Callable[[Mapping[Phase, int]], bool]) -> None:
    """Wait until this is so of the steps in our memory."""
    async with asyncio.timeout(20):
        while not that(await stage.store.workflow.counts()):
            await stage.app.stories.workflow.settle()


async def test_a_workflow_reads_watches_and_waits(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 3)
    status = await ended(stage, await run(stage, "get_status", reference="batch-1"))
    assert (status["total"], status["finished"]) == (3, False)

    watch = await ended(stage, await run(stage, "watch_reference", reference="batch-1", channel=DE, person=ANA))
    assert "batch-1 is watched in #dubbing-de" in watch["summary"]
    await stage.card("batch-1")
    assert "batch-1" in everything_in(await stage.asks("watches mine"))

    wait = await run(stage, "wait_until_finished", reference="batch-1")
    stage.account.fail(ids[0], "no face detected")
    await stage.sees_text("no face detected")
    assert wait.is_running
    stage.account.finish("batch-1")
    outputs = await ended(stage, wait)
    assert (outputs["ended"], outputs["completed"], outputs["failed"]) == ("finished with failures", 2, 1)


async def test_a_step_for_what_nobody_watches_is_looked_at_all_the_same(stage: Stage) -> None:
    stage.account.submit("batch-1", 2)
    wait = await run(stage, "wait_until_finished", reference="batch-1")
    stage.account.finish("batch-1")
    assert (await ended(stage, wait))["ended"] == "finished"
    assert stage.texts() == []


async def test_a_channel_without_the_bot_keeps_the_watch_until_the_bot_is_invited(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    step = await run(stage, "watch_reference", reference="batch-1", channel=PRODUCERS, person=ANA)
    assert "/invite @lipsync" in (await ended(stage, step))["summary"]
    await stage.slack.happenings.invite(PRODUCERS, stage.slack.workspace.bot.id, ANA)
    await stage.card("batch-1", PRODUCERS)


async def test_what_was_wrong_is_said_to_the_people_of_the_workflow(stage: Stage) -> None:
    assert "pattern" in await ended(stage, await run(stage, "get_status", reference="batch-*"))
    assert "no requests" in await ended(stage, await run(stage, "get_status", reference="batch-1"))
    assert "at most 168" in await ended(stage, await run(stage, "wait_until_finished", reference="b", hours=1e12))
    assert "5,000 characters" in await ended(stage, await run(stage, "get_status", reference="x" * 5_000))
    assert set(endings(stage)) == {"functions.completeError"}


async def test_a_step_that_is_told_of_three_times_is_ended_once(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    await ended(stage, await run(stage, "get_status", times=3, reference="batch-1"))
    await told(stage)
    assert endings(stage) == ["functions.completeSuccess"]


@pytest.mark.parametrize("fault", ["drop_after", "status_500", "garbage", "drop_before"])
async def test_an_end_whose_answer_is_lost_is_told_again(stage: Stage, fault: Any) -> None:  # noqa: ANN401 - a kind
    told_again = asyncio.Event()
    stage.slack.hooks.before = lambda method, _: told_again.set() if method in endings(stage) else None
    stage.account.submit("batch-1", 1)
    stage.slack.faults.add("functions.completeSuccess", fault)
    await ended(stage, await run(stage, "get_status", reference="batch-1"))
    await asyncio.wait_for(told_again.wait(), 20)
    await told(stage)
    assert len(endings(stage)) == 2


async def test_slacks_limit_is_obeyed(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    stage.slack.faults.add("functions.completeSuccess", "ratelimited", retry_after=1)
    await ended(stage, await run(stage, "get_status", reference="batch-1"))
    first, second = (call for call in stage.slack.calls if call.method == "functions.completeSuccess")
    assert (second.at - first.at).total_seconds() >= 1


async def test_a_step_whose_workflow_was_cancelled_is_over(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    step = await run(stage, "wait_until_finished", reference="batch-1", hours=0.0003)
    step.is_cancelled = True
    await told(stage)
    assert endings(stage) == ["functions.completeSuccess"]


async def test_what_could_not_be_written_is_taken_when_slack_tells_it_again(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    with sqlite3.connect(stage.database) as connection:
        connection.execute("ALTER TABLE workflow_steps RENAME TO away")
    step = await run(stage, "get_status", reference="batch-1")
    with sqlite3.connect(stage.database) as connection:
        connection.execute("ALTER TABLE away RENAME TO workflow_steps")
    connection.close()
    await stage.slack.event("function_executed", **event_of(step))
    await ended(stage, step)


def event_of(step: RunningStep) -> dict[str, object]:
    function = {"callback_id": step.callback_id}
    about = {"function": function, "inputs": step.inputs, "function_execution_id": step.id}
    return {**about, "bot_access_token": "xwfp-sandbox"}


async def test_what_makes_no_sense_is_heard_and_left(stage: Stage) -> None:
    nonsense: list[dict[str, object]] = [{}, {"function": {}}, {"function": {"callback_id": "get_status"}}]
    for about in (*nonsense, {"function": 1, "inputs": []}):
        assert (await stage.slack.event("function_executed", **about)).ok
    odd = {"function": {"callback_id": "get_status"}, "function_execution_id": "FxOdd", "inputs": "x"}
    assert (await stage.slack.event("function_executed", **odd)).ok
    await told(stage)
    assert endings(stage) == ["functions.completeError"]


async def test_no_token_of_a_workflow_is_kept_or_used(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    stage.account.submit("batch-1", 1)
    await ended(stage, await run(stage, "get_status", reference="batch-1"))
    await told(stage)
    kept = [path.read_bytes() for path in stage.database.parent.iterdir()]  # the database and its log
    assert not [content for content in kept if b"xwfp" in content]
    said = capfd.readouterr()
    assert "xwfp" not in said.out + said.err
    assert BOT_TOKEN not in said.out + said.err


async def test_the_steps_that_go_on_are_counted(stage: Stage) -> None:
    stage.account.submit("batch-1", 1)
    await run(stage, "wait_until_finished", reference="batch-1")
    await until(stage, lambda counts: counts[Phase.WAITING] == 1)
    async with ClientSession() as session, session.get(f"http://127.0.0.1:{stage.app.port}/metrics") as answer:
        figures = await answer.text()
    assert 'lipsync_workflow_steps{state="waiting"} 1.0' in figures
    assert "1 step of a workflow" in everything_in(await stage.asks("about"))
