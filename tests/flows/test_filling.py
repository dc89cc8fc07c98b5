"""What a form is filled with comes from our memory alone, and obeys what a channel has set."""

from dataclasses import replace

import pytest

from bot.domain.answer import Wish
from bot.domain.policy import Policy
from bot.domain.watch import Events
from bot.errors import BadCommandError, NotAllowedError
from bot.flows.filling import Filling
from tests.builders import request, uuid
from tests.flows.conftest import World, Worlds

WISH = Wish("T1", "default", "C1", "batch-1", "U1")


@pytest.fixture
async def world(worlds: Worlds) -> World:
    """A batch of two that is watched, and was looked at."""
    made = await worlds.begin()
    made.api.rows = [request(1, "completed"), request(2)]
    await made.watch("batch-1", expected=5)
    await made.look()
    return made


def filling(world: World) -> Filling:
    on = world.stories
    return Filling(on.ask, world.store, world.ground.identity, "default", on.gate, on.sharing)


async def test_nothing_is_read_to_tell_what_is_known(world: World) -> None:
    calls = len(world.api.calls)
    fills = filling(world)
    known = await fills.match("batch-1", place="C1", at="C1")
    assert known.standing is not None
    assert (known.standing.progress.total, known.watch is not None) == (2, True)
    of_request = await fills.match(uuid(2).upper(), place="C1", at="")
    assert of_request.standing == known.standing
    assert of_request.watch is None
    many = await fills.match("batch-*", place="", at="C1")
    assert many.matching is not None
    assert (many.matching.references, many.matching.open, many.watch) == (1, 1, None)
    never = await fills.match("bach-1", place="C1", at="C1")
    assert (never.standing, never.nearest) == (None, ("batch-1",))
    with pytest.raises(BadCommandError):
        await fills.match("{a,b}" * 20, place="C1", at="C1")
    assert len(world.api.calls) == calls


async def test_a_place_is_told_only_what_it_may_hear_of(world: World) -> None:
    await world.stories.policing.save("C1", Policy(("trailer-*",), events=Events.ALL), "U1", version=0)
    fills = filling(world)
    for text in ("batch-1", "batch-*", uuid(2)):
        with pytest.raises(NotAllowedError):
            await fills.match(text, place="C1", at="C1")
    assert (await fills.match("tr*", place="C1", at="")).nearest == ()
    assert [await fills.events(place) for place in ("C1", "C2", "")] == ["all", "problems", "problems"]


async def test_a_watch_is_found_by_its_name_before_a_pattern_and_none_that_a_pattern_made(world: World) -> None:
    fills = filling(world)
    assert await fills.watch("C2", "batch-1") is None
    await world.watch("batch-*")
    found = await fills.watch("C1", "batch-*")
    assert found is not None
    assert found.is_glob
    async for _ in world.stories.watching.start(replace(WISH, place="C2", reference_id="batch-*")):
        pass
    await world.look()
    assert await fills.watch("C2", "batch-1") is None
    assert await fills.watch("", "batch-1") is None


async def test_a_watch_is_changed_only_where_there_is_one(world: World) -> None:
    changed = [each async for each in world.stories.watching.change(replace(WISH, events=Events.ALL))]
    assert (changed[-1].watch.events, changed[-1].watch.expected, changed[-1].is_new) == ("all", 5, False)
    assert changed[-1].undo is not None
    same = [each async for each in world.stories.watching.change(WISH)]
    assert same[-1].undo is None
    await world.stories.watching.stop("C1", "batch-1", "U1")
    with pytest.raises(BadCommandError, match="not watched there any more"):
        await anext(world.stories.watching.change(WISH))
    assert await world.store.watches.active("default") == ()


async def test_the_watch_of_a_pattern_is_changed_too(world: World) -> None:
    await world.watch("batch-*")
    wish = replace(WISH, reference_id="batch-*", is_glob=True, mention=("U2",))
    (changed,) = [each async for each in world.stories.watching.change(wish)]
    assert (changed.watch.mention, changed.watch.is_glob) == (("U2",), True)


async def test_only_managers_change_a_watch(world: World) -> None:
    await world.stories.policing.save("C1", Policy(managers=("U9",)), "U9", version=0)
    with pytest.raises(NotAllowedError):
        await anext(world.stories.watching.change(replace(WISH, events=Events.ALL)))
