"""What is old and needed by nobody is forgotten, and nothing else."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.places import Coverage, Order
from bot.store import Store
from tests.builders import at, request, uuid
from tests.store.glob_rig import glob
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    claim,
    drain,
    moves,
    names,
    reading,
    record,
    start,
    wish,
)


async def test_what_nobody_watches_is_forgotten_with_its_moves_even_when_it_never_ended(store: Store) -> None:
    await record(store, reading([request(1, "completed"), request(2)], 100))
    await record(store, reading([request(3, "completed", reference=None)], 100, reference=None))
    await record(store, reading([request(4)], 200))

    assert await store.ledger.forget(ACCOUNT, at(150)) == 3

    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests == (request(4),)
    assert await moves(store) == [(uuid(4), None, "queued")]
    assert (await store.ledger.known(ACCOUNT, "batch-1")).complete is False


async def test_what_is_left_of_a_batch_accounts_for_all_of_it_only_once_it_was_read_again(store: Store) -> None:
    rows = [request(1, "completed"), request(2)]
    everything = Coverage(Order.NEWEST_FIRST, 2, at(100).timestamp())
    await record(store, replace(reading(rows, 100, reference=None), coverage=everything))
    await record(store, reading([request(2, "processing")], 200, reference=None))
    look = replace(reading([], 300, reference=None), closes=frozenset({"batch-1"}))

    assert await store.ledger.forget(ACCOUNT, at(150)) == 1

    await start(store, glob("batch-*"), 250)
    assert (await record(store, look)).unaccounted == {"batch-1"}
    await record(store, reading(rows, 400))
    assert not (await record(store, look)).unaccounted


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
