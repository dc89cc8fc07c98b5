"""The ledger remembers what was seen, once, and says what is new."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.domain.announcement import ClipsFacts, FailureFacts, FinishedFacts
from bot.domain.reading import Known
from bot.domain.watch import Events
from bot.store import Store
from bot.store.schema import requests, transitions
from tests.builders import at, request, uuid
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    claim,
    claim_one,
    drain,
    kinds,
    names,
    posted,
    reading,
    record,
    start,
    wish,
)


async def moves(store: Store) -> list[tuple[str, str | None, str]]:
    query = select(transitions).order_by(transitions.c.number)
    rows = await store.database.read(lambda c: c.execute(query).mappings().all())
    return [(row["request_id"], row["old"], row["new"]) for row in rows]


# --- what is remembered ---


async def test_what_was_never_seen_is_empty(store: Store) -> None:
    batch = await store.ledger.batch(ACCOUNT, "batch-1")

    assert (batch.requests, batch.vanished, batch.read_at) == ((), 0, None)
    assert await store.ledger.known(ACCOUNT, "batch-1") == Known()
    assert await store.ledger.request(ACCOUNT, uuid(1)) is None
    assert await store.ledger.looked_at(ACCOUNT) is None


async def test_a_whole_reading_is_remembered_with_all_that_the_api_said(store: Store) -> None:
    rows = [request(1, "completed"), request(2, "failed", error="no face ☹", created=1), request(3, created=2)]

    recorded = await record(store, reading(rows))

    batch = await store.ledger.batch(ACCOUNT, "batch-1")
    assert batch.requests == tuple(rows)
    assert batch.read_at == at(100)
    assert recorded.number == 1
    assert recorded.references == {"batch-1"}
    assert [(m.request_id, m.old, m.new) for m in recorded.transitions] == [
        (uuid(1), None, "completed"),
        (uuid(2), None, "failed"),
        (uuid(3), None, "queued"),
    ]
    assert await store.ledger.request(ACCOUNT, uuid(2)) == rows[1]
    known = await store.ledger.known(ACCOUNT, "batch-1")
    assert known == Known(frozenset({uuid(1), uuid(2), uuid(3)}), frozenset({uuid(3)}), complete=True, read_at=at(100))


async def test_accounts_do_not_see_one_another(store: Store) -> None:
    await record(store, reading([request(1)]))

    await store.ledger.record("other", reading([request(1, "failed")]), LONGEST_SETTLE)

    assert (await store.ledger.batch("other", "batch-1")).requests == (request(1, "failed"),)
    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(1),)


async def test_a_reading_of_a_part_does_not_count_as_read_whole(store: Store) -> None:
    await record(store, reading([request(1)], ended=False, complete=False))

    known = await store.ledger.known(ACCOUNT, "batch-1")
    assert (known.complete, known.read_at) == (False, None)
    assert known.open == {uuid(1)}


async def test_a_whole_reading_without_news_still_counts_as_read(store: Store) -> None:
    await record(store, reading([request(1)], 100))

    recorded = await record(store, reading([request(1)], 200, whole=False))

    assert (recorded.number, recorded.transitions, recorded.references) == (2, (), frozenset())
    assert (await store.ledger.batch(ACCOUNT, "batch-1")).read_at == at(200)


async def test_the_newest_look_is_remembered_even_when_an_older_one_is_recorded_later(store: Store) -> None:
    await record(store, reading([request(1)], 200))
    await record(store, reading([request(1)], 100))

    assert await store.ledger.looked_at(ACCOUNT) == at(200)


async def test_a_move_is_recorded_once(store: Store) -> None:
    await record(store, reading([request(1)], 100))

    first = await record(store, reading([request(1, "completed")], 200))
    again = await record(store, reading([request(1, "completed")], 200))

    assert [(m.old, m.new, m.seen_at, m.correction) for m in first.transitions] == [
        ("queued", "completed", at(200), False)
    ]
    assert again.transitions == ()
    assert await moves(store) == [(uuid(1), None, "queued"), (uuid(1), "queued", "completed")]


async def test_the_same_reading_recorded_at_the_same_time_is_recorded_once(store: Store) -> None:
    await start(store)
    rows = [request(number, "failed", error="no face") for number in range(1, 51)]

    both = await asyncio.gather(*(record(store, reading(rows, 100)) for _ in range(4)))

    assert sorted(one.number for one in both) == [1, 2, 3, 4]
    assert sorted(len(one.transitions) for one in both) == [0, 0, 0, 50]
    assert sum(one.announced for one in both) == 2
    assert len(await moves(store)) == 50


async def test_a_correction_by_the_api_is_marked(store: Store) -> None:
    await record(store, reading([request(1, "failed")], 100))

    recorded = await record(store, reading([request(1, "completed")], 200))

    assert [m.correction for m in recorded.transitions] == [True]


async def test_a_change_without_a_move_is_news_but_no_transition(store: Store) -> None:
    await record(store, reading([request(1, "completed")], 100))

    recorded = await record(store, reading([request(1, "completed", url="https://storage.example/new.mp4")], 200))

    assert recorded.transitions == ()
    assert recorded.references == {"batch-1"}


async def test_what_was_asked_for_before_an_outcome_was_seen_is_old_news(store: Store) -> None:
    await record(store, reading([request(1, "completed")], 200))

    recorded = await record(store, reading([request(1, "processing")], 210, asked=150))

    assert recorded.transitions == ()
    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(1, "completed"),)


async def test_a_batch_of_thousands_is_compared_in_parts(store: Store) -> None:
    rows = [request(number) for number in range(1200)]
    await record(store, reading(rows, 100))

    recorded = await record(store, reading([*rows[:-1], request(1199, "completed")], 200))

    assert [m.request_id for m in recorded.transitions] == [uuid(1199)]


async def test_the_longest_reference_ids_and_subjects_fit(store: Store) -> None:
    name = "".join(chr(33 + number * number * 7 % 9973) for number in range(5_000))  # hard to compress
    await start(store, wish(name))

    recorded = await record(store, reading([request(1, "failed", reference=name, created=10)], reference=name))

    assert recorded.announced == 2
    assert (await store.ledger.known(ACCOUNT, name)).listed == {uuid(1)}
    assert [one.reference_id for one in await store.watches.watched(ACCOUNT)] == [name]
    assert await store.watches.stop("T1", "C1", name, now=at(1)) is not None


# --- vanished ---


async def test_what_a_whole_reading_lists_no_more_has_vanished(store: Store) -> None:
    await record(store, reading([request(1), request(2)], 100))

    recorded = await record(store, reading([request(1)], 200))

    batch = await store.ledger.batch(ACCOUNT, "batch-1")
    assert (batch.requests, batch.vanished) == ((request(1),), 1)
    assert (recorded.transitions, recorded.references) == ((), frozenset())
    assert (await store.ledger.known(ACCOUNT, "batch-1")).listed == {uuid(1)}


async def test_what_vanished_and_is_listed_again_counts_again(store: Store) -> None:
    await record(store, reading([request(1), request(2)], 100))
    await record(store, reading([request(1)], 200))

    await record(store, reading([request(1), request(2)], 300))

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).vanished == 0


async def test_what_was_first_seen_after_the_reading_had_asked_has_not_vanished(store: Store) -> None:
    await record(store, reading([request(1)], 100))
    await record(store, reading([request(2)], 250, reference=None))

    await record(store, reading([request(1)], 300, asked=200))

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).vanished == 0


async def test_a_batch_is_not_called_finished_by_the_reading_in_which_something_vanished(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1), request(2)], 100))

    first = await record(store, reading([request(1, "completed")], 1000))
    second = await record(store, reading([request(1, "completed")], 1015))

    assert (first.announced, second.announced) == (0, 1)


# --- the head page ---


async def test_the_head_page_is_recorded_under_each_reference_and_says_which_moved(store: Store) -> None:
    await record(store, reading([request(1)], 100))
    page = [request(1), request(2, reference="batch-2"), request(3, reference=None)]

    recorded = await record(store, reading(page, 200, reference=None))

    assert recorded.references == {"batch-2"}
    assert await store.ledger.request(ACCOUNT, uuid(3)) == request(3, reference=None)
    assert (await store.ledger.known(ACCOUNT, "batch-2")).complete is False


async def test_the_head_page_tells_failures_but_never_the_finish(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 100))

    recorded = await record(store, reading([request(1, "failed")], 1000, reference=None))

    assert recorded.announced == 1
    assert recorded.settles_at is None
    assert (await record(store, reading([request(1, "failed")], 1001))).announced == 1


async def test_rows_of_a_filtered_reading_belong_to_its_reference(store: Store) -> None:
    await record(store, reading([request(1, reference=None)]))

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(1),)


# --- what is said of it ---


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

    assert (waiting.announced, waiting.settles_at) == (0, at(60))
    assert (settled.announced, settled.settles_at) == (1, None)


async def test_the_earliest_of_several_watches_decides_when_to_look(store: Store) -> None:
    await start(store)
    await start(store, wish(place="C2", expected=1))
    await record(store, reading([request(1)], 10))

    recorded = await record(store, reading([request(1, "completed", finished=20)], 30))

    assert (recorded.announced, recorded.settles_at) == (1, at(60))


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


# --- forgetting ---


async def test_old_outcomes_that_nobody_watches_are_forgotten_with_their_moves(store: Store) -> None:
    await record(store, reading([request(1, "completed"), request(2)], 100))
    await record(store, reading([request(3, "completed", reference=None)], 100, reference=None))

    assert await store.ledger.forget(ACCOUNT, at(101)) == 2

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(2),)
    assert await moves(store) == [(uuid(2), None, "queued")]
    assert (await store.ledger.known(ACCOUNT, "batch-1")).complete is False


async def test_what_changed_since_or_is_watched_is_kept(store: Store) -> None:
    await start(store, wish("batch-2"))
    await record(store, reading([request(2, "completed", reference="batch-2")], 100, reference="batch-2"))
    await record(store, reading([request(1, "completed")], 200))

    assert await store.ledger.forget(ACCOUNT, at(150)) == 0
    assert (await store.ledger.known(ACCOUNT, "batch-1")).complete is True


async def test_batches_without_requests_are_forgotten_unless_watched(store: Store) -> None:
    await start(store, wish("batch-2"))
    for name in ("batch-1", "batch-2", "batch-3"):
        await record(store, reading([], 300 if name == "batch-3" else 100, reference=name))

    await store.ledger.forget(ACCOUNT, at(200))

    complete = [(await store.ledger.known(ACCOUNT, f"batch-{n}")).complete for n in (1, 2, 3)]
    assert complete == [False, True, True]


async def test_ended_watches_and_what_was_said_for_them_are_forgotten(store: Store) -> None:
    first = await start(store)
    await drain(store)
    await store.watches.stop("T1", "C1", "batch-1", now=at(100))
    await store.ledger.forget(ACCOUNT, at(200) - timedelta(seconds=150))
    assert (await start(store, seconds=110)).generation == 2
    await store.watches.stop("T1", "C1", "batch-1", now=at(120))

    await store.ledger.forget(ACCOUNT, at(500))

    assert (await start(store, seconds=600)).generation == 1
    assert (await store.outbox.tally("T1")).counts == {"pending": 1}
    assert await store.cards.facts(first.id, longest_settle=LONGEST_SETTLE) is None


async def test_what_was_said_for_active_watches_and_what_is_unsent_is_kept(store: Store) -> None:
    await start(store)
    await drain(store)
    await start(store, wish("batch-2"))

    await store.ledger.forget(ACCOUNT, at(1_000_000))

    assert (await store.outbox.tally("T1")).counts == {"sent": 1, "pending": 1}
    assert names(await claim(store)) != []
