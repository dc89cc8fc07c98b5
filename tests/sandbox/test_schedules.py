"""Each way to look at a made-up account does what its name says: the planner is compared with something real."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.beside import LONGEST_RUN, SHORTEST_RUN
from bot.domain.places import Order
from bot.sandbox.schedules import clairvoyant, lower_bound, polling, sweeping
from bot.sandbox.simulated_account import Jobs, Model, SimulatedAccount, SimulatedClock
from bot.sandbox.simulation import Plan, Simulation, simulated, simulation

FEW = Model(references=10, a_day=200, watched=0.5)
PLAN = Plan(minutes=30, warm_up=10)


@pytest.fixture
def jobs() -> Jobs:
    return Jobs(FEW, PLAN.ends, seed=7)


def test_polling_asks_for_each_reference_every_half_minute(jobs: Jobs) -> None:
    figures = polling(jobs, PLAN)
    assert figures.calls_a_minute == pytest.approx(20, rel=0.02)
    assert figures.undetected == 0
    assert figures.late[0] > 0
    assert figures.late[-1] <= 31


def test_polling_more_than_the_budget_allows_finds_late(jobs: Jobs) -> None:
    figures = polling(jobs, Plan(minutes=30, warm_up=10, calls_per_minute=5))
    assert figures.calls_a_minute == pytest.approx(5, rel=0.02)
    assert 60 < figures.late[-1] <= 122


def test_a_sweep_reads_no_further_than_what_is_open(jobs: Jobs) -> None:
    figures = sweeping(jobs, PLAN)
    assert figures.undetected == 0
    assert figures.late[-1] <= 32
    assert 2 <= figures.calls_a_minute < polling(jobs, PLAN).calls_a_minute


def test_who_knows_everything_takes_the_fewest_calls_and_no_fewer_than_the_bound(jobs: Jobs) -> None:
    figures = clairvoyant(jobs, PLAN)
    assert figures.undetected == 0
    assert figures.late[-1] <= PLAN.within + FEW.latency
    assert lower_bound(jobs, PLAN) <= figures.calls_a_minute < sweeping(jobs, PLAN).calls_a_minute


def test_what_ends_far_apart_needs_a_call_each() -> None:
    alone = Jobs(Model(references=1, a_day=300, watched=1, batch=1, busy=1, tail=0, sigma=0), 7_200, seed=1)
    plan = Plan(minutes=60, warm_up=60, within=1)
    ended = alone.ended(plan.begins, plan.ends)
    times = [job.finished for job in ended]
    assert min(later - earlier for earlier, later in pairwise(times)) > 1.5
    assert lower_bound(alone, plan) * plan.minutes == len(ended)
    assert clairvoyant(alone, plan).calls >= len(ended) - 1


@pytest.mark.parametrize("order", list(Order))
async def test_the_planner_misses_nothing_in_any_order(order: Order) -> None:
    model = Model(references=5, a_day=300, watched=0.5, order=order)
    figures, jobs = await simulated(model, Plan(minutes=15, warm_up=5), lambda _: None)
    assert figures.undetected == 0
    assert len(figures.late) > 0
    assert figures.calls_a_minute >= lower_bound(jobs, Plan(minutes=15, warm_up=5))
    assert figures.calls_a_minute <= 60


def remainders(world: Simulation) -> int:
    """How many gaps are smaller than a page."""
    coverage = world.lookout.outlook.places.coverage
    assert coverage is not None
    return sum(1 for gap in coverage.gaps if gap.high - gap.low + 1 < world.account.jobs.model.page_size)


@pytest.mark.parametrize("order", [Order.NEWEST_FIRST, Order.OLDEST_FIRST])
async def test_far_behind_pages_are_read_side_by_side_several_at_once(order: Order) -> None:
    model = Model(references=100, a_day=1_500, watched=0.1, page_size=10, order=order)
    falls_behind, is_behind = Plan(minutes=6, warm_up=0), Plan(minutes=2, warm_up=6)
    jobs = Jobs(model, is_behind.ends, is_behind.seed)
    async with simulation(is_behind, jobs) as world:
        await world.watch(model.references)
        await world.run(falls_behind, lambda _: None)
        before, left = len(world.account.calls), remainders(world)
        await world.run(is_behind, lambda _: None)
        calls = world.account.calls
        assert remainders(world) - left < (len(calls) - before) / 10
    at_once = Counter(calls)
    assert max(at_once.values()) <= LONGEST_RUN
    assert sum(count for count in at_once.values() if count >= SHORTEST_RUN) > (len(calls) - before) * 0.8
    assert max(sum(1 for other in calls if at <= other < at + 60) for at in calls) <= is_behind.calls_per_minute


async def test_where_the_api_is_slow_calls_are_made_at_once_so_that_all_is_told_hardly_later() -> None:
    model, plan = Model(references=40, a_day=300, watched=0.1), Plan(minutes=4, warm_up=2)
    slow = replace(model, latency=4.0)
    quick, _ = await simulated(model, plan, lambda _: None)
    jobs = Jobs(slow, plan.ends, plan.seed)
    async with simulation(plan, jobs) as world:
        await world.watch(slow.references)
        late = await world.run(plan, lambda _: None)
        assert max(Counter(world.account.calls).values()) > 1
    assert late.undetected == 0
    assert late.calls_a_minute > 60 / slow.latency
    assert late.late[len(late.late) * 9 // 10] < quick.late[len(quick.late) * 9 // 10] + 2 * slow.latency


async def test_an_unordered_account_mixes_its_rows() -> None:
    jobs = Jobs(Model(references=5, a_day=5_000, watched=1, order=Order.NONE), 600, seed=1)
    clock = SimulatedClock()
    await clock.sleep(600)
    page = await SimulatedAccount(jobs, clock).page(reference_id=None, offset=0, limit=100)
    times = [row.created_at for row in page.requests]
    assert len(times) == 100
    assert times not in (sorted(times), sorted(times, reverse=True))
