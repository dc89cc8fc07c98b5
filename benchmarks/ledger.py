"""What a look takes when much is watched and much is known, and how long it holds the event loop."""

import logging
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import structlog

from benchmarks.grown import OF_A_BATCH, Grown, fill, opened, pass_looks
from benchmarks.holding import Ticks, holding
from benchmarks.report import Ceiling, Report, ms, run, times
from benchmarks.rounds import Candidate, Sample, percentile, ratio, side_by_side
from bot.domain.glob import compiled
from bot.sandbox.simulated_account import Model
from bot.sandbox.simulation import Simulation
from bot.serve import keep_for_good, share_often

ACCOUNT = "default"
GROWTH = 1.5  # ×, of a look
MEMORY = 200.0  # MiB
LONGEST_HOLD = 5.0  # ms
_WATCHED = 100  # while the ledger grows
_A_DAY = 20.0
_RESIDENT = "from benchmarks.resident import main; main()"


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured.

    A look with so many watches, and with `few` and `many` batches known; `looks` in each round. The event loop for
    `seconds` a round, with `held` watches and about so many of their requests `open`.
    """

    watched: Sequence[int] = (10, 100, 1_000, 10_000)
    few: int = 500
    many: int = 50_000
    rounds: int = 9
    looks: int = 40
    seconds: float = 4.0
    held: int = 1_000
    open: Sequence[int] = (50, 2_000)


QUICK = Extent(watched=(10, 20), few=20, many=40, rounds=1, looks=3, seconds=0.5, held=10, open=(1,))
Row = tuple[str, str, str, str]


async def measured(quick: bool) -> Report:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    extent = QUICK if quick else Extent()
    keep_for_good()
    share_often()
    held = await _holds(extent)
    by_watches = await _by_watches(extent)
    by_rows, asked, queues, memory = await _by_rows(extent)
    first, last = by_watches[min(extent.watched)], by_watches[max(extent.watched)]
    small, large = by_rows.values()
    return Report(
        "Looking where much is watched and much is known, about 50 requests open",
        ("", "on the clock", "processor time", "×"),
        [
            *_rows({f"a look, {number:,} watched": samples for number, samples in by_watches.items()}),
            *_rows({f"a look, {rows:,} requests known": samples for rows, samples in by_rows.items()}),
            *_rows(asked),
            *_rows(queues),
            *(_held(name, ticks) for name, ticks in held.items()),
        ],
        notes=(
            "A row that follows one of the same kind tells how many times as much it takes as the first of them.",
            "Of the loop: how late a tick came, 99 of 100 and the worst; then the longest processor time at a stretch.",
            f"Memory of a process that looks with all of it: {memory:.0f} MiB at its peak.",
        ),
        ceilings=(
            Ceiling("a look with the most watches", _growth(last, first), GROWTH),
            Ceiling("a look with the most requests known", _growth(large, small), GROWTH),
            Ceiling("memory", memory, MEMORY, "MiB"),
            Ceiling("the event loop, held at a stretch", max(map(_longest, held.values())) * 1_000, LONGEST_HOLD, "ms"),
        ),
    )


def _growth(these: Sequence[Sample], those: Sequence[Sample]) -> float:
    return ratio([each.cpu for each in these], [each.cpu for each in those])


def _rows(taken: Mapping[str, Sequence[Sample]]) -> list[Row]:
    first = next(iter(taken.values()))
    return [
        (
            name,
            ms(median(each.wall for each in samples)),
            ms(median(each.cpu for each in samples)),
            times(_growth(samples, first)),
        )
        for name, samples in taken.items()
    ]


# --- a look ---


async def _by_watches(extent: Extent) -> dict[int, list[Sample]]:
    """A look with more and more watches, by how many; in each of their batches something was done before."""
    sizes = {number: Grown(number, max(extent.few, number)) for number in extent.watched}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lipsync-")))
        looks: dict[str, Candidate] = {}
        for number, size in sizes.items():
            world = await stack.enter_async_context(opened(await _filled(folder, size), size))
            looks[str(number)] = partial(pass_looks, world, extent.looks)
        taken = await side_by_side(looks, rounds=extent.rounds, calls=1)
    return {int(name): _each(samples, extent.looks) for name, samples in taken.items()}


async def _by_rows(
    extent: Extent,
) -> tuple[dict[int, list[Sample]], dict[str, list[Sample]], dict[str, list[Sample]], float]:
    """A look, and what else asks a whole ledger, with few rows and with many; and the memory with many."""
    sizes = (Grown(min(_WATCHED, extent.few), extent.few), Grown(min(_WATCHED, extent.few), extent.many))
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lipsync-")))
        files = [await _filled(folder, size) for size in sizes]
        memory = await _memory(files[-1], sizes[-1], extent.looks)
        worlds = [await stack.enter_async_context(opened(file, size)) for file, size in zip(files, sizes, strict=True)]
        looks = {
            str(size.rows): partial(pass_looks, world, extent.looks) for size, world in zip(sizes, worlds, strict=True)
        }
        taken = await side_by_side(looks, rounds=extent.rounds, calls=1)
        asked, queues = {}, {}
        for size, world in zip(sizes, worlds, strict=True):
            asked[f"how `*` stands, {size.rows // OF_A_BATCH:,} references"] = partial(_overview, world)
            queues[f"the account's queue, {size.rows:,} requests known"] = partial(_lineup, world)
        answers = await side_by_side(asked, rounds=extent.rounds, calls=1)
        lineups = await side_by_side(queues, rounds=extent.rounds, calls=1)
    return {int(name): _each(samples, extent.looks) for name, samples in taken.items()}, answers, lineups, memory


async def _filled(folder: Path, size: Grown) -> Path:
    file = folder / f"{size.watched}-{size.batches}.db"
    await fill(file, size)
    return file


def _each(samples: Sequence[Sample], looks: int) -> list[Sample]:
    return [Sample(sample.wall / looks, sample.cpu / looks) for sample in samples]


async def _overview(world: Simulation) -> None:
    await world.store.references.overview(ACCOUNT, compiled("*"), most=10)


async def _lineup(world: Simulation) -> None:
    await world.store.ledger.lineup(ACCOUNT, world.clock.now())


async def _memory(file: Path, size: Grown, looks: int) -> float:
    arguments = (file, size.watched, size.batches, looks)
    process = await create_subprocess_exec(sys.executable, "-c", _RESIDENT, *map(str, arguments), stdout=PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return float(told)


# --- the event loop ---


async def _holds(extent: Extent) -> dict[str, list[Ticks]]:
    """By what goes on: the ticks of each round of looks at an account ten times larger than what is watched."""
    held = {}
    for number in extent.open:
        model = Model(extent.held, _A_DAY, watched=0.1, page_size=500, sigma=0.3)
        a_second = extent.held * _A_DAY * model.busy / 86_400
        async with holding(replace(model, median=number / a_second), hours=2) as looks:
            ticks = [await looks.run(extent.seconds) for _ in range(extent.rounds)]
        held[f"the loop, {extent.held:,} watched, about {number:,} open"] = ticks
    return held


def _longest(rounds: Sequence[Ticks]) -> float:
    """The median of the rounds' longest stretches of processor time."""
    return median(max(ticks.taken) for ticks in rounds)


def _held(name: str, rounds: Sequence[Ticks]) -> Row:
    late = median(percentile(ticks.late, 0.99) for ticks in rounds)
    worst = median(max(ticks.late) for ticks in rounds)
    return (name, f"{ms(late)}, {ms(worst)}", ms(_longest(rounds)), "")


if __name__ == "__main__":
    run(measured)
