"""While the API is away each place is told once that data is old, and once that it is not any more."""

from datetime import timedelta

from bot.domain.announcement import BackFacts, CardFacts, CatchUpFacts, StaleFacts
from bot.errors import InDoubtError, KeyRefusedError, UnavailableError
from tests.builders import NOON, at, request
from tests.flows.conftest import World, Worlds
from tests.flows.test_catch_up import all_ends, begin, told_in, watched

AWAY = UnavailableError("the API could not be reached")
MINUTE = 60.0


async def pass_minutes(world: World, minutes: int, *, step: int = 1, away: bool = True) -> None:
    """The bot lives on, as its alarms would have it, or as if it were as slow as `step` minutes."""
    for _ in range(0, minutes, step):
        if away:
            world.api.faults = [AWAY] * 10
        await world.look()
        await world.stories.staleness.step()
        await world.deliver()
        world.clock.pass_time(step * MINUTE)
    world.api.faults = []


async def come_back(world: World) -> None:
    for _ in range(4):
        await world.look()
        await world.stories.staleness.step()
        await world.deliver()
        world.clock.pass_time(15)


async def test_after_ten_minutes_each_place_is_told_why_and_once(worlds: Worlds) -> None:
    world = await watched(worlds, "C1", "C2")
    await pass_minutes(world, 9)
    assert world.told == []
    await pass_minutes(world, 3)
    assert world.told == ["stale", "stale"]
    await pass_minutes(world, 30)
    assert world.told == ["stale", "stale"]
    (facts,) = told_in(worlds, "C1")
    assert isinstance(facts, StaleFacts)
    assert (facts.why, facts.open, facts.references) == ("the API could not be reached", 2, ("batch-1",))
    assert facts.since <= at(60)


async def test_when_it_is_back_and_nothing_happened_that_is_told_once(worlds: Worlds) -> None:
    world = await watched(worlds)
    await pass_minutes(world, 15)
    await come_back(world)
    assert world.told == ["stale", "back"]
    await pass_minutes(world, 15)
    await come_back(world)
    assert world.told == ["stale", "back", "stale", "back"]


async def test_a_day_without_the_api_makes_one_notice_and_one_catch_up(worlds: Worlds) -> None:
    world = await watched(worlds)
    await pass_minutes(world, 60)
    await pass_minutes(world, 23 * 60, step=5)
    all_ends(worlds)
    await come_back(world)
    assert world.told == ["stale", "catch_up"]
    assert isinstance(told_in(worlds)[-1], CatchUpFacts)


async def test_in_a_muted_place_its_end_does_not_say_that_nothing_happened(worlds: Worlds) -> None:
    world = await watched(worlds)
    await world.stories.muting.mute("C1", None, timedelta(hours=9), "U1")
    await pass_minutes(world, 15)
    all_ends(worlds)
    await come_back(world)
    assert world.told == ["stale", "back"]
    facts = told_in(worlds)[-1]
    assert isinstance(facts, BackFacts)
    assert facts.muted
    await world.stories.muting.unmute("C1", None, "U1")
    await world.deliver()
    assert world.told == ["stale", "back", "catch_up"]


async def test_a_refused_key_is_for_whoever_runs_the_bot(worlds: Worlds) -> None:
    world = await watched(worlds)
    for _ in range(12):
        world.api.faults = [KeyRefusedError("the API refused the key")] * 10
        await world.look()
        await world.stories.staleness.step()
        await world.deliver()
        world.clock.pass_time(MINUTE)
    (facts,) = told_in(worlds)
    assert isinstance(facts, StaleFacts)
    assert facts.key_refused


async def test_restarts_in_the_middle_say_nothing_twice(worlds: Worlds) -> None:
    world = await watched(worlds)
    await pass_minutes(world, 12)
    for _ in range(3):
        world = await begin(worlds)
        await pass_minutes(world, 4)
    assert world.told == ["stale"]
    world = await begin(worlds)
    await come_back(world)
    assert world.told == ["stale", "back"]


async def test_an_api_that_is_away_at_the_start_counts_from_the_last_reading(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    world = await begin(worlds)
    await pass_minutes(world, 3)
    assert world.told == ["stale"]
    (facts,) = told_in(worlds)
    assert isinstance(facts, StaleFacts)
    assert facts.since < at(60)


async def test_what_goes_wrong_once_after_a_long_pause_is_no_outage(worlds: Worlds) -> None:
    await watched(worlds)
    worlds.clock.pass_time(3_600)
    world = await begin(worlds)
    await pass_minutes(world, 1)
    await come_back(world)
    assert world.told == []


async def test_nothing_is_told_while_nothing_is_open(worlds: Worlds) -> None:
    world = await begin(worlds)
    worlds.api.set([request(1, "completed", finished=-10)])
    await world.watch()
    await come_back(world)
    await pass_minutes(world, 30)
    await come_back(world)
    assert world.told == []


async def test_one_reference_that_cannot_be_read_is_no_outage(worlds: Worlds) -> None:
    world = await watched(worlds)
    worlds.api.set([request(9, reference="batch-2")])
    await world.watch("batch-2")
    worlds.api.broken = {"batch-1"}
    await pass_minutes(world, 20, away=False)
    assert "stale" not in world.told


async def test_a_notice_whose_fate_was_unknown_is_not_made_up_for_when_it_is_over(worlds: Worlds) -> None:
    world = await watched(worlds)
    await pass_minutes(world, 10)
    world.chat.faults = [InDoubtError("timeout")]
    await pass_minutes(world, 1)
    await come_back(world)
    worlds.clock.pass_time(91)
    await world.deliver()
    assert world.told == ["back"]


# --- the card ---


def card(world: World) -> CardFacts:
    facts = world.chat.edits[-1][1]
    assert isinstance(facts, CardFacts)
    return facts


async def test_the_card_says_once_that_its_data_is_old_and_that_it_is_not_any_more(worlds: Worlds) -> None:
    world = await watched(worlds)
    await pass_minutes(world, 9)
    assert not card(world).stale
    await pass_minutes(world, 3)
    assert card(world).stale
    edits = len(world.chat.edits)
    await pass_minutes(world, 60)
    assert len(world.chat.edits) == edits
    await come_back(world)
    assert not card(world).stale
    assert card(world).read_at is not None


async def test_the_card_of_what_is_finished_never_grows_old(worlds: Worlds) -> None:
    world = await begin(worlds)
    worlds.api.set([request(1, "completed", finished=-10)])
    await world.watch()
    await come_back(world)
    await pass_minutes(world, 30)
    assert not any(facts.stale for _, facts in world.chat.edits if isinstance(facts, CardFacts))
    assert worlds.clock.now() > NOON
