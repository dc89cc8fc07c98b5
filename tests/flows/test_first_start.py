"""Many watches at once in an account that has lived for long and in which much goes on."""

from bot.domain.places import Coverage
from bot.sandbox.simulated_account import Jobs, Model
from bot.sandbox.simulation import Plan, simulation

MODEL = Model(references=20, a_day=300, watched=0.1, page_size=20)
PLAN = Plan(minutes=10, warm_up=60, seed=1)


async def test_where_a_page_holds_less_than_comes_in_a_minute_references_are_read_once_and_not_again_and_again() -> (
    None
):
    async with simulation(PLAN, Jobs(MODEL, PLAN.ends, PLAN.seed)) as world:
        await world.clock.sleep(PLAN.begins)
        await world.watch(MODEL.references)

        figures = await world.run(PLAN, lambda _: None)

        assert figures.undetected == 0
        assert not world.lookout.has_unaccounted
        coverage = world.lookout.outlook.places.coverage
        assert isinstance(coverage, Coverage)
        assert coverage.since == 1
        assert world.account.of_references < 4 * MODEL.references
