"""Killed between any two transactions while it catches up, the bot loses nothing and doubles nothing."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from bot.errors import StoreError
from bot.ports import Clock
from bot.store import Store
from bot.store.database import Database
from bot.store.open import store_on
from tests.builders import at
from tests.flows.conftest import Worlds
from tests.flows.test_catch_up import GAP, all_ends, begin, catch_up, told_in, watched

T = TypeVar("T")


class MortalDatabase(Database):
    """Dies before its next transaction that writes, once it has done as many as it has lives."""

    lives = 10_000

    async def write(self, work: Callable[[Connection], T]) -> T:
        if self.lives <= 0:
            raise StoreError("killed")
        self.lives -= 1
        return await super().write(work)


def mortal(lives: int) -> Callable[[str, Clock], Awaitable[Store]]:
    async def opened(url: str, clock: Clock) -> Store:
        database = MortalDatabase.open(url, clock)
        database.lives = lives + 1  # the first one migrates
        return store_on(database, clock)

    return opened


@pytest.mark.parametrize("lives", range(16))
async def test_a_kill_between_any_two_transactions_loses_and_doubles_nothing(worlds: Worlds, lives: int) -> None:
    await watched(worlds, "C1", "C2")
    worlds.clock.pass_time(3_600)
    all_ends(worlds)
    dying = await worlds.begin(gap=GAP, opened=mortal(lives))
    with suppress(StoreError):
        await dying.stories.catch_up.begin()
        await dying.look()
        await dying.deliver()
    after = await begin(worlds)
    for _ in range(4):
        await after.look()
        await after.deliver()
        worlds.clock.pass_time(100)  # longer than the quiet time
    for place in ("C1", "C2"):
        (facts,) = map(catch_up, told_in(worlds, place))
        (one,) = facts.references
        assert facts.since < at(60)
        assert (one.completed, one.failed, one.ending) == (1, 1, "finished")
