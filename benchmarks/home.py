"""The Home tab of somebody who watches 1,000 batches and 20 patterns, found and drawn beside the event loop."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from benchmarks.grown import Grown, fill
from benchmarks.holding import Ticks
from benchmarks.report import Ceiling, Report, ms, run
from bot.domain.home import HomeFacts
from bot.domain.watch import Events, Watch
from bot.sandbox.simulated_account import BEGAN, SimulatedClock
from bot.slack.homes import SlackHomes
from bot.slack.screen import Screens
from bot.store import Store, open_store
from bot.store.composing_home import Wanted
from bot.store.rows import watch_row
from bot.store.schema import watches

WATCHED, BATCHES, PATTERNS = 1_000, 2_000, 20
LONGEST = 500.0  # ms: a sixth of what Slack waits for an acknowledgement, which does not even wait for it
LONGEST_HOLD = 10.0  # ms of the loop's processor time
_DAY = timedelta(days=1)
_PATTERN = Watch(
    id="", workspace_id="T1", account_id="default", place="C1", reference_id="", author="U1", events=Events.PROBLEMS,
    expected=None, created_at=BEGAN, started_at=BEGAN, since_reading=1, generation=1, generation_reading=1,
    is_glob=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds until it was found, until it was drawn, and the longest that the event loop was held meanwhile."""

    found: float
    drawn: float
    hold: float


async def measured(quick: bool) -> Report:
    rounds, share = (2, 20) if quick else (30, 1)
    size = Grown(watched=WATCHED // share, batches=BATCHES // share)
    async with AsyncExitStack() as stack:
        file = Path(stack.enter_context(TemporaryDirectory(prefix="lipsync-"))) / "home.db"
        await fill(file, size)
        store = await open_store(f"sqlite:///{file}", SimulatedClock())
        stack.push_async_callback(store.database.close)
        await _patterns(store)
        taken = [await _taken(store) for _ in range(rounds)]
    hold = median(each.hold for each in taken) * 1_000
    whole = median(each.found + each.drawn for each in taken)
    rows = [
        ("found in the database", ms(median(each.found for each in taken)), ms(max(each.found for each in taken))),
        ("drawn and told apart", ms(median(each.drawn for each in taken)), ms(max(each.drawn for each in taken))),
        ("event loop held", ms(median(each.hold for each in taken)), ms(max(each.hold for each in taken))),
    ]
    return Report(
        title=f"Home of somebody with {size.watched:,} watches and {PATTERNS} patterns, of {size.batches:,} batches",
        columns=("", "median", "longest"),
        rows=rows,
        notes=["All of it is done in threads. The hold is processor time of the loop's own thread between two ticks."],
        ceilings=[
            Ceiling("found and drawn", whole * 1_000, LONGEST, "ms"),
            Ceiling("the longest hold of the event loop", hold, LONGEST_HOLD, "ms"),
        ],
    )


async def _patterns(store: Store) -> None:
    rows = [watch_row(replace(_PATTERN, id=f"glob-{number}", reference_id=f"*{number}")) for number in range(PATTERNS)]
    await store.database.write(lambda connection: connection.execute(insert(watches), rows))


async def _taken(store: Store) -> Taken:
    ticks, began = Ticks(), time.perf_counter()
    ticking = asyncio.create_task(ticks.go_on())
    facts = await store.homes.facts(Wanted("T1", "default", "U1", "D1", BEGAN + _DAY, BEGAN))
    found = time.perf_counter()
    assert await asyncio.to_thread(_drawn, facts)
    drawn = time.perf_counter()
    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    return Taken(found - began, drawn - found, max(ticks.taken, default=0.0))


def _drawn(facts: HomeFacts) -> str:
    return SlackHomes(Screens.__new__(Screens), "/lipsync").digest(facts)  # nothing is sent


if __name__ == "__main__":
    run(measured)
