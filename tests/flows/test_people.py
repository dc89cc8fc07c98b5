"""Mute, test, undo and the end of a watch by itself, through the real flows."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.announcement import CardFacts, CatchUpFacts, TrialFacts
from bot.domain.answer import Wish
from bot.domain.deed import NOBODY, Did
from bot.domain.mute import Silence
from bot.domain.people_answer import Undone
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Placement, Watch
from bot.errors import BadCommandError, NoAccessError, NoHistoryError, SlackBusyError
from bot.slack.examples import examples
from tests.builders import NOON, request, uuid
from tests.flows.conftest import SCOPES, World, Worlds

HOUR, DAY = 3_600, 86_400
MADE_UP = examples("/lipsync", NOON, "C1", "TEST-batch")


def failed(number: int, why: str, created: float) -> LipsyncRequest:
    return request(number, "failed", error=why, created=created)


async def active(world: World, reference: str = "batch-1") -> Watch | None:
    return await world.store.watches.at("T1", "C1", reference)


async def look_and_tell(world: World) -> None:
    await world.look()
    await world.stories.tend.step()
    await world.deliver()


# --- mute ---


async def test_a_muted_place_hears_nothing_until_the_end_and_then_one_summary(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    answer = await world.stories.muting.mute("C1", "batch-1", timedelta(hours=2), "U1")
    assert (answer.is_new, answer.mute.until) == (True, world.clock.now() + timedelta(hours=2))
    world.clock.pass_time(HOUR)
    world.api.set([failed(1, "no face", 0)])
    await look_and_tell(world)
    assert world.told == []

    world.clock.pass_time(HOUR)
    await look_and_tell(world)

    assert world.told == ["catch_up"]
    world.api.set([failed(2, "codec", 0)])
    world.clock.pass_time(60)
    await look_and_tell(world)
    assert world.told[:2] == ["catch_up", "failure"]


@pytest.mark.parametrize("reference", ["batch-2", "b*"])
async def test_a_watch_that_begins_where_it_is_muted_says_until_when(world: World, reference: str) -> None:
    await world.watch()
    muted = await world.stories.muting.mute("C1", None, timedelta(hours=2), "U1")

    wish = Wish("T1", "default", "C1", reference, "U1")
    told = [answer.silence async for answer in world.stories.watching.start(wish)]

    assert set(told) == {Silence(muted.mute.until)}


async def test_the_card_says_until_when_it_is_muted_and_is_still_edited(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    await world.stories.muting.mute("C1", None, timedelta(hours=2), "U1")
    await world.deliver()
    _, shown = world.chat.edits[-1]
    assert isinstance(shown, CardFacts)
    assert shown.muted_until == world.clock.now() + timedelta(hours=2)
    world.api.set([failed(1, "no face", 0)])
    world.clock.pass_time(HOUR)
    await look_and_tell(world)
    _, shown = world.chat.edits[-1]
    assert isinstance(shown, CardFacts)
    assert shown.progress.failed == 1


async def test_unmute_tells_what_was_held_and_what_is_still_muted(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    muting = world.stories.muting
    await muting.mute("C1", "batch-1", timedelta(hours=2), "U1")
    await muting.mute("C1", "b*", timedelta(hours=3), "U1")
    world.api.set([failed(1, "no face", 0)])
    world.clock.pass_time(60)
    await look_and_tell(world)

    first = await muting.unmute("C1", "batch-1", "U2")
    assert (len(first.ended), first.told, [one.subject for one in first.others]) == (1, 0, ["b*"])
    second = await muting.unmute("C1", None, "U2")
    await world.deliver()

    assert (len(second.ended), second.told) == (1, 1)
    assert world.told == ["catch_up"]
    assert (await muting.unmute("C1", None, "U2")).ended == ()


async def test_what_is_not_watched_cannot_be_muted(world: World) -> None:
    muting = world.stories.muting
    for reference in ("batch-1", None, "batch-*"):
        with pytest.raises(BadCommandError, match="nothing to mute"):
            await muting.mute("C1", reference, timedelta(hours=1), "U1")
    await world.watch("batch-2")
    with pytest.raises(BadCommandError, match="does not watch it"):
        await muting.mute("C1", "batch-1", timedelta(hours=1), "U1")
    assert [deed.did for deed in await world.store.deeds.since(NOON)] == [Did.WATCH]


async def test_the_uuid_of_a_request_mutes_its_batch(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    answer = await world.stories.muting.mute("C1", uuid(1), timedelta(hours=1), "U1")
    assert answer.mute.subject == "batch-1"


async def test_a_kill_at_the_end_of_a_mute_tells_it_once_all_the_same(worlds: Worlds) -> None:
    world = await worlds.begin()
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.stories.muting.mute("C1", "batch-1", timedelta(hours=2), "U1")
    world.api.set([failed(1, "no face", 0)])
    world.clock.pass_time(60)
    await look_and_tell(world)
    world.clock.pass_time(3 * HOUR)
    await world.stories.tend.step()

    after = await worlds.begin()
    await after.stories.tend.step()
    await after.deliver()

    (facts,) = [said for _, _, said, _ in worlds.chat.messages if isinstance(said, CatchUpFacts)]
    assert facts.why == "muted"


# --- test ---


async def test_each_kind_of_message_is_posted_once_marked_and_counted_nowhere(world: World) -> None:
    answer = await world.stories.trials.begin("C1", MADE_UP, SCOPES, "U1")
    await world.deliver()

    assert (answer.messages, answer.lacking, answer.history, answer.unable) == (len(MADE_UP), (), None, None)
    posted = [said for _, _, said, _ in world.chat.messages]
    assert [said.said for said in posted if isinstance(said, TrialFacts)] == list(MADE_UP)
    tally = await world.store.outbox.tally("T1")
    assert (tally.counts, tally.latencies, tally.oldest_unsent_at) == ({}, (), None)
    assert [(deed.did, deed.person) for deed in await world.store.deeds.since(NOON)] == [(Did.TEST, "U1")]


async def test_a_second_test_in_the_same_place_waits_for_the_first(world: World) -> None:
    trials = world.stories.trials
    await trials.begin("C1", MADE_UP, SCOPES, "U1")
    assert (await trials.begin("C1", MADE_UP, SCOPES, "U2")).under_way
    assert (await trials.begin("C2", MADE_UP, SCOPES, "U2")).messages == len(MADE_UP)
    await world.deliver()
    assert (await trials.begin("C1", MADE_UP, SCOPES, "U2")).messages == len(MADE_UP)
    await world.deliver()
    assert world.told == ["test"] * 3 * len(MADE_UP)


async def test_what_is_missing_is_found_and_where_nothing_can_be_posted_nothing_is(world: World) -> None:
    trials = world.stories.trials
    world.chat.find_faults = [
        NoHistoryError("missing_scope"),
        NoHistoryError("not_in_channel"),
        SlackBusyError(timedelta(1)),
    ]

    unreadable = await trials.begin("C1", MADE_UP, {*SCOPES, "im:write"}, "U1")
    not_invited = await trials.begin("C2", MADE_UP, SCOPES, "U1")
    unchecked = await trials.begin("C3", MADE_UP, SCOPES, "U1")

    assert (unreadable.lacking, unreadable.history, unreadable.messages) == (
        ("im:write",),
        "missing_scope",
        len(MADE_UP),
    )
    assert (not_invited.unable, not_invited.messages) == ("not_in_channel", 0)
    assert (unchecked.unchecked, unchecked.messages) == ("ratelimited", len(MADE_UP))
    await world.deliver()
    assert {place for place, _, _, _ in world.chat.messages} == {"C1", "C3"}


async def test_a_muted_place_can_be_tested(world: World) -> None:
    await world.watch()
    await world.stories.muting.mute("C1", None, timedelta(hours=2), "U1")
    await world.stories.trials.begin("C1", MADE_UP, SCOPES, "U1")
    await world.deliver()
    assert world.told == ["test"] * len(MADE_UP)


async def test_a_test_that_could_not_be_posted_does_not_block_the_next_for_ever(world: World) -> None:
    trials = world.stories.trials
    await trials.begin("C1", MADE_UP, SCOPES, "U1")
    world.clock.pass_time(601)
    assert (await trials.begin("C1", MADE_UP, SCOPES, "U1")).messages == len(MADE_UP)
    await world.deliver()
    assert world.told == ["test"] * len(MADE_UP)


# --- the end of a watch ---


async def settled(world: World) -> None:
    """A batch that is watched, has finished, and was told to have."""
    world.api.set([request(1), request(2)])
    await world.watch()
    world.api.set([request(1, "completed"), request(2, "completed")])
    world.clock.pass_time(700)
    await look_and_tell(world)
    world.clock.pass_time(60)
    await look_and_tell(world)
    assert world.told == ["finished"]


async def test_a_watch_ends_by_itself_a_day_after_it_settled_and_only_its_card_says_so(world: World) -> None:
    await settled(world)
    world.clock.pass_time(DAY - 120)
    await look_and_tell(world)
    assert await active(world) is not None
    posted = len(world.chat.messages)

    world.clock.pass_time(121)
    with capture_logs() as log:
        await look_and_tell(world)

    assert await active(world) is None
    assert len(world.chat.messages) == posted
    _, shown = world.chat.edits[-1]
    assert isinstance(shown, CardFacts)
    assert shown.watch.ended_by_itself
    assert "a watch has ended, a day after it settled" in [line["event"] for line in log]
    deed = (await world.store.deeds.since(NOON))[-1]
    assert (deed.did, deed.person, dict(deed.details)) == (Did.ENDED, NOBODY, {"author": "U1"})


async def test_what_is_reopened_within_the_day_goes_on(world: World) -> None:
    await settled(world)
    world.clock.pass_time(DAY / 2)
    now = (world.clock.now() - NOON).total_seconds()
    world.api.set([request(3, created=now - 5)])
    await look_and_tell(world)
    world.clock.pass_time(DAY)
    await look_and_tell(world)
    assert await active(world) is not None
    assert "reopened" in world.told


async def test_a_pattern_does_not_end_by_itself(world: World) -> None:
    await settled(world)
    await world.watch("batch-*")
    world.clock.pass_time(DAY + 61)
    await look_and_tell(world)
    assert await active(world) is not None
    assert await world.store.watches.at("T1", "C1", "batch-*", is_glob=True) is not None


async def test_while_nothing_can_be_read_no_watch_ends(world: World) -> None:
    await settled(world)
    world.clock.pass_time(2 * DAY)
    await world.stories.tend.step()
    assert await active(world) is not None
    await look_and_tell(world)
    await world.stories.tend.step()
    assert await active(world) is None


async def test_what_is_not_told_yet_keeps_a_watch(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.chat.closed["C1"] = NoAccessError("not_in_channel")
    world.api.set([request(1, "completed"), request(2, "completed")])
    for seconds in (700, 60, DAY + 61):
        world.clock.pass_time(seconds)
        await look_and_tell(world)
    assert await active(world) is not None

    world.chat.closed.clear()
    world.clock.pass_time(301)
    await world.deliver()
    await look_and_tell(world)

    assert "finished" in world.told
    assert await active(world) is None


async def test_what_ended_by_itself_is_watched_again_as_before(world: World) -> None:
    await settled(world)
    world.clock.pass_time(DAY + 61)
    await look_and_tell(world)
    answers = [answer async for answer in world.stories.watching.again("C1", "batch-1", "U2")]
    watch = await active(world)
    assert watch is not None
    assert (watch.author, watch.generation, answers[-1].is_new) == ("U2", 2, True)


async def test_watched_again_it_goes_where_and_to_whom_it_went_before(world: World) -> None:
    wanted = Wish("T1", "default", "C1", "batch-1", "U1", placement=Placement.THREAD, mention=("U9",), asked_in="C2")
    _ = [answer async for answer in world.stories.watching.start(wanted)]
    await world.stories.watching.stop("C1", "batch-1", "U1")
    _ = [answer async for answer in world.stories.watching.again("C1", "batch-1", "U2")]
    watch = await active(world)
    assert watch is not None
    assert (watch.placement, watch.mention, watch.asked_in) == (Placement.THREAD, ("U9",), "C2")


# --- undo ---


async def test_a_batch_that_finished_while_it_was_not_watched_is_told_after_undo(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    stopped = await world.stories.watching.stop("C1", "batch-1", "U1")
    world.api.set([request(1, "completed"), failed(2, "no face", 0)])
    world.clock.pass_time(500)
    assert stopped.undo is not None

    answer = await world.stories.watching.undo("C1", stopped.undo, "U1")
    for _ in range(4):
        world.clock.pass_time(60)
        await look_and_tell(world)

    assert answer.outcome is Undone.DONE
    assert world.told == ["failure", "finished"]


async def test_what_a_person_does_twice_can_be_taken_back_once(world: World) -> None:
    first = [answer async for answer in world.stories.watching.again("C1", "batch-1", "U1")][-1]
    again = [answer async for answer in world.stories.watching.again("C1", "batch-1", "U1")][-1]
    assert first.undo is not None
    assert again.undo is None
    assert (await world.stories.watching.undo("C1", first.undo, "U1")).outcome is Undone.DONE
    assert (await world.stories.watching.stop("C1", "batch-1", "U1")).undo is None
