"""Slack tells of places and of the app: what waits goes on at once, and without a token nothing is even tried."""

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bot.domain.announcement import AccessFacts
from bot.errors import NoAccessError, SlackError, TokenRefusedError
from bot.flows.slack_line import SlackLine
from bot.flows.tend import Tend
from tests.builders import request
from tests.flows.conftest import World, Worlds
from tests.flows.test_deliver import failing


async def shut_out(world: World, why: str = "not_in_channel") -> None:
    """A place that takes nothing: a failure waits there, its watch's author was told."""
    await failing(world)
    world.chat.closed = {"C1": NoAccessError(why)}
    await world.deliver()
    assert world.told == ["access"]


async def test_what_waits_is_posted_at_once_when_the_bot_is_invited(world: World) -> None:
    await shut_out(world)
    world.chat.closed = {}
    await world.stories.access.joined("Ev1", "C1")
    await world.deliver()
    assert world.told == ["access", "failure"]
    assert await world.store.outbox.trouble("T1", "C1") is None


async def test_an_archived_channel_keeps_its_watches_and_goes_on_when_it_is_opened(world: World) -> None:
    await failing(world)
    await world.stories.access.closed("Ev1", "C1", "is_archived")
    world.clock.pass_time(3_600)
    world.api.set([request(2, "failed", error="y", finished=100)])
    await world.look()
    world.chat.closed = {"C1": NoAccessError("is_archived")}
    await world.deliver()
    assert world.told == ["access"]
    world.chat.closed = {}
    await world.stories.access.unarchived("Ev2", "C1")
    edits = len(world.chat.edits)
    await world.deliver()
    assert world.told[:3] == ["access", "failure", "failure"]
    await world.stories.edits.step()
    assert len(world.chat.edits) > edits  # the same card goes on
    assert world.chat.kinds.count("card") == 1


async def test_a_card_that_may_not_be_edited_tells_of_the_closed_place_and_goes_on_after_it(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.clock.pass_time(60)
    world.api.set([request(1, "processing")])
    await world.look()
    world.chat.faults = [NoAccessError("is_archived")]
    await world.stories.edits.step()
    assert await world.store.outbox.trouble("T1", "C1") == "is_archived"
    await world.deliver()
    assert world.told == ["access"]
    edits = len(world.chat.edits)
    await world.stories.access.unarchived("Ev1", "C1")
    await world.stories.edits.step()
    assert len(world.chat.edits) == edits + 1


async def test_the_author_is_told_once_whether_slack_tells_it_or_refuses_a_post(world: World) -> None:
    await failing(world)
    await world.stories.access.closed("Ev1", "C1", "not_in_channel")
    await world.stories.access.closed("Ev2", "C1", "not_in_channel")
    world.chat.closed = {"C1": NoAccessError("not_in_channel")}
    for _ in range(3):
        await world.deliver()
        world.clock.pass_time(301)
    assert world.told == ["access"]
    (facts,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, AccessFacts)]
    assert (facts.why, facts.references) == ("not_in_channel", ("batch-1",))


async def test_an_event_that_is_told_twice_is_acted_on_once(world: World) -> None:
    await shut_out(world, "is_archived")
    world.chat.closed = {}
    await world.stories.access.unarchived("Ev1", "C1")
    await world.deliver()
    with capture_logs() as log:
        await world.stories.access.unarchived("Ev1", "C1")
    assert log == []


# --- the token ---


def house(world: World, introduce: Callable[[], None]) -> Tend:
    """Whoever looks after who we are, with a Slack that answers as `introduce` does."""
    on = world.ground

    async def ask() -> None:
        introduce()

    return Tend(
        on.store,
        on.clock,
        on.vitals,
        on.identity,
        on.rules,
        ask,
        lambda: None,
        on.tend_connection,
        SlackLine(on.clock, on.vitals),
        lambda: None,
    )


def is_refused(world: World) -> bool:
    return world.ground.vitals.token_refused


def refuse(code: str = "account_inactive") -> None:
    raise TokenRefusedError(code)


def accept() -> None:
    """The token is good."""


async def test_after_the_app_was_uninstalled_nothing_is_tried_until_its_token_works_again(world: World) -> None:
    await failing(world)
    with capture_logs() as log:
        await world.stories.access.revoked("Ev1", "tokens_revoked")
        await world.stories.access.revoked("Ev2", "app_uninstalled")
        world.chat.faults = [TokenRefusedError("account_inactive")]  # not even asked for
        for _ in range(100):
            await house(world, refuse).step()
            assert await world.stories.deliver.step() is None
            assert await world.stories.edits.step() is None
            world.clock.pass_time(10)
    assert [line["log_level"] for line in log if line["log_level"] != "info"] == ["error"]
    assert len(world.chat.faults) == 1
    assert is_refused(world)
    world.chat.faults = []
    await house(world, accept).step()
    await world.deliver()
    assert world.told == ["failure"]
    assert not is_refused(world)
    assert len(await world.store.watches.active("default")) == 1


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_refused_token_is_found_out_by_a_post_as_well_and_said_once(world: World, code: str) -> None:
    await failing(world)
    world.chat.faults = [TokenRefusedError(code)]
    with capture_logs() as log:
        await world.deliver()
        for _ in range(20):
            await house(world, refuse).step()
            await world.deliver()
            world.clock.pass_time(10)
    assert [line["why"] for line in log if line["log_level"] == "error"] == [code]
    assert (world.told, world.chat.faults) == ([], [])
    await house(world, accept).step()
    world.clock.pass_time(1)
    await world.deliver()
    assert (world.told, world.chat.finds) == (["failure"], 0)
    assert world.ground.vitals.slack_trouble is None


async def test_an_event_that_proves_wrong_stops_nothing_for_long(world: World) -> None:
    await failing(world)
    await world.stories.access.revoked("Ev1", "app_uninstalled")
    await house(world, accept).step()
    await world.deliver()
    assert world.told == ["failure"]


async def test_a_restart_in_the_middle_says_and_loses_nothing(worlds: Worlds) -> None:
    world = await worlds.begin()
    await failing(world)
    await world.stories.access.revoked("Ev1", "app_uninstalled")
    await world.deliver()
    after = await worlds.begin(known=False)
    await after.deliver()
    assert after.told == []
    await after.stories.tend.step()
    await after.deliver()
    assert after.told == ["failure"]


# --- a scope that is missing ---


async def test_a_missing_scope_is_named_to_the_author_and_in_the_log(world: World) -> None:
    await failing(world)
    fault: SlackError = TokenRefusedError("missing_scope", "chat:write")
    world.chat.closed = {"C1": fault}
    with capture_logs() as log:
        await world.deliver()
    (facts,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, AccessFacts)]
    assert facts.why == "missing_scope chat:write"
    assert [line["why"] for line in log if line["event"] == "no access"] == ["missing_scope chat:write"]
    assert not is_refused(world)
