"""What our memory has under a reference or a pattern, in numbers that cost little."""

from bot.domain.glob import Allowed, compiled
from bot.store import Store
from tests.builders import at, request
from tests.store.glob_rig import head, of, whole
from tests.store.rig import ACCOUNT


async def known(store: Store) -> None:
    """Three batches, of which one goes on, and another of another name."""
    await head(store, [of(1, "completed"), of(2, "failed", batch=2), of(3, batch=2), of(4, "completed", batch=3)], 10)
    await whole(store, [of(1, "completed")], 20)
    await head(store, [request(5, reference="Batch-9"), request(6, reference=None)], 30)


async def test_a_pattern_is_counted_with_those_that_go_on(store: Store) -> None:
    await known(store)
    found = await store.references.matching(ACCOUNT, compiled("batch-*"))
    assert (found.pattern, found.references, found.open) == ("batch-*", 3, 1)
    every = await store.references.matching(ACCOUNT, compiled("*"))
    assert (every.references, every.open) == (4, 2)
    some = await store.references.matching(ACCOUNT, compiled("batch-[13]"))
    assert (some.references, some.open) == (2, 0)
    none = await store.references.matching(ACCOUNT, compiled("trailer-*"))
    assert (none.references, none.open) == (0, 0)
    assert (await store.references.matching("other", compiled("*"))).references == 0


async def test_a_place_hears_only_of_what_it_may(store: Store) -> None:
    await known(store)
    only = Allowed.of(("batch-2", "trailer-*"))
    found = await store.references.matching(ACCOUNT, compiled("batch-*"), only)
    assert (found.references, found.open) == (1, 1)


async def test_one_reference_stands_with_its_counts_and_its_age(store: Store) -> None:
    await known(store)
    stands = await store.references.standing(ACCOUNT, "batch-1")
    assert stands is not None
    assert (stands.progress.reference_id, stands.progress.total, stands.progress.completed) == ("batch-1", 1, 1)
    assert stands.read_at == at(20)
    going_on = await store.references.standing(ACCOUNT, "batch-2")
    assert going_on is not None
    assert (going_on.progress.failed, going_on.progress.open) == (1, 1)
    assert (going_on.read_at, going_on.is_unread) == (None, True)
    assert await store.references.standing(ACCOUNT, "BATCH-1") is None
    assert await store.references.standing("other", "batch-1") is None


async def test_what_was_asked_for_and_never_seen_is_not_known(store: Store) -> None:
    await whole(store, [], 20, batch=7)
    assert await store.references.standing(ACCOUNT, "batch-7") is None
