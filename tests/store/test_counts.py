"""The counts kept beside each reference are those that counting all its requests anew would give."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from bot.domain.glob import compiled
from bot.domain.overview import Standing, survey
from bot.domain.progress import summarise
from bot.domain.request import LipsyncRequest
from bot.store import Store
from bot.store.overviews import names
from tests.builders import at, request
from tests.store.glob_rig import glob
from tests.store.rig import ACCOUNT, reading, record, start, wish

ROUNDS = 60
STATUSES = ("queued", "queued", "processing", "processing", "completed", "failed", "canceled", "paused")
GLOBS = ("*", "batch-*", "batch-[12]", "*-3", "nothing*")


class Account:
    """Requests that come, go on, are corrected, move to another reference and vanish, all by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - made-up data, no secrets
        self.rows: dict[str, LipsyncRequest] = {}
        self.number = 0

    def go_on(self, seconds: float) -> None:
        for _ in range(self.chance.randrange(4)):
            self.number += 1
            self._put(self.number, seconds - self.chance.uniform(0, 5), self._reference())
        for row in self.chance.sample(list(self.rows.values()), min(len(self.rows), 3)):
            if self.chance.random() < 0.1:
                del self.rows[row.id]
            elif self.chance.random() < 0.1:
                self.rows[row.id] = replace(row, reference_id=self._reference())
            else:
                self.rows[row.id] = self._changed(row, seconds)

    def _reference(self) -> str | None:
        return self.chance.choice(["batch-1", "batch-2", "batch-3", "other", None])

    def _put(self, number: int, created: float, reference: str | None) -> None:
        row = request(number, created=created, reference=reference)
        self.rows[row.id] = self._changed(row, created + 1)

    def _changed(self, row: LipsyncRequest, seconds: float) -> LipsyncRequest:
        status = self.chance.choice(STATUSES)
        ended = status in ("completed", "failed", "canceled")
        return replace(row, status=status, finished_at=at(seconds) if ended else None)

    def listed(self, reference: str | None = None) -> Iterator[LipsyncRequest]:
        for row in self.rows.values():
            if reference is None or row.reference_id == reference:
                yield row


async def counted_anew(store: Store, pattern: str) -> list[Standing]:
    every = await store.database.read(lambda connection: names(connection, ACCOUNT))
    return [await _standing(store, name) for name in every if compiled(pattern).matches(name)]


async def _standing(store: Store, name: str) -> Standing:
    batch = await store.ledger.batch(ACCOUNT, name)
    progress = summarise(name, batch.requests, vanished=batch.vanished)
    waiting = min((row.created_at for row in batch.requests if row.status == "queued"), default=None)
    return Standing(replace(progress, kinds=(), oldest_waiting=None), waiting, batch.read_at)


@pytest.mark.parametrize("seed", range(4))
async def test_after_whatever_was_read_or_forgotten_an_overview_is_what_counting_anew_gives(
    store: Store, seed: int
) -> None:
    account = Account(seed)
    await start(store, wish("batch-2"))
    await start(store, glob("batch-*"))
    for seconds in range(100, 100 + 10 * ROUNDS, 10):
        account.go_on(seconds)
        await read_something(store, account, seconds)
        pattern = account.chance.choice(GLOBS)
        looked_at = await store.ledger.looked_at(ACCOUNT)
        counted = survey(pattern, await counted_anew(store, pattern), looked_at=looked_at, most=3)
        expected = replace(counted, filled=0.0)  # nothing is read of the account's list itself
        assert await store.references.overview(ACCOUNT, compiled(pattern), most=3) == expected


async def read_something(store: Store, account: Account, seconds: int) -> None:
    one = account.chance.choice(["batch-1", "batch-2", "batch-3"])
    match account.chance.randrange(8):
        case 0:
            await store.ledger.forget(ACCOUNT, at(seconds - 150))
        case 1 | 2 | 3:
            await record(store, reading(account.listed(one), seconds, reference=one))
        case _:
            rows = list(account.listed())
            shown = account.chance.sample(rows, min(len(rows), 12))
            await record(store, reading(shown, seconds, reference=None, ended=False))
