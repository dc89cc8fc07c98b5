"""Home is shown at once when it is opened, then whenever it would show something else, and never more than that."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.home import HomeFacts
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoScreenError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.flows.home import BEHIND_MESSAGES, LATELY, PUBLISHES_PER_MINUTE, RENEWED_AFTER
from tests.builders import request
from tests.fakes import FakeClock, FakeHomeTab
from tests.flows.conftest import World, Worlds, until

ME, DM = "U1", "D1"
LOOK = 16.0  # seconds


@pytest.fixture
def tab(worlds: Worlds) -> FakeHomeTab:
    return worlds.home_tab


async def opens(world: World, person: str = ME) -> None:
    await world.stories.home.opened(person, DM)
    await world.stories.home.show(person)


async def steps(world: World, seconds: float = 0) -> None:
    world.clock.pass_time(seconds)
    await world.stories.homes.step()


async def see(world: World, *statuses: str, reference: str = "batch-1") -> None:
    """These are so by now, and were looked at."""
    world.clock.pass_time(LOOK)
    world.api.set([request(n, status, reference=reference) for n, status in enumerate(statuses)])
    await world.look()


def shown(tab: FakeHomeTab) -> list[int]:
    """How many had ended, of each Home that was shown."""
    return [sum(one.progress.terminal for one in facts.watches) for facts in tab.shown]


async def watching(world: World) -> None:
    """One batch of mine with two clips, and my Home open."""
    await see(world, "queued", "queued")
    await world.watch()
    await opens(world)


# --- for people ---


async def test_home_is_shown_when_it_is_opened_though_nothing_is_there(world: World, tab: FakeHomeTab) -> None:
    await opens(world)
    (facts,) = tab.shown
    assert (facts.person, facts.place, facts.is_empty) == (ME, DM, True)


async def test_opening_it_asks_nothing_of_the_api(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    world.api.calls.clear()
    await opens(world)
    assert world.api.calls == []
    assert len(tab.shown) == 2


async def test_each_time_it_is_opened_it_is_shown_whatever_it_showed(world: World, tab: FakeHomeTab) -> None:
    await opens(world)
    await opens(world)
    assert len(tab.shown) == 2


async def test_whoever_never_opened_it_is_shown_nothing(world: World, tab: FakeHomeTab) -> None:
    await world.watch()
    await world.stories.home.show(ME)
    await steps(world, 60)
    assert tab.tries == 0


async def test_before_slack_has_told_who_the_bot_is_nothing_is_done(worlds: Worlds, tab: FakeHomeTab) -> None:
    world = await worlds.begin(known=False)
    await opens(world)
    await steps(world)
    assert tab.tries == 0


async def test_why_the_api_cannot_be_read_is_told(world: World, tab: FakeHomeTab) -> None:
    world.ground.vitals.api_trouble = "the API answered 500"
    await opens(world)
    assert tab.shown[0].state.trouble == "the API answered 500"


# --- by itself ---


async def test_what_changes_is_shown_and_what_does_not_is_not(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    await see(world, "completed", "queued")
    await steps(world, 60)
    await steps(world, 60)
    await steps(world, 60)
    assert shown(tab) == [0, 1]


async def test_changes_that_follow_close_on_one_another_are_shown_together(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    for done in range(1, 7):
        await see(world, *["completed"] * done, *["queued"] * (9 - done))
        await steps(world)
    assert shown(tab) == [0, 3, 6]


async def test_an_hour_of_constant_change_is_shown_at_most_every_45_seconds(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    for done in range(1, 226):
        await see(world, *["completed"] * done, "queued")
        await steps(world)
    assert 60 < len(tab.shown) <= 1 + 3_600 // 45


async def test_a_change_made_by_a_person_is_shown_to_the_others_who_look(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    world.clock.pass_time(60)
    await world.stories.muting.mute("C1", "batch-1", timedelta(hours=1), "U2")
    await steps(world)
    assert tab.shown[-1].watches[0].muted_until is not None


async def test_home_that_was_opened_long_ago_is_left_alone(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    await see(world, "completed", "queued")
    await steps(world, LATELY.total_seconds() + 1)
    assert shown(tab) == [0]
    assert await world.stories.homes.step() is None  # nobody to come back for
    await opens(world)
    assert shown(tab) == [0, 1]


async def test_ages_are_put_right_now_and_then_while_something_goes_on(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    await see(world, "queued", "queued")
    world.clock.pass_time(RENEWED_AFTER.total_seconds())
    await see(world, "queued", "queued")
    await steps(world)
    await steps(world, 60)
    assert len(tab.shown) == 2
    assert tab.shown[1].read_at != tab.shown[0].read_at
    await see(world, "completed", "completed")
    await steps(world, 60)
    for _ in range(3):
        await see(world, "completed", "completed")
        await steps(world, RENEWED_AFTER.total_seconds())
    assert len(tab.shown) == 3  # nothing goes on any more


async def test_after_a_restart_it_is_known_what_is_shown(worlds: Worlds, tab: FakeHomeTab) -> None:
    world = await worlds.begin()
    await watching(world)
    again = await worlds.begin()
    await steps(again, 120)
    assert shown(tab) == [0]
    await see(again, "completed", "queued")
    await steps(again, 60)
    assert shown(tab) == [0, 1]


async def test_only_the_process_that_sends_keeps_it_up_to_date_but_any_shows_it(
    worlds: Worlds, tab: FakeHomeTab
) -> None:
    first = await worlds.begin()
    await watching(first)
    second = await worlds.begin()
    await see(first, "completed", "queued")
    first.clock.pass_time(60)
    assert await second.stories.sender.turn() is not None
    await steps(first)
    assert shown(tab) == [0]
    await opens(first)
    assert shown(tab) == [0, 1]
    await see(first, "completed", "completed")
    await steps(second, 60)
    assert shown(tab) == [0, 1, 2]


async def test_messages_that_are_being_posted_go_first_but_not_for_ever(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    await see(world, "completed", "queued")
    world.clock.pass_time(60)
    world.stories.deliver.busy_since = began = world.clock.now()
    await steps(world)
    assert shown(tab) == [0, 1]
    assert world.clock.now() - began >= timedelta(seconds=BEHIND_MESSAGES)
    await see(world, "completed", "completed")
    world.clock.pass_time(60)
    world.stories.deliver.busy_since, began = None, world.clock.now()
    await steps(world)
    assert shown(tab) == [0, 1, 2]
    assert world.clock.now() == began


async def test_what_was_read_before_does_not_replace_what_somebody_did_since(worlds: Worlds, tab: FakeHomeTab) -> None:
    worlds.clock = worlds.api.clock = worlds.chat.clock = FakeClock()
    world = await worlds.begin()
    await watching(world)
    await see(world, "completed", "queued")
    world.clock.pass_time(60)
    world.stories.deliver.busy_since = world.clock.now()
    renewal = asyncio.ensure_future(world.stories.homes.step())
    await until(lambda: world.clock.sleeping == 1)
    await world.watch("batch-2")
    await world.stories.home.show(ME)
    world.stories.deliver.busy_since = None
    world.clock.pass_time(1)
    await renewal
    assert [len(facts.watches) for facts in tab.shown] == [1, 2, 2]


async def test_what_is_on_its_way_to_slack_arrives_before_what_is_newer(world: World, tab: FakeHomeTab) -> None:
    await watching(world)
    await see(world, "completed", "queued")
    world.clock.pass_time(60)
    tab.gate = asyncio.Event()
    renewal = asyncio.ensure_future(world.stories.homes.step())
    await until(lambda: tab.tries == 2)
    await world.watch("batch-2")
    click = asyncio.create_task(world.stories.home.show(ME))
    opening = asyncio.create_task(opens(world, "U2"))
    await until(lambda: tab.tries == 3)  # nobody else waits for it
    tab.gate.set()
    await asyncio.gather(renewal, click, opening)
    assert [len(facts.watches) for facts in tab.shown if facts.person == ME] == [1, 1, 2]


async def test_the_workspace_has_a_limit_and_everybody_has_a_turn(world: World, tab: FakeHomeTab) -> None:
    people = [f"U{n}" for n in range(100)]
    for person in people:
        await world.stories.home.opened(person, DM)
    began = world.clock.now()
    within: list[HomeFacts] = []
    for _ in range(1_000):
        next_at = await world.stories.homes.step()
        if world.clock.now() - began <= timedelta(minutes=1):
            within = list(tab.shown)
        if len(tab.shown) == len(people) or next_at is None:
            break
        world.clock.pass_time(max((next_at - world.clock.now()).total_seconds(), 0.01))
    assert len(within) <= PUBLISHES_PER_MINUTE
    assert sorted(facts.person for facts in tab.shown) == sorted(people)


# --- what goes wrong ---


async def test_a_429_is_obeyed_and_it_is_shown_after_it(world: World, tab: FakeHomeTab) -> None:
    tab.faults = [SlackBusyError(timedelta(seconds=40))]
    await opens(world)
    await opens(world)
    await steps(world, 30)
    assert (tab.tries, tab.shown) == (1, [])
    await steps(world, 11)
    assert len(tab.shown) == 1


async def test_while_it_rests_messages_are_posted(world: World, tab: FakeHomeTab) -> None:
    tab.faults = [SlackBusyError(timedelta(seconds=400))]
    await opens(world)
    await world.watch()
    await world.deliver()
    assert world.chat.kinds == ["card"]


@pytest.mark.parametrize("fault", [InDoubtError("timeout"), InDoubtError("http_500"), NotSentError("no_connection")])
async def test_what_may_pass_is_tried_again_more_and_more_rarely(
    world: World, tab: FakeHomeTab, fault: SlackError
) -> None:
    tab.faults = [fault] * 8
    await opens(world)
    for _ in range(12):
        await steps(world, 5)
    tries = tab.tries
    assert 2 <= tries <= 5
    for _ in range(400):
        await steps(world, 15)
    assert tab.tries <= 10
    assert len(tab.shown) == 1


async def test_one_person_whose_home_fails_holds_up_nobody(world: World, tab: FakeHomeTab) -> None:
    tab.faults = [InDoubtError("http_500")]
    await opens(world, "U2")
    await opens(world)
    assert [facts.person for facts in tab.shown] == [ME]


@pytest.mark.parametrize(
    "fault",
    [
        NoScreenError("not_enabled"),
        NoAccessError("user_not_found"),
        RefusedMessageError("invalid_arguments"),
        TokenRefusedError("missing_scope", "x:y"),
    ],
)
async def test_what_will_not_pass_is_not_tried_again_until_home_is_opened(
    world: World, tab: FakeHomeTab, fault: SlackError
) -> None:
    tab.faults = [fault]
    await opens(world)
    await see(world, "completed")
    for _ in range(5):
        await steps(world, 60)
    assert tab.tries == 1
    assert not world.ground.vitals.token_refused
    await opens(world)
    assert len(tab.shown) == 1


async def test_a_refused_token_ends_it_until_slack_takes_it_again(world: World, tab: FakeHomeTab) -> None:
    tab.faults = [TokenRefusedError("account_inactive")]
    await opens(world)
    assert world.ground.vitals.token_refused
    await steps(world, 60)
    await opens(world)
    assert tab.tries == 1
    world.ground.vitals.token_refused = False
    await steps(world, 60)
    assert len(tab.shown) == 1


# --- what somebody waits for ---


async def test_a_new_watch_is_shown_at_once_though_home_was_just_opened(world: World, tab: FakeHomeTab) -> None:
    await see(world, "queued", "queued")
    await opens(world)
    await steps(world, 12)
    await world.watch()
    await steps(world, 1)
    await steps(world, 12)
    assert [facts.count for facts in tab.shown] == [0, 1]
