"""What can be done to the demo's world does what it says."""

import os
import sys

import pytest

from bot.domain.progress import UNFINISHED, Progress, summarise
from bot.domain.workflow_answer import time_over_outputs
from bot.sandbox import demo_deeds, demo_world
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.demo_deeds import KINDS, NothingOpenError, Surroundings
from bot.sandbox.slack_call import ApiCall
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.slack_steps import METHODS
from bot.sandbox.workspace import BOT
from tests.fakes import FakeClock

REF = "batch-2026-04"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def around(clock: FakeClock) -> Surroundings:
    account = demo_world.account(clock)
    bot = BotProcess({}, os.environ, (sys.executable, "-c", "pass"))
    return Surroundings(clock, SlackSandbox(clock=clock), ChamelaionSandbox(account, clock), account, bot)


def now(around: Surroundings, reference: str = REF) -> Progress:
    return summarise(reference, around.account.requests(around.clock.now(), reference))


async def do(around: Surroundings, name: str, **chosen: str) -> None:
    (deed,) = (each for each in demo_deeds.all_of(around) if each.name == name)
    assert set(chosen) == {each.name for each in deed.takes}
    await deed.do(chosen)


def is_on(around: Surroundings, name: str) -> bool:
    (deed,) = (each for each in demo_deeds.all_of(around) if each.name == name)
    assert deed.is_on is not None
    return deed.is_on()


def test_every_deed_has_its_own_name_and_says_in_one_line_what_the_bot_should_do(around: Surroundings) -> None:
    deeds = demo_deeds.all_of(around)
    assert len({each.name for each in deeds}) == len(deeds)
    assert all(each.then.endswith(".") and len(each.then) < 115 for each in deeds)
    assert {"fail", "finish", "add", "submit", "speed", "restart", "kill"} <= {each.name for each in deeds}


async def test_a_channel_is_shared_with_another_organisation_and_no_more(around: Surroundings) -> None:
    assert not is_on(around, "share")
    around.slack.workspace.kick("C0AURORA", BOT.id)  # which nobody has to tell then
    await do(around, "share")
    assert is_on(around, "share")
    assert around.slack.workspace.named(demo_deeds.SHARED).shared_with
    await do(around, "share")
    assert not is_on(around, "share")


@pytest.mark.parametrize("why", KINDS)
async def test_a_clip_fails_with_the_chosen_kind(around: Surroundings, clock: FakeClock, why: str) -> None:
    clock.pass_time(1)
    await do(around, "fail", batch=REF, why=why)
    failed = [each for each in around.account.requests(clock.now(), REF) if each.status == "failed"]
    assert [
        each.error_message for each in failed if each.error_message and why.split(maxsplit=1)[0] in each.error_message
    ]
    assert "{" not in "".join(each.error_message or "" for each in failed) + why


async def test_a_batch_ends_and_can_be_opened_again(around: Surroundings, clock: FakeClock) -> None:
    clock.pass_time(30)
    await do(around, "finish", batch=REF)
    assert now(around).open == 0
    with pytest.raises(NothingOpenError):
        await do(around, "finish", batch=REF)
    with pytest.raises(NothingOpenError):
        await do(around, "fail", batch=REF, why="no face detected")
    await do(around, "add", batch=REF)
    assert now(around).open == demo_deeds.MORE


async def test_a_new_batch_arrives_under_a_new_name(around: Surroundings, clock: FakeClock) -> None:
    before = set(around.references())
    await do(around, "submit")
    await do(around, "submit")
    clock.pass_time(20)
    assert set(around.references()) - before == {"encore-1", "encore-2"}
    assert now(around, "encore-1").total == demo_deeds.NEW


async def test_faster_clips_end_sooner_and_keep_what_has_ended(around: Surroundings, clock: FakeClock) -> None:
    clock.pass_time(40)
    ended = {each.id for each in around.account.requests(clock.now()) if each.is_terminal}
    await do(around, "speed", factor="×16")
    assert around.factors()[0] == "×16"
    assert {each.id for each in around.account.requests(clock.now()) if each.is_terminal} == ended
    clock.pass_time(40)
    assert now(around).open == 0
    await do(around, "speed", factor="×1")
    assert around.account.speed == demo_world.SPEED


@pytest.mark.parametrize("name", ["api_away", "key_refused", "api_busy", "archive", "slack_away", "slack_forgetful"])
async def test_a_switch_turns_on_and_off(around: Surroundings, name: str) -> None:
    around.slack.happenings.subscribed.clear()  # there is no bot to tell
    assert not is_on(around, name)
    await do(around, name)
    assert is_on(around, name)
    await do(around, name)
    assert not is_on(around, name)
    assert around.slack.faults.rules == []
    assert around.slack.faults.down is False


async def test_a_workflow_waits_for_a_batch_and_says_what_came_of_it(around: Surroundings) -> None:
    async with around.slack:  # whose bot is away, and hears of it later
        await do(around, "workflow", batch=REF)
    (step,) = around.slack.workspace.steps.values()
    assert (step.callback_id, step.inputs) == ("wait_until_finished", {"reference": REF})
    outputs = time_over_outputs(now(around), UNFINISHED).values
    call = ApiCall(around.slack.workspace, {"function_execution_id": step.id, "outputs": outputs}, frozenset(), "")
    METHODS["functions.completeSuccess"].run(call)
    said = around.slack.workspace.messages("C0DUBBINGDE")[-1]
    assert said.text == outputs["summary"]
