"""Keeping house: who the bot is, the connection, and what is forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import InDoubtError, SlackBusyError, SlackError, StoreError, TokenRefusedError
from bot.flows.slack_line import SlackLine
from bot.flows.tend import INTERVAL, UNKNOWN_INTERVAL, Tend
from bot.store import Store, open_store
from bot.store.migrate import bring_up_to_date
from tests.builders import request
from tests.flows.conftest import World, Worlds


class Slack:
    """Tells who the bot is, unless there are faults."""

    def __init__(self, world: World, *faults: SlackError) -> None:
        self.world = world
        self.faults = list(faults)
        self.asked = self.introduced = 0

    async def introduce(self) -> None:
        self.asked += 1
        if self.faults:
            raise self.faults.pop(0)
        self.world.ground.identity.workspace_id = "T1"

    def on_introduced(self) -> None:
        self.introduced += 1

    def tend(self) -> Tend:
        on = self.world.ground
        return Tend(
            on.store,
            on.clock,
            on.vitals,
            on.identity,
            on.rules,
            self.introduce,
            self.on_introduced,
            on.tend_connection,
            SlackLine(on.clock, on.vitals),
            lambda: None,
        )


async def test_an_introduction_that_failed_is_made_up_for_soon_and_told_once(worlds: Worlds) -> None:
    world = await worlds.begin(known=False)
    slack = Slack(world, InDoubtError("timeout"), InDoubtError("timeout"))
    tend = slack.tend()
    with capture_logs() as log:
        assert await tend.step() == world.clock.now() + UNKNOWN_INTERVAL
        troubles = [world.ground.vitals.slack_trouble]
        await tend.step()
        assert await tend.step() == world.clock.now() + INTERVAL
        await tend.step()
    assert (slack.asked, slack.introduced) == (3, 1)
    assert [*troubles, world.ground.vitals.slack_trouble] == ["timeout", None]
    assert [line["event"] for line in log] == ["Slack cannot be used yet; trying again", "connected to Slack"]


async def test_a_token_that_is_refused_while_starting_is_tried_again_and_keeps_the_house_in_order(
    worlds: Worlds,
) -> None:
    world = await worlds.begin(known=False)
    slack = Slack(world, TokenRefusedError("token_revoked"))
    tend = slack.tend()
    await tend.step()
    assert world.connections == ["tended"]
    assert world.ground.vitals.database_ready
    await tend.step()
    assert slack.introduced == 1


async def test_a_slack_that_is_busy_is_left_alone_as_long_as_it_says(worlds: Worlds) -> None:
    world = await worlds.begin(known=False)
    slack = Slack(world, SlackBusyError(timedelta(seconds=30)))
    tend = slack.tend()
    await tend.step()
    world.clock.pass_time(29)
    await tend.step()
    assert slack.asked == 1
    world.clock.pass_time(1)
    await tend.step()
    assert (slack.asked, slack.introduced) == (2, 1)


async def test_one_that_is_known_is_not_asked_again(world: World) -> None:
    slack = Slack(world)
    await slack.tend().step()
    assert slack.asked == 0


async def test_what_is_old_and_not_watched_is_forgotten_a_few_times_a_day(world: World) -> None:
    world.api.set([request(1, "completed", reference="old")])
    assert [answer async for answer in world.stories.ask.reference("old")]
    tend = Slack(world).tend()
    await tend.step()
    assert (await world.store.ledger.batch("default", "old")).requests
    world.clock.pass_time(timedelta(days=91).total_seconds())
    with capture_logs() as log:
        await tend.step()
        await tend.step()
    assert not (await world.store.ledger.batch("default", "old")).requests
    assert [(line["event"], line["requests"]) for line in log] == [("forgot what is old", 1)]


async def test_what_is_watched_is_not_forgotten_however_old(world: World) -> None:
    world.api.set([request(1, "completed")])
    await world.watch("batch-1")
    world.clock.pass_time(timedelta(days=91).total_seconds())
    await world.stories.tend.step()
    assert len((await world.store.ledger.batch("default", "batch-1")).requests) == 1


async def test_what_waited_for_the_identity_goes_out_once_slack_has_told_it(worlds: Worlds) -> None:
    world = await worlds.begin(known=False)
    world.api.set([request(1)])
    await world.watch()
    await world.look()  # looking needs no Slack
    await world.deliver()
    assert world.chat.kinds == []
    await world.stories.tend.step()
    await world.deliver()
    assert world.chat.kinds == ["card"]


# --- the database ---


@pytest.fixture
async def away(world: World, tmp_path: Path) -> AsyncIterator[Store]:
    """A database in a folder that is not there yet."""
    store = await open_store(f"sqlite:///{tmp_path / 'volume' / 'lipsync.db'}", world.clock)
    yield store
    await store.database.close()


async def test_a_database_that_is_away_makes_the_bot_unready_until_it_is_back(
    worlds: Worlds, away: Store, tmp_path: Path
) -> None:
    world = await worlds.begin(known=False)
    slack = Slack(world)
    tend = slack.tend()
    tend.store = away
    with pytest.raises(StoreError):
        await tend.step()
    assert not world.ground.vitals.database_ready
    assert (slack.introduced, world.connections) == (1, ["tended"])  # the rest of the house is kept all the same
    (tmp_path / "volume").mkdir()
    await away.database.write(bring_up_to_date)
    await tend.step()
    assert world.ground.vitals.database_ready


async def test_what_could_not_be_forgotten_is_forgotten_as_soon_as_the_database_is_back(
    world: World, away: Store
) -> None:
    world.api.set([request(1, "completed")])
    assert [answer async for answer in world.stories.ask.reference("batch-1")]
    world.clock.pass_time(timedelta(days=91).total_seconds())
    tend = Slack(world).tend()
    tend.store = away
    with pytest.raises(StoreError):
        await tend.step()
    tend.store = world.store
    await tend.step()
    assert not (await world.store.ledger.batch("default", "batch-1")).requests
