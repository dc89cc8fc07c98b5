"""What may or may not have been posted is looked up before it is posted again."""

from bot.domain.delivery import State
from bot.store import Store
from tests.builders import NOON, at
from tests.fakes import FakeClock
from tests.store.rig import TEAM, claim, claim_one, drain, names, news, next_at, posted, start, wish


async def test_what_is_in_doubt_or_was_left_behind_is_looked_up_after_the_quiet_time(
    store: Store, clock: FakeClock
) -> None:
    await store.outbox.queue([news("left behind"), news("in doubt", place="C2")])
    deliveries = await claim(store)
    await store.outbox.doubt(deliveries[1])
    assert await next_at(store) == at(90)

    clock.pass_time(89.999)
    assert await store.outbox.doubtful(TEAM, quiet=at(90) - NOON) == ()
    clock.pass_time(0.001)
    found = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)

    assert names(found) == ["left behind", "in doubt"]
    assert [delivery.attempt_at for delivery in found] == [NOON, NOON]
    assert [delivery.id for delivery in found] == [delivery.id for delivery in deliveries]
    assert len(await store.outbox.doubtful(TEAM, quiet=at(90) - NOON, limit=1)) == 1


async def in_doubt(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one", happened=0), news("two")])
    await store.outbox.doubt(await claim_one(store))
    clock.pass_time(100)


async def test_a_doubt_that_was_found_in_the_history_is_sent(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)

    assert await store.outbox.settle_doubt(delivery, posted(), now=at(101)) is True

    assert names(await drain(store)) == ["two"]
    assert (await store.outbox.tally(TEAM)).latencies == (101.0,)


async def test_a_doubt_that_was_not_found_waits_again_before_what_came_later(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)

    assert await store.outbox.settle_doubt(delivery, None, now=at(101)) is True

    again = await claim_one(store)
    assert (again.id, again.repeat, again.attempt_at) == (delivery.id, False, at(100))


async def test_a_possible_repeat_stays_one(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)
    await store.outbox.settle_doubt(delivery, None, now=at(101), repeat=True)
    again = await claim_one(store)
    await store.outbox.again(again, not_before=NOON, why="ratelimited")

    last = await claim_one(store)

    assert (again.repeat, last.repeat) == (True, True)


async def test_a_doubt_that_cannot_be_looked_up_now_is_looked_up_later(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    await drain(store)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)

    assert await store.outbox.doubt_later(delivery, not_before=at(160), why="ratelimited") is True

    assert await store.outbox.doubtful(TEAM, quiet=at(90) - NOON) == ()
    assert await next_at(store) == at(160)
    clock.pass_time(60)
    (again,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)
    assert (again.attempt_at, again.version) == (NOON, delivery.version + 1)


async def test_a_place_that_is_tried_again_has_its_doubts_looked_up_at_once(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    await drain(store)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)
    await store.outbox.doubt_later(delivery, not_before=at(400), why="not_in_channel")

    await store.outbox.retry_place(TEAM, "C2", now=at(100))
    assert await store.outbox.doubtful(TEAM, quiet=at(90) - NOON) == ()
    await store.outbox.retry_place(TEAM, "C1", now=at(100))

    (again,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)
    assert again.id == delivery.id


async def test_a_lookup_of_old_does_not_hold_back_a_later_doubt(store: Store, clock: FakeClock) -> None:
    await in_doubt(store, clock)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=at(90) - NOON)
    await store.outbox.settle_doubt(delivery, None, now=at(101))
    again = await claim_one(store)

    assert await store.outbox.doubt(again) is True

    assert names(await drain(store)) == ["two"]
    assert await next_at(store) == at(190)


# --- unwatched meanwhile ---


async def test_what_comes_back_after_its_watch_has_ended_is_dropped(store: Store, clock: FakeClock) -> None:
    first, second = await start(store), await start(store, wish(place="C2"))
    await drain(store)
    await store.outbox.queue([news("one", watch=first), news("two", place="C2", watch=second)])
    one, two = await claim(store)
    await store.outbox.doubt(two)
    for place in ("C1", "C2"):
        await store.watches.stop(TEAM, place, "batch-1", now=at(1))
    clock.pass_time(100)
    two = (await store.outbox.doubtful(TEAM, quiet=at(90) - NOON))[1]

    assert await store.outbox.again(one, not_before=at(0), why="ratelimited") is True
    assert await store.outbox.settle_doubt(two, None, now=at(101)) is True

    assert await claim(store, 1_000) == ()
    assert (await store.outbox.tally(TEAM)).counts == {State.SENT: 2, State.DROPPED: 2}
