"""What a text speaks of is looked up by its words, ids and links, and costs the same however much is remembered."""

import time

import pytest
from sqlalchemy import Connection, insert

from bot.domain.mentioned import mentioned
from bot.store import Store
from bot.store.columns import key_of
from bot.store.schema import batches
from tests.builders import NOON, request, uuid
from tests.store.rig import ACCOUNT, reading, record

ID = "6f82a2d8-a6d4-4e8a-a0fa-e8b09823a2d8"
SHORT = "https://storage.chamelaion.com/output/6f82a2d8.mp4"


async def found(store: Store, text: str) -> tuple[str, ...]:
    what = mentioned(text)
    sighted = await store.sightings.among(ACCOUNT, what)
    return what.references(sighted.known, sighted.of_ids, sighted.of_links)


async def test_references_are_known_once_a_request_was_seen(store: Store) -> None:
    assert await found(store, "batch-1") == ()
    await record(store, reading([request(1)]))
    await record(store, reading([], reference="batch-2"))  # asked for, never seen
    assert await found(store, "batch-1 and batch-2") == ("batch-1",)
    await store.database.write(lambda connection: fill(connection, 1))
    assert (await store.sightings.among("other", mentioned("batch-1"))).known == frozenset()


async def test_requests_lead_to_their_references(store: Store) -> None:
    await record(store, reading([request(1)]))
    await record(store, reading([request(2, reference=None)], reference=None, complete=False))
    assert await found(store, f"{uuid(1)} {uuid(2)} {uuid(3)}") == ("batch-1",)
    assert (await store.sightings.among(ACCOUNT, mentioned(uuid(2)))).of_ids == {uuid(2): None}


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (SHORT, f"see {SHORT}?signature=x"),
        (f"{SHORT}?signature=y", f"<{SHORT}>"),
        (f"https://cdn.example.com/{ID}_de.mp4", f"https://cdn.example.com/{ID}_de.mp4#t=3"),
    ],
)
async def test_links_lead_to_the_reference_whose_output_they_are(store: Store, address: str, text: str) -> None:
    one = request(1, "completed", url=address)
    await record(store, reading([type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"id": ID})]))
    assert await found(store, text) == ("batch-1",)
    assert await found(store, "https://github.com/x/commit/6f82a2d8") == ()


async def test_standings_come_in_order_and_only_of_what_was_seen(store: Store) -> None:
    await record(store, reading([request(1, "completed"), request(2)]))
    await record(store, reading([request(3, reference="batch-2")], reference="batch-2"))
    standings = await store.sightings.standings(ACCOUNT, ["batch-2", "nothing", "batch-1"])
    assert [(each.progress.reference_id, each.progress.total) for each in standings] == [("batch-2", 1), ("batch-1", 2)]


async def test_among_many_references_a_long_message_is_looked_up_in_no_time(store: Store) -> None:
    await store.database.write(lambda connection: fill(connection, 20_000))
    text = " ".join(f"batch-{number}" for number in range(0, 30_000, 7))
    begun = time.perf_counter()
    assert len(await found(store, text)) == len(range(0, 20_000, 7))
    assert time.perf_counter() - begun < 3  # of some 100 ms: the machine may be busy


def fill(connection: Connection, many: int) -> None:
    rows = [
        {
            "account_id": ACCOUNT if many > 1 else "other account",
            "reference_key": key_of(f"batch-{number}"),
            "reference_id": f"batch-{number}",
            "changed_at": NOON,
        }
        for number in range(many)
    ]
    connection.execute(insert(batches), rows)
