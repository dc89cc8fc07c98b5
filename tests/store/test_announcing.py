"""What a reading means is queued with it, in the same transaction."""

from sqlalchemy import select

from bot.domain.announcement import ClipsFacts, FailureFacts, FinishedFacts
from bot.domain.watch import Events
from bot.store import Store
from bot.store.schema import requests
from tests.builders import at, request, uuid
from tests.store.rig import (
    ACCOUNT,
    claim,
    claim_one,
    drain,
    kinds,
    posted,
    reading,
    record,
    start,
    wish,
)


async def test_the_first_whole_reading_is_the_baseline_and_tells_nothing_of_before(store: Store) -> None:
    await start(store, seconds=500)

    recorded = await record(store, reading([request(1, "failed")], 510))

    (watch,) = await store.watches.active(ACCOUNT)
    assert recorded.announced == 0
    assert (watch.baseline_at, watch.settled_reading) == (at(510), 1)


async def test_failures_finish_and_their_order(store: Store) -> None:
    watch = await start(store)
    await record(store, reading([request(1), request(2)], 100))

    recorded = await record(store, reading([request(1, "completed"), request(2, "failed", error="no face")], 1000))

    assert recorded.announced == 2
    deliveries = await drain(store)
    assert kinds(deliveries) == ["card", "failure", "finished"]
    failure, finished = deliveries[1].announcement, deliveries[2].announcement
    assert isinstance(failure.facts, FailureFacts)
    assert (failure.facts.name, failure.facts.ids, failure.watch_id) == ("no face", (uuid(2),), watch.id)
    assert (failure.happened_at, failure.recorded_at) == (at(60), at(1000))
    assert isinstance(finished.facts, FinishedFacts)
    assert finished.facts.progress.kinds[0].first_at == at(60)


async def test_a_waiting_failure_is_brought_up_to_date_and_a_sent_one_is_left(store: Store) -> None:
    await start(store)
    await store.outbox.sent(await claim_one(store), posted(), now=at(0))
    failed = [request(number, "failed", error=f"clip {number} has no face") for number in (1, 2, 3)]
    await record(store, reading([failed[0], request(4)], 100))

    again = await record(store, reading([*failed[:2], request(4)], 200))
    delivery = await claim_one(store)
    await store.outbox.sent(delivery, posted(2), now=at(201))
    later = await record(store, reading([*failed, request(4)], 300))

    assert (again.announced, later.announced) == (0, 0)
    assert isinstance(delivery.announcement.facts, FailureFacts)
    assert delivery.announcement.facts.ids == (uuid(1), uuid(2))
    assert await claim(store) == ()


async def test_completions_of_earlier_parts_are_told_when_the_reading_ends(store: Store) -> None:
    await start(store, wish(events=Events.EACH))
    await record(store, reading([request(1), request(2)], 100))

    part = await record(store, reading([request(1, "completed")], 110, ended=False, complete=False))
    end = await record(store, reading([request(2)], 111, whole=False))

    assert (part.announced, end.announced) == (0, 1)
    (clips,) = [d.announcement.facts for d in await drain(store) if isinstance(d.announcement.facts, ClipsFacts)]
    assert clips.ids == (uuid(1),)


async def test_a_batch_that_waits_says_when_it_may_be_settled_and_then_is_without_any_change(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 10))

    waiting = await record(store, reading([request(1, "completed", finished=20)], 30))
    settled = await record(store, reading([request(1, "completed", finished=20)], 61))

    assert (waiting.announced, min(waiting.settles.values())) == (0, at(60))
    assert (settled.announced, settled.settles) == (1, {})


async def test_the_earliest_of_several_watches_decides_when_to_look(store: Store) -> None:
    await start(store)
    await start(store, wish(place="C2", expected=1))
    await record(store, reading([request(1)], 10))

    recorded = await record(store, reading([request(1, "completed", finished=20)], 30))

    assert (recorded.announced, list(recorded.settles.values())) == (1, [at(60)])


async def test_requests_that_arrive_in_an_early_part_reopen_a_settled_batch(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 10))
    await record(store, reading([request(1, "completed")], 1000))
    await drain(store)

    part = await record(store, reading([request(2, created=1001)], 1010, ended=False, complete=False))
    end = await record(store, reading([request(1, "completed")], 1011, whole=False))

    assert (part.announced, end.announced) == (0, 1)
    assert kinds(await drain(store)) == ["reopened"]
    (watch,) = await store.watches.active(ACCOUNT)
    assert (watch.generation, watch.settled_reading) == (2, None)


async def test_every_place_is_told(store: Store) -> None:
    await start(store)
    await start(store, wish(place="C2"))
    await record(store, reading([request(1)], 10))

    recorded = await record(store, reading([request(1, "failed")], 20, complete=False))

    assert recorded.announced == 2


async def test_a_second_watch_sees_an_open_request_as_seen_since_it_began(store: Store) -> None:
    await record(store, reading([request(1)], 10))
    await start(store, seconds=50)
    await record(store, reading([request(1)], 60))

    # The finish time is before the watch by the API's clock, but the request was seen open after it began.
    recorded = await record(store, reading([request(1, "failed", finished=40)], 70))

    assert recorded.announced >= 1
    row = await store.database.read(lambda c: c.execute(select(requests)).mappings().one())
    assert (row["first_reading"], row["open_reading"], row["outcome_reading"]) == (1, 2, 3)
