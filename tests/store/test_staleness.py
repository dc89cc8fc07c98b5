"""Places with open requests are told once in a gap that their data is old, and once that it is not any more."""

from dataclasses import replace

import pytest

from bot.domain.announcement import BackFacts, StaleFacts
from bot.domain.delivery import Delivery
from bot.domain.stale import Away, stale_after
from bot.store import Store
from tests.builders import NOON, at, request
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, claim_one, drain, kinds, reading, record, start, wish
from tests.store.test_catching_up import states, watched

AWAY = Away("the API could not be reached")


async def fall_behind(store: Store, seconds: float = 5_000) -> None:
    assert await store.ledger.fall_behind(ACCOUNT, now=at(seconds), after=LONGEST_SETTLE) is not None


async def stale(store: Store, seconds: float = 5_000, before: float | None = None, away: Away = AWAY) -> int | None:
    limit = at(seconds - 600 if before is None else before)
    return await store.ledger.stale(ACCOUNT, before=limit, away=away, now=at(seconds))


async def caught_up(store: Store, seconds: float = 6_000) -> int:
    return await store.ledger.caught_up(ACCOUNT, now=at(seconds))


def stale_facts(delivery: Delivery) -> StaleFacts:
    facts = delivery.announcement.facts
    assert isinstance(facts, StaleFacts)
    return facts


def places(delivered: list[Delivery]) -> list[str]:
    return sorted(delivery.announcement.key.place for delivery in delivered)


@pytest.mark.parametrize(("gap", "limit"), [(300, 600), (600, 600), (1_200, 1_200)])
def test_data_is_old_after_ten_minutes_and_not_before_a_gap(gap: float, limit: float) -> None:
    assert stale_after(at(gap) - NOON) == at(limit) - NOON


async def test_each_place_is_told_once_since_when_and_why(store: Store) -> None:
    await start(store, wish("batch-2", place="C2"))
    await record(store, reading([request(9, reference="batch-2")], 90, reference="batch-2"))
    await watched(store, "C1", "C2")
    await fall_behind(store)

    assert await stale(store, away=Away("the API refused the key", key_refused=True)) == 2

    told = await drain(store, 5_001)
    assert (kinds(told), places(told)) == (["stale", "stale"], ["C1", "C2"])
    by_place = {delivery.announcement.key.place: stale_facts(delivery) for delivery in told}
    assert by_place["C1"] == StaleFacts(at(100), "the API refused the key", True, 2, 1, ("batch-1",))
    assert (by_place["C2"].open, by_place["C2"].references) == (3, ("batch-1", "batch-2"))
    assert await stale(store, 5_600) == 0
    assert await drain(store, 5_601) == []


async def test_younger_data_is_not_old(store: Store) -> None:
    await watched(store)
    await fall_behind(store)

    assert await stale(store, before=99) is None
    assert await stale(store, before=100) == 1


async def test_without_a_gap_nothing_is_told(store: Store) -> None:
    await watched(store)

    assert await stale(store) is None


async def test_nothing_is_told_where_nothing_is_open(store: Store) -> None:
    await start(store)
    await record(store, reading([request(1, "completed")], 100))
    await start(store, wish("batch-2", place="C2"))
    await record(store, reading([request(9, reference="batch-2")], 101, reference="batch-2"))
    await drain(store, 102)
    await store.watches.stop(TEAM, "C2", "batch-2", now=at(103))
    await fall_behind(store)

    assert await stale(store) == 0


async def test_whoever_began_to_watch_in_the_gap_was_told_so_then(store: Store) -> None:
    await watched(store)
    await start(store, wish(place="C2"), seconds=4_000)
    await drain(store, 4_001)
    await fall_behind(store)

    assert await stale(store) == 1
    assert places(await drain(store, 5_001)) == ["C1"]


async def test_what_is_under_a_glob_counts(store: Store) -> None:
    await start(store, replace(wish("batch-*"), is_glob=True))
    await record(store, reading([request(1), request(2)], 100))
    await drain(store, 101)
    await fall_behind(store)

    assert await stale(store) == 1
    (delivery,) = await drain(store, 5_001)
    assert stale_facts(delivery).references == ("batch-1",)


async def test_where_nothing_is_to_be_told_of_the_gap_its_end_is(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await stale(store)
    await drain(store, 5_001)

    assert await caught_up(store) == 1

    (delivery,) = await drain(store, 6_001)
    assert delivery.announcement.facts == BackFacts(at(100), at(6_000))
    assert await caught_up(store, 6_100) == 0


async def test_a_catch_up_stands_for_it(store: Store) -> None:
    await watched(store, "C1", "C2")
    await start(store, wish("batch-2", place="C3"))
    await record(store, reading([request(9, reference="batch-2")], 101, reference="batch-2"))
    await drain(store, 102)
    await fall_behind(store)
    await stale(store)
    await drain(store, 5_001)
    await record(store, reading([request(1, "failed"), request(2)], 5_900))

    assert await caught_up(store) == 3

    told = {d.announcement.key.place: d.announcement.key.kind for d in await drain(store, 6_001)}
    assert told == {"C1": "catch_up", "C2": "catch_up", "C3": "back"}


async def test_a_notice_that_is_over_before_it_was_told_is_dropped_with_its_end(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await stale(store)

    assert await caught_up(store) == 0

    assert await drain(store, 6_001) == []
    assert await states(store) == [("stale", "dropped", "over before it was told")]


async def test_one_that_is_being_told_when_it_is_over_has_its_end_told(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await stale(store)
    notice = await claim_one(store, 5_001)

    assert await caught_up(store) == 1
    key = notice.announcement.key
    assert not await store.ledger.is_catching_up(ACCOUNT, key.level)
    assert kinds(await drain(store, 6_001)) in ([], ["back"])  # in its turn


async def test_where_nothing_is_watched_any_more_its_end_is_not_told(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await stale(store)
    await drain(store, 5_001)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(5_100))

    assert await caught_up(store) == 0


async def test_the_next_outage_is_told_on_its_own(store: Store) -> None:
    await watched(store)
    for seconds in (5_000, 9_000):
        await fall_behind(store, seconds)
        await stale(store, seconds)
        await drain(store, seconds + 1)
        await record(store, reading([request(1), request(2)], seconds + 100))
        await caught_up(store, seconds + 101)
        await drain(store, seconds + 102)

    assert [kind for kind, _, _ in await states(store)] == ["stale", "back", "stale", "back"]


async def test_what_comes_and_goes_within_one_gap_is_one_outage(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await stale(store)
    await record(store, reading([request(1), request(2)], 5_100))

    assert await stale(store, 5_101) is None
    assert await stale(store, 6_000) == 0
    assert kinds(await drain(store, 6_001)) == ["stale"]
