"""What only passing time can tell is told once, calmly, and never on old data."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.announcement import CatchUpFacts, Said
from bot.domain.request import LipsyncRequest
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts
from bot.domain.watch import Events
from bot.errors import UnavailableError
from tests.builders import NOON, at, request, uuid
from tests.flows.conftest import World, Worlds
from tests.flows.test_catch_up import begin, told_in

MINUTE = 60.0
AWAY = UnavailableError("the API could not be reached")


def seconds(world: World) -> float:
    return (world.clock.now() - NOON).total_seconds()


def other(number: int, finished: float) -> LipsyncRequest:
    """It was sent before all that is watched, so that it overtakes nothing, and took 55 seconds."""
    ended = request(number, "completed", reference="other", created=finished - 20_000, finished=finished)
    return replace(ended, started_at=at(finished - 55))


def others_go_on(world: World, *, minutes: int = 2) -> None:
    """In the account, but under another reference, a clip finishes every half minute."""
    now = seconds(world)
    for half in range(2 * minutes):
        finished = now - 30.0 * half
        number = 10_000 + int(finished)
        world.api.set([other(number, finished)])


async def pass_minutes(world: World, minutes: int, *, traffic: bool = True, away: bool = False) -> None:
    """The bot lives on, as its alarms would have it."""
    for _ in range(minutes):
        if traffic:
            others_go_on(world)
        if away:
            world.api.faults = [AWAY] * 10
        await step(world)
        world.clock.pass_time(MINUTE)
    world.api.faults = []


async def step(world: World) -> None:
    await world.look()
    await world.stories.vigil.step()
    await world.deliver()


async def watched(worlds: Worlds, rows: Sequence[LipsyncRequest], *, expected: int | None = None) -> World:
    """These requests are watched, and the account works as ever."""
    world = await begin(worlds)
    worlds.api.set(rows)
    others_go_on(world)
    await world.watch(expected=expected)
    await step(world)
    return world


def shown(world: World, kind: type[StuckFacts] | type[MissingFacts] | type[StalledFacts]) -> list[Said]:
    """What messages of a kind were edited to."""
    return [said for _, said in world.chat.edits if isinstance(said, kind)]


def stuck_in(said: Said) -> StuckFacts:
    assert isinstance(said, StuckFacts)
    return said


# --- requests ---


async def test_a_request_that_runs_too_long_is_told_once(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing"), request(2)])
    await pass_minutes(world, 10)
    assert world.told == []
    await pass_minutes(world, 30)
    assert world.told == ["stuck"]
    facts = stuck_in(told_in(worlds)[0])
    assert [(one.id, one.why) for one in facts.ones] == [(uuid(1), "slow")]
    assert facts.usual == timedelta(seconds=55)


async def test_when_more_get_stuck_and_some_finish_the_message_is_edited(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing"), request(2, "processing", created=180)])
    await pass_minutes(world, 12)
    assert [one.id for one in stuck_in(told_in(worlds)[0]).ones] == [uuid(1)]
    await pass_minutes(world, 5)
    worlds.api.set([request(1, "completed", finished=seconds(world))])
    await pass_minutes(world, 3)
    assert world.told == ["stuck"]
    last = stuck_in(shown(world, StuckFacts)[-1])
    assert ([one.id for one in last.ones], last.finished) == ([uuid(2)], 1)


async def test_ten_times_as_many_are_told_again_under_the_first(worlds: Worlds) -> None:
    rows = [request(1, "processing"), *(request(n, "processing", created=120) for n in range(2, 12))]
    world = await watched(worlds, rows)
    await pass_minutes(world, 20)
    assert world.told == ["stuck", "stuck"]
    assert [stuck_in(said).grown for said in told_in(worlds)] == [False, True]


async def test_one_that_was_overtaken_is_told(worlds: Worlds) -> None:
    later = [request(n, "completed", created=n, finished=n + 60.0) for n in range(2, 13)]
    world = await watched(worlds, [request(1), *later])
    await pass_minutes(world, 4)
    (said,) = told_in(worlds)
    assert [(one.id, one.why) for one in stuck_in(said).ones] == [(uuid(1), "overtaken")]


async def test_nothing_is_told_of_data_that_grew_old(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing")])
    await pass_minutes(world, 8)
    await pass_minutes(world, 30, away=True)
    assert world.told == []


async def test_restarts_say_nothing_twice(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing")])
    await pass_minutes(world, 12)
    for _ in range(3):
        world = await begin(worlds)
        await pass_minutes(world, 4)
    assert world.told == ["stuck"]


async def test_two_processes_say_nothing_twice(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing")])
    await pass_minutes(world, 9)
    other = await worlds.begin(gap=300)
    for _ in range(4):
        others_go_on(world)
        await world.look()
        await other.stories.vigil.step()
        await world.stories.vigil.step()
        await world.deliver()
        world.clock.pass_time(MINUTE)
    assert world.told == ["stuck"]


async def test_a_finish_just_before_it_is_written_is_not_contradicted(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing"), request(2)])
    await pass_minutes(world, 10)
    now = seconds(world)
    others_go_on(world)
    worlds.api.set([request(1, "completed", finished=now)])
    at_last, fresh_after = world.clock.now(), world.clock.now() - timedelta(minutes=10)
    assert await world.store.vigil.needs("default", now=at_last, fresh_after=fresh_after) is not None
    await world.look()
    assert await world.store.vigil.keep("default", now=at_last, fresh_after=fresh_after) == 0


async def test_what_is_over_before_it_was_posted_is_not_posted(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing"), request(2)])
    await pass_minutes(world, 10)
    others_go_on(world)
    await world.look()
    await world.stories.vigil.step()
    worlds.api.set([request(1, "completed", finished=seconds(world))])
    world.clock.pass_time(MINUTE)
    await step(world)
    assert world.told == []


async def test_a_mute_holds_it_and_its_summary_tells_it(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1, "processing"), request(2)])
    await world.stories.muting.mute("C1", None, timedelta(hours=9), "U1")
    await pass_minutes(world, 20)
    assert world.told == []
    await world.stories.muting.unmute("C1", None, "U1")
    await world.deliver()
    (summary,) = told_in(worlds)
    assert isinstance(summary, CatchUpFacts)
    assert [one.stuck for one in summary.references] == [1]


@pytest.mark.parametrize("events", [Events.FAILURES, Events.EACH])
async def test_who_did_not_ask_for_problems_is_not_told(worlds: Worlds, events: Events) -> None:
    world = await begin(worlds)
    worlds.api.set([request(1, "processing")])
    await world.watch(events=events)
    await pass_minutes(world, 20)
    assert "stuck" not in world.told


@pytest.mark.parametrize("hours", [-3, 3])
async def test_ages_are_on_the_clock_of_the_api(worlds: Worlds, hours: int) -> None:
    worlds.api.skew = timedelta(hours=hours)
    created = hours * 3_600.0
    world = await begin(worlds)
    worlds.api.set([request(1, "processing", created=created)])
    await world.watch()
    for _ in range(9):
        now = seconds(world) + created
        worlds.api.set([other(20_000 + int(now), now)])
        await step(world)
        world.clock.pass_time(MINUTE)
    assert world.told == []
    for _ in range(5):
        now = seconds(world) + created
        worlds.api.set([other(20_000 + int(now), now)])
        await step(world)
        world.clock.pass_time(MINUTE)
    assert world.told == ["stuck"]


# --- the account ---


async def test_when_nothing_finishes_anywhere_each_place_is_told_once_and_nothing_one_by_one(worlds: Worlds) -> None:
    world = await watched(worlds, [request(n, "processing") for n in range(1, 9)])
    await world.watch(place="C2")
    await pass_minutes(world, 30, traffic=False)
    assert world.told == ["stalled", "stalled"]
    (facts,) = told_in(worlds)
    assert isinstance(facts, StalledFacts)
    assert (facts.running, facts.batches, facts.references) == (8, 1, ("batch-1",))


async def test_when_it_moves_again_its_message_says_since_when(worlds: Worlds) -> None:
    world = await watched(worlds, [request(n, "processing") for n in range(1, 9)])
    await pass_minutes(world, 15, traffic=False)
    moved = seconds(world)
    worlds.api.set([request(1, "completed", finished=moved)])
    await pass_minutes(world, 3, traffic=False)
    (facts,) = shown(world, StalledFacts)
    assert isinstance(facts, StalledFacts)
    assert facts.over_at == NOON + timedelta(seconds=moved)


async def test_a_second_stall_is_told_anew(worlds: Worlds) -> None:
    world = await watched(worlds, [request(n, "processing") for n in range(1, 9)])
    await pass_minutes(world, 15, traffic=False)
    worlds.api.set([request(n, "completed", finished=seconds(world) - 5 * n) for n in range(1, 8)])
    worlds.api.set([request(n, "processing", created=seconds(world)) for n in range(20, 28)])
    await pass_minutes(world, 15, traffic=False)
    assert world.told.count("stalled") == 2


async def test_a_muted_place_is_told_of_a_stall_that_lasts_when_the_mute_ends(worlds: Worlds) -> None:
    world = await watched(worlds, [request(n, "processing") for n in range(1, 9)])
    await world.stories.muting.mute("C1", None, timedelta(hours=9), "U1")
    await pass_minutes(world, 15, traffic=False)
    assert world.told == []
    await world.stories.muting.unmute("C1", None, "U1")
    await pass_minutes(world, 2, traffic=False)
    assert world.told == ["stalled"]


async def test_an_outage_in_a_stall_does_not_end_it(worlds: Worlds) -> None:
    world = await watched(worlds, [request(n, "processing") for n in range(1, 9)])
    await pass_minutes(world, 13, traffic=False)
    await pass_minutes(world, 13, traffic=False, away=True)
    await pass_minutes(world, 5, traffic=False)
    assert world.told.count("stalled") == 1
    assert shown(world, StalledFacts) == []


async def unwatched(worlds: Worlds) -> World:
    """Of a batch that nobody watches it is known that a clip ran; the account's list cannot be read any more."""
    world = await begin(worlds)
    worlds.api.set([*(request(n, "processing") for n in range(1, 9)), request(99, "processing", reference="other")])
    await world.watch()
    await step(world)
    worlds.api.broken = {None}
    return world


async def test_what_nobody_watches_is_asked_before_the_account_is_said_to_stand_still(worlds: Worlds) -> None:
    world = await unwatched(worlds)
    await pass_minutes(world, 9, traffic=False)
    worlds.api.set([request(99, "completed", reference="other", finished=seconds(world))])
    await pass_minutes(world, 6, traffic=False)
    assert (uuid(99), -1) in worlds.api.calls
    assert "stalled" not in world.told


async def test_when_that_runs_still_the_account_is_said_to_stand_still(worlds: Worlds) -> None:
    world = await unwatched(worlds)
    await pass_minutes(world, 15, traffic=False)
    assert worlds.api.calls.count((uuid(99), -1)) == 1
    assert world.told == ["stalled"]


# --- the submission ---


async def test_a_submission_that_stopped_is_told_while_others_are_open(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1), request(2)], expected=5)
    await pass_minutes(world, 20)
    assert world.told == ["missing"]
    (facts,) = told_in(worlds)
    assert isinstance(facts, MissingFacts)
    assert (facts.progress.total, facts.progress.expected) == (2, 5)


async def test_when_it_goes_on_its_message_says_so(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1), request(2)], expected=5)
    await pass_minutes(world, 12)
    worlds.api.set([request(3, created=seconds(world))])
    await pass_minutes(world, 3)
    (facts,) = shown(world, MissingFacts)
    assert isinstance(facts, MissingFacts)
    assert facts.over == "more"


async def test_what_settles_short_is_told_by_that_alone_when_all_have_ended_before(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1), request(2)], expected=5)
    await pass_minutes(world, 5)
    now = seconds(world)
    worlds.api.set([request(n, "completed", finished=now) for n in (1, 2)])
    await pass_minutes(world, 20)
    assert world.told == ["short"]


async def test_when_it_settles_short_after_that_its_message_says_that_it_settled(worlds: Worlds) -> None:
    world = await watched(worlds, [request(1), request(2)], expected=5)
    await pass_minutes(world, 12)
    now = seconds(world)
    worlds.api.set([request(n, "completed", finished=now) for n in (1, 2)])
    await pass_minutes(world, 3)
    assert world.told == ["missing", "short"]
    (facts,) = shown(world, MissingFacts)
    assert isinstance(facts, MissingFacts)
    assert facts.over == "settled"
