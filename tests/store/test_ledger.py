"""The ledger remembers what was seen, once, and says what is new."""

import asyncio
from dataclasses import replace

from bot.domain.reading import Known
from bot.store import Store
from tests.builders import at, request, uuid
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    moves,
    reading,
    record,
    start,
    wish,
)

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


async def test_only_a_page_of_the_list_places_a_request_also_when_it_had_ended_before(store: Store) -> None:
    rows = [request(1, "completed"), request(2)]
    await record(store, reading(rows, 100))
    assert not any([await store.ledger.is_placed(ACCOUNT, row.id) for row in rows])
    await record(store, replace(reading(rows, 200, reference=None), places=(2, 1)))
    assert all([await store.ledger.is_placed(ACCOUNT, row.id) for row in rows])
    assert not await store.ledger.is_placed(ACCOUNT, uuid(3))


async def test_the_head_page_tells_failures_but_never_the_finish(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 100))

    recorded = await record(store, reading([request(1, "failed")], 1000, reference=None))

    assert recorded.announced == 1
    assert recorded.settles == {}
    assert (await record(store, reading([request(1, "failed")], 1001))).announced == 1


async def test_rows_of_a_filtered_reading_belong_to_its_reference(store: Store) -> None:
    await record(store, reading([request(1, reference=None)]))

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(1),)
