"""How late it is told what ended where calls are short, and how much of that is not knowing how many rows have come."""

import logging
from dataclasses import dataclass
from functools import partial

import structlog

from benchmarks.report import Ceiling, Report, run
from bot.domain.places import Coverage, Places
from bot.ports import Clock
from bot.sandbox.simulated_account import Jobs, Model
from bot.sandbox.simulation import Figures, Plan, simulation

SEED = 1


@dataclass(frozen=True, slots=True)
class Account:
    """Needs its whole budget. Half, and 99 of 100, are told within so many seconds where positions are known."""

    references: int
    a_day: float
    calls_per_minute: int
    half: float
    most: float

    @property
    def name(self) -> str:
        """As the documents call it."""
        return f"{self.references:,} × {self.a_day:g}, a tenth, {self.calls_per_minute} calls/min"


SMALL = Account(100, 20, 60, 45, 220)
ACCOUNTS = (Account(10_000, 20, 60, 45, 220), Account(1_000, 500, 60, 390, 755), Account(1_000, 500, 300, 17, 76))


async def measured(quick: bool) -> Report:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    rows: list[tuple[str, ...]] = []
    ceilings: list[Ceiling] = []
    for account in (SMALL,) if quick else ACCOUNTS:
        span = 2.0 if quick else 60.0
        plan = Plan(minutes=span, warm_up=span, seed=SEED, calls_per_minute=account.calls_per_minute)
        for words, is_known in (("reckoned", False), ("known", True)):
            found = await _looked(account, plan, is_known=is_known)
            rows.append((account.name, words, *_told(found)))
        ceilings.append(Ceiling(f"{account.name}, half within", found.percentile(0.5) or 0, account.half, "s"))
        ceilings.append(Ceiling(f"{account.name}, 99 of 100 within", found.percentile(0.99) or 0, account.most, "s"))
    return Report(
        "Looking with too few calls, one hour after one of warm-up",
        ("watched references × requests a day", "how many rows there are is", "half within", "99 of 100", "undetected"),
        rows,
        notes=("The ceilings are those of a schedule that knows how many rows there are.",),
        ceilings=ceilings,
    )


async def _looked(account: Account, plan: Plan, *, is_known: bool) -> Figures:
    jobs = Jobs(Model(references=account.references, a_day=account.a_day, watched=0.1), plan.ends, plan.seed)
    async with simulation(plan, jobs) as world:
        if is_known:
            world.lookout.places_of = partial(Known, jobs, world.clock)
        await world.watch(account.references)
        return await world.run(plan, lambda _: None)


class Known(Places):
    """Is told how many rows there will be when a call is answered: what nobody can know."""

    def __init__(self, jobs: Jobs, clock: Clock, coverage: Coverage | None) -> None:
        super().__init__(coverage)
        self._jobs, self._clock = jobs, clock

    def expected_total(self, now: float) -> float:  # noqa: ARG002 - as it is asked
        """So many rows there will be."""
        return self._jobs.total(self._clock.monotonic() + self._jobs.model.latency / 2)

    def margin(self, now: float, size: int) -> int:  # noqa: ARG002 - as it is asked
        """None is needed."""
        return 0


def _told(found: Figures) -> tuple[str, ...]:
    seconds = (found.percentile(share) for share in (0.5, 0.99))
    return (*("–" if late is None else f"{late:.1f} s" for late in seconds), f"{found.undetected:,}")


if __name__ == "__main__":
    run(measured)
