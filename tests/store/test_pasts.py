"""The recorded past as the database gives it back, and that a replay of it tells what a watch there has told."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Connection, select, text

from bot.domain.glob import Glob, compiled
from bot.domain.past import Move
from bot.domain.replay import Replayed, replay
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Placement
from bot.store import Store
from bot.store.schema import metadata
from tests.builders import at, request, uuid, watch
from tests.store.glob_rig import head, told
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, drain, reading, record, start, wish

ERRORS = ("no face", "bad audio")


def clip(number: int, seconds: float, reference: str) -> LipsyncRequest | None:
    """Created 50 seconds after the one before, ended after 140; every second fails."""
    created = 200.0 + 50 * number
    if seconds < created:
        return None
    if seconds < created + 140:
        return request(
            number, "queued" if seconds < created + 30 else "processing", reference=reference, created=created
        )
    error = ERRORS[number // 2 % 2] if number % 2 == 0 else None
    return request(
        number,
        "failed" if error else "completed",
        reference=reference,
        created=created,
        finished=created + 140,
        error=error,
    )


async def live(store: Store, clips: int, until: int = 5_000, reference: str = "batch-1") -> None:
    """Complete readings of the reference, one every 30 seconds."""
    for seconds in range(200, until, 30):
        rows = [clip(number, seconds, reference) for number in range(clips)]
        await record(store, reading([row for row in rows if row is not None], seconds, reference=reference))


async def again(store: Store, **more: object) -> Replayed:
    """What a watch that began at 100 would have told."""
    pasts = (await store.references.pasts(ACCOUNT, ["batch-1"]))["batch-1"]
    begun = replace(watch(events=Events.EACH, started=100), **more)  # type: ignore[arg-type] # any field, by name
    return replay(begun, pasts, until=at(10**6), ahead=at(0) - at(0), longest=LONGEST_SETTLE)


@pytest.mark.parametrize("events", [Events.EACH, Events.PROBLEMS])
async def test_what_was_recorded_tells_what_the_watch_has_told(store: Store, events: Events) -> None:
    await record(store, reading([request(99, reference="other")], 50, reference=None, ended=False))
    await start(store, wish(events=events), 100)
    await live(store, 40)
    kinds = Counter(kind for _, kind, _ in told(await drain(store, 6_000)))

    replayed = await again(store, events=events)

    assert Counter(each.kind for each in replayed.told) == kinds
    assert {"failure", "ping", "finished"} <= kinds.keys()
    assert ("clips" in kinds) is (events is Events.EACH)


async def test_an_expectation_that_was_not_met_is_told_as_it_was(store: Store) -> None:
    await record(store, reading([request(99, reference="other")], 50, reference=None, ended=False))
    await start(store, wish(expected=50), 100)
    await live(store, 5)
    kinds = Counter(kind for _, kind, _ in told(await drain(store, 6_000)))

    replayed = await again(store, events=Events.PROBLEMS, expected=50, placement=Placement.FLAT)

    assert Counter(each.kind for each in replayed.told) == kinds
    assert kinds["short"] == 1


async def test_every_move_comes_back_in_order_with_the_request_as_it_is(store: Store) -> None:
    await live(store, 2, 500)
    await record(store, reading([request(99)], 600, reference="batch-2"))

    pasts = await store.references.pasts(ACCOUNT, ["batch-1", "batch-2", "batch-3"])

    assert {name: len(found) for name, found in pasts.items()} == {"batch-1": 2, "batch-2": 1, "batch-3": 0}
    one = next(past for past in pasts["batch-1"] if past.entry.request.id == uuid(1))
    assert one.moves == (
        Move(3, "queued", at(260)),
        Move(4, "processing", at(290)),
        Move(8, "completed", at(410)),
    )
    assert one.entry.outcome_reading == 8


@pytest.mark.parametrize("wanted", [compiled("batch-*"), compiled("b*-[123]"), "batch-2"])
async def test_what_has_news_is_named_the_latest_first(store: Store, wanted: Glob | str) -> None:
    await head(store, [request(1, reference="other")], 100)
    for number in (1, 2, 3):
        await head(
            store, [request(10 * number + n, reference=f"batch-{number}") for n in range(number)], 100.0 * number
        )

    found = await store.references.recent(ACCOUNT, wanted, since=at(150), most=1)

    is_one = isinstance(wanted, str)
    assert found.names == ((("batch-2", 2),) if is_one else (("batch-3", 3),))
    assert (found.changed, found.known) == ((1, 1) if is_one else (2, 3))
    assert found.began_at == at(100)


async def test_reading_the_past_writes_nothing(store: Store) -> None:
    await start(store)
    await live(store, 5, 1_000)
    before = await store.database.read(everything)

    await store.references.recent(ACCOUNT, compiled("*"), since=at(0), most=10)
    await store.references.pasts(ACCOUNT, ["batch-1"])
    await store.ledger.lineup(ACCOUNT, at(900))

    assert await store.database.read(everything) == before


def everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(text("1")))]
        for table in metadata.sorted_tables
    }
