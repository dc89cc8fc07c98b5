"""The wall clock is set back by an hour in the middle of a watched batch, and everything goes on."""

from datetime import timedelta

from bot.domain.announcement import CardFacts
from bot.domain.delivery import State
from bot.errors import InDoubtError
from tests.builders import request
from tests.flows.conftest import World


async def pass_looks(world: World, seconds: float) -> None:
    """Look and deliver as the alarms would have it, for so long."""
    until = world.clock.monotonic() + seconds
    while world.clock.monotonic() < until:
        next_at = await world.look()
        await world.deliver()
        pause = next_at - world.clock.now()
        assert pause <= timedelta(seconds=15)
        world.clock.pass_time(max(pause.total_seconds(), 1))


async def test_a_clock_that_is_set_back_by_an_hour_stops_nothing(world: World) -> None:
    world.api.set([request(n) for n in range(4)])
    await world.watch()
    await pass_looks(world, 60)
    world.clock.step(-3_600)
    looks, edits = world.ground.vitals.looks, len(world.chat.edits)
    world.api.set([request(1, "failed", error="x", finished=30)])
    await pass_looks(world, 60)
    assert world.ground.vitals.looks - looks >= 4
    assert world.told == ["failure"]
    facts = world.chat.edits[-1][1]
    assert len(world.chat.edits) > edits
    assert isinstance(facts, CardFacts)
    assert facts.progress.failed == 1


async def test_an_attempt_in_doubt_is_settled_after_its_quiet_time_and_not_made_twice(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await pass_looks(world, 60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    world.chat.after = [InDoubtError("timeout")]
    await world.look()
    await world.stories.deliver.step()
    attempted_at = world.clock.monotonic()
    world.clock.step(-3_600)
    while world.chat.finds == 0:
        await pass_looks(world, 1)
    assert 90 <= world.clock.monotonic() - attempted_at <= 120
    assert world.told == ["failure"]
    assert (await world.store.outbox.tally("T1")).counts.get(State.IN_DOUBT, 0) == 0
