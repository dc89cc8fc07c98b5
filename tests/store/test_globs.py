"""A glob watches every reference that matches, now or later; in each place one watch decides, and says a thing once."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.announcement import FailureFacts, GlobCardFacts
from bot.domain.answer import Wish
from bot.domain.delivery import Delivery
from bot.domain.glob import compiled
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Watch
from bot.store import Store
from bot.store.schema import announcements, batches, watches
from tests.builders import at, request, uuid
from tests.store.rig import (
    ACCOUNT,
    LONGEST_SETTLE,
    TEAM,
    claim,
    drain,
    kinds,
    reading,
    record,
    start,
    wish,
)

REASON = "no face"


def glob(pattern: str = "batch-*", *, place: str = "C1", events: Events | None = None) -> Wish:
    return Wish(TEAM, ACCOUNT, place, pattern, "U1", events, is_glob=True)


def of(number: int, status: str = "queued", *, batch: int = 1, **more: float | str) -> LipsyncRequest:
    finished = more.get("finished")
    return request(
        number,
        status,
        reference=f"batch-{batch}",
        created=float(more.get("created", 0)),
        finished=float(finished) if finished is not None else None,
        error=REASON if status == "failed" else None,
    )


async def head(store: Store, rows: list[LipsyncRequest], seconds: float) -> int:
    """The head page of the whole account; how much it announced."""
    return (await record(store, reading(rows, seconds, reference=None, ended=False))).announced


async def whole(store: Store, rows: list[LipsyncRequest], seconds: float, batch: int = 1) -> int:
    return (await record(store, reading(rows, seconds, reference=f"batch-{batch}"))).announced


async def under(store: Store) -> list[Watch]:
    """The watches that globs keep, by their references."""
    query = select(watches.c.place, watches.c.reference_id).where(
        watches.c.glob_id.is_not(None), watches.c.ended_at.is_(None)
    )
    rows = await store.database.read(lambda c: c.execute(query.order_by(watches.c.reference_id)).all())
    found = [await store.watches.at(TEAM, place, name) for place, name in rows]
    return [watch for watch in found if watch is not None]


def told(deliveries: list[Delivery]) -> list[tuple[str, str, str]]:
    """The place, kind and reference of everything but cards."""
    keys = [(each.announcement.key, each.announcement.reference_id) for each in deliveries]
    return [(key.place, key.kind, reference) for key, reference in keys if key.kind != "card"]


# --- what a glob covers ---


async def test_a_reference_that_appears_later_is_covered_from_the_start_of_the_glob(store: Store) -> None:
    parent = await start(store, glob(), 50)

    assert await head(store, [of(1, "failed", created=60, finished=70), request(2, reference="other")], 100) == 1

    (child,) = await under(store)
    assert (child.reference_id, child.glob_id, child.since_reading) == ("batch-1", parent.id, parent.since_reading)
    assert (child.started_at, child.generation) == (parent.started_at, 1)
    assert told(await drain(store)) == [("C1", "failure", "batch-1")]


async def test_what_happened_before_the_glob_is_not_told(store: Store) -> None:
    await head(store, [of(1, "failed"), of(2)], 10)
    await start(store, glob(), 100)

    assert await whole(store, [of(1, "failed"), of(2), of(3, "failed", finished=50)], 110) == 0
    assert (
        await whole(store, [of(1, "failed"), of(2, "failed", finished=120), of(3, "failed", finished=50), of(4)], 130)
        == 1
    )

    (failure,) = [each.announcement.facts for each in await drain(store) if each.announcement.key.kind == "failure"]
    assert isinstance(failure, FailureFacts)
    assert failure.ids == (uuid(2),)


async def test_what_is_open_when_the_glob_begins_is_watched_at_once(store: Store) -> None:
    await head(store, [of(1), of(2, "completed", batch=2), request(3, reference="other")], 10)

    await start(store, glob(), 100)

    assert [watch.reference_id for watch in await under(store)] == ["batch-1"]
    assert [one.reference_id for one in await store.watches.watched(ACCOUNT)] == ["batch-1"]


async def test_a_finished_reference_is_looked_at_again_only_when_it_has_something_new(store: Store) -> None:
    await start(store, glob(), 0)
    await head(store, [of(1, created=10)], 20)
    await whole(store, [of(1, "completed", created=10, finished=30)], 2_000)
    assert await store.watches.watched(ACCOUNT) == ()

    await head(store, [of(2, "completed", created=3_000, finished=3_010)], 3_100)

    assert [one.reference_id for one in await store.watches.watched(ACCOUNT)] == ["batch-1"]
    assert (
        await whole(store, [of(1, "completed", created=10, finished=30), of(2, "completed", created=3_000)], 9_000) == 2
    )
    assert await store.watches.watched(ACCOUNT) == ()
    assert told(await drain(store)) == [
        ("C1", "finished", "batch-1"),
        ("C1", "reopened", "batch-1"),
        ("C1", "finished", "batch-1"),
    ]


async def test_the_whole_account_tells_only_failures(store: Store) -> None:
    await start(store, glob("*", events=Events.ALL), 0)
    await head(store, [of(1, created=10), of(2, created=10)], 20)

    assert await whole(store, [of(1, "completed", created=10), of(2, "failed", created=10)], 2_000) == 1
    assert await whole(store, [of(1, "completed", created=10), of(2, "failed", created=10), of(3)], 3_000) == 0

    assert told(await drain(store)) == [("C1", "failure", "batch-1")]


async def test_reading_costs_no_more_where_many_references_are_watched_by_name(store: Store) -> None:
    await start(store, wish("other"))

    await head(store, [of(1)], 10)

    assert await under(store) == []


# --- who decides ---


async def test_where_three_watches_of_a_place_match_the_most_specific_says_it_once(store: Store) -> None:
    for pattern in ("*", "batch-*"):
        await start(store, glob(pattern), 0)
    named = await start(store, wish(), 0)
    await start(store, glob("b*", place="C2"), 0)
    await head(store, [of(1, created=10), of(1_001, batch=2, created=10), request(7, created=10, reference="x")], 20)
    rows = [of(1, "failed", created=10), of(1_001, "failed", batch=2, created=10)]

    await head(store, [*rows, request(7, "failed", created=10, reference="x")], 30)

    deliveries = await drain(store)
    assert sorted(told(deliveries)) == [
        ("C1", "failure", "batch-1"),
        ("C1", "failure", "batch-2"),
        ("C1", "failure", "x"),
        ("C2", "failure", "batch-1"),
        ("C2", "failure", "batch-2"),
    ]
    by_name = [e.announcement.watch_id for e in deliveries if e.announcement.reference_id == "batch-1"]
    assert named.id in by_name
    covering = await store.watches.covering(ACCOUNT, TEAM, "C1", "batch-2")
    assert [watch.reference_id for watch in covering] == ["batch-*", "*"]


async def test_of_equally_specific_globs_the_older_decides(store: Store) -> None:
    older = await start(store, glob("batch-*"), 0)
    await start(store, glob("*atch-1"), 1)

    await head(store, [of(1, created=10)], 20)

    (child,) = await under(store)
    assert compiled("batch-*").specificity == compiled("*atch-1").specificity
    assert child.glob_id == older.id


async def test_a_watch_by_name_takes_over_and_nothing_is_said_twice(store: Store) -> None:
    await start(store, glob(), 0)
    await head(store, [of(1, "failed", created=10), of(2, created=10)], 20)
    await drain(store)

    named = await start(store, wish(), 25)
    assert named.generation == 2
    assert await under(store) == []
    await head(store, [of(3, "failed", created=30)], 40)
    await whole(
        store, [of(1, "failed", created=10), of(2, "completed", created=10), of(3, "failed", created=30)], 2_000
    )

    assert told(await drain(store, 2_000)) == [("C1", "finished", "batch-1")]
    assert [watch.reference_id for watch in await store.watches.active(ACCOUNT)] == ["batch-*", "batch-1"]


async def test_after_the_watch_by_name_the_glob_covers_again_with_what_waits(store: Store) -> None:
    parent = await start(store, glob(), 0)
    named = await start(store, wish(), 1)
    await drain(store)
    await head(store, [of(1, "failed", created=10), of(2, created=10)], 20)

    ended = await store.watches.stop(TEAM, "C1", "batch-1", now=at(25))

    assert ended is not None
    assert ended.id == named.id
    (child,) = await under(store)
    assert (child.glob_id, child.generation) == (parent.id, 2)
    assert told(await drain(store)) == [("C1", "failure", "batch-1")]
    await whole(store, [of(1, "failed", created=10), of(2, "completed", created=10, finished=40)], 2_000)
    assert told(await drain(store)) == [("C1", "finished", "batch-1")]


async def test_a_more_specific_glob_takes_over_and_gives_back(store: Store) -> None:
    vague = await start(store, glob("*"), 0)
    await head(store, [of(1, "failed", created=10), of(2, created=10)], 20)

    specific = await start(store, glob("batch-*"), 25)
    (child,) = await under(store)
    assert (child.glob_id, child.generation, child.only_failures) == (specific.id, 2, False)
    await store.watches.stop(TEAM, "C1", "batch-*", now=at(30), is_glob=True)

    (back,) = await under(store)
    assert (back.id, back.glob_id, back.generation, back.only_failures) == (child.id, vague.id, 3, True)
    assert told(await drain(store)) == [("C1", "failure", "batch-1")]


async def test_a_pattern_that_is_not_taken_any_more_holds_up_nobody(store: Store) -> None:
    watch = await start(store, glob("{1..5000}"), 0)
    await start(store, glob(), 0)

    assert await head(store, [of(1, "failed", created=10)], 20) == 1
    assert [each.glob.pattern for each in (await store.watches.patterns(ACCOUNT)).globs] == ["batch-*"]
    assert (await glob_card(store, watch)).overview.references == 0


# --- changing and stopping ---


async def test_changing_a_glob_changes_what_is_under_it(store: Store) -> None:
    first = await start(store, glob(), 0)
    await head(store, [of(1, created=10)], 20)

    changed, is_new = await store.watches.start(glob(events=Events.EACH), now=at(30), api_now=at(30))

    assert (changed.id, is_new) == (first.id, False)
    assert [watch.events for watch in await under(store)] == [Events.EACH]


async def test_stopping_a_glob_ends_what_is_under_it_and_drops_what_waits(store: Store) -> None:
    await start(store, glob(), 0)
    await head(store, [of(1, "failed", created=10)], 20)

    stopped = await store.watches.stop(TEAM, "C1", "batch-*", now=at(30), is_glob=True)

    assert stopped is not None
    assert await under(store) == []
    assert await claim(store, 40) == ()
    assert await head(store, [of(2, "failed", created=35)], 50) == 0
    assert not await store.watches.patterns(ACCOUNT)


async def test_generations_of_a_place_and_reference_go_on_after_unwatch(store: Store) -> None:
    for seconds in (0, 100):
        await start(store, glob(), seconds)
        await head(store, [of(int(seconds) + 1, created=seconds + 10)], seconds + 20)
        (child,) = await under(store)
        assert child.generation == 1 + seconds // 100
        await store.watches.stop(TEAM, "C1", "batch-*", now=at(seconds + 30), is_glob=True)


async def test_what_only_a_glob_covers_cannot_be_stopped_by_name(store: Store) -> None:
    await start(store, glob(), 0)
    await head(store, [of(1, created=10)], 20)

    assert await store.watches.stop(TEAM, "C1", "batch-1", now=at(30)) is None
    assert len(await under(store)) == 1


async def test_a_reference_called_like_a_glob_is_another_watch(store: Store) -> None:
    by_glob = await start(store, glob("a*"), 0)
    by_name = await start(store, wish("a*"), 0)
    await record(store, reading([request(1, reference="a*")], 10, reference="a*"))

    assert by_glob.id != by_name.id
    assert await store.watches.at(TEAM, "C1", "a*") is not None
    assert (await store.watches.patterns(ACCOUNT)).exact == {"a*"}
    await store.watches.stop(TEAM, "C1", "a*", now=at(20))
    assert [watch.id for watch in await store.watches.active(ACCOUNT)] == [by_glob.id]


# --- exceptions ---


async def test_an_excepted_reference_is_silent_until_it_is_watched_by_name(store: Store) -> None:
    await start(store, glob("*"), 0)
    await start(store, glob(), 0)
    await start(store, glob(place="C2"), 0)
    await head(store, [of(1, "failed", created=10)], 20)

    left = await store.watches.leave_out(ACCOUNT, TEAM, "C1", "batch-1", author="U2", now=at(25))
    await head(store, [of(2, "failed", created=30), of(3, created=30), of(4, batch=2, created=30)], 40)

    assert [watch.reference_id for watch in left] == ["batch-*", "*"]
    assert told(await drain(store)) == [("C2", "failure", "batch-1")]
    interest = await store.watches.patterns(ACCOUNT)
    assert interest.covers("batch-1")  # C2 still wants it
    await store.watches.stop(TEAM, "C2", "batch-*", now=at(45), is_glob=True)
    assert not (await store.watches.patterns(ACCOUNT)).covers("batch-1")

    await start(store, wish(), 50)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(60))

    assert (await store.watches.patterns(ACCOUNT)).covers("batch-1")


# --- the card ---


async def glob_card(store: Store, watch: Watch) -> GlobCardFacts:
    facts = await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE)
    assert isinstance(facts, GlobCardFacts)
    return facts


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


async def test_what_a_glob_told_is_kept_as_long_as_its_requests(store: Store) -> None:
    await start(store, glob(), 0)
    await whole(store, [of(1, "failed", created=10), of(2, created=10)], 20)
    await drain(store, 20)

    await store.ledger.forget(ACCOUNT, at(3_000))
    await whole(store, [of(1, "failed", created=10), of(2, "failed", created=10)], 4_000)

    assert told(await drain(store, 4_000)) == [("C1", "finished", "batch-1")]
