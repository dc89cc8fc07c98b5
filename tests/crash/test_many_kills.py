"""A thousand kills: at every point of the pipeline, at the first start, and at random under load; minutes."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests import tables
from tests.crash.campaign import (
    ALL_POINTS,
    EVEN,
    HITS,
    ODD,
    Result,
    die_at_points,
    die_at_random,
    die_at_the_first_start,
)
from tests.crash.drama import Drama, drama, repeatable
from tests.postgres import PostgreSQL

AT_ONCE = 6
AT_RANDOM, WORLDS = 60, 3
UNREADABLE = ("after outbox.claim", "after chat.post", "within outbox.sent", "after slack chat.postMessage")
BLIND = "where the history cannot be read"
HEAD = ("killed", "kills", "due", "posted", "lost", "doubled", "of those marked as a possible repeat")
Campaign = Callable[[Drama, Random], Awaitable[Result]]


class Databases:
    """An empty database for every world."""

    def __init__(self, template: Path, folder: Path, postgresql: PostgreSQL) -> None:
        self._template, self._folder, self._postgresql = template, folder, postgresql
        self._number = 0

    def folder(self) -> Path:
        self._number += 1
        made = self._folder / str(self._number)
        made.mkdir()
        return made

    @contextmanager
    def one(self, kind: str, folder: Path) -> Iterator[str]:
        if kind == "postgresql":
            with self._postgresql.fresh() as url:
                yield url
        elif kind == "sqlite":
            yield f"sqlite:///{shutil.copy(self._template, folder / 'lipsync.db')}"
        else:
            yield f"sqlite:///{folder / 'new.db'}"


def at_point(point: str, hits: Iterable[int], name: str = "") -> Campaign:
    async def run(world: Drama, draw: Random) -> Result:
        return await die_at_points(world, name or point, [(point, hit) for hit in hits], draw)

    return run


def at_random(name: str) -> Campaign:
    async def run(world: Drama, draw: Random) -> Result:
        return await die_at_random(world, name, AT_RANDOM, draw)

    return run


def at_the_first_start(seconds: float) -> Campaign:
    async def run(world: Drama, draw: Random) -> Result:
        return await die_at_the_first_start(world, seconds, draw)

    return run


def campaigns() -> Iterator[tuple[str, bool, Campaign]]:
    """Each with the kind of its database, and whether the history may be read."""
    for kind, hits in (("sqlite", ODD), ("postgresql", EVEN)):
        for point in ALL_POINTS:
            yield kind, True, at_point(point, hits)
        for _ in range(WORLDS):
            yield kind, True, at_random("at random, under load")
    for point in UNREADABLE:
        yield "sqlite", False, at_point(point, HITS, BLIND)
    for tenths in HITS:
        yield "new", True, at_the_first_start(tenths * 0.15)


@pytest.mark.long
async def test_a_thousand_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, sqlite_template: Path, postgresql: PostgreSQL
) -> None:
    databases = Databases(sqlite_template, tmp_path, postgresql)
    turn = asyncio.Semaphore(AT_ONCE)

    async def run(number: int, kind: str, readable: bool, campaign: Campaign) -> Result:
        async with turn:
            folder = databases.folder()
            with databases.one(kind, folder) as url:
                async with drama(folder, url, readable=readable, seed=number) as world:
                    return await campaign(world, repeatable(number))

    outcomes = await asyncio.gather(
        *(run(number, *each) for number, each in enumerate(campaigns())), return_exceptions=True
    )
    results = [outcome for outcome in outcomes if isinstance(outcome, Result)]
    by_name: dict[str, Result] = {}
    for result in results:
        by_name[result.name] = by_name[result.name] + result if result.name in by_name else result
    everything = sum(results[1:], results[0])
    rows = [row(each.name, each) for each in by_name.values()]
    tables.write("crash", tables.rendered(HEAD, [*rows, row("**all**", everything)]))
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    assert [each for each in results if not each.figures.is_right] == []
    assert [each for each in results if each.figures.doubled and each.name != BLIND] == []
    assert everything.kills >= 1_000


def row(name: str, result: Result) -> tuple[object, ...]:
    counted = result.figures
    return (name, result.kills, counted.due, counted.posted, counted.lost, counted.doubled, counted.marked)
