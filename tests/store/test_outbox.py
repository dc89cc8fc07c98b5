"""Announcements are given out once, in order, and each outcome is written down once."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bot.domain.announcement import (
    AccessFacts,
    Announcement,
    CardPlaceholder,
    CatchUpFacts,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    Key,
    Meanwhile,
    ReopenedFacts,
    ShortFacts,
    StoredFacts,
)
from bot.domain.delivery import State
from bot.domain.failure import FailureKind
from bot.domain.progress import Progress
from bot.store import Store, open_store
from tests.builders import NOON, at, request
from tests.fakes import FakeClock
from tests.store.rig import TEAM, claim, claim_one, drain, names, news, next_at, posted

KIND = FailureKind("0123", "no face ☹", ("a", "b"), NOON, at(1))
PROGRESS = Progress(
    "batch-1",
    total=3,
    other=(("uploading", 1),),
    kinds=(KIND,),
    oldest_waiting=request(1),
    expected=5,
    last_ended_at=at(0.000001),
)
FACTS: list[StoredFacts] = [
    FailureFacts(PROGRESS, "0123", "no face", ("a", "b"), NOON, at(1), at(2)),
    ClipsFacts(PROGRESS, ("a",), NOON),
    FinishedFacts(PROGRESS, NOON, "failed", None, "no face"),
    ShortFacts(PROGRESS, NOON),
    ReopenedFacts(PROGRESS, 2, NOON),
    CatchUpFacts(NOON, at(9), (Meanwhile(PROGRESS, 1, 2, (KIND,), "finished", 3), Meanwhile(PROGRESS, 0, 0))),
    AccessFacts("C1", "général", "not_in_channel", ("batch-1",)),
    CardPlaceholder("w1"),
]


# --- queueing ---


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts.kind)
async def test_what_is_queued_comes_out_as_it_was(store: Store, facts: StoredFacts) -> None:
    key = Key(TEAM, "C1", facts.kind, "batch-1\n0123", "level", 7)
    announcement = Announcement(key, facts, "batch-1", at(3), at(1.5), "w1")

    assert await store.outbox.queue([announcement]) == 1

    delivery = await claim_one(store)
    assert delivery.announcement == announcement
    assert (delivery.version, delivery.attempt_at, delivery.repeat) == (2, NOON, False)


async def test_the_same_key_is_queued_once_even_after_it_was_sent(store: Store) -> None:
    assert await store.outbox.queue([news("one"), news("one"), news("two")]) == 2

    await drain(store)

    assert await store.outbox.queue([news("one"), news("three")]) == 1
    assert names(await drain(store)) == ["three"]


async def test_the_same_key_from_several_at_the_same_time_is_queued_once(store: Store) -> None:
    counts = await asyncio.gather(*(store.outbox.queue([news("one"), news("two")]) for _ in range(6)))

    assert sum(counts) == 2


async def test_each_part_of_the_key_makes_it_another(store: Store) -> None:
    key = Key("T1", "C1", "short", "batch-1", "1", 1)
    others = [
        replace(key, workspace_id="T2"),
        replace(key, place="C2"),
        replace(key, subject="batch-2"),
        replace(key, level="2"),
        replace(key, generation=2),
        replace(key, subject="batch-", level="11"),
    ]
    facts = ShortFacts(PROGRESS, NOON)

    assert await store.outbox.queue([Announcement(each, facts, "batch-1", NOON) for each in (key, *others)]) == 7


# --- claiming ---


async def test_nothing_is_claimed_from_an_empty_queue(store: Store) -> None:
    assert await claim(store) == ()
    assert await next_at(store) is None


async def test_one_per_place_the_oldest_first_and_never_from_busy_places(store: Store) -> None:
    queued = [
        news("c1 old"),
        news("c2", place="C2", reference="batch-2"),
        news("c1 other reference", reference="batch-2"),
        news("c3", place="C3"),
    ]
    await store.outbox.queue(queued)

    assert names(await claim(store, busy=frozenset({"C3"}))) == ["c1 old", "c2"]
    assert names(await claim(store)) == ["c1 other reference", "c3"]


async def test_no_more_than_asked_for(store: Store) -> None:
    await store.outbox.queue([news("one", place=f"C{n}") for n in range(5)])

    assert [len(await claim(store, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


async def test_other_workspaces_are_left_alone(store: Store) -> None:
    other = news("one")
    await store.outbox.queue([replace(other, key=replace(other.key, workspace_id="T2"))])

    assert await claim(store) == ()
    assert await next_at(store) is None


async def test_order_holds_per_place_and_reference(store: Store) -> None:
    await store.outbox.queue([news("first"), news("second")])

    (first,) = await claim(store)
    assert await claim(store) == ()
    await store.outbox.sent(first, posted(), now=at(1))

    assert names([first, *await claim(store)]) == ["first", "second"]


async def test_one_in_doubt_does_not_block_the_next(store: Store) -> None:
    await store.outbox.queue([news("first"), news("second")])
    await store.outbox.doubt(await claim_one(store))

    assert names(await claim(store)) == ["second"]


async def test_one_that_must_wait_blocks_the_next_of_its_reference_only(store: Store) -> None:
    await store.outbox.queue([news("first"), news("second"), news("else", reference="batch-2")])
    await store.outbox.again(await claim_one(store), not_before=at(30), why="ratelimited")

    assert names(await claim(store, 29)) == ["else"]
    assert await next_at(store) == at(30)
    assert names(await claim(store, 30)) == ["first"]


async def test_eight_claimers_of_two_replicas_never_get_the_same(store: Store, url: str, clock: FakeClock) -> None:
    other = await open_store(url, clock, lease_clock=clock)
    await store.outbox.queue(
        [news(f"{n}", place=f"C{n % 12}", reference=f"batch-{n % 3}", recorded=n) for n in range(60)]
    )
    taken: list[str] = []

    async def work(mine: Store) -> None:
        for _ in range(12):
            for delivery in await claim(mine, limit=4):
                taken.extend(names([delivery]))
                assert await mine.outbox.sent(delivery, posted(), now=at(1))

    await asyncio.gather(*(work(mine) for _ in range(4) for mine in (store, other)))
    taken += names(await drain(store))

    assert max(Counter(taken).values()) == 1
    assert len(taken) == 60
    for n in range(12):
        in_place = [int(name) for name in taken if int(name) % 12 == n]
        by_reference = [[number for number in in_place if number % 3 == r] for r in range(3)]
        assert all(numbers == sorted(numbers) for numbers in by_reference)
    await other.database.close()


# --- outcomes ---


async def test_what_was_sent_is_not_given_out_again(store: Store) -> None:
    await store.outbox.queue([news("one", happened=-4)])
    delivery = await claim_one(store)

    assert await store.outbox.sent(delivery, posted(), now=at(3)) is True

    assert await claim(store, 1_000) == ()
    tally = await store.outbox.tally(TEAM)
    assert (tally.counts, tally.oldest_unsent_at, tally.latencies) == ({State.SENT: 1}, None, (7.0,))


async def test_an_outcome_is_written_only_by_who_holds_the_delivery(store: Store) -> None:
    await store.outbox.queue([news("one")])
    old = await claim_one(store)
    await store.outbox.again(old, not_before=at(0), why="x")
    new = await claim_one(store)
    outbox = store.outbox

    assert await outbox.sent(old, posted(), now=at(1)) is False
    assert await outbox.again(old, not_before=at(1), why="x") is False
    assert await outbox.doubt(old) is False
    assert await outbox.park(old, "x", now=at(1), retry_after=at(1) - NOON) is False
    assert await outbox.drop(old, "x") is False
    assert await outbox.settle_doubt(old, None, now=at(1)) is False
    assert await outbox.doubt_later(old, not_before=at(1), why="x") is False
    assert await outbox.trouble(TEAM, "C1") is None
    assert await outbox.sent(new, posted(), now=at(1)) is True


async def test_what_is_dropped_is_never_given_out(store: Store) -> None:
    await store.outbox.queue([news("one")])

    assert await store.outbox.drop(await claim_one(store), "invalid_blocks") is True

    assert await claim(store, 1_000) == ()
    assert await next_at(store) is None
    assert (await store.outbox.tally(TEAM)).counts == {State.DROPPED: 1}


async def test_the_tally_counts_states_and_the_last_hundred(store: Store) -> None:
    await store.outbox.queue([news(f"{n}", place=f"C{n}", happened=0) for n in range(101)])
    for n, delivery in enumerate(await claim(store, limit=101)):
        await store.outbox.sent(delivery, posted(), now=at(n))
    await store.outbox.queue([news("waits", recorded=500), news("waits longer", recorded=400)])
    await store.outbox.queue([news("a", place="C2"), news("b", place="C3")])
    await store.outbox.doubt((await claim(store))[1])

    tally = await store.outbox.tally(TEAM)

    assert tally.counts == {State.SENT: 101, State.PENDING: 1, State.SENDING: 2, State.IN_DOUBT: 1}
    assert tally.oldest_unsent_at == at(0)
    assert tally.latencies == tuple(float(n) for n in range(100, 0, -1))
