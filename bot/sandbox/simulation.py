"""The real planner and reader on a real database, looking at a made-up account in made-up time."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.domain.answer import Wish
from bot.domain.budget import Budget
from bot.flows.catch_up import CatchUp
from bot.flows.lookout import Lookout
from bot.flows.poll import Poll
from bot.flows.read import Readings
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Chamelaion, Clock
from bot.sandbox.simulated_account import Jobs, Model, SimulatedAccount, SimulatedClock, name_of
from bot.store import Store, open_store
from bot.store.starting import start

GRACE = 120.0  # seconds before the end of which an outcome need not be found yet
_ACCOUNT, _WORKSPACE, _PLACE = "default", "T1", "C1"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure after a warm-up (minutes), and with which budget and pace.

    `within` is how many seconds late an outcome may be found by a schedule that knows everything before.
    """

    minutes: float = 60.0
    warm_up: float = 60.0
    calls_per_minute: int = 60
    poll_interval: float = 15.0
    seed: int = 1
    within: float = 24.0

    @property
    def begins(self) -> float:
        """When measuring begins, in seconds."""
        return self.warm_up * 60

    @property
    def ends(self) -> float:
        """When it ends, in seconds."""
        return (self.warm_up + self.minutes) * 60


@dataclass(frozen=True, slots=True)
class Figures:
    """What a way to look has cost, and how late (seconds) it found what ended; `undetected` it did not find at all."""

    name: str
    calls: int
    calls_a_minute: float
    late: tuple[float, ...] = field(repr=False)
    undetected: int = 0

    def percentile(self, share: float) -> float | None:
        """How late this share was found at most; None when nothing was."""
        return self.late[min(int(share * len(self.late)), len(self.late) - 1)] if self.late else None


def figures(name: str, plan: Plan, jobs: Jobs, called: Iterable[float], found: Mapping[str, float]) -> Figures:
    """The figures of the measured time, from when calls were made and each outcome was first seen."""
    calls = sum(1 for at in called if plan.begins <= at < plan.ends)
    ended = jobs.ended(plan.begins, plan.ends)
    late = sorted(found[job.id] - job.finished for job in ended if found.get(job.id, plan.ends) < plan.ends)
    missed = sum(1 for job in ended if job.finished < plan.ends - GRACE and found.get(job.id, plan.ends) >= plan.ends)
    return Figures(name, calls, calls / plan.minutes, tuple(late), missed)


@dataclass(slots=True)
class Simulation:
    """The flows that look, and what they look at."""

    clock: SimulatedClock
    account: SimulatedAccount
    store: Store
    lookout: Lookout
    poll: Poll

    async def run(self, plan: Plan, tell: Callable[[float], None]) -> Figures:
        """Look until the end; `tell` hears how many seconds have passed."""
        while (now := self.clock.monotonic()) < plan.ends:
            next_at = await self.poll.look()
            await self.clock.sleep((next_at - self.clock.now()).total_seconds())
            tell(min(self.clock.monotonic(), plan.ends) - now)
        return figures("planner", plan, self.account.jobs, self.account.calls, self.account.found)

    async def watch(self, references: int) -> None:
        """The bot has already looked when people begin to watch."""
        await self.poll.look()
        wishes = [Wish(_WORKSPACE, _ACCOUNT, _PLACE, name_of(number), "U1", None, None) for number in range(references)]
        now = self.clock.now()
        await self.store.database.write(lambda connection: [start(connection, wish, now, now) for wish in wishes])
        self.lookout.forget()


@asynccontextmanager
async def simulation(plan: Plan, jobs: Jobs) -> AsyncIterator[Simulation]:
    """The real flows on an empty database that is gone afterwards."""
    clock = SimulatedClock()
    account = SimulatedAccount(jobs, clock)
    with TemporaryDirectory(prefix="lipsync-") as folder:
        store = await open_store(f"sqlite:///{Path(folder) / 'simulated.db'}", clock)
        try:
            await store.database.migrate()
            yield simulation_of(plan, account, clock, store)
        finally:
            await store.database.close()


def simulation_of(plan: Plan, account: SimulatedAccount, clock: SimulatedClock, store: Store) -> Simulation:
    """The real flows before a made-up account, on a database that has its tables."""
    poll = poll_of(plan, account, clock, store)
    return Simulation(clock, account, store, poll.lookout, poll)


def poll_of(plan: Plan, api: Chamelaion, clock: Clock, store: Store) -> Poll:
    """The flows that look, and nobody who listens."""
    rules, vitals = _rules(plan), Vitals(clock.now(), clock.monotonic())
    source = Source(api, Budget(plan.calls_per_minute, clock.monotonic()), clock, vitals)
    lookout = Lookout(source, store, rules)
    readings = Readings(source, store, vitals, rules=rules, on_news=_nobody_listens, on_part=lookout.saw)
    catch_up = CatchUp(store, clock, rules, _nobody_listens)
    chance = Random(plan.seed).random  # noqa: S311 - a jitter, no secret
    return Poll(readings, lookout, source, store, clock, vitals, rules, catch_up, chance)


def _nobody_listens() -> None:
    pass


def _rules(plan: Plan) -> Rules:
    return Rules(
        account_id=_ACCOUNT,
        owner="simulation",
        poll_interval=timedelta(seconds=plan.poll_interval),
        gap_after=timedelta(days=1),
        longest_settle=timedelta(seconds=600),
        card_interval=timedelta(seconds=45),
        quiet=timedelta(seconds=90),
        retention=timedelta(days=90),
        resend_in_doubt=True,
    )


async def simulated(model: Model, plan: Plan, tell: Callable[[float], None]) -> tuple[Figures, Jobs]:
    """What the planner takes for this account, and the account's jobs for other ways to look at them."""
    jobs = Jobs(model, plan.ends, plan.seed)
    async with simulation(plan, jobs) as world:
        await world.watch(model.references)
        return await world.run(plan, tell), jobs
