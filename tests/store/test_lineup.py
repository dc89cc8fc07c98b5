"""The queue of the whole account, counted by the database, and by which indexes."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, text

from bot.domain.lineup import Outcomes
from bot.store import Store
from bot.store.lineup import ended_by_status, latest, open_by_reference
from tests.builders import at, request
from tests.store.glob_rig import head
from tests.store.rig import ACCOUNT, reading, record


async def test_what_is_open_stands_in_the_order_in_which_it_was_sent(store: Store) -> None:
    rows = [
        request(1, "processing", reference="b", created=10),
        request(2, "queued", reference="b", created=40),
        request(3, "queued", reference="a", created=20),
        request(4, "queued", reference="a", created=30),
        request(5, "completed", reference="a", created=5),
        request(6, "paused", reference=None, created=50),
        request(7, "completed", reference="done", created=5),
    ]
    await head(store, rows, 100)

    lineup = await store.ledger.lineup(ACCOUNT, at(200))

    assert [(one.reference_id, one.running, one.waiting, one.other) for one in lineup.line] == [
        ("b", 1, 1, 0),
        ("a", 0, 2, 0),
        (None, 0, 0, 1),
    ]
    assert (lineup.running, lineup.waiting, lineup.other) == (1, 3, 1)
    assert lineup.waiting_since == at(20)
    assert (lineup.looked_at, lineup.read_at, lineup.unread) == (at(100), None, 2)


async def test_what_ended_is_counted_by_the_clock_of_the_api(store: Store) -> None:
    hour = 3_600.0
    rows = [
        request(1, "completed", created=0, finished=100),
        request(2, "failed", created=0, finished=24 * hour - 10, error="x"),
        request(3, "completed", created=0, finished=24 * hour + 10),
        request(4, "completed", created=0, finished=30 * hour),  # later than what is asked for
        request(5, "cancelled", created=0, finished=23 * hour),
    ]
    await head(store, rows, 100)

    lineup = await store.ledger.lineup(ACCOUNT, at(24 * hour + 200))

    assert (lineup.hour, lineup.day) == (Outcomes(2, 1), Outcomes(3, 1))


async def test_the_typical_duration_is_the_median_of_what_was_completed(store: Store) -> None:
    rows = [request(n, "completed", created=0, finished=5 + 10 * n) for n in (1, 2, 9)]
    await head(store, [*rows, request(50, "failed", created=0, finished=1_000)], 100)

    lineup = await store.ledger.lineup(ACCOUNT, at(2_000))

    assert lineup.typical is not None
    assert (lineup.typical.total_seconds(), lineup.measured) == (20, 3)


async def test_a_reference_that_was_read_whole_has_an_age(store: Store) -> None:
    await record(store, reading([request(1)], 100))
    await record(store, reading([request(2, reference="batch-2")], 150, reference="batch-2"))
    await record(store, reading([request(3, "completed", reference="batch-3")], 50, reference="batch-3"))

    lineup = await store.ledger.lineup(ACCOUNT, at(200))

    assert (lineup.read_at, lineup.unread, lineup.looked_at) == (at(100), 0, at(150))


async def test_of_an_account_that_nobody_read_nothing_is_claimed(store: Store) -> None:
    lineup = await store.ledger.lineup("other", at(200))

    assert (lineup.line, lineup.looked_at, lineup.typical, lineup.filled) == ((), None, None, 0.0)


async def test_each_statement_goes_by_an_index(store: Store) -> None:
    await head(store, [request(n, created=n) for n in range(50)], 100)
    wanted = {
        "requests_open": open_by_reference(ACCOUNT),
        "requests_ended": ended_by_status(ACCOUNT, at(200)),
        "requests_ended ": latest(ACCOUNT, at(200)),
    }

    for index, query in wanted.items():
        plan = await store.database.read(partial(plan_of, query=query))
        assert index.strip() in plan, plan


def plan_of(connection: Connection, query: Select[Any]) -> str:
    """How the database would go about it; PostgreSQL would read so few rows one by one if it might."""
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    compiled = query.compile(connection, compile_kwargs={"literal_binds": True})
    rows = connection.execute(text(f"{'EXPLAIN' if is_postgresql else 'EXPLAIN QUERY PLAN'} {compiled}"))
    return "\n".join(" ".join(map(str, row)) for row in rows)
