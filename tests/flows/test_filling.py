"""While the account's older requests are read in the background, everybody can see how far that is."""

import math

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.domain.glob import compiled
from bot.domain.overview_wording import overview_sentence
from bot.flows.health import Health
from tests.builders import request
from tests.flows.conftest import World, Worlds

PAGES = 20  # of the account's list
PARTLY = "% of the account's list read so far"


def is_filling(line: EventDict) -> bool:
    return bool(line["event"] == "the account's older requests are read in the background")


async def share_told(world: World) -> tuple[float | None, float]:
    """What `about` says, and what the metrics say."""
    ground = world.ground
    health = Health(
        clock=world.clock,
        vitals=ground.vitals,
        identity=ground.identity,
        source=ground.source,
        store=world.store,
        look=world.stories.look,
        account_id="default",
        connected=lambda: True,
    )
    figures = {figure.name: figure for figure in await health.figures()}
    return (await world.stories.ask.about()).filled, figures["lipsync_ledger_filled"].values[""]


@pytest.fixture
async def large(worlds: Worlds) -> World:
    """An account with more requests than can be read in one look."""
    worlds.api.set([request(n, "completed", created=-n) for n in range(100 * PAGES)])
    return await worlds.begin(calls=300)


async def test_about_and_metrics_tell_how_far_older_requests_are_read_until_all_are(large: World) -> None:
    assert await share_told(large) == (None, 0)
    told = []
    for _ in range(10):
        await large.look()
        share, figure = await share_told(large)
        told.append(share or 0)
        assert figure == round(share or 0, 4)
        large.clock.pass_time(60)
    assert 0 < told[0] < told[-1] == 1
    assert told == sorted(told)


async def test_whoever_asks_for_a_pattern_is_told_how_much_of_the_account_is_known_until_all_is(large: World) -> None:
    told = []
    for _ in range(10):
        await large.look()
        answer = await large.stories.ask.overview(compiled("batch-*"))
        share = answer.overview.filled or 0
        assert (PARTLY in str(overview_sentence(answer.overview))) == (share < 1)
        told.append(share)
        large.clock.pass_time(60)
    assert 0 < told[0] < told[-1] == 1


async def test_calls_that_nobody_needs_are_used_although_nothing_is_watched(worlds: Worlds) -> None:
    worlds.api.set([request(n, "completed", created=-n) for n in range(100 * 5 * PAGES)])
    world = await worlds.begin(calls=60)
    ends = world.clock.monotonic() + 90
    while world.clock.monotonic() < ends:
        next_at = await world.look()
        world.clock.pass_time(max((next_at - world.clock.now()).total_seconds(), 0.2))
    assert len(world.api.calls) > 75


async def test_every_tenth_of_the_older_requests_is_logged_once(large: World) -> None:
    with capture_logs() as lines:
        for _ in range(10):
            await large.look()
            large.clock.pass_time(60)
    percents = [line["percent"] for line in lines if is_filling(line)]
    assert [percent // 10 for percent in percents] == list(range(10))


async def test_after_a_restart_the_share_is_that_of_our_memory_although_the_api_is_away(
    large: World, worlds: Worlds
) -> None:
    await large.look()
    before, _ = await share_told(large)
    again = await worlds.begin()
    again.api.broken = {None}
    await again.look()
    assert (await share_told(again))[0] == before
    assert before is not None
    assert 0 < before < 1


async def test_an_account_without_requests_has_nothing_unread(world: World) -> None:
    await world.look()
    assert await share_told(world) == (1, 1)


async def test_of_a_list_without_order_nobody_says_that_all_of_it_is_known(worlds: Worlds) -> None:
    worlds.api.set([request(n, reference=f"batch-{n}", created=-n) for n in range(10)])
    worlds.api.order = lambda row: int(row.id[-2:], 16) % 7
    world = await worlds.begin()
    await world.look()

    share, figure = await share_told(world)
    answer = await world.stories.ask.overview(compiled("batch-*"))

    assert (share, math.isnan(figure)) == (None, True)
    assert not (await world.stories.ask.about()).is_ordered
    assert "has no order" in str(overview_sentence(answer.overview))
