"""What Slack tells by itself acts once, however often it is told; what could not be written acts when told again."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from bot.domain.delivery import State
from bot.errors import StoreError
from bot.store import Store
from bot.store.happenings import REMEMBERED
from bot.store.queue import queue
from bot.store.schema_sending import events
from tests.builders import at
from tests.fakes import FakeClock
from tests.store.rig import (
    QUIET,
    TEAM,
    access_facts,
    claim,
    claim_one,
    drain,
    kinds,
    names,
    news,
    next_at,
    posted,
    start,
    wish,
)

FIVE_MINUTES = timedelta(minutes=5)


async def closed(store: Store, event: str, why: str = "is_archived", seconds: float = 10, place: str = "C1") -> bool:
    return await store.happenings.closed(event, TEAM, place, why, now=at(seconds), retry_after=FIVE_MINUTES)


async def joined(store: Store, event: str, seconds: float = 20, place: str = "C1") -> bool:
    return await store.happenings.joined(event, TEAM, place, now=at(seconds))


async def unarchived(store: Store, event: str, seconds: float = 20) -> bool:
    return await store.happenings.unarchived(event, TEAM, "C1", now=at(seconds))


async def watched(store: Store) -> None:
    """A watch of C1 whose card was posted."""
    await start(store, wish(name="dubbing"))
    await drain(store)


async def park(store: Store, seconds: float = 0, why: str = "not_in_channel") -> None:
    delivery = (await claim(store, seconds))[0]
    assert await store.outbox.park(delivery, why, now=at(seconds), retry_after=FIVE_MINUTES)


# --- let in ---


async def test_what_waits_goes_on_at_once_in_order_when_the_bot_is_let_in(store: Store) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    await park(store)

    assert await joined(store, "Ev1")

    assert await next_at(store) == at(20)
    first = await claim_one(store, 20)
    await store.outbox.sent(first, posted(), now=at(20))
    assert names([first, *await drain(store, 21)]) == ["one", "two", "three"]


async def test_let_in_where_nothing_waits_the_trouble_is_over(store: Store) -> None:
    await watched(store)
    await closed(store, "Ev1", "not_in_channel")

    await joined(store, "Ev2")

    assert await store.outbox.trouble(TEAM, "C1") is None


async def test_let_in_where_only_a_doubt_is_left_it_is_looked_up_at_once(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    delivery = await claim_one(store)
    await store.outbox.doubt(delivery)
    await closed(store, "Ev1", "not_in_channel")
    clock.pass_time(90)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=QUIET)
    await store.outbox.doubt_later(delivery, not_before=at(3_690), why="not_in_channel")

    await joined(store, "Ev2")

    (looked_up,) = await store.outbox.doubtful(TEAM, quiet=QUIET)
    assert looked_up.id == delivery.id


async def test_let_in_where_there_was_no_trouble_nothing_changes(store: Store) -> None:
    await store.outbox.queue([news("one")])

    assert await joined(store, "Ev1")

    assert names(await drain(store, 20)) == ["one"]


# --- closed ---


async def test_each_author_is_told_once_before_anything_was_refused(store: Store) -> None:
    await watched(store)
    await start(store, wish("batch-2", author="U2", name="dubbing"))
    await drain(store)

    assert await closed(store, "Ev1")
    await store.outbox.queue([news("one")])

    told = await drain(store, 11)
    assert sorted(d.announcement.key.place for d in told) == ["U1", "U2"]
    assert {access_facts(d).why for d in told} == {"is_archived"}
    assert await store.outbox.trouble(TEAM, "C1") == "is_archived"
    await park(store, 400, "is_archived")
    assert await drain(store, 401) == []


async def test_what_was_about_to_be_said_waits(store: Store) -> None:
    await watched(store)
    await store.outbox.queue([news("one"), news("two")])

    await closed(store, "Ev1")

    assert (await store.outbox.tally(TEAM)).counts[State.PARKED] == 2
    assert kinds(await drain(store, 11)) == ["access"]


async def test_where_nothing_is_watched_a_closed_place_is_nobodys_trouble(store: Store) -> None:
    assert await closed(store, "Ev1")

    assert await store.outbox.trouble(TEAM, "C1") is None
    assert await next_at(store) is None


async def test_a_deleted_channel_is_not_taken_for_one_that_waits_for_an_invitation(store: Store) -> None:
    await watched(store)
    await closed(store, "Ev1", "channel_deleted")
    await drain(store, 11)
    await store.outbox.queue([news("one")])

    await park(store, 400, "channel_not_found")

    assert await store.outbox.trouble(TEAM, "C1") == "channel_deleted"


async def test_with_a_channel_that_is_deleted_all_that_waited_or_was_in_doubt_there_is_over(
    store: Store, clock: FakeClock
) -> None:
    await watched(store)
    await store.outbox.queue([news("in doubt"), news("parked", reference="batch-2")])
    in_doubt, parked = await claim_one(store), await claim_one(store)
    await store.outbox.doubt(in_doubt)
    await store.outbox.park(parked, "not_in_channel", now=at(1), retry_after=FIVE_MINUTES)
    await drain(store, 2)
    await store.database.write(lambda c: queue(c, [news("held")], "muted"))

    await closed(store, "Ev1", "channel_deleted")

    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 3, State.SENT: 2}
    assert {each.why for each in await store.delivery_log.since(at(0)) if each.state is State.DROPPED} == {
        "channel_deleted"
    }
    clock.pass_time(10 * 86_400)
    assert await next_at(store) is None


async def test_what_is_being_sent_to_a_channel_that_is_deleted_meanwhile_is_over_however_it_comes_back(
    store: Store,
) -> None:
    await watched(store)
    await store.outbox.queue([news("refused"), news("lost", reference="batch-2")])
    refused, lost = await claim_one(store), await claim_one(store)
    await closed(store, "Ev1", "channel_deleted")

    assert await store.outbox.park(refused, "channel_not_found", now=at(11), retry_after=FIVE_MINUTES)
    assert await store.outbox.doubt_later(lost, not_before=at(500), why="channel_not_found")

    assert kinds(await drain(store, 12)) == ["access"]
    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 2, State.SENT: 2}
    assert await next_at(store) is None


# --- opened again ---


async def test_unarchived_it_goes_on_in_order(store: Store) -> None:
    await watched(store)
    await store.outbox.queue([news("one"), news("two")])
    await closed(store, "Ev1")
    await drain(store, 11)

    assert await unarchived(store, "Ev2")

    assert await store.outbox.trouble(TEAM, "C1") is None
    assert names(await drain(store, 21)) == ["one", "two"]


async def test_unarchived_without_the_bot_is_another_trouble_and_told_again(store: Store) -> None:
    await watched(store)
    await store.outbox.queue([news("one")])
    await closed(store, "Ev1")
    first = await drain(store, 11)
    await unarchived(store, "Ev2")

    await park(store, 21)

    second = await drain(store, 22)
    assert [access_facts(d).why for d in (*first, *second)] == ["is_archived", "not_in_channel"]


async def test_unarchived_where_something_else_is_wrong_is_tried_and_told_nobody(store: Store) -> None:
    await watched(store)
    await store.outbox.queue([news("one")])
    await park(store, 1)
    await drain(store, 1)

    await unarchived(store, "Ev1")

    assert await store.outbox.trouble(TEAM, "C1") == "not_in_channel"
    assert names(await claim(store, 20)) == ["one"]


# --- once ---


async def test_an_event_that_is_told_again_does_not_act_again(store: Store) -> None:
    await watched(store)
    assert await closed(store, "Ev1")
    await drain(store, 11)
    assert await unarchived(store, "Ev2")

    assert not await closed(store, "Ev1", seconds=70)

    assert await store.outbox.trouble(TEAM, "C1") is None
    assert await store.happenings.noted("Ev3", now=at(71))
    assert not await store.happenings.noted("Ev3", now=at(72))


async def test_an_event_that_could_not_be_written_acts_when_it_is_told_again(store: Store) -> None:
    await watched(store)
    await store.database.write(lambda c: c.execute(text("ALTER TABLE places RENAME TO away")))
    with pytest.raises(StoreError):
        await closed(store, "Ev1")
    await store.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO places")))

    assert await closed(store, "Ev1", seconds=70)

    assert await store.outbox.trouble(TEAM, "C1") == "is_archived"


async def test_events_are_forgotten_when_slack_tells_them_no_more(store: Store) -> None:
    await store.happenings.noted("Ev1", now=at(0))
    await store.happenings.noted("Ev2", now=at(100))

    await store.happenings.noted("Ev3", now=at(1) + REMEMBERED)

    kept = await store.database.read(lambda c: c.execute(select(events.c.event_id)).scalars().all())
    assert sorted(kept) == ["Ev2", "Ev3"]
