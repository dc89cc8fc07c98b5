"""Forecasts on cards are kept while a batch runs, and judged when it has settled."""

from bot.domain.announcement import CardFacts
from bot.domain.request import LipsyncRequest
from tests.builders import NOON, request
from tests.flows.conftest import World

CLIPS = 12


def batch(done: int) -> list[LipsyncRequest]:
    """A batch on two slots, of which so many have ended; it began a quarter of an hour ago."""
    running = [request(n, "processing", created=-900 + n) for n in range(done, min(done + 2, CLIPS))]
    ended = [request(n, "completed", created=-900 + n, finished=-840 + 60.0 * n) for n in range(done)]
    return [*ended, *running, *(request(n, created=-900 + n) for n in range(done + 2, CLIPS))]


async def runs(world: World) -> None:
    for done in range(5, CLIPS + 1):
        world.api.set(batch(done))
        world.clock.pass_time(60)
        await world.look()
        await world.deliver()


async def test_forecasts_of_a_watched_batch_are_kept_and_judged(world: World) -> None:
    world.api.set(batch(5))
    await world.watch()
    await world.deliver()
    await runs(world)
    kept = await world.store.forecasts.since(NOON)
    assert len({each.tenth for each in kept}) == len(kept) > 2
    assert all(each.ended_at is None for each in kept)

    world.clock.pass_time(1_200)
    await world.look()
    await world.stories.tend.step()

    judged = await world.store.forecasts.since(NOON)
    assert all(each.is_judged for each in judged)
    about = await world.stories.ask.about()
    assert about.forecasts is not None
    assert about.forecasts.judged == len(kept)


async def test_a_card_that_was_posted_and_edited_tells_no_time_that_is_past(world: World) -> None:
    world.api.set(batch(5))
    await world.watch()
    await world.deliver()
    await runs(world)
    shown = [facts for _, facts in world.chat.edits if isinstance(facts, CardFacts) and facts.prospect]
    assert shown
    for facts in shown:
        assert facts.prospect is not None
        assert facts.prospect.finish is not None
        assert facts.read_at is not None
        assert facts.prospect.finish.early >= facts.read_at
