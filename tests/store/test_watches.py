"""Watches begin, change and end, each in one transaction with all that belongs to it."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.announcement import CardPlaceholder, Key
from bot.domain.answer import Wish
from bot.domain.delivery import State
from bot.domain.watch import Events, Watch, Watched
from bot.store import Store
from tests.builders import at, request
from tests.store.rig import ACCOUNT, TEAM, claim, claim_one, drain, kinds, news, posted, reading, record, start, wish


async def test_a_new_watch_begins_at_the_newest_reading_and_queues_its_card(store: Store) -> None:
    await record(store, reading([request(1)]))
    wanted = wish(author="U7", expected=5, name="dubbing", public=True)

    watch, is_new = await store.watches.start(wanted, now=at(110), api_now=at(108.5))

    assert is_new
    assert watch == Watch(
        id=watch.id,
        workspace_id=TEAM,
        account_id=ACCOUNT,
        place="C1",
        reference_id="batch-1",
        author="U7",
        events=Events.PROBLEMS,
        expected=5,
        created_at=at(110),
        started_at=at(108.5),
        since_reading=1,
        generation=1,
        generation_reading=1,
        place_name="dubbing",
        public=True,
        clips_reading=1,
    )
    assert await store.watches.at(TEAM, "C1", "batch-1") == watch
    announcement = (await claim_one(store)).announcement
    assert announcement.key == Key(TEAM, "C1", "card", "batch-1", watch.id, 1)
    assert announcement.facts == CardPlaceholder(watch.id)
    assert (announcement.reference_id, announcement.watch_id, announcement.recorded_at) == (
        "batch-1",
        watch.id,
        at(110),
    )


async def test_watching_again_changes_what_is_given_and_keeps_the_baseline(store: Store) -> None:
    first = await start(store, wish(name="old", public=True))
    await record(store, reading([request(1)]))
    baselined = replace(first, baseline_at=at(100))

    again, is_new = await store.watches.start(
        wish(author="U2", events=Events.ALL, name="new", public=True), now=at(200), api_now=at(200)
    )

    assert not is_new
    assert again == replace(baselined, events=Events.ALL, place_name="new")
    assert await store.watches.active(ACCOUNT) == (again,)
    assert kinds(await drain(store)) == ["card"]


async def test_watching_again_without_a_wish_keeps_everything(store: Store) -> None:
    first = await start(store, wish(events=Events.EACH, expected=5, name="dubbing"))

    again, is_new = await store.watches.start(wish(), now=at(200), api_now=at(200))

    assert (again, is_new) == (first, False)


async def test_when_another_number_is_expected_the_next_look_may_decide_anew(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 10))
    await record(store, reading([request(1, "completed")], 1000))
    assert kinds(await drain(store)) == ["card", "finished"]

    changed = await start(store, wish(expected=2))
    recorded = await record(store, reading([request(1, "completed")], 1015))

    assert changed.settled_reading is None
    assert recorded.announced == 1
    assert kinds(await drain(store)) == ["short"]


@pytest.mark.parametrize(
    ("first", "then", "is_settled"), [(None, 1, True), (2, 1, False), (2, None, False), (1, 1, True)]
)
async def test_what_was_settled_as_it_is_expected_now_stays_so(
    store: Store, first: int | None, then: int | None, *, is_settled: bool
) -> None:
    await start(store, wish(expected=first))
    await record(store, reading([request(1)], 10))
    await record(store, reading([request(1, "completed")], 1000))

    changed = await start(store, replace(wish(expected=then), without=frozenset() if then else frozenset({"expect"})))

    assert (changed.settled_reading is not None, changed.generation) == (is_settled, 1)


async def test_the_same_watch_started_at_the_same_time_is_one(store: Store) -> None:
    both = await asyncio.gather(*(store.watches.start(wish(), now=at(0), api_now=at(0)) for _ in range(6)))

    assert len({watch.id for watch, _ in both}) == 1
    assert sorted(is_new for _, is_new in both) == [False] * 5 + [True]
    assert len(await claim(store)) == 1


async def test_stopping_ends_the_watch_and_drops_what_waits_for_it(store: Store) -> None:
    watch = await start(store)
    await start(store, wish("batch-2"))
    await store.outbox.queue([news("one", watch=watch)])

    stopped = await store.watches.stop(TEAM, "C1", "batch-1", now=at(50))

    assert stopped == replace(watch, ended_at=at(50))
    assert await store.watches.at(TEAM, "C1", "batch-1") is None
    assert [d.announcement.reference_id for d in await drain(store)] == ["batch-2"]
    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 2, State.SENT: 1}
    assert (await record(store, reading([request(1, "failed")]))).announced == 0


async def test_stopping_what_is_not_watched_changes_nothing(store: Store) -> None:
    await start(store)

    assert await store.watches.stop(TEAM, "C2", "batch-1", now=at(50)) is None
    assert await store.watches.stop(TEAM, "C1", "batch-2", now=at(50)) is None
    assert len(await store.watches.active(ACCOUNT)) == 1


async def test_a_watch_stopped_by_two_at_the_same_time_is_stopped_once(store: Store) -> None:
    await start(store)

    stopped = await asyncio.gather(*(store.watches.stop(TEAM, "C1", "batch-1", now=at(50)) for _ in range(4)))

    assert len([watch for watch in stopped if watch]) == 1


async def test_a_new_watch_after_an_ended_one_is_a_new_generation_with_its_own_baseline(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1)], 10))
    await record(store, reading([request(1, "failed")], 1000))
    assert kinds(await drain(store)) == ["card", "failure", "finished"]
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1001))

    again = await start(store, seconds=1002)
    recorded = await record(store, reading([request(1, "failed")], 1003))

    assert (again.generation, again.since_reading, again.baseline_at) == (2, 2, None)
    assert recorded.announced == 0
    assert kinds(await drain(store)) == ["card"]


async def test_the_generation_of_another_place_does_not_count(store: Store) -> None:
    await start(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert (await start(store, wish(place="C2"))).generation == 1
    assert (await start(store, wish("batch-2"))).generation == 1


async def test_what_is_watched_is_listed_once_as_a_look_needs_it(store: Store) -> None:
    await start(store)
    await start(store, wish(place="C2"))
    await start(store, wish("batch-2"))
    await start(store, wish("batch-3"))
    await store.watches.stop(TEAM, "C1", "batch-3", now=at(1))
    assert await store.watches.watched("other") == ()

    await record(store, reading([request(1), request(2, "processing", created=-20)], 10))
    await record(store, reading([request(3, "completed", reference="batch-2")], 1000, reference="batch-2"))

    assert await store.watches.watched(ACCOUNT) == (
        Watched("batch-1", False, at(10), at(-15)),
        Watched("batch-2", True, at(1000), None),
    )


async def test_a_reference_is_settled_for_a_look_only_when_all_its_watches_are(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1, "completed")], 1000))

    await start(store, wish(place="C2"), 1001)

    (watched,) = await store.watches.watched(ACCOUNT)
    assert watched.settled is False


async def test_the_list_of_a_place_a_person_and_of_what_is_public(store: Store) -> None:
    await start(store, wish("batch-1", public=True), 3)
    await start(store, wish("batch-2", author="U2"), 2)
    await start(store, wish("batch-3", place="C2", author="U2", public=True), 1)
    await start(store, wish("batch-4", place="U1"), 0)

    async def listed(**wanted: str) -> list[str]:
        return [line.watch.reference_id for line in await store.watches.listing(TEAM, **wanted)]

    assert await listed() == ["batch-4", "batch-3", "batch-2", "batch-1"]
    assert await listed(place="C1") == ["batch-2", "batch-1"]
    assert await listed(author="U2") == ["batch-3", "batch-2"]
    assert await listed(public_or_author="U1") == ["batch-4", "batch-3", "batch-1"]
    assert await store.watches.listing("T2") == ()


async def test_the_list_says_how_far_each_batch_is(store: Store) -> None:
    await start(store, wish(expected=4))
    await start(store, wish("batch-2"), 1)
    await record(store, reading([request(1, "completed"), request(2), request(3)], 10))
    await record(store, reading([request(1, "completed"), request(2)], 20))

    first, second = await store.watches.listing(TEAM)

    progress = first.progress
    assert (progress.completed, progress.queued, progress.vanished, progress.expected) == (1, 1, 1, 4)
    assert (first.read_at, first.trouble) == (at(20), None)
    assert (second.progress.total, second.read_at) == (0, None)


async def test_what_is_on_its_way_while_its_watch_ends_can_still_be_marked_as_sent(store: Store) -> None:
    await start(store)
    delivery = await claim_one(store)

    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))

    assert await store.outbox.sent(delivery, posted(), now=at(2)) is True


async def test_who_does_not_know_whether_a_place_is_public_changes_nothing_of_it(store: Store) -> None:
    await start(store, wish(name="dubbing", public=True))
    unknown = replace(wish(), public=None)
    assert await shown(store, unknown) == ("dubbing", True)
    assert await shown(store, replace(unknown, reference_id="batch-2")) == ("dubbing", True)
    assert await shown(store, replace(unknown, place="C2")) == ("", False)
    assert await shown(store, wish()) == ("dubbing", False)


async def shown(store: Store, wanted: Wish) -> tuple[str, bool]:
    watch = await start(store, wanted)
    return watch.place_name, watch.public
