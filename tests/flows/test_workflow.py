"""Steps of workflows: done once, told until Slack knows, and never lost on the way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.deed import Did
from bot.domain.policy import Policy
from bot.domain.workflow_answer import Execution, Phase, SeenChannel
from bot.errors import (
    InDoubtError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    StepOverError,
    TokenRefusedError,
    UnavailableError,
)
from tests.builders import NOON, request, uuid
from tests.flows.conftest import World, Worlds

HOUR, DAY = 3_600, 86_400
WATCHED = {"reference": "batch-1", "channel": "C1", "person": "U1"}


async def begin(world: World, form: str, execution: str = "Fx1", **inputs: object) -> None:
    await world.stories.workflow.taken(execution, form, inputs)


async def work(world: World, rounds: int = 3) -> None:
    """Do all that is due, as often as one thing may follow another."""
    for _ in range(rounds):
        await world.stories.steps.step()
        await world.stories.workflow.settle()


async def phases(world: World) -> dict[str, int]:
    counts = await world.store.workflow.counts()
    return {phase.value: count for phase, count in counts.items() if count}


async def run(world: World, form: str, **inputs: object) -> Any:  # noqa: ANN401 - outputs, or a sentence
    """What a step came to."""
    await world.stories.workflow.taken("Fx1", form, inputs)
    await work(world)
    return world.workflows.ended["Fx1"]


def finish(world: World, *numbers: int, status: str = "completed") -> None:
    """Let these requests end now."""
    for number in numbers:
        created = (world.clock.now() - request().created_at).total_seconds()
        world.api.set([request(number, status, created=0, finished=max(created, 1))])


# --- get status ---


async def test_the_status_is_read_live_and_typed(world: World) -> None:
    world.api.rows = [request(1, "completed"), request(2, "failed"), request(3, "processing"), request(4)]
    outputs = await run(world, "get_status", reference=" batch-1 ")
    assert outputs == {
        "reference": "batch-1",
        "total": 4,
        "completed": 1,
        "failed": 1,
        "running": 1,
        "waiting": 1,
        "percent": 50,
        "finished": False,
        "summary": "batch-1: 50% finished, 1 done, 1 failed, 1 running, 1 waiting, of 4.",
        "read_at": int(NOON.timestamp()),
    }
    assert await phases(world) == {"told": 1}


async def test_a_settled_batch_is_finished(world: World) -> None:
    world.api.rows = [request(1, "completed"), request(2, "failed")]
    world.clock.pass_time(HOUR)
    outputs = await run(world, "get_status", reference="batch-1")
    assert outputs["finished"] is True
    assert outputs["summary"].startswith("batch-1: finished with 1 failure open")


async def test_a_request_can_be_asked_for_by_its_uuid(world: World) -> None:
    world.api.rows = [request(1, "completed")]
    outputs = await run(world, "get_status", reference=uuid(1))
    assert (outputs["reference"], outputs["total"], outputs["finished"]) == (uuid(1), 1, True)


@pytest.mark.parametrize(
    ("reference", "part"),
    [("batch-2", 'no requests under the reference "batch-2"'), ("batch-*", "pattern"), ("{1..999999}", "braces")],
)
async def test_what_cannot_be_answered_is_said_in_words(world: World, reference: str, part: str) -> None:
    world.api.rows = [request(1)]
    sentence = await run(world, "get_status", reference=reference)
    assert part in sentence
    assert "`" not in sentence


async def test_the_reference_that_was_meant_is_named(world: World) -> None:
    world.api.rows = [request(1)]
    await world.watch()
    await world.look()
    assert 'Did you mean "batch-1"?' in await run(world, "get_status", reference="batch-11")


async def test_nothing_old_is_told_where_the_api_is_away(world: World) -> None:
    world.api.rows = [request(1, "completed")]
    await world.watch()
    world.api.faults = [UnavailableError("the API answered 503")] * 5
    sentence = await run(world, "get_status", reference="batch-1")
    assert "could not be read: the API answered 503" in sentence


@pytest.mark.parametrize(
    ("form", "inputs", "part"),
    [
        ("get_status", {}, '"Reference" of the step "Get lip sync status" is empty'),
        ("get_status", {"reference": 7}, "must be a text"),
        ("get_status", {"reference": "x" * 5_000}, "5,000 characters"),
        ("get_status", {"reference": "a\nb"}, "line breaks"),
        ("get_status", {"reference": ["batch-1"]}, "must be a text"),
        ("wait_until_finished", {"reference": "batch-1", "hours": 0}, "more than 0 and at most 168"),
        ("wait_until_finished", {"reference": "batch-1", "hours": -1}, "more than 0"),
        ("wait_until_finished", {"reference": "batch-1", "hours": 1e9}, "at most 168"),
        ("wait_until_finished", {"reference": "batch-1", "hours": float("nan")}, "must be a number"),
        ("watch_reference", {**WATCHED, "channel": "general"}, "chosen from the list"),
        ("watch_reference", {**WATCHED, "person": None}, '"Person"'),
        ("watch_reference", {**WATCHED, "events": "some"}, "one of failures, problems, each, all"),
        ("watch_reference", {**WATCHED, "expect": 0}, "whole number from 1 to 100,000"),
        ("watch_reference", {**WATCHED, "deadline": "the other day"}, "the other day"),
        ("dance", {"reference": "batch-1"}, 'no step called "dance"'),
    ],
)
async def test_wrong_inputs_end_the_step_with_a_sentence(
    world: World, form: str, inputs: dict[str, object], part: str
) -> None:
    assert part in await run(world, form, **inputs)
    assert await world.store.watches.active("default") == ()


# --- watch ---


async def test_a_watch_is_begun_in_the_name_of_the_person(world: World) -> None:
    world.api.rows = [request(1, "processing")]
    outputs = await run(world, "watch_reference", **WATCHED, events="Failures", expect="12", deadline="tomorrow 17:00")
    (watch,) = await world.store.watches.active("default")
    assert (watch.place, watch.author, watch.expected, watch.public) == ("C1", "U1", 12, True)
    assert watch.events.value == "failures"
    assert watch.deadline_zone == "Europe/Berlin"
    assert outputs == {
        "reference": "batch-1",
        "summary": "batch-1 is watched in #dubbing (told: failures, 12 requests expected, deadline 2 April 2026,"
        " 15:00 UTC).",
    }
    await world.deliver()
    assert world.chat.kinds == ["card"]


async def test_naming_a_manager_does_not_make_a_workflow_one(world: World) -> None:
    policing = world.stories.policing
    await policing.save("C1", Policy(managers=("U1",)), "U1", version=0)
    sentence = await run(world, "watch_reference", **WATCHED)
    assert "a workflow cannot prove who runs it" in sentence
    assert await world.store.watches.at("T1", "C1", "batch-1") is None


async def test_what_a_channel_is_not_about_is_not_watched_by_a_workflow_either(world: World) -> None:
    await world.stories.policing.save("C1", Policy(patterns=("client-a-*",)), "U1", version=0)
    assert "only about" in await run(world, "watch_reference", **WATCHED)
    assert await world.store.watches.at("T1", "C1", "batch-1") is None


async def test_a_channel_without_the_bot_keeps_the_watch_and_asks_for_an_invitation(world: World) -> None:
    world.workflows.channels["C1"] = SeenChannel("C1")
    outputs = await run(world, "watch_reference", **WATCHED)
    assert "/invite @lipsync" in outputs["summary"]
    assert len(await world.store.watches.active("default")) == 1


async def test_that_slack_does_not_tell_of_the_channel_is_no_reason_not_to_watch(world: World) -> None:
    world.workflows.channels["C1"] = SlackBusyError(timedelta(seconds=30))
    outputs = await run(world, "watch_reference", **WATCHED)
    assert outputs["summary"].startswith("batch-1 is watched in the channel that was chosen (")


async def test_a_pattern_can_be_watched_but_not_with_what_is_for_one_batch(world: World) -> None:
    sentence = await run(world, "watch_reference", **(WATCHED | {"reference": "batch-*"}), expect=3)
    assert "pattern" in sentence
    await begin(world, "watch_reference", "Fx2", **(WATCHED | {"reference": "batch-*"}))
    await work(world)
    assert "batch-* is watched" in str(world.workflows.ended["Fx2"])


# --- wait ---


async def test_a_wait_ends_at_the_look_that_sees_the_batch_settled(world: World) -> None:
    world.api.rows = [request(1, "processing"), request(2, "processing")]
    await begin(world, "wait_until_finished", reference="batch-1")
    await work(world)
    assert await phases(world) == {"waiting": 1}
    finish(world, 1)
    world.clock.pass_time(HOUR)
    await world.look()
    await work(world)
    assert world.workflows.ended == {}
    world.api.set([request(2, "failed", finished=3_000)])
    world.clock.pass_time(60)
    await world.look()
    await work(world)
    outputs = world.workflows.ended["Fx1"]
    assert isinstance(outputs, dict)
    assert (outputs["finished"], outputs["ended"]) == (True, "finished with failures")
    assert (outputs["total"], outputs["completed"], outputs["failed"]) == (2, 1, 1)
    assert outputs["took"] == "50 m"
    assert world.chat.kinds == []


async def test_it_is_not_over_while_more_may_come(world: World) -> None:
    world.api.rows = [request(1, "completed", created=0, finished=10)]
    world.clock.pass_time(20)
    await begin(world, "wait_until_finished", reference="batch-1")
    await work(world)
    assert await phases(world) == {"waiting": 1}
    for _ in range(4):
        world.clock.pass_time(15)
        await world.look()
        await work(world)
    assert await phases(world) == {"told": 1}


async def test_what_has_settled_already_ends_the_wait_at_once_whatever_is_watched(world: World) -> None:
    world.api.rows = [request(1, "completed")]
    world.clock.pass_time(HOUR)
    await world.watch()
    await world.look()
    outputs = await run(world, "wait_until_finished", reference="batch-1")
    assert outputs["ended"] == "finished"


async def test_a_wait_for_what_nobody_has_sent_yet_goes_on_until_it_came(world: World) -> None:
    await begin(world, "wait_until_finished", reference="batch-1")
    await work(world)
    for _ in range(4):
        world.clock.pass_time(60)
        await world.look()
    world.api.rows = [request(1, "completed", created=100, finished=300)]
    for _ in range(6):
        world.clock.pass_time(60)
        await world.look()
        await work(world)
    assert "Fx1" in world.workflows.ended


async def test_a_batch_that_never_settles_ends_the_wait_after_its_time(world: World) -> None:
    world.api.rows = [request(1, "processing"), request(2, "completed")]
    await begin(world, "wait_until_finished", reference="batch-1", hours=2)
    await work(world)
    world.clock.pass_time(2 * HOUR - 60)
    await world.look()
    await work(world)
    assert world.workflows.ended == {}
    world.clock.pass_time(61)
    await work(world)
    outputs = world.workflows.ended["Fx1"]
    assert isinstance(outputs, dict)
    assert (outputs["finished"], outputs["ended"], outputs["took"]) == (False, "time is over", "not finished")
    assert outputs["summary"] == "The time is over. batch-1: 50% finished, 1 done, 1 running, of 2."


async def test_before_the_time_is_called_over_it_is_looked_once_more(worlds: Worlds) -> None:
    first = await worlds.begin()
    first.api.rows = [request(1, "processing")]
    await begin(first, "wait_until_finished", reference="batch-1", hours=1)
    await work(first)
    first.api.set([request(1, "completed", finished=600)])
    worlds.clock.pass_time(DAY)
    second = await worlds.begin()
    await work(second)
    assert second.workflows.ended["Fx1"]["ended"] == "finished"  # type: ignore[index] # outputs, as the others


async def test_an_api_that_is_away_does_not_hold_up_the_end_of_a_wait(world: World) -> None:
    world.api.rows = [request(1, "processing")]
    await begin(world, "wait_until_finished", reference="batch-1", hours=1)
    await work(world)
    world.api.faults = [UnavailableError("the API answered 503")] * 5
    world.clock.pass_time(HOUR + 1)
    await work(world)
    assert world.workflows.ended["Fx1"]["ended"] == "time is over"  # type: ignore[index] # outputs, as the others


async def test_unwatching_does_not_touch_a_wait_and_a_wait_shows_nothing(world: World) -> None:
    world.api.rows = [request(1, "processing")]
    await world.watch()
    await world.deliver()
    await begin(world, "wait_until_finished", reference="batch-1")
    await work(world)
    await world.stories.watching.stop("C1", "batch-1", "U1")
    finish(world, 1)
    for _ in range(3):
        world.clock.pass_time(HOUR)
        await world.look()
        await work(world)
    assert "Fx1" in world.workflows.ended
    assert world.told == []


async def test_what_is_opened_again_later_stays_ended(world: World) -> None:
    world.api.rows = [request(1, "completed")]
    world.clock.pass_time(HOUR)
    await run(world, "wait_until_finished", reference="batch-1")
    world.api.set([request(2, created=HOUR)])
    world.clock.pass_time(60)
    await world.look()
    await work(world)
    assert world.workflows.calls == ["Fx1"]


async def test_when_a_wait_has_ended_its_reference_is_read_no_more(world: World) -> None:
    world.api.rows = [request(1, "processing")]
    await begin(world, "wait_until_finished", reference="batch-1", hours=1)
    await work(world)
    assert [one.reference_id for one in await world.store.watches.watched("default")] == ["batch-1"]
    assert (await world.store.watches.patterns("default")).covers("batch-1")
    world.clock.pass_time(HOUR + 1)
    await work(world)
    assert await world.store.watches.watched("default") == ()
    assert not await world.store.watches.patterns("default")


async def test_a_uuid_waits_for_the_batch_of_that_request(world: World) -> None:
    world.api.rows = [request(1, "completed"), request(2, "completed")]
    world.clock.pass_time(HOUR)
    outputs = await run(world, "wait_until_finished", reference=uuid(2))
    assert (outputs["reference"], outputs["total"]) == ("batch-1", 2)


async def test_where_the_list_has_no_order_what_is_awaited_is_read_by_itself(world: World) -> None:
    world.api.rows = [request(number, "processing") for number in range(1, 4)]
    world.api.order = lambda row: row.status
    await begin(world, "wait_until_finished", reference="batch-1")
    await work(world)
    for _ in range(3):
        world.clock.pass_time(60)
        await world.look()
    finish(world, 1, 2, 3)
    for _ in range(8):
        world.clock.pass_time(HOUR)
        await world.look()
        await work(world)
    assert "Fx1" in world.workflows.ended


# --- once, whatever happens ---


async def test_a_step_that_is_told_of_twice_is_done_once(world: World) -> None:
    world.api.rows = [request(1)]
    await begin(world, "get_status", reference="batch-1")
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    assert world.workflows.calls == ["Fx1"]


async def test_what_was_taken_is_done_after_a_restart(worlds: Worlds) -> None:
    first = await worlds.begin()
    first.api.rows = [request(1)]
    await begin(first, "get_status", reference="batch-1")
    second = await worlds.begin()
    await work(second)
    assert list(second.workflows.ended) == ["Fx1"]


async def test_a_process_that_dies_while_it_works_or_tells_leaves_nothing_behind(worlds: Worlds) -> None:
    first = await worlds.begin()
    first.api.rows = [request(1)]
    await begin(first, "get_status", reference="batch-1")
    first.api.gate = asyncio.Event()
    await first.stories.steps.step()
    await first.stories.workflow.close(0)  # cut short in the midst of it
    first.api.gate = None
    second = await worlds.begin()
    await second.stories.steps.step()
    await second.stories.workflow.settle()
    assert await phases(second) == {"answered": 1}
    await second.stories.steps.step()
    await second.stories.workflow.close(0)
    third = await worlds.begin()
    await work(third)
    assert list(third.workflows.ended) == ["Fx1"]
    assert await phases(third) == {"told": 1}


@pytest.mark.parametrize("fault", [InDoubtError("http_500"), InDoubtError("timeout"), InDoubtError("internal_error")])
async def test_an_end_that_arrived_although_its_answer_was_lost_counts_when_slack_says_so(
    world: World, fault: SlackError
) -> None:
    world.api.rows = [request(1)]
    world.workflows.after = [fault]
    await run(world, "get_status", reference="batch-1")
    assert await phases(world) == {"answered": 1}
    world.clock.pass_time(5)
    await work(world)
    assert await phases(world) == {"told": 1}
    assert world.workflows.calls == ["Fx1", "Fx1"]


async def test_an_end_that_did_not_arrive_is_told_again_ever_more_rarely(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [NotSentError("no_connection")] * 4
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    for seconds in (5, 10, 20, 40):
        assert "Fx1" not in world.workflows.ended
        world.clock.pass_time(seconds)
        await work(world)
    assert world.workflows.calls == ["Fx1"] * 5
    assert await phases(world) == {"told": 1}


async def test_after_a_day_it_is_given_up(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [InDoubtError("http_503")] * 9
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    world.clock.pass_time(DAY)
    with capture_logs() as log:
        await work(world)
    assert await phases(world) == {"given up": 1}
    assert [one["log_level"] for one in log] == ["error"]


async def test_slacks_limit_is_obeyed_by_all_steps(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [SlackBusyError(timedelta(seconds=30))]
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    await begin(world, "get_status", "Fx2", reference="batch-1")
    await work(world)
    assert world.workflows.calls == ["Fx1"]
    world.clock.pass_time(20)  # and some seconds of the reading
    await work(world)
    assert world.workflows.calls == ["Fx1"]
    world.clock.pass_time(11)
    await work(world)
    assert set(world.workflows.ended) == {"Fx1", "Fx2"}


async def test_a_step_that_slack_has_ended_itself_is_over(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [StepOverError("function_execution_not_found")]
    await begin(world, "get_status", reference="batch-1")
    await work(world)
    assert await phases(world) == {"told": 1}
    assert not world.ground.vitals.slack_trouble


async def test_outputs_that_slack_does_not_take_end_as_a_sentence(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [RefusedMessageError("parameter_validation_failed")]
    with capture_logs():
        sentence = await run(world, "get_status", reference="batch-1")
    assert "newest manifest" in sentence


async def test_a_sentence_that_slack_does_not_take_is_given_up(world: World) -> None:
    world.workflows.faults = [RefusedMessageError("access_denied")]
    with capture_logs():
        await begin(world, "get_status", reference="batch-*")
        await work(world)
    assert await phases(world) == {"given up": 1}
    assert not world.ground.vitals.token_refused


async def test_with_a_token_that_is_refused_it_waits_for_another(world: World) -> None:
    world.api.rows = [request(1)]
    world.workflows.faults = [TokenRefusedError("token_revoked")]
    with capture_logs():
        await begin(world, "get_status", reference="batch-1")
        await work(world)
        assert world.ground.vitals.token_refused
        assert await world.stories.steps.step() is None
        await world.stories.tend.step()
        world.clock.pass_time(2)
        await work(world)
    assert await phases(world) == {"told": 1}


async def test_only_the_process_whose_turn_it_is_does_steps(worlds: Worlds) -> None:
    first = await worlds.begin()
    first.api.rows = [request(1)]
    assert await first.stories.sender.turn() is not None
    worlds.opened.clear()  # it goes on
    second = await worlds.begin()
    await begin(second, "get_status", reference="batch-1")
    await work(second)
    assert second.workflows.ended == {}
    await work(first)
    assert list(first.workflows.ended) == ["Fx1"]
    await first.store.database.close()


async def test_steps_that_are_done_are_forgotten_with_time_and_waiting_ones_are_not(world: World) -> None:
    world.api.rows = [request(1, "processing", reference="batch-1"), request(2, reference="batch-2")]
    await begin(world, "get_status", reference="batch-2")
    await begin(world, "wait_until_finished", "Fx2", reference="batch-1", hours=168)
    await work(world)
    gone = await world.store.ledger.forget("default", world.clock.now() + timedelta(days=1))
    assert gone == 1
    assert await phases(world) == {"waiting": 1}
    assert (await world.store.ledger.batch("default", "batch-1")).requests


async def test_who_did_what_is_written_down(world: World) -> None:
    world.api.rows = [request(1)]
    await run(world, "watch_reference", **WATCHED)
    deeds = await world.store.deeds.since(world.clock.now() - timedelta(hours=1))
    step, watch = deeds
    assert (step.did, step.person, step.place, step.subject) == (Did.STEP, "U1", "C1", "batch-1")
    assert step.details == {"step": "Watch a reference"}
    assert (watch.did, watch.person) == (Did.WATCH, "U1")


async def test_what_breaks_ends_the_step_with_an_id(world: World) -> None:
    world.workflows.channels["C1"] = ZeroDivisionError()
    with capture_logs() as log:
        sentence = await run(world, "watch_reference", **WATCHED)
    assert "Something went wrong on my side (id " in sentence
    assert any(one.get("exc_info") for one in log)


def test_nothing_of_a_step_is_a_secret() -> None:
    assert not [name for name in Execution.__dataclass_fields__ if "token" in name]
    assert {phase.value for phase in Phase} == {"taken", "waiting", "answered", "told", "given up"}
