"""A message leads to the references that it speaks of, as far as its place may hear of them."""

import pytest

from bot.domain.policy import Policy
from bot.errors import UnavailableError
from bot.flows.mentions import MOST_ASKED_FOR, Mentions
from tests.builders import request, uuid
from tests.flows.conftest import World


def mentions(world: World) -> Mentions:
    return Mentions(world.stories.ask, world.store, world.stories.gate, "default")


async def known(world: World, *references: str) -> None:
    world.api.set([request(number, reference=name) for number, name in enumerate(references)])
    for name in references:
        async for _ in world.stories.ask.status(name):
            pass


async def found(world: World, text: str, place: str = "C1") -> list[tuple[str, int]]:
    meant = await mentions(world).of(text, place)
    return [(each.progress.reference_id, each.progress.total) for each in meant.standings]


async def test_what_is_known_is_found_with_how_it_stands(world: World) -> None:
    await known(world, "batch-1", "batch-2")
    assert await found(world, "compare batch-2 with batch-1, please") == [("batch-2", 1), ("batch-1", 1)]
    assert await found(world, "nothing here") == []


async def test_an_id_that_is_new_to_us_is_asked_for(world: World) -> None:
    world.api.set([request(1, reference="batch-9")])
    assert await found(world, f"{uuid(1)} failed") == [("batch-9", 0)]


async def test_ids_without_a_reference_lead_nowhere(world: World) -> None:
    world.api.set([request(1, reference=None)])
    assert await found(world, uuid(1)) == []


async def test_of_many_unknown_ids_only_a_few_are_asked_for(world: World) -> None:
    before = world.source.budget.used(world.clock.monotonic())
    assert await found(world, " ".join(uuid(number) for number in range(50))) == []
    assert world.source.budget.used(world.clock.monotonic()) - before == MOST_ASKED_FOR


async def test_an_api_that_is_away_hides_only_what_it_alone_knows(world: World) -> None:
    await known(world, "batch-1")
    world.api.faults = [UnavailableError("away")]
    assert await found(world, f"batch-1 {uuid(77)}") == [("batch-1", 1)]
    world.api.faults = [UnavailableError("away")]
    assert "away" in (await mentions(world).of(uuid(77), "C1")).trouble
    assert (await mentions(world).of(uuid(77), "C1")).trouble == ""


@pytest.mark.parametrize(("place", "seen"), [("C1", ["client-a-1"]), ("D1", ["client-a-1", "client-b-1"])])
async def test_a_channel_is_shown_only_what_it_is_about(world: World, place: str, seen: list[str]) -> None:
    await known(world, "client-a-1", "client-b-1")
    await world.stories.policing.save("C1", Policy(patterns=("client-a-*",)), "U1", version=0)
    meant = await mentions(world).of("client-a-1 client-b-1", place)
    assert [each.progress.reference_id for each in meant.standings] == seen
    assert meant.withheld == 2 - len(seen)
