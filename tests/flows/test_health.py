"""Alive, ready, and the figures."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from bot.domain.delivery import State
from bot.errors import InDoubtError, TokenRefusedError, UnavailableError
from bot.flows.health import LONGEST_SILENCE, Figure, Health
from bot.flows.slack_line import SlackLine
from tests.builders import request
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
