"""A workspace has one sender at a time, whatever replicas and clocks do."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.domain.delivery import State
from bot.domain.lease import Lease
from bot.store import Store, open_store
from bot.store.schema import announcements
from tests.builders import NOON, at
from tests.fakes import FakeClock
from tests.store.rig import NOBODY, TEAM, claim, claim_one, news

LENGTH = timedelta(seconds=15)


async def taken(store: Store, owner: str = "me") -> Lease:
    lease = await store.senders.take(TEAM, owner, LENGTH)
    assert lease is not None
    return lease


async def test_a_lease_is_given_to_one_until_it_is_over(store: Store, clock: FakeClock) -> None:
    assert await taken(store) == Lease(TEAM, "me", 1)
    clock.pass_time(14.999)
    assert await store.senders.take(TEAM, "other", LENGTH) is None
    assert await store.senders.left(TEAM) == timedelta(seconds=0.001)
    clock.pass_time(0.001)
    assert await store.senders.left(TEAM) == timedelta()
    assert await taken(store, "other") == Lease(TEAM, "other", 2)


async def test_of_many_replicas_that_want_it_at_once_one_gets_it(store: Store, url: str, clock: FakeClock) -> None:
    others = [await open_store(url, clock, lease_clock=clock) for _ in range(3)]
    for _ in range(3):
        wanted = (each.senders.take(TEAM, f"{n}", LENGTH) for n, each in enumerate((store, *others) * 2))
        found = [lease for lease in await asyncio.gather(*wanted) if lease is not None]
        assert len(found) == 1
        clock.pass_time(15)
    for other in others:
        await other.database.close()


async def test_each_workspace_has_its_own(store: Store) -> None:
    await taken(store)
    assert await store.senders.take("T2", "other", LENGTH) == Lease("T2", "other", 1)


async def test_it_is_renewed_only_by_its_holder_in_its_term_and_before_it_is_over(
    store: Store, clock: FakeClock
) -> None:
    lease = await taken(store)
    clock.pass_time(10)
    assert await store.senders.renew(lease, LENGTH)
    assert not await store.senders.renew(Lease(TEAM, "other", 1), LENGTH)
    assert not await store.senders.renew(Lease(TEAM, "me", 2), LENGTH)
    clock.pass_time(14)
    assert await store.senders.take(TEAM, "other", LENGTH) is None
    clock.pass_time(1)
    assert not await store.senders.renew(lease, LENGTH)


async def test_a_lease_that_is_given_back_is_free_at_once_and_ends_nobody_elses(store: Store) -> None:
    lease = await taken(store)
    await store.senders.release(lease)
    again = await taken(store, "other")
    await store.senders.release(lease)
    assert await store.senders.take(TEAM, "me", LENGTH) is None
    assert again.term == 2


async def test_a_lease_that_nobody_renews_is_over_although_the_lease_clock_was_set_back(
    store: Store, clock: FakeClock
) -> None:
    await taken(store)
    assert await store.senders.left(TEAM) == LENGTH
    clock.step(-86_400)
    clock.pass_time(14)
    assert await store.senders.take(TEAM, "other", LENGTH) is None
    clock.pass_time(1)
    assert await taken(store, "other") == Lease(TEAM, "other", 2)


async def test_one_that_is_renewed_stays_although_the_lease_clock_was_set_back(store: Store, clock: FakeClock) -> None:
    lease = await taken(store)
    clock.step(-86_400)
    for _ in range(10):
        clock.pass_time(5)
        assert await store.senders.renew(lease, LENGTH)
        assert await store.senders.take(TEAM, "other", LENGTH) is None


async def test_without_a_lease_nothing_is_claimed(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    lease = await taken(store)
    clock.pass_time(15)
    assert await store.outbox.claim(lease, now=at(15), busy=NOBODY) == ()
    await taken(store, "other")
    assert await store.outbox.claim(lease, now=at(15), busy=NOBODY) == ()
    assert len(await claim(store, 15)) == 1


async def test_an_attempt_tells_who_made_it_in_which_term_until_it_waits_again(store: Store) -> None:
    query = select(announcements.c.state, announcements.c.owner, announcements.c.term)
    await store.outbox.queue([news("one")])
    delivery = await claim_one(store)
    row = await store.database.read(lambda c: c.execute(query).one())
    assert tuple(row) == (State.SENDING, "me", 1)
    assert (delivery.owner, delivery.term) == ("me", 1)
    await store.outbox.again(delivery, not_before=NOON, why="ratelimited")
    row = await store.database.read(lambda c: c.execute(query).one())
    assert tuple(row) == (State.PENDING, None, None)
