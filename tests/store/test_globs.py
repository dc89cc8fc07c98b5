"""A glob watches every reference that matches, now or later; in each place one watch decides, and says a thing once."""

from bot.domain.announcement import FailureFacts
from bot.domain.glob import compiled
from bot.domain.watch import Events
from bot.store import Store
from tests.builders import at, request, uuid
from tests.store.glob_rig import glob, glob_card, head, of, told, under, whole
from tests.store.rig import (
    ACCOUNT,
    TEAM,
    claim,
    drain,
    kinds,
    reading,
    record,
    start,
    wish,
)

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


async def test_a_message_of_a_failure_kind_goes_on_to_grow_when_another_watch_decides(store: Store) -> None:
    await start(store, glob(), 50)
    await whole(store, [of(1, "failed", created=60), of(2, "failed", created=60), of(3), of(4)], 70)
    await drain(store, 71)
    await start(store, glob("batch-1*"), 80)
    await whole(store, [*(of(number, "failed", created=60) for number in (1, 2, 3)), of(4)], 90)
    await start(store, wish(), 100)
    await whole(store, [of(number, "failed", created=60) for number in (1, 2, 3, 4)], 110)

    assert "failure" not in kinds(await drain(store, 111))
    (edit,) = await store.edits.due(TEAM, now=at(200), shown_before=at(199))
    assert isinstance(edit.facts, FailureFacts)
    assert edit.facts.ids == tuple(map(uuid, (1, 2, 3, 4)))


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

    left, _ = await store.watches.leave_out(ACCOUNT, TEAM, "C1", "batch-1", author="U2", now=at(25))
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
