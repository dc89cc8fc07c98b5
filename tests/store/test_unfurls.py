"""What is shown below links is claimed by one, and not again soon."""

import asyncio
from datetime import timedelta

from bot.domain.unfurl import links_of
from bot.store import Store
from bot.store.unfurls import Below
from tests.builders import NOON, request, uuid
from tests.store.rig import ACCOUNT, reading, record

HERE, HALF_AN_HOUR = Below("T1", "C1", "1.1"), timedelta(minutes=30)


async def claim(store: Store, where: Below, *ids: str, minutes: float = 0) -> tuple[str, ...]:
    now = NOON + timedelta(minutes=minutes)
    return await store.unfurls.claim(where, ids, now=now, most=2, cool_down=HALF_AN_HOUR)


async def test_links_lead_to_requests_by_id_and_by_address(store: Store) -> None:
    address = f"https://s.example/{uuid(2)[:8]}.mp4"
    await record(store, reading([request(1), request(2, "completed", url=f"{address}?signed")]))
    urls = [f"https://x.example/{uuid(1)}/edit", f"{address}#t=3", f"https://y.example/{uuid(2)[:8]}.mp4", "https://z"]
    found = await store.unfurls.linked(ACCOUNT, links_of(urls))
    assert {url: each.id for url, each in found.items()} == {urls[0]: uuid(1), urls[1]: uuid(2)}
    assert await store.unfurls.linked("other", links_of(urls)) == {}


async def test_of_many_who_claim_at_once_one_gets_each(store: Store) -> None:
    taken = await asyncio.gather(*(claim(store, HERE, "a", "b", "c") for _ in range(5)))
    assert sorted(each for part in taken for each in part) == ["a", "b"]


async def test_a_claim_ends_after_the_cool_down_or_when_it_is_given_back(store: Store) -> None:
    later, elsewhere = Below("T1", "C1", "1.2"), Below("T2", "C1", "1.1")
    assert await claim(store, HERE, "a") == ("a",)
    assert await claim(store, later, "a", minutes=29) == ()
    assert await claim(store, elsewhere, "a") == ("a",)
    assert await claim(store, later, "a", minutes=30) == ("a",)
    await store.unfurls.release(HERE, ["a"])
    assert await claim(store, HERE, "a", minutes=31) == ()
    await store.unfurls.release(later, ["a"])
    assert await claim(store, HERE, "a", minutes=32) == ("a",)


async def test_a_clock_that_was_wrong_and_a_day_that_has_passed_are_forgotten(store: Store) -> None:
    assert await claim(store, HERE, "a", "b", minutes=900) == ("a", "b")
    assert await claim(store, Below("T1", "C1", "1.2"), "a") == ("a",)
    assert await claim(store, HERE, "c", minutes=900) == ("c",)
    assert await claim(store, HERE, "d", minutes=900 + 24 * 60 + 1) == ("d",)
