"""Nothing lost, nothing doubled, whatever Slack does."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain.announcement import AccessFacts, CardFacts
from bot.domain.delivery import PLAINLY, State
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoHistoryError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from tests.builders import request
from tests.flows.conftest import World, Worlds


async def failing(world: World) -> None:
    """A watched batch with one failure recorded, its card posted."""
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    await world.look()


async def test_an_answer_lost_after_processing_is_found_in_the_history(world: World) -> None:
    await failing(world)
    world.chat.after = [InDoubtError("timeout")]
    await world.deliver()
    assert world.told == ["failure"]
    world.clock.pass_time(60)
    await world.deliver()
    assert world.chat.finds == 0  # not before the quiet time is over
    world.clock.pass_time(40)
    await world.deliver()
    assert (world.chat.finds, world.told) == (1, ["failure"])
    tally = await world.store.outbox.tally("T1")
    assert tally.counts.get(State.IN_DOUBT, 0) == 0


async def test_an_attempt_that_never_arrived_is_made_again_after_the_quiet_time(world: World) -> None:
    await failing(world)
    world.chat.faults = [InDoubtError("status_500")]
    await world.deliver()
    assert world.told == []
    world.clock.pass_time(91)
    await world.deliver()
    assert world.told == ["failure"]
    assert world.chat.repeats == []


@pytest.mark.parametrize("fault", [SlackBusyError(timedelta(seconds=7)), NotSentError("no connection")])
async def test_what_was_surely_not_done_is_done_again_without_looking(world: World, fault: SlackError) -> None:
    await failing(world)
    world.chat.faults = [fault]
    await world.deliver()
    assert world.told == []
    world.clock.pass_time(61)
    await world.deliver()
    assert (world.told, world.chat.finds) == (["failure"], 0)
    assert world.ground.vitals.slack_trouble is None


async def test_a_row_found_sending_after_a_crash_is_looked_up(worlds: Worlds) -> None:
    before = await worlds.begin()
    await failing(before)
    lease = await before.stories.sender.turn()
    assert lease is not None
    (claimed,) = await before.store.outbox.claim(lease, now=before.clock.now(), busy=frozenset())
    facts = claimed.announcement.facts
    assert facts.kind == "failure"
    await before.chat.post("C1", facts, PLAINLY, delivery_id=claimed.id, repeat=False)
    after = await worlds.begin()
    await after.deliver()
    assert after.told == ["failure"]
    worlds.clock.pass_time(91)
    await after.deliver()
    assert after.told == ["failure"]
    assert (await after.store.outbox.tally("T1")).counts[State.SENT] == 2


async def test_without_a_history_it_is_repeated_and_says_so(world: World) -> None:
    await failing(world)
    world.chat.after = [InDoubtError("timeout")]
    world.chat.find_faults = [NoHistoryError("missing_scope")]
    await world.deliver()
    world.clock.pass_time(91)
    await world.deliver()
    assert world.told == ["failure", "failure"]
    assert len(world.chat.repeats) == 1


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found"])
async def test_put_out_of_a_place_the_bot_looks_what_is_in_doubt_up_when_it_is_back(world: World, code: str) -> None:
    await failing(world)
    world.chat.after = [InDoubtError("timeout")]
    world.chat.find_faults = [NoHistoryError(code)] * 2
    await world.deliver()
    for _ in range(3):
        world.clock.pass_time(301)
        await world.deliver()
    assert world.told == ["failure"]
    assert (world.chat.repeats, world.chat.finds) == ([], 3)
    assert (await world.store.outbox.tally("T1")).counts == {State.SENT: 2}


async def test_without_a_history_it_is_held_when_the_setting_says_so(worlds: Worlds) -> None:
    world = await worlds.begin(resend=False)
    await failing(world)
    world.chat.after = [InDoubtError("timeout")]
    world.chat.find_faults = [NoHistoryError("missing_scope")]
    await world.deliver()
    world.clock.pass_time(91)
    await world.deliver()
    assert world.told == ["failure"]
    assert (await world.store.outbox.tally("T1")).counts[State.IN_DOUBT] == 1
    world.clock.pass_time(3_700)
    await world.deliver()
    assert (await world.store.outbox.tally("T1")).counts.get(State.IN_DOUBT, 0) == 0


@pytest.mark.parametrize("fault", [SlackBusyError(timedelta(seconds=60)), InDoubtError("timeout")])
async def test_a_history_that_cannot_be_read_now_is_read_later(world: World, fault: SlackError) -> None:
    await failing(world)
    world.chat.after = [InDoubtError("timeout")]
    world.chat.find_faults = [fault]
    await world.deliver()
    world.clock.pass_time(91)
    await world.deliver()
    world.clock.pass_time(61)
    await world.deliver()
    assert (world.chat.finds, world.told) == (2, ["failure"])


async def test_a_place_without_access_is_parked_told_to_the_author_and_tried_again(world: World) -> None:
    world.api.set([request(1), request(2)])
    world.chat.faults = [NoAccessError("not_in_channel")]
    await world.watch()
    await world.deliver()
    (place, _, facts, _), *rest = world.chat.messages
    assert (place, rest) == ("U1", [])
    assert isinstance(facts, AccessFacts)
    assert facts.references == ("batch-1",)
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    await world.look()
    await world.deliver()
    assert len(world.chat.messages) == 1
    world.clock.pass_time(300)
    await world.deliver()
    assert world.chat.kinds == ["access", "card", "failure"]


async def test_trouble_that_goes_on_is_told_once(world: World) -> None:
    world.api.set([request(1), request(2)])
    world.chat.faults = [NoAccessError("not_in_channel"), None, NoAccessError("not_in_channel")]
    await world.watch()
    for _ in range(2):
        await world.deliver()
        world.clock.pass_time(301)
    await world.deliver()
    assert world.chat.kinds == ["access", "card"]


async def test_a_command_typed_in_the_place_tries_it_again_at_once(world: World) -> None:
    world.api.set([request(1)])
    world.chat.faults = [NoAccessError("not_in_channel")]
    await world.watch()
    await world.deliver()
    await world.stories.watching.visited("C1")
    await world.deliver()
    assert world.chat.kinds == ["access", "card"]


async def test_a_message_whose_blocks_are_refused_is_said_without_them_by_another_attempt(world: World) -> None:
    await failing(world)
    world.chat.faults = [RefusedMessageError("invalid_blocks")]
    await world.deliver()
    assert world.told == ["failure"]
    (failure,) = [delivery for _, delivery, said, _ in world.chat.messages if said.kind == "failure"]
    assert world.chat.manners[failure].words_only
    assert [world.chat.manners[delivery].words_only for _, delivery, _, _ in world.chat.messages].count(True) == 1


async def test_a_message_that_slack_refuses_for_another_reason_is_dropped(world: World) -> None:
    await failing(world)
    world.chat.faults = [RefusedMessageError("metadata_too_large")]
    await world.deliver()
    assert world.told == []


async def test_a_message_that_slack_refuses_is_dropped_and_the_next_one_goes_on(world: World) -> None:
    await failing(world)
    world.chat.faults = [RefusedMessageError("invalid_blocks"), RefusedMessageError("invalid_blocks")]
    await world.deliver()
    assert world.told == []
    world.clock.pass_time(60)
    world.api.set([request(2, "failed", error="y", finished=50)])
    await world.look()
    await world.deliver()
    assert world.told == ["failure", "finished"]


async def test_one_message_a_second_in_a_place_and_in_order(world: World) -> None:
    world.api.set([request(n) for n in range(6)])
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(n, "failed", error="abcdef"[n], finished=30 + n) for n in range(5)])
    await world.look()
    await world.deliver()
    posted = [at for _, _, _, at in world.chat.messages]
    assert len(posted) == 6
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(posted))


async def test_nothing_is_posted_before_slack_told_who_we_are(worlds: Worlds) -> None:
    world = await worlds.begin(known=False)
    assert await world.stories.deliver.step() is None
    assert await world.stories.edits.step() is None
    await world.stories.tend.step()
    assert world.ground.identity.known
    assert world.connections == ["tended"]


async def test_a_card_is_edited_when_something_changed_but_not_more_often_than_the_interval(world: World) -> None:
    world.api.set([request(n) for n in range(9)])
    await world.watch()
    await world.deliver()
    edits = len(world.chat.edits)
    for second in range(1, 46):
        world.clock.pass_time(2)
        if second <= 8:
            world.api.set([request(second, "processing")])
        await world.look()
        await world.deliver()
    assert len(world.chat.edits) - edits == 1
    facts = world.chat.edits[-1][1]
    assert isinstance(facts, CardFacts)
    assert facts.progress.processing == 8


async def test_a_deleted_card_comes_back_with_the_next_important_event(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.chat.gone = True
    world.clock.pass_time(3_700)
    world.api.set([request(1, "processing")])
    await world.look()
    await world.deliver()
    assert world.chat.kinds == ["card"]
    world.chat.gone = False
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=3_750)])
    await world.look()
    await world.deliver()
    assert sorted(world.chat.kinds) == ["card", "card", "failure"]


async def test_a_stopped_watch_has_its_card_edited_a_last_time(world: World) -> None:
    world.api.set([request(1)])
    await world.watch()
    await world.deliver()
    await world.stories.watching.stop("C1", "batch-1")
    await world.deliver()
    facts = world.chat.edits[-1][1]
    assert isinstance(facts, CardFacts)
    assert facts.watch.ended_at is not None
    edits = len(world.chat.edits)
    world.clock.pass_time(7_200)
    await world.deliver()
    assert len(world.chat.edits) == edits


async def test_a_busy_slack_lets_the_cards_rest(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    edits = len(world.chat.edits)
    world.clock.pass_time(60)
    world.api.set([request(1, "processing")])
    await world.look()
    world.chat.faults = [SlackBusyError(timedelta(seconds=30))]
    await world.stories.edits.step()
    world.clock.pass_time(29)
    await world.stories.edits.step()
    assert len(world.chat.edits) == edits
    world.clock.pass_time(2)
    await world.stories.edits.step()
    assert len(world.chat.edits) == edits + 1


async def test_a_missing_scope_in_one_place_slows_no_other(world: World) -> None:
    world.api.set([request(n) for n in range(4)])
    await world.watch(place="C1")
    await world.watch(place="C2")
    world.chat.closed = {"C2": TokenRefusedError("missing_scope"), "U1": TokenRefusedError("missing_scope")}
    await world.deliver()
    world.clock.pass_time(60)
    world.api.set([request(n, "failed", error="abc"[n], finished=30) for n in range(3)])
    await world.look()
    await world.deliver()
    posted = [when for place, _, said, when in world.chat.messages if place == "C1" and said.kind == "failure"]
    assert len(posted) == 3
    assert posted[-1] - posted[0] < timedelta(seconds=10)
    assert await world.store.outbox.trouble("T1", "C2") == "missing_scope"
