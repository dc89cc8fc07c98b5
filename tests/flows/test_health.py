"""Alive, ready, and the figures."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.domain.delivery import State
from bot.errors import InDoubtError, RateLimitedError, SlackBusyError, TokenRefusedError, UnavailableError
from bot.flows.health import DONE_EVERY, LONGEST_SILENCE, Figure, Health
from bot.flows.slack_line import SlackLine
from tests.builders import NOON, request
from tests.flows.conftest import Alarms, World, until


@pytest.fixture
async def health(world: World) -> AsyncIterator[Health]:
    ground = world.ground
    yield Health(
        clock=world.clock,
        vitals=ground.vitals,
        identity=ground.identity,
        source=ground.source,
        store=world.store,
        look=world.stories.look,
        account_id="default",
        connected=lambda: bool(world.connections),
    )
    await world.stories.look.stop(0)


def values(figures: dict[str, Figure], name: str) -> float:
    return figures[name].values[""]


async def figures(health: Health) -> dict[str, Figure]:
    return {figure.name: figure for figure in await health.figures()}


def test_it_is_alive_while_it_starts_but_not_for_ever(world: World, health: Health) -> None:
    assert health.alive() == {"look": True}
    world.clock.pass_time(LONGEST_SILENCE.total_seconds() + 1)
    assert health.alive() == {"look": False}


def test_a_look_that_hangs_is_noticed_and_one_that_makes_progress_is_not(world: World, health: Health) -> None:
    look, vitals = world.stories.look, world.ground.vitals
    look.busy_since = world.clock.now()
    world.clock.pass_time(LONGEST_SILENCE.total_seconds() + 1)
    assert health.alive() == {"look": False}
    vitals.beat_at = world.clock.monotonic()
    assert health.alive() == {"look": True}


async def test_waiting_long_for_the_next_look_is_being_alive(world: World, health: Health) -> None:
    look = world.stories.look
    look.start()
    world.clock.pass_time(3_600)
    assert look.busy_since is None
    assert health.alive() == {"look": True}


async def test_a_look_that_ended_is_dead(world: World, health: Health) -> None:
    world.stories.look.start()
    await world.stories.look.stop(0)
    assert health.alive() == {"look": False}


async def test_it_is_ready_with_database_slack_and_connection(world: World, health: Health) -> None:
    assert health.ready() == {"database": False, "slack": True, "connection": False}
    await world.stories.tend.step()
    assert health.ready() == {"database": True, "slack": True, "connection": True}


async def test_the_api_being_away_does_not_make_it_unready(world: World, health: Health) -> None:
    await world.stories.tend.step()
    world.api.faults = [UnavailableError("500")]
    await world.look()
    assert all(health.ready().values())
    assert values(await figures(health), "lipsync_api_trouble") == 1


def test_a_token_that_is_refused_later_makes_it_unready_until_it_works(world: World, health: Health) -> None:
    line = SlackLine(world.clock, world.ground.vitals)
    line.trouble("post", TokenRefusedError("token_revoked"))
    assert health.ready()["slack"] is False
    line.trouble("post", InDoubtError("internal_error"))
    assert health.ready()["slack"] is False
    line.works("post")
    assert health.ready()["slack"] is True


async def test_without_an_identity_it_is_not_ready(world: World, health: Health) -> None:
    world.ground.identity.workspace_id = ""
    assert health.ready()["slack"] is False
    assert (await figures(health))["lipsync_ready"].values["slack"] == 0


async def test_the_figures_count_what_happened(world: World, health: Health) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.look()
    world.clock.pass_time(600)
    world.api.set([request(1, "failed", finished=300, error="no face"), request(2, "uploading")])
    await world.look()
    found = await figures(health)
    assert values(found, "lipsync_watches") == 1
    assert values(found, "lipsync_looks") == 2
    assert found["lipsync_transitions"].values == {
        "queued": 2,
        "processing": 0,
        "completed": 0,
        "failed": 1,
        "other": 1,
    }
    assert found["lipsync_announcements"].values[State.PENDING] == 2
    assert values(found, "lipsync_oldest_unsent_seconds") >= 600
    assert values(found, "lipsync_last_read_seconds") == pytest.approx(world.clock.now().timestamp(), abs=5)
    assert found["lipsync_api_calls"].values["ok"] == len(world.api.calls)


async def test_an_alert_is_timed_from_its_finish_to_the_look_and_from_there_to_slack(
    world: World, health: Health
) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.clock.pass_time(600)
    finished = (world.clock.now() - NOON).total_seconds() - 7
    world.api.set([request(1, "failed", finished=finished, error="no face")])
    await world.look()
    world.clock.pass_time(4)
    await world.deliver()
    seen, sent = world.ground.vitals.until_seen, world.ground.vitals.until_sent
    assert (seen.count, sent.count) == (1, 1)
    assert 7 <= seen.seconds < 12
    assert 4 <= sent.seconds < 6
    details = {each.name: each.name for each in await health.details()}
    assert set(details) == {"lipsync_alert_latency_seconds", "lipsync_announcements_of_kind"}


async def test_what_is_done_is_counted_once_a_minute_and_what_waits_each_time(world: World, health: Health) -> None:
    async def states() -> list[float]:
        found = (await figures(health))["lipsync_announcements"].values
        return [found[State.PENDING], found[State.SENT]]

    await world.watch()
    assert await states() == [1, 0]
    await world.deliver()
    assert await states() == [0, 0]
    world.clock.pass_time(DONE_EVERY)
    assert await states() == [0, 1]


async def test_answers_of_429_are_counted_by_who_gave_them(world: World, health: Health) -> None:
    world.api.faults = [RateLimitedError("429")]
    await world.watch()
    world.chat.faults = [SlackBusyError(timedelta(seconds=1))]
    await world.deliver()
    refused = (await figures(health))["lipsync_rate_limited"].values
    assert refused == {"api": 1, "slack post": 1}


async def test_what_is_held_is_neither_late_nor_waiting(world: World, health: Health) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    await world.stories.muting.mute("C1", None, timedelta(days=2), "U1")
    world.api.set([request(1, "failed", error="no face")])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    world.clock.pass_time(86_400)
    found = await figures(health)
    assert found["lipsync_announcements"].values[State.HELD] == 1
    assert values(found, "lipsync_unsent") == values(found, "lipsync_oldest_unsent_seconds") == 0
    assert values(found, "lipsync_in_doubt") == 0


async def test_before_anything_was_read_the_figures_are_zero(health: Health) -> None:
    found = await figures(health)
    assert values(found, "lipsync_last_read_seconds") == 0
    assert values(found, "lipsync_oldest_unsent_seconds") == 0


async def test_without_a_database_there_are_still_figures(world: World, health: Health) -> None:
    world.ground.vitals.database_ready = True
    await world.store.database.write(lambda connection: connection.exec_driver_sql("DROP TABLE announcements"))
    found = await figures(health)
    assert "lipsync_watches" not in found
    assert values(found, "lipsync_up_since_seconds") == world.ground.vitals.started_at.timestamp()
    assert found["lipsync_ready"].values["database"] == 1


def test_the_longest_silence_is_the_one_that_is_promised() -> None:
    assert timedelta(seconds=60) == LONGEST_SILENCE


async def test_a_look_that_does_not_begin_when_it_should_is_noticed(world: World, health: Health) -> None:
    look = world.stories.look
    look.start()
    await until(lambda: "look" in alarms_of(world))
    waits = (alarms_of(world)["look"] - world.clock.now()).total_seconds()
    world.clock.step(-3_600)
    world.clock.pass_time(waits + 59)
    assert health.alive() == {"look": True}
    world.clock.pass_time(2)
    assert health.alive() == {"look": False}
    look.wake()
    await until(lambda: health.alive() == {"look": True})


def alarms_of(world: World) -> dict[str, datetime]:
    assert isinstance(world.ground.alarm, Alarms)
    return world.ground.alarm.set
