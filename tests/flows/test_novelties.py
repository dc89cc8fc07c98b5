"""A refused kind of block is not sent again for a month, by whichever process."""

from pathlib import Path

from bot.flows.identity import Identity
from bot.flows.novelties import REFUSED_FOR, Novelties
from bot.store import Store, open_store
from tests.fakes import FakeClock
from tests.postgres import migrated


async def opened(folder: Path, clock: FakeClock) -> Store:
    url = f"sqlite:///{folder / 'lipsync.db'}"
    await migrated(url)
    return await open_store(url, clock)


async def test_a_refusal_outlives_the_process_and_is_forgotten_after_a_month(tmp_path: Path) -> None:
    clock, here = FakeClock(), Identity("T1", "U0LIPSYNC", "B0LIPSYNC")
    store = await opened(tmp_path, clock)
    assert not await Novelties(store, clock, here).are_refused({"table"})
    await Novelties(store, clock, here).were_refused({"table"})
    await store.database.close()

    store = await opened(tmp_path, clock)
    assert await Novelties(store, clock, here).are_refused({"table", "other"})
    assert not await Novelties(store, clock, here).are_refused({"other"})
    assert not await Novelties(store, clock, Identity("T2", "U0LIPSYNC", "B0LIPSYNC")).are_refused({"table"})
    clock.pass_time(REFUSED_FOR.total_seconds() - 1)
    assert await Novelties(store, clock, here).are_refused({"table"})
    clock.pass_time(1)
    assert not await Novelties(store, clock, here).are_refused({"table"})
    await store.database.close()


async def test_a_refusal_noted_by_a_clock_that_was_ahead_does_not_hold_for_years(tmp_path: Path) -> None:
    clock, here = FakeClock(), Identity("T1", "U0LIPSYNC", "B0LIPSYNC")
    store = await opened(tmp_path, clock)
    clock.step(1_000_000_000)
    await Novelties(store, clock, here).were_refused({"table"})
    clock.step(-1_000_000_000)
    assert not await Novelties(store, clock, here).are_refused({"table"})
    await Novelties(store, clock, here).were_refused({"table"})
    assert await Novelties(store, clock, here).are_refused({"table"})
    await store.database.close()


async def test_a_refusal_that_cannot_be_written_down_stops_nobody(tmp_path: Path) -> None:
    clock = FakeClock()
    store = await open_store(f"sqlite:///{tmp_path / 'without-tables.db'}", clock)
    await Novelties(store, clock, Identity("T1", "U0LIPSYNC", "B0LIPSYNC")).were_refused({"table"})
    assert not await Novelties(store, clock, Identity("T1", "U0LIPSYNC", "B0LIPSYNC")).are_refused({"table"})
    await store.database.close()
