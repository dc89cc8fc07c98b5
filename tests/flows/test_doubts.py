"""Doubts are settled by walks through the history, whatever Slack allows; what shows up twice is taken back."""

from datetime import datetime, timedelta

import pytest

from bot.domain.answer import Scope
from bot.domain.delivery import HistoryPage, Posted, State
from bot.errors import InDoubtError, NoAccessError, NoHistoryError, NoMessageError, SlackBusyError, SlackError
from bot.flows.history import History, Walk, Where
from bot.flows.slack_line import SlackLine
from tests.builders import NOON, at, request
from tests.fakes import FakeChat
from tests.flows.conftest import World, Worlds
from tests.store.rig import news

LOST = InDoubtError("timeout")
ONE_A_MINUTE = 60.0


async def queue(world: World, count: int, place: str = "C1") -> None:
    await world.store.outbox.queue([news("x", place=place, reference=f"{place}-{n}") for n in range(count)])


async def in_doubt(world: World, count: int, place: str = "C1") -> None:
    """So many doubts in a place; every other message has arrived."""
    await queue(world, count, place)
    world.chat.faults = [LOST, None] * (count // 2)
    world.chat.after = [LOST] * (count // 2)
    await world.deliver()


async def states(world: World) -> dict[State, int]:
    return (await world.store.outbox.tally("T1")).counts


def chatter(world: World, count: int, place: str = "C1") -> None:
    """Other messages that stand in the place."""
    said = world.chat.messages[0][2]
    world.chat.messages += [(place, f"other {n}", said, world.clock.now()) for n in range(count)]


async def go_on(world: World, seconds: float) -> None:
    """As the alarms would have it."""
    end = world.clock.now() + timedelta(seconds=seconds)
    next_at = await world.stories.deliver.step()
    while next_at is not None and next_at <= end:
        world.clock.pass_time(max((next_at - world.clock.now()).total_seconds(), 0.01))
        next_at = await world.stories.deliver.step()
    world.clock.pass_time(max((end - world.clock.now()).total_seconds(), 0))


async def test_forty_doubts_of_a_busy_channel_take_as_many_calls_as_it_has_pages(world: World) -> None:
    await in_doubt(world, 40)
    chatter(world, 100)
    world.chat.find_pause = ONE_A_MINUTE
    await go_on(world, 100 + 9 * 60)
    pages = -(-(20 + 100) // 15)
    assert len(world.chat.pages) == pages
    assert world.chat.finds == pages + 1  # one was refused, and taught the pace
    await go_on(world, 60)
    assert await states(world) == {State.SENT: 40}
    delivered = [delivery for _, delivery, _, _ in world.chat.messages if not delivery.startswith("other")]
    assert len(delivered) == len(set(delivered)) == 40


async def test_a_long_walk_in_one_place_does_not_keep_another_waiting(world: World) -> None:
    await in_doubt(world, 2)
    chatter(world, 200)
    await in_doubt(world, 2, "C2")
    world.chat.find_pause = ONE_A_MINUTE
    await go_on(world, 100 + 4 * 60)
    assert world.chat.pages[:3] == ["C1", "C2", "C1"]
    assert sum(1 for place, _, _, _ in world.chat.messages if place == "C2") == 2


async def test_a_doubt_whose_quiet_time_ends_during_a_walk_is_not_settled_by_it(world: World) -> None:
    await in_doubt(world, 2)
    chatter(world, 60)
    world.chat.find_pause = ONE_A_MINUTE
    await go_on(world, 130)
    assert len(world.chat.pages) == 1
    await world.store.outbox.queue([news("late", reference="C1-late")])
    world.chat.after = [LOST]
    await go_on(world, 900)
    assert len(world.chat.pages) >= 6
    late = [delivery for _, delivery, said, _ in world.chat.messages if getattr(said, "ids", ()) == ("late",)]
    assert len(late) == 1
    assert await states(world) == {State.SENT: 3}


async def test_a_page_that_fails_twice_makes_the_walk_begin_anew(world: World) -> None:
    await in_doubt(world, 2)
    chatter(world, 20)
    world.clock.pass_time(100)
    await world.stories.deliver.step()
    world.chat.find_faults = [InDoubtError("invalid_cursor"), InDoubtError("invalid_cursor")]
    await go_on(world, 200)
    assert len(world.chat.pages) == 3
    assert await states(world) == {State.SENT: 2}


async def test_a_history_that_is_too_long_tells_nothing(world: World) -> None:
    await in_doubt(world, 2)
    chatter(world, 2_000)
    await go_on(world, 200)
    assert len(world.chat.pages) == 100
    assert len(world.chat.repeats) == 2
    assert await world.store.outbox.unreadable("T1") == ()


async def test_hours_after_the_attempt_nobody_reads_what_was_said_since(world: World) -> None:
    await in_doubt(world, 2)
    world.clock.pass_time(10 * 3_600)
    chatter(world, 1_000)
    await world.deliver()
    assert len(world.chat.pages) == 1
    assert await states(world) == {State.SENT: 2}


async def test_attempts_that_are_far_apart_are_looked_up_by_walks_of_their_own(worlds: Worlds) -> None:
    world = await worlds.begin(resend=False)
    await in_doubt(world, 2)
    world.chat.find_faults = [NoHistoryError("missing_scope")]
    await go_on(world, 120)
    world.clock.pass_time(7_200)
    world.chat.find_faults = [NoHistoryError("missing_scope")] * 2
    await queue(world, 4)
    world.chat.after = [LOST] * 2
    await go_on(world, 4_000)
    assert await states(world) == {State.SENT: 4}


async def test_a_thread_is_read_by_its_own_method_and_at_its_own_pace(world: World) -> None:
    asked: list[str | None] = []

    class Threads(FakeChat):
        async def find(
            self,
            place: str,
            since: datetime,
            until: datetime,
            *,
            thread_ts: str | None = None,
            cursor: str | None = None,
        ) -> HistoryPage:
            asked.append(thread_ts)
            if thread_ts is None:
                raise SlackBusyError(timedelta(seconds=60))
            return await super().find(place, since, until, cursor=cursor)

    clock = world.clock
    history = History(Threads(clock), clock, SlackLine(clock, world.ground.vitals))
    above, below = (Walk(Where("C1", thread), NOON, at(60)) for thread in (None, "1.0"))
    assert not await history.read(above)
    assert (history.may_read(above), history.may_read(below)) == (False, True)
    assert await history.read(below)
    assert asked == [None, "1.0"]


# --- places that are gone ---


async def test_in_a_channel_that_is_deleted_nothing_is_looked_up_any_more(world: World) -> None:
    await world.watch()
    await world.deliver()
    await in_doubt(world, 2)
    await world.stories.access.closed("Ev1", "C1", "channel_deleted")
    world.chat.find_faults = [NoHistoryError("channel_not_found")] * 9
    await go_on(world, 86_400)
    assert world.chat.finds == 0
    assert (await states(world)).get(State.IN_DOUBT) is None


@pytest.mark.parametrize(("resend", "days"), [(True, 1), (False, 90)])
async def test_where_no_channel_is_found_a_doubt_is_looked_up_ever_more_seldom_and_comes_to_an_end(
    worlds: Worlds, resend: bool, days: float
) -> None:
    world = await worlds.begin(resend=resend)
    await in_doubt(world, 2)
    world.chat.find_faults = [NoHistoryError("channel_not_found")] * 5_000
    world.chat.closed = {"C1": NoAccessError("channel_not_found")}
    await go_on(world, 6 * 3_600)
    assert 15 < world.chat.finds < 20
    world.clock.pass_time(days * 86_400)
    await go_on(world, 3_700)
    assert await states(world) == {State.PARKED if resend else State.DROPPED: 2}
    finds = world.chat.finds
    await go_on(world, 3_700)
    assert world.chat.finds == finds


# --- copies ---


async def repeated(world: World) -> str:
    """What the history did not show was posted again; now it shows both. Gives the delivery id."""
    await queue(world, 1)
    world.chat.after = [LOST]
    await world.deliver()
    world.chat.unseen = {"1"}
    await go_on(world, 100)
    world.chat.unseen = set()
    return world.chat.messages[1][1]


async def test_a_copy_that_shows_up_late_is_deleted_and_the_first_one_stays(world: World) -> None:
    await repeated(world)
    await go_on(world, 4 * 60)
    assert world.chat.deleted == []
    await go_on(world, 3 * 60)
    assert world.chat.deleted == ["2"]
    finds = world.chat.finds
    await go_on(world, 3_700)
    assert world.chat.finds == finds + 1  # once more after an hour, then never
    await go_on(world, 86_400)
    assert (world.chat.finds, world.chat.deleted) == (finds + 1, ["2"])


@pytest.mark.parametrize("fault", [SlackBusyError(timedelta(seconds=90)), InDoubtError("timeout")])
async def test_a_copy_that_cannot_be_deleted_now_is_deleted_later(world: World, fault: SlackError) -> None:
    await repeated(world)
    world.chat.delete_faults = [fault]
    await go_on(world, 4_000)
    assert world.chat.deleted == ["2"]


async def test_a_copy_that_cannot_be_deleted_at_all_is_left(world: World) -> None:
    await repeated(world)
    world.chat.delete_faults = [NoMessageError("cant_delete_message")] * 9
    await go_on(world, 90_000)
    assert world.chat.deleted == []
    assert await world.store.outbox.suspects("T1", now=world.clock.now()) == ()


async def test_a_message_of_somebody_else_is_never_deleted(world: World) -> None:
    await repeated(world)
    world.ground.identity.bot_user_id = "UOTHER"
    await go_on(world, 4_000)
    assert world.chat.deleted == []


async def test_nothing_is_deleted_when_a_person_has_deleted_what_is_recorded(world: World) -> None:
    delivery = await repeated(world)
    place, _, said, now = world.chat.messages[-1]
    world.chat.messages.append((place, delivery, said, now))  # a third one
    world.chat.unseen = {"2"}
    await go_on(world, 4_000)
    assert world.chat.deleted == []


async def test_of_a_failure_the_one_that_is_edited_and_replied_to_stays(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.api.set([request(1, "failed", error="no face"), request(2)])
    world.chat.after = [LOST]
    await world.look()
    await world.deliver()
    world.chat.unseen = {"2"}
    await go_on(world, 100)
    world.chat.unseen = set()
    await go_on(world, 4_000)
    assert world.told == ["failure", "failure"]
    assert world.chat.deleted == ["2"]


async def test_of_a_card_the_one_that_is_edited_stays(world: World) -> None:
    world.chat.after = [LOST]
    watch = await world.watch()
    await world.deliver()
    world.chat.unseen = {"1"}
    await go_on(world, 100)
    world.chat.unseen = set()
    await go_on(world, 4_000)
    assert world.chat.deleted == ["1"]
    await world.stories.edits.step()
    assert world.chat.edits[-1][0] == Posted("C1", "2")
    assert watch.place == "C1"


async def test_two_messages_of_one_delivery_that_a_walk_comes_upon_are_a_matter_for_the_audit(world: World) -> None:
    await queue(world, 1)
    await world.deliver()
    place, delivery, said, _ = world.chat.messages[0]
    await in_doubt(world, 2, "C1")
    await world.store.outbox.queue([news("more", reference="more")])
    world.chat.after = [LOST]
    await world.deliver()
    world.chat.messages.append((place, delivery, said, world.clock.now()))
    copy = str(len(world.chat.messages))
    await go_on(world, 300)
    assert world.chat.deleted == [copy]


async def test_the_audit_takes_one_call_a_minute_and_lets_doubts_go_first(world: World) -> None:
    await repeated(world)
    chatter(world, 100)
    await go_on(world, 270)
    finds = world.chat.finds
    await go_on(world, 200)
    assert world.chat.finds - finds <= 4
    assert world.chat.deleted == []
    await go_on(world, 600)
    assert world.chat.deleted == ["2"]


# --- what is known of places ---


async def test_a_place_whose_history_cannot_be_read_is_known_until_it_can(world: World) -> None:
    await world.watch()
    await world.deliver()
    world.chat.find_faults = [NoHistoryError("missing_scope")]
    await in_doubt(world, 2)
    await go_on(world, 120)
    assert len(world.chat.repeats) == 2
    (place,) = await world.store.outbox.unreadable("T1")
    assert (place.place, place.why) == ("C1", "missing_scope")
    await world.store.outbox.queue([news("more", reference="more")])
    world.chat.after = [LOST]
    await go_on(world, 120)
    assert await world.store.outbox.unreadable("T1") == ()


async def test_the_list_of_watches_tells_where_the_history_cannot_be_read(world: World) -> None:
    async def told() -> list[str | None]:
        answer = await world.stories.ask.watches(Scope.HERE, place="C1", user="U1")
        return [line.no_history for line in answer.lines]

    await world.watch()
    assert await told() == [None]
    await world.store.outbox.learn_history("T1", "C1", "not_in_channel")
    assert await told() == ["not_in_channel"]
    await world.store.outbox.learn_history("T1", "C1", None)
    world.ground.identity.scopes = frozenset({"chat:write", "channels:history"})
    assert await told() == ["missing_scope"]
    world.ground.identity.scopes |= {"groups:history"}
    assert await told() == [None]
