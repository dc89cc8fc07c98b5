"""How many calls the looks take and how late they find what ended, on a made-up account in made-up time."""

import logging
from dataclasses import replace

import structlog

from benchmarks.report import Ceiling, Report, run
from bot.sandbox.simulated_account import Model
from bot.sandbox.simulation import Figures, Plan, simulated

HELD = Model(references=1_000, a_day=20, watched=0.1)
MODELS = (
    Model(references=10, a_day=20, watched=1.0),
    Model(references=10, a_day=20, watched=0.1),
    Model(references=10, a_day=500, watched=1.0),
    Model(references=10, a_day=500, watched=0.1),
    Model(references=1_000, a_day=20, watched=1.0),
    HELD,
    replace(HELD, latency=2.0),
    replace(HELD, latency=3.0),
)
SEED = 1


async def measured(quick: bool) -> Report:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    plan = Plan(minutes=5, warm_up=5, seed=SEED) if quick else Plan(seed=SEED)
    models = (replace(HELD, references=10),) if quick else MODELS
    found = {model: (await simulated(model, plan, lambda _: None))[0] for model in models}
    held = found[models[0] if quick else HELD]
    return Report(
        "Looking at an account: 60 calls a minute at most, pages of 100, one hour",
        (
            "watched references × requests a day",
            "a call takes",
            "changes",
            "calls/min",
            "half within",
            "99 of 100",
            "all",
            "undetected",
        ),
        [_row(model, figures) for model, figures in found.items()],
        notes=("The ceilings hold for 1,000 × 20, a tenth of the account, where a call takes 0.2 s.",),
        ceilings=(
            Ceiling("calls a minute", held.calls_a_minute, 37, "calls"),
            Ceiling("half found within", held.percentile(0.5) or 0, 5, "s"),
            Ceiling("99 of 100 found within", held.percentile(0.99) or 0, 24, "s"),
            Ceiling("all found within", held.percentile(1) or 0, 60, "s"),
            Ceiling("undetected", held.undetected, 0, "requests"),
        ),
    )


def _row(model: Model, figures: Figures) -> tuple[str, ...]:
    late = [figures.percentile(share) for share in (0.5, 0.99, 1)]
    seconds = ("–" if moment is None else f"{moment:.1f} s" for moment in late)
    name = f"{model.references:,} × {model.a_day:g}, {model.watched:.0%} of the account"
    calls = f"{figures.calls_a_minute:.1f}"
    return (name, f"{model.latency} s", f"{len(figures.late):,}", calls, *seconds, f"{figures.undetected}")


if __name__ == "__main__":
    run(measured)
