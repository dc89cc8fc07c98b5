"""A place that may not be posted to keeps what waits for it, and its watches' authors are told once."""

from datetime import timedelta

import pytest

from bot.domain.delivery import Delivery, State
from bot.domain.watch import Watch
from bot.store import Store
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
    lease,
    names,
    news,
    next_at,
    posted,
    start,
    wish,
)

FIVE_MINUTES = timedelta(minutes=5)


async def park_first(store: Store, seconds: float = 0, why: str = "not_in_channel") -> None:
    delivery = (await claim(store, seconds))[0]
    assert await store.outbox.park(delivery, why, now=at(seconds), retry_after=FIVE_MINUTES)


async def watched(store: Store) -> Watch:
    """A watch of C1 whose card was posted."""
    watch = await start(store, wish(name="dubbing"))
    await drain(store)
    return watch


async def test_a_place_in_trouble_gives_nothing_until_it_is_tried_again(store: Store) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    await park_first(store)
    await store.outbox.queue([news("four"), news("elsewhere", place="C2")])

    assert await store.outbox.trouble(TEAM, "C1") == "not_in_channel"
    assert names(await drain(store, 299)) == ["elsewhere"]
    assert await next_at(store) == at(300)
    assert (await store.outbox.tally(TEAM)).counts == {State.PARKED: 3, State.PENDING: 1, State.SENT: 1}


async def test_only_the_oldest_is_tried_and_the_next_five_minutes_later(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    await park_first(store)

    clock.pass_time(300)
    assert names(await claim(store, 300)) == ["one"]
    assert await claim(store, 300) == ()
    assert await next_at(store) == clock.now() + timedelta(seconds=90)
    assert names(await claim(store, 600)) == ["three"]


async def test_when_access_returns_all_that_waited_comes_in_order(store: Store) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    await park_first(store)
    await store.outbox.queue([news("four", reference="batch-2")])

    first = await claim_one(store, 300)
    await store.outbox.sent(first, posted(), now=at(300))

    assert await store.outbox.trouble(TEAM, "C1") is None
    assert names([first, *await drain(store, 301)]) == ["one", "two", "three", "four"]


async def test_a_place_is_tried_at_once_when_asked_to(store: Store) -> None:
    await store.outbox.queue([news("one")])
    await park_first(store)

    await store.outbox.retry_place(TEAM, "C1", now=at(10))

    assert await next_at(store) == at(10)
    assert names(await claim(store, 10)) == ["one"]


async def test_what_was_claimed_to_try_a_place_but_not_posted_lets_it_be_tried_when_that_may_be_again(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("one"), news("two", reference="batch-2")])
    await park_first(store)
    clock.pass_time(10)
    await store.outbox.retry_place(TEAM, "C1", now=at(10))

    first = await claim_one(store, 10)
    await store.outbox.again(first, not_before=at(12), why="the lease ended")

    assert await claim(store, 11) == ()
    assert names(await claim(store, 12)) == ["one"]
    assert await claim(store, 12) == ()


@pytest.mark.parametrize("dropped", [True, False])
async def test_what_could_not_even_be_tried_leaves_the_place_to_the_next(
    store: Store, clock: FakeClock, *, dropped: bool
) -> None:
    await store.outbox.queue([news("one"), news("two", reference="batch-2")])
    await park_first(store)
    clock.pass_time(10)
    await store.outbox.retry_place(TEAM, "C1", now=at(10))

    first = await claim_one(store, 10)
    if dropped:
        await store.outbox.drop(first, "nothing to show any more")
    else:
        await store.outbox.without_thread(first)

    assert names(await claim(store, 10)) == ["two" if dropped else "one"]


# --- left by a process that died ---


async def die_trying(store: Store, clock: FakeClock) -> Delivery:
    """A process claims the oldest that waits in a place in trouble and is heard of no more; another takes over."""
    await park_first(store)
    clock.pass_time(300)
    left = await claim_one(store, 300)
    clock.pass_time(15)
    await lease(store)
    return left


async def test_what_a_dead_process_claimed_is_left_alone_and_the_next_is_tried_once_by_its_successor(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    await die_trying(store, clock)

    assert names(await claim(store, 315)) == ["three"]
    assert await claim(store, 316) == ()
    assert await store.outbox.doubtful(TEAM, quiet=QUIET) == ()


async def test_what_a_dead_process_did_not_post_is_tried_as_soon_as_that_is_known(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("one"), news("two")])
    left = await die_trying(store, clock)
    assert await claim(store, 315) == ()
    assert await next_at(store) == at(390)
    clock.pass_time(75)
    assert names(await store.outbox.doubtful(TEAM, quiet=QUIET)) == ["one"]

    await store.outbox.settle_doubt(left, None, now=at(390))

    assert names(await claim(store, 390)) == ["one"]
    assert await claim(store, 390) == ()


async def test_what_a_dead_process_did_post_ends_the_trouble(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one"), news("two"), news("three", reference="batch-2")])
    left = await die_trying(store, clock)

    assert await store.outbox.settle_doubt(left, posted(), now=at(390))

    assert await store.outbox.trouble(TEAM, "C1") is None
    assert names(await drain(store, 390)) == ["two", "three"]


async def test_a_successor_waits_where_the_last_claim_was_ended_or_nothing_was_claimed(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("one"), news("two", reference="batch-2"), news("elsewhere", place="C2")])
    for delivery in await claim(store):
        await store.outbox.park(delivery, "not_in_channel", now=at(0), retry_after=FIVE_MINUTES)
    await store.outbox.retry_place(TEAM, "C1", now=at(10))
    delivery = await claim_one(store, 10)
    await store.outbox.park(delivery, "not_in_channel", now=at(10), retry_after=FIVE_MINUTES)
    clock.pass_time(15)

    assert await claim(store, 15) == ()
    assert await next_at(store) == at(300)


async def test_a_place_that_takes_messages_again_has_its_doubts_looked_up_at_once(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("one"), news("two", reference="batch-2")])
    left = await die_trying(store, clock)
    clock.pass_time(75)
    await store.outbox.doubt_later(left, not_before=at(690), why="not_in_channel")

    await store.outbox.sent(await claim_one(store, 390), posted(), now=at(390))

    (looked_up,) = await store.outbox.doubtful(TEAM, quiet=QUIET)
    assert looked_up.id == left.id


async def test_trying_a_place_without_trouble_changes_nothing(store: Store) -> None:
    await store.outbox.retry_place(TEAM, "C1", now=at(10))

    assert await store.outbox.trouble(TEAM, "C1") is None


async def test_of_a_dm_that_takes_nothing_nobody_is_told_in_the_same_dm(store: Store) -> None:
    await start(store, wish(place="D1"))
    await park_first(store, why="messages_tab_disabled")

    assert await claim(store, 1) == ()
    assert await store.outbox.trouble(TEAM, "D1") == "messages_tab_disabled"


async def test_each_author_is_told_once_what_is_watched_there(store: Store) -> None:
    await watched(store)
    await start(store, wish("batch-2", name="dubbing"), 1)
    await start(store, wish("batch-3", author="U2", name="dubbing"))
    await start(store, wish("batch-4", place="C2", author="U3"))
    await store.watches.stop(TEAM, "C2", "batch-4", now=at(1))
    await park_first(store)

    told = sorted(await drain(store, 1), key=lambda delivery: delivery.announcement.key.place)
    await store.outbox.retry_place(TEAM, "C1", now=at(2))
    await park_first(store, 2, "is_archived")

    assert kinds(told) == ["access", "access"]
    assert [delivery.announcement.key.place for delivery in told] == ["U1", "U2"]
    facts = [access_facts(delivery) for delivery in told]
    assert [(one.trouble_place, one.place_name, one.why) for one in facts] == [("C1", "dubbing", "not_in_channel")] * 2
    assert [one.references for one in facts] == [("batch-1", "batch-2"), ("batch-3",)]
    assert await store.outbox.trouble(TEAM, "C1") == "is_archived"
    assert await drain(store, 3) == []


async def test_new_trouble_after_access_had_returned_is_told_again(store: Store) -> None:
    watch = await watched(store)
    for n in (1, 2):
        await store.outbox.queue([news(f"{n}", watch=watch)])
        await park_first(store, n)
        await store.outbox.retry_place(TEAM, "C1", now=at(n))
        delivered = await drain(store, n)
        assert sorted(kinds(delivered)) == ["access", "clips"]


async def test_trouble_with_a_persons_own_messages_is_told_to_nobody(store: Store) -> None:
    await start(store, wish(place="U1"))

    await park_first(store)

    assert await claim(store) == ()
    assert (await store.outbox.tally(TEAM)).counts == {State.PARKED: 1}


async def test_the_list_of_watches_says_which_place_has_trouble(store: Store) -> None:
    await start(store)
    await park_first(store)

    (line,) = await store.watches.listing(TEAM)

    assert line.trouble == "not_in_channel"


async def test_what_is_parked_for_a_watch_is_dropped_when_it_ends(store: Store) -> None:
    watch = await watched(store)
    await store.outbox.queue([news("one", watch=watch)])
    await park_first(store)

    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert kinds(await drain(store, 1_000)) == ["access"]
    assert await next_at(store) is None


async def test_what_finds_no_access_after_its_watch_has_ended_is_dropped(store: Store) -> None:
    watch = await watched(store)
    await store.outbox.queue([news("one", watch=watch)])
    delivery = await claim_one(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert await store.outbox.park(delivery, "not_in_channel", now=at(2), retry_after=FIVE_MINUTES) is True

    assert await store.outbox.trouble(TEAM, "C1") == "not_in_channel"
    assert await claim(store, 1_000) == ()
