"""How many calls the looks take and how late they find what ended, on a made-up account in made-up time."""

import logging

import structlog

from benchmarks.report import Ceiling, Report, run
from bot.sandbox.simulated_account import Model
from bot.sandbox.simulation import Figures, Plan, simulated

ROWS = ((10, 20, 1.0), (10, 20, 0.1), (10, 500, 1.0), (10, 500, 0.1), (1_000, 20, 1.0), (1_000, 20, 0.1))
SEED = 1


async def measured(quick: bool) -> Report:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    plan = Plan(minutes=5, warm_up=5, seed=SEED) if quick else Plan(seed=SEED)
    found = {row: await _figures(row, plan) for row in (ROWS[:1] if quick else ROWS)}
    hardest = list(found.values())[-1]
    return Report(
        "Looking at an account: 60 calls a minute at most, pages of 100, one hour",
        (
            "watched references × requests a day",
            "changes",
            "calls/min",
            "half within",
            "99 of 100",
            "all",
            "undetected",
        ),
        [_row(row, figures) for row, figures in found.items()],
        notes=("The last row is held to its ceilings: the account is ten times larger than what is watched.",),
        ceilings=(
            Ceiling("calls a minute", hardest.calls_a_minute, 37, "calls"),
            Ceiling("half found within", hardest.percentile(0.5) or 0, 5, "s"),
            Ceiling("99 of 100 found within", hardest.percentile(0.99) or 0, 24, "s"),
            Ceiling("all found within", hardest.percentile(1) or 0, 60, "s"),
            Ceiling("undetected", hardest.undetected, 0, "requests"),
        ),
    )


async def _figures(row: tuple[int, float, float], plan: Plan) -> Figures:
    references, a_day, watched = row
    figures, _ = await simulated(Model(references=references, a_day=a_day, watched=watched), plan, lambda _: None)
    return figures


def _row(row: tuple[int, float, float], figures: Figures) -> tuple[str, ...]:
    references, a_day, watched = row
    late = [figures.percentile(share) for share in (0.5, 0.99, 1)]
    seconds = ("–" if moment is None else f"{moment:.1f} s" for moment in late)
    name = f"{references:,} × {a_day:g}, {watched:.0%} of the account"
    return (name, f"{len(figures.late):,}", f"{figures.calls_a_minute:.1f}", *seconds, f"{figures.undetected}")


if __name__ == "__main__":
    run(measured)
