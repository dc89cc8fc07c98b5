"""A watched reference whose every request the API lists no more costs nothing, and is never called finished."""

import pytest

from bot.domain.answer import Wish
from bot.domain.request import LipsyncRequest
from tests.builders import request
from tests.flows.conftest import World
from tests.flows.test_totals import ORDERS


def of(number: int, status: str = "queued", *, batch: int = 1, created: float = 50) -> LipsyncRequest:
    error = "no face detected" if status == "failed" else None
    return request(number, status, reference=f"batch-{batch}", created=created, error=error)


async def begin(world: World, text: str, order: str) -> None:
    """Watch this in an account with enough requests to show its order, while two of batch-1 are open."""
    world.api.order = ORDERS[order]
    world.api.set([request(1_000 + n, "completed", reference="old", created=-9_000 - n) for n in range(50)])
    async for _ in world.stories.watching.start(Wish("T1", "default", "C1", text, "U1")):
        pass
    world.clock.pass_time(60)
    world.api.set([of(1), of(2)])
    await go_on(world, 120)


async def go_on(world: World, seconds: float) -> int:
    """Look as often as the looks want; how many calls that took for batch-1 by itself."""
    before = len(world.api.calls)
    end = world.clock.monotonic() + seconds
    while world.clock.monotonic() < end:
        next_at = await world.look()
        world.clock.pass_time(max((next_at - world.clock.now()).total_seconds(), 10))
    return sum(1 for reference, _ in world.api.calls[before:] if reference == "batch-1")


def vanish(world: World, *references: str) -> None:
    world.api.rows = [row for row in world.api.rows if row.reference_id not in references]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", ["batch-1", "batch-*"])
async def test_what_vanished_as_a_whole_is_hardly_read_any_more_and_not_called_finished(
    world: World, text: str, order: str
) -> None:
    await begin(world, text, order)
    vanish(world, "batch-1")
    assert await go_on(world, 300) >= 1
    before = len(world.api.calls)
    by_itself = await go_on(world, 3_600)
    await world.deliver()
    assert world.told == []
    assert by_itself <= (12 if text == "batch-1" else 1)  # a list without an order shows by itself nothing that returns
    assert len(world.api.calls) - before <= 3 * 60
    batch = await world.store.ledger.batch("default", "batch-1")
    assert (batch.requests, batch.vanished) == ((), 2)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", ["batch-1", "batch-*"])
async def test_what_comes_after_everything_vanished_is_told(world: World, text: str, order: str) -> None:
    await begin(world, text, order)
    vanish(world, "batch-1")
    await go_on(world, 900)
    now = world.clock.monotonic()
    world.api.set([of(3, created=now)])
    await go_on(world, 330)
    world.api.set([of(3, "failed", created=now)])
    await go_on(world, 900)
    await world.deliver()
    assert world.told == ["failure", "finished"]
