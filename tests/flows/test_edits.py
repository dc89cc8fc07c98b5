"""Messages about failures follow what happens: edited in place, with pings where they belong."""

from datetime import timedelta

import pytest

from bot.domain.announcement import CardFacts, FailureFacts, PingFacts
from bot.domain.answer import Wish
from bot.domain.delivery import Asked, Manner, State
from bot.domain.watch import Placement, Watch
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoHistoryError,
    NoThreadError,
    NotSentError,
    SlackBusyError,
    SlackError,
)
from tests.builders import NOON, request, uuid
from tests.flows.conftest import World

EVERY = 60


async def began(world: World, placement: Placement = Placement.DEFAULT, **more: object) -> Watch:
    """A watched batch of which one request has failed, its card and its first failure posted."""
    world.api.set([request(n) for n in range(EVERY)])
    wish = Wish("T1", "default", "C1", "batch-1", "U1", placement=placement, **more)  # type: ignore[arg-type] # a test's
    answers = [answer async for answer in world.stories.watching.start(wish)]
    await world.deliver()
    await fails(world, 1)
    await world.deliver()
    return answers[-1].watch


async def fails(world: World, count: int, error: str = "no face detected") -> None:
    """The first so many have failed."""
    world.clock.pass_time(60)
    world.api.set([request(n, "failed", error=error, finished=30 + n) for n in range(count)])
    await world.look()


def manners(world: World, kind: str) -> list[Manner]:
    """How the messages of this kind were said, in order."""
    return [world.chat.manners[delivery] for _, delivery, said, _ in world.chat.messages if said.kind == kind]


def ts_of(world: World, kind: str) -> str:
    (ts,) = [str(ts) for ts, (_, _, said, _) in enumerate(world.chat.messages, 1) if said.kind == kind]
    return ts


def edits_of_failures(world: World) -> list[FailureFacts]:
    return [facts for _, facts in world.chat.edits if isinstance(facts, FailureFacts)]


async def test_more_of_a_kind_edit_its_message_and_say_nothing_new(world: World) -> None:
    await began(world)
    await fails(world, 3)
    await world.deliver()
    (edited,) = edits_of_failures(world)
    assert edited.ids == (uuid(0), uuid(1), uuid(2))
    assert world.told == ["failure"]
    world.clock.pass_time(300)
    await world.deliver()
    assert len(edits_of_failures(world)) == 1
    assert world.chat.edited_repeats == []


async def test_a_message_that_may_be_a_repeat_says_so_for_good(world: World) -> None:
    world.api.set([request(n) for n in range(EVERY)])
    await world.watch()
    await world.deliver()
    await fails(world, 1)
    world.chat.after = [InDoubtError("timeout")]
    world.chat.find_faults = [NoHistoryError("missing_scope")]
    await world.deliver()
    world.clock.pass_time(91)
    await world.deliver()
    await fails(world, 3)
    await world.deliver()
    assert len(edits_of_failures(world)) == 1
    assert (len(world.chat.repeats), len(world.chat.edited_repeats)) == (1, 1)


async def test_a_message_is_edited_no_more_often_than_a_card(world: World) -> None:
    await began(world)
    for count in (2, 3, 4):
        world.api.set([request(n, "failed", error="no face detected", finished=30 + n) for n in range(count)])
        world.clock.pass_time(16)
        await world.look()
        await world.stories.edits.step()
    assert len(edits_of_failures(world)) == 1


async def test_what_changes_while_a_message_is_in_doubt_is_shown_once_it_is_there(world: World) -> None:
    world.api.set([request(n) for n in range(EVERY)])
    await world.watch()
    await world.deliver()
    await fails(world, 1)
    world.chat.after = [InDoubtError("timeout")]
    await world.deliver()
    await fails(world, 4)
    await world.deliver()
    assert edits_of_failures(world) == []
    world.clock.pass_time(100)
    await world.deliver()
    world.clock.pass_time(60)
    await world.deliver()
    assert [len(facts.ids) for facts in edits_of_failures(world)] == [4]
    assert world.told == ["failure"]


async def test_what_changes_during_an_edit_is_edited_again(world: World) -> None:
    await began(world)
    await fails(world, 2)
    (seen,) = await world.store.edits.due("T1", now=world.clock.now(), shown_before=world.clock.now())
    await fails(world, 3)
    await world.store.edits.done(seen, now=world.clock.now())
    world.clock.pass_time(60)
    await world.deliver()
    assert [len(facts.ids) for facts in edits_of_failures(world)] == [3]


async def test_a_message_that_somebody_deleted_is_left_alone(world: World) -> None:
    await began(world)
    await fails(world, 2)
    world.chat.gone = True
    await world.stories.edits.step()
    world.chat.gone = False
    world.clock.pass_time(60)
    await world.stories.edits.step()
    assert edits_of_failures(world) == []
    assert world.told == ["failure"]


@pytest.mark.parametrize("fault", [InDoubtError("timeout"), NotSentError("no_connection")])
async def test_an_edit_that_failed_is_made_again(world: World, fault: SlackError) -> None:
    await began(world)
    await fails(world, 2)
    world.chat.faults = [fault]
    await world.stories.edits.step()
    assert edits_of_failures(world) == []
    world.clock.pass_time(15)
    await world.stories.edits.step()
    assert len(edits_of_failures(world)) == 1


async def test_failures_are_edited_before_cards(world: World) -> None:
    await began(world)
    await fails(world, 2)
    world.clock.pass_time(60)
    await world.stories.edits.step()
    kinds = [facts.kind for _, facts in world.chat.edits]
    assert kinds.index("failure") < len(kinds) - 1
    assert isinstance(world.chat.edits[-1][1], CardFacts)


async def test_a_ping_goes_into_the_thread_of_its_kind(world: World) -> None:
    await began(world)
    await fails(world, 10)
    await world.deliver()
    assert world.told == ["failure", "ping"]
    assert manners(world, "ping") == [Manner(thread_ts=ts_of(world, "failure"))]


@pytest.mark.parametrize(
    ("placement", "is_reply", "is_broadcast"),
    [(Placement.THREAD, True, False), (Placement.BROADCAST, True, True), (Placement.FLAT, False, False)],
)
async def test_everything_goes_where_the_watch_says(
    world: World, placement: Placement, is_reply: bool, is_broadcast: bool
) -> None:
    await began(world, placement)
    await fails(world, 10)
    await world.deliver()
    thread = ts_of(world, "card") if is_reply else None
    wanted = [Manner(thread_ts=thread, broadcast=is_broadcast)]
    assert (manners(world, "failure"), manners(world, "ping")) == (wanted, wanted)
    assert manners(world, "card") == [Manner()]


async def test_a_reply_waits_until_it_is_known_whether_its_message_is_there(world: World) -> None:
    world.api.set([request(n) for n in range(EVERY)])
    await world.watch()
    await world.deliver()
    await fails(world, 1)
    world.chat.after = [InDoubtError("timeout")]
    await world.deliver()
    await fails(world, 10)
    await world.stories.deliver.step()
    assert world.told == ["failure"]
    world.clock.pass_time(100)
    await world.deliver()
    world.clock.pass_time(5)
    await world.deliver()
    assert world.told == ["failure", "ping"]
    assert manners(world, "ping") == [Manner(thread_ts=ts_of(world, "failure"))]


async def test_where_nothing_can_be_replied_to_a_message_goes_into_the_place_itself(world: World) -> None:
    await began(world)
    await fails(world, 10)
    world.chat.faults = [NoThreadError("thread_not_found")]
    await world.deliver()
    assert [manner.thread_ts for manner in manners(world, "ping")] == [None]
    assert world.told == ["failure", "ping"]


async def test_people_are_named_in_messages_and_edits_and_not_by_the_card(world: World) -> None:
    await began(world, mention=("U2", "U3"))
    await fails(world, 2)
    await world.deliver()
    assert manners(world, "failure") == [Manner(mention=("U2", "U3"))]
    assert manners(world, "card") == [Manner()]
    named = [
        m.mention
        for (_, facts), m in zip(world.chat.edits, world.chat.edit_manners, strict=True)
        if facts.kind == "failure"
    ]
    assert named == [("U2", "U3")]


async def test_a_personal_watch_tells_where_and_when_it_was_asked_for(world: World) -> None:
    began_as = await began(world, asked_in="C9")
    (manner,) = manners(world, "failure")
    assert manner.asked == (Asked("C9", began_as.created_at),)
    assert began_as.created_at == NOON


async def test_a_kind_is_new_only_to_an_account_whose_list_was_read_to_its_end(world: World) -> None:
    await began(world)
    facts = [said for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert [each.unseen for each in facts] == [True]
    world.api.set([request(900, reference="batch-2"), request(901, reference="batch-2")])
    await world.watch("batch-2")
    world.clock.pass_time(60)
    world.api.set([request(900, "failed", error="no face detected", finished=200, reference="batch-2")])
    await world.look()
    await world.deliver()
    facts = [said for _, _, said, _ in world.chat.messages if isinstance(said, FailureFacts)]
    assert [each.unseen for each in facts] == [True, False]


async def test_forty_kinds_make_eight_messages(world: World) -> None:
    world.api.set([request(n) for n in range(EVERY)])
    await world.watch()
    await world.deliver()
    world.clock.pass_time(60)
    letters = "abcdefghijklmnopqrstuvwxyzåäöøæþðßéèêëíìîï"
    world.api.set([request(n, "failed", error=f"codec {letters[n]} missing", finished=30) for n in range(40)])
    await world.look()
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()
    assert world.told.count("failure") == 8
    assert world.told.count("ping") == 0
    assert (await world.store.outbox.tally("T1")).counts.get(State.PENDING, 0) == 0


async def test_a_ping_says_what_grew(world: World) -> None:
    await began(world)
    await fails(world, 12)
    await world.deliver()
    (facts,) = [said for _, _, said, _ in world.chat.messages if isinstance(said, PingFacts)]
    assert [kind.count for kind in facts.kinds] == [12]
    assert facts.progress.failed == 12


async def test_what_cannot_be_edited_in_a_closed_place_is_edited_when_it_opens(world: World) -> None:
    await began(world)
    await fails(world, 2)
    world.chat.faults = [NoAccessError("is_archived")]
    await world.stories.edits.step()
    world.clock.pass_time(60)
    await world.stories.edits.step()
    assert edits_of_failures(world) == []
    await world.store.happenings.unarchived("E1", "T1", "C1", now=world.clock.now())
    await world.stories.edits.step()
    assert [len(facts.ids) for facts in edits_of_failures(world)] == [2]


async def test_a_message_in_doubt_is_looked_up_where_it_was_last_tried(world: World) -> None:
    await began(world)
    await fails(world, 10)
    world.chat.faults = [SlackBusyError(timedelta(seconds=1))]
    await world.stories.deliver.step()  # tried as a reply, and refused
    wish = Wish("T1", "default", "C1", "batch-1", "U1", placement=Placement.FLAT)
    assert [answer async for answer in world.stories.watching.start(wish)]
    world.clock.pass_time(5)
    world.chat.after = [InDoubtError("timeout")]
    await world.stories.deliver.step()
    world.clock.pass_time(100)
    await world.deliver()
    world.clock.pass_time(100)
    await world.deliver()
    assert world.told == ["failure", "ping"]
    assert world.chat.repeats == []
