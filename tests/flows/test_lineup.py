"""People ask for the queue: it is told from memory, and of old data nothing is said of the present."""

from datetime import timedelta

from bot.domain.lineup import Outcomes
from tests.builders import NOON, request
from tests.flows.conftest import World, Worlds


async def test_the_queue_is_what_the_looks_have_seen_and_nothing_is_read_for_it(world: World) -> None:
    world.api.set([request(1, "processing"), request(2), request(3, "completed", reference="b")])
    await world.look()
    calls = len(world.api.calls)

    answer = await world.stories.ask.lineup()

    assert [(one.reference_id, one.running, one.waiting) for one in answer.lineup.line] == [("batch-1", 1, 1)]
    assert (answer.stale, answer.trouble, answer.is_slowed) == (False, None, False)
    assert answer.lineup.filled == 1
    assert len(world.api.calls) == calls


async def test_when_nothing_was_read_for_long_it_is_told_as_of_then(worlds: Worlds) -> None:
    world = await worlds.begin(gap=300)
    world.clock.pass_time(100)
    world.api.set([request(1), request(2, "completed", created=20)])
    await world.look()
    seen = world.clock.now()
    world.clock.pass_time(7_200)

    answer = await world.stories.ask.lineup()

    assert answer.stale
    assert abs(answer.lineup.until - seen) < timedelta(seconds=2)
    assert answer.lineup.hour == Outcomes(1)  # of the hour before that look


async def test_before_the_first_look_nothing_is_known(world: World) -> None:
    lineup = (await world.stories.ask.lineup()).lineup
    assert (lineup.looked_at, lineup.line, lineup.filled) == (None, (), 0.0)
    assert lineup.until >= NOON


async def test_an_api_that_asks_to_slow_down_is_told(world: World) -> None:
    world.source.budget.refused(world.clock.monotonic(), timedelta(seconds=1))

    answer = await world.stories.ask.lineup()

    assert answer.is_slowed
    assert answer.allowed < answer.calls_limit
