"""What a glob shows on its card, the list of all references, and what is forgotten under globs."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.glob import compiled
from bot.domain.watch import Watch
from bot.store import Store
from bot.store.schema import announcements, batches
from tests.builders import at, request
from tests.store.glob_rig import glob, glob_card, head, of, told, under, whole
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    TEAM,
    drain,
    kinds,
    start,
)

# --- the card ---


async def due(store: Store, seconds: float, *, opened: float = 0) -> list[str]:
    edits = await store.cards.due(
        TEAM,
        now=at(seconds),
        changed_before=at(seconds - 45),
        open_before=at(opened),
        settled_before=at(0),
        longest_settle=LONGEST_SETTLE,
    )
    return [edit.watch_id for edit in edits]


async def test_one_card_shows_all_that_matches_the_neediest_first(store: Store) -> None:
    rows = [of(1, "completed"), of(2, batch=2, created=50), of(3, batch=3, created=5), of(4, "failed", batch=4)]
    await head(store, [*rows, request(9, reference="x")], 60)
    await whole(store, [rows[1]], 70, batch=2)
    watch = await start(store, glob(), 100)
    await store.watches.leave_out(ACCOUNT, TEAM, "C1", "batch-1", author="U2", now=at(25))

    facts = (await glob_card(store, watch)).overview

    assert [each.progress.reference_id for each in facts.most] == ["batch-4", "batch-3", "batch-2"]
    assert (facts.totals.total, facts.totals.failed, facts.totals.queued) == (3, 1, 2)
    assert (facts.read_at, facts.unread, facts.references) == (at(70), 1, 3)
    assert kinds(await drain(store)) == ["card"]


async def shown(store: Store, watch: Watch, seconds: float) -> None:
    """The card shows what there is to show."""
    assert await due(store, seconds) == [watch.id]
    await store.cards.shown(watch.id, "digest", now=at(seconds))


async def test_a_glob_s_card_is_edited_when_something_under_it_changes_and_at_once_for_news(store: Store) -> None:
    watch = await start(store, glob(), 0)
    await head(store, [of(1, created=10)], 20)
    await drain(store, 20)
    await shown(store, watch, 70)

    await head(store, [of(1, "processing", created=10)], 75)
    assert await due(store, 80) == []
    await shown(store, watch, 120)
    await head(store, [of(2, "failed", created=60, finished=65)], 125)

    assert await due(store, 126) == [watch.id]


async def test_the_age_of_a_glob_s_card_is_renewed_when_anything_was_read(store: Store) -> None:
    watch = await start(store, glob(), 0)
    await head(store, [of(1, created=10)], 20)
    await drain(store, 20)
    await shown(store, watch, 70)

    assert await due(store, 300, opened=200) == []
    await head(store, [of(1, created=10)], 290)

    assert await due(store, 300, opened=200) == [watch.id]


# --- the list of references ---


async def test_every_reference_ever_seen_is_listed_and_written_only_when_something_is_new(store: Store) -> None:
    await head(store, [of(1, created=5), of(2, batch=2, created=7)], 10)
    await head(store, [of(1, created=5), of(2, "processing", batch=2, created=7)], 20)
    await whole(store, [], 30, batch=3)

    query = select(batches.c.reference_id, batches.c.changed_at, batches.c.last_created_at, batches.c.read_at)
    rows = await store.database.read(lambda c: c.execute(query.order_by(batches.c.reference_id)).all())

    assert [tuple(row) for row in rows] == [
        ("batch-1", at(10), at(5), None),
        ("batch-2", at(20), at(7), None),
        ("batch-3", None, None, at(30)),
    ]
    assert [await store.references.knows(ACCOUNT, f"batch-{number}") for number in (1, 2, 3)] == [True, True, False]
    assert (await store.ledger.known(ACCOUNT, "batch-1")).complete is False
    assert await store.references.nearest(ACCOUNT, "bacth-1") == ("batch-1",)


async def test_an_overview_counts_what_is_listed_and_begins_with_the_failures(store: Store) -> None:
    rows = [of(number, "completed" if number % 2 else "canceled", batch=number % 3) for number in range(1, 10)]
    await head(store, rows, 10)
    await whole(store, [rows[0]], 20)  # batch-1 has numbers 1, 4 and 7: two are no longer listed

    found = await store.references.overview(ACCOUNT, compiled("batch-[12]"), most=1)

    assert (found.references, len(found.most), found.pattern) == (2, 1, "batch-[12]")
    assert (found.totals.total, found.totals.completed, found.totals.vanished) == (4, 2, 2)
    assert found.totals.other == (("canceled", 2),)


# --- forgetting ---


async def test_what_is_old_and_settled_under_a_glob_is_forgotten_and_never_told_again(store: Store) -> None:
    await start(store, glob(), 0)
    await head(store, [of(1, created=10), of(2, batch=2, created=10)], 20)
    await whole(store, [of(1, "completed", created=10, finished=30)], 2_000)
    await drain(store, 2_000)
    day = timedelta(days=1)

    assert await store.ledger.forget(ACCOUNT, at(3_000)) == 1

    assert [watch.reference_id for watch in await under(store)] == ["batch-2"]
    assert (await store.references.overview(ACCOUNT, compiled("*"), most=9)).references == 1
    kept = await store.database.read(lambda c: c.execute(select(announcements.c.kind)).scalars().all())
    assert "finished" not in kept
    assert await whole(store, [of(1, "completed", created=10, finished=30)], day.total_seconds()) == 0


async def test_what_vanished_under_a_glob_is_awaited_no_more_and_forgotten(store: Store) -> None:
    await start(store, glob(), 0)
    await whole(store, [of(1, created=10)], 20)
    await whole(store, [], 40)
    awaited = await store.watches.watched(ACCOUNT)

    assert await store.ledger.forget(ACCOUNT, at(3_000)) == 1

    assert awaited == ()
    assert await under(store) == []


async def test_a_named_reference_that_vanished_is_read_like_a_settled_one_until_something_comes(store: Store) -> None:
    await start(store)
    before = await store.watches.watched(ACCOUNT)
    await whole(store, [of(1, created=10)], 20)
    await whole(store, [], 40)
    vanished = await store.watches.watched(ACCOUNT)
    await whole(store, [of(2, created=50)], 60)

    after = await store.watches.watched(ACCOUNT)

    assert [one.settled for one in (*before, *vanished, *after)] == [False, True, False]


async def test_what_a_glob_told_is_kept_as_long_as_its_requests(store: Store) -> None:
    await start(store, glob(), 0)
    await whole(store, [of(1, "failed", created=10), of(2, created=10)], 20)
    await drain(store, 20)

    await store.ledger.forget(ACCOUNT, at(3_000))
    await whole(store, [of(1, "failed", created=10), of(2, "failed", created=10)], 4_000)

    assert told(await drain(store, 4_000)) == [("C1", "finished", "batch-1")]
