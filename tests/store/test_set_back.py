"""A clock that is set back makes nothing wait for as long again, and cuts no quiet time short."""

from bot.store import Store
from tests.builders import NOON, at, request
from tests.fakes import FakeClock
from tests.store.rig import (
    LONGEST_SETTLE,
    QUIET,
    TEAM,
    claim,
    claim_one,
    drain,
    names,
    news,
    next_at,
    reading,
    record,
    start,
    wish,
)

HOUR = 3_600


async def test_a_pause_that_began_before_is_over(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    await store.outbox.again(await claim_one(store), not_before=at(60), why="ratelimited")
    assert await claim(store) == ()
    assert await next_at(store) == at(60)
    clock.step(-HOUR)
    assert await next_at(store) == at(-HOUR)
    assert names(await claim(store, -HOUR)) == ["one"]


async def test_what_was_queued_before_is_due_now(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    clock.step(-HOUR)
    assert await next_at(store) == at(-HOUR)


async def test_a_place_in_trouble_is_tried_again(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    await store.outbox.park(await claim_one(store), "not_in_channel", now=NOON, retry_after=at(300) - NOON)
    assert (await claim(store), await next_at(store)) == ((), at(300))
    clock.step(-HOUR)
    assert await next_at(store) == at(-HOUR)
    assert names(await claim(store, -HOUR)) == ["one"]


async def test_the_quiet_time_of_an_attempt_is_neither_prolonged_nor_cut_short(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    await store.outbox.doubt(await claim_one(store))
    clock.pass_time(5)
    clock.step(-HOUR)
    assert await store.outbox.doubtful(TEAM, quiet=QUIET) == ()
    assert await next_at(store) == at(95 - HOUR)
    clock.pass_time(89)
    assert await store.outbox.doubtful(TEAM, quiet=QUIET) == ()
    clock.pass_time(1)
    assert names(await store.outbox.doubtful(TEAM, quiet=QUIET)) == ["one"]


async def test_a_lookup_that_was_put_off_is_made(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    await store.outbox.doubt(await claim_one(store))
    clock.pass_time(90)
    (delivery,) = await store.outbox.doubtful(TEAM, quiet=QUIET)
    await store.outbox.doubt_later(delivery, not_before=at(90 + HOUR), why="missing_scope")
    assert await store.outbox.doubtful(TEAM, quiet=QUIET) == ()
    clock.step(-HOUR)
    await store.outbox.doubtful(TEAM, quiet=QUIET)
    clock.pass_time(90)
    assert names(await store.outbox.doubtful(TEAM, quiet=QUIET)) == ["one"]
    assert await next_at(store) == clock.now()


async def test_a_card_that_was_shown_before_is_edited(store: Store) -> None:
    watch = await start(store, wish())
    await record(store, reading([request(1)], 100))
    await drain(store, 100)

    async def due(now: float) -> list[str]:
        before = at(now - 45)
        edits = await store.cards.due(
            TEAM,
            now=at(now),
            changed_before=before,
            open_before=before,
            settled_before=before,
            longest_settle=LONGEST_SETTLE,
        )
        return [edit.watch_id for edit in edits]

    assert await due(145) == [watch.id]
    await store.cards.shown(watch.id, "digest", now=at(145))
    await record(store, reading([request(1, "processing")], 150))
    assert await due(150) == []
    assert await due(150 - HOUR) == [watch.id]
    await store.cards.shown(watch.id, "digest", now=at(150 - HOUR))
    assert await due(151 - HOUR) == []
