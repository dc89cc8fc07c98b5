"""What a workspace refused is known, and nothing of another one."""

import asyncio

from bot.store import Store
from tests.builders import at
from tests.store.rig import TEAM


async def test_nothing_was_refused_at_first(store: Store) -> None:
    assert await store.refusals.last(TEAM, "chart") is None


async def test_the_last_refusal_is_known_of_this_workspace_only(store: Store) -> None:
    await store.refusals.note(TEAM, "chart", at(10))
    await store.refusals.note(TEAM, "chart", at(20))
    assert await store.refusals.last(TEAM, "chart") == at(20)
    assert await store.refusals.last("T2", "chart") is None
    assert await store.refusals.last(TEAM, "map") is None


async def test_two_refusals_at_once_are_one(store: Store) -> None:
    await asyncio.gather(*(store.refusals.note(TEAM, "chart", at(10)) for _ in range(3)))
    assert await store.refusals.last(TEAM, "chart") == at(10)
