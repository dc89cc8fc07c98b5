"""The command `simulate`: how many calls looking takes and how late it finds what ended, in made-up time."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot import log
from bot.domain.places import Order
from bot.sandbox.schedules import clairvoyant, lower_bound, polling, sweeping
from bot.sandbox.simulated_account import Jobs, Model
from bot.sandbox.simulation import Figures, Plan, simulated
from bot.settings import LogLevel

_MODEL, _PLAN = Model(), Plan()
_CAPTION = (
    "p50, p99, max: seconds from the end of a request until it was seen; ×: calls against who knows everything"
    " before. Nobody finds all within {within:g} s with fewer than {bound:.2f} calls a minute.\n"
)
_SHARES = {"p50": 0.5, "p99": 0.99, "max": 1.0}


class Sorting(StrEnum):
    """How the API sorts the account's list, as it is typed."""

    NEWEST_FIRST = "newest-first"
    OLDEST_FIRST = "oldest-first"
    NONE = "none"

    @property
    def order(self) -> Order:
        """The same in the planner's words."""
        return Order[self.name]


_References = Annotated[int, typer.Option(min=1, max=20_000, help="Watched references.")]
_ADay = Annotated[float, typer.Option(min=0.1, help="Requests of each in a day.")]
_Watched = Annotated[float, typer.Option(min=0.001, max=1, help="The share of the account's requests that is watched.")]
_PageSize = Annotated[int, typer.Option(min=5, max=1_000, help="Rows of a page.")]
_Order = Annotated[Sorting, typer.Option(help="How the API sorts the account's list.")]
_Batch = Annotated[float, typer.Option(min=1, help="Requests that are sent at once, on average.")]
_Queued = Annotated[float, typer.Option(min=0, help="Seconds until processing begins, on average (exponential).")]
_Median = Annotated[float, typer.Option(min=1, help="Seconds of processing, the median (lognormal).")]
_Sigma = Annotated[float, typer.Option(min=0, max=3, help="Its spread; 0 is always the same.")]
_Tail = Annotated[
    float, typer.Option(min=0, max=1, help="The share that takes far longer, up to half an hour (Pareto).")
]
_Failing = Annotated[float, typer.Option(min=0, max=1, help="The share that fails.")]
_Busy = Annotated[float, typer.Option(min=0.1, help="How much more goes on than on average.")]
_Latency = Annotated[float, typer.Option(min=0, max=10, help="Seconds that a call takes.")]
_Calls = Annotated[int, typer.Option(min=1, help="As in API_CALLS_PER_MINUTE.")]
_Interval = Annotated[float, typer.Option(min=0.1, help="As in POLL_INTERVAL.")]
_Minutes = Annotated[float, typer.Option(min=1, max=1_440, help="How long to measure.")]
_WarmUp = Annotated[float, typer.Option(min=0, max=1_440, help="How long to look before that.")]
_Seed = Annotated[int, typer.Option(min=0, help="The same seed makes the same account.")]
_Seeds = Annotated[int, typer.Option(min=1, max=100, help="So many accounts, from this seed on.")]
_Within = Annotated[float, typer.Option(min=1, help="How late who knows everything may find an outcome, in seconds.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON list, an object for each seed.")]


def simulate(
    references: _References = _MODEL.references,
    a_day: _ADay = _MODEL.a_day,
    watched: _Watched = _MODEL.watched,
    page_size: _PageSize = _MODEL.page_size,
    order: _Order = Sorting.NEWEST_FIRST,
    batch: _Batch = _MODEL.batch,
    queued: _Queued = _MODEL.queued,
    median: _Median = _MODEL.median,
    sigma: _Sigma = _MODEL.sigma,
    tail: _Tail = _MODEL.tail,
    failing: _Failing = _MODEL.failing,
    busy: _Busy = _MODEL.busy,
    latency: _Latency = _MODEL.latency,
    calls_per_minute: _Calls = _PLAN.calls_per_minute,
    poll_interval: _Interval = _PLAN.poll_interval,
    minutes: _Minutes = _PLAN.minutes,
    warm_up: _WarmUp = _PLAN.warm_up,
    within: _Within = _PLAN.within,
    seed: _Seed = _PLAN.seed,
    seeds: _Seeds = 1,
    as_json: _Json = False,
) -> None:
    """Look at a made-up account in made-up time, as the bot would and in other ways, and compare what it takes."""
    waits = (queued, median, sigma, tail)
    model = Model(references, a_day, watched, page_size, order.order, batch, *waits, failing, busy, latency)
    numbers = range(seed, seed + seeds)
    plans = [Plan(minutes, warm_up, calls_per_minute, poll_interval, number, within) for number in numbers]
    log.configure(LogLevel.ERROR, json=False)
    compared = _compared(model, plans)
    if as_json:
        typer.echo(json.dumps([_as_object(model, *each) for each in compared]))
        return
    out = Console(highlight=False)
    for each in compared:
        out.print(_table(*each))


def _compared(model: Model, plans: Sequence[Plan]) -> list[tuple[Plan, list[Figures], float]]:
    """For each plan the figures of every way to look, and the lower bound in calls a minute."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("seed {task.fields[seed]}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    compared = []
    with bar:
        for plan in plans:
            task = bar.add_task("", total=plan.ends, seed=plan.seed)
            compared.append(_compare(model, plan, lambda seconds, task=task: bar.advance(task, seconds)))  # type: ignore[misc] # a default that binds
    return compared


def _compare(model: Model, plan: Plan, tell: Callable[[float], None]) -> tuple[Plan, list[Figures], float]:
    planner, jobs = asyncio.run(simulated(model, plan, tell))
    return plan, [planner, *_others(jobs, plan)], lower_bound(jobs, plan)


def _others(jobs: Jobs, plan: Plan) -> list[Figures]:
    return [way(jobs, plan) for way in (polling, sweeping, clairvoyant)]


def _table(plan: Plan, found: Sequence[Figures], bound: float) -> Table:
    title = f"seed {plan.seed}: {plan.minutes:g} minutes, at most {plan.calls_per_minute} calls a minute"
    table = Table(
        "",
        *("calls/min", "×", "found", "missed", *_SHARES),
        title=title,
        title_justify="left",
        caption=_CAPTION.format(within=plan.within, bound=bound),
        caption_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    fewest = found[-1].calls
    for each in found:
        late = (each.percentile(share) for share in _SHARES.values())
        seconds = ("–" if moment is None else f"{moment:.1f}" for moment in late)
        times = f"{each.calls / fewest:.1f}" if fewest else "–"
        counted = (f"{each.calls_a_minute:.2f}", times, f"{len(each.late):,}")
        table.add_row(each.name, *counted, f"{each.undetected:,}", *seconds)
    for column in table.columns:
        column.justify = "right" if column.header else "left"
        column.no_wrap = True
    return table


def _as_object(model: Model, plan: Plan, found: Sequence[Figures], bound: float) -> dict[str, object]:
    """What was asked and what came out; times are in seconds."""
    return {
        "model": asdict(model),
        "plan": asdict(plan),
        "lower_bound_calls_a_minute": round(bound, 3),
        "schedules": [
            {
                "name": each.name,
                "calls": each.calls,
                "calls_a_minute": round(each.calls_a_minute, 3),
                "found": len(each.late),
                **{name: _rounded(each.percentile(share)) for name, share in _SHARES.items()},
                "undetected": each.undetected,
            }
            for each in found
        ],
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
