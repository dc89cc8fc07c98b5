"""One reading for everybody, questions before looks, and what a reading without a memory tells."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.budget import Budget, Purpose
from bot.errors import UnavailableError
from bot.flows.read import read_once
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from tests.builders import NOON, request, uuid
from tests.fakes import FakeChamelaion, FakeClock
from tests.flows.conftest import World, until


async def test_readings_of_one_reference_share_their_calls_and_those_of_two_do_not(world: World) -> None:
    world.api.set([request(1), request(2, reference="batch-2")])
    readings = world.stories.readings
    world.api.gate = asyncio.Event()
    one = await readings.start("batch-1", Purpose.QUESTION)
    same = await readings.start("batch-1", Purpose.LOOK)
    other = await readings.start("batch-2", Purpose.LOOK)
    world.api.gate.set()
    await asyncio.gather(one.task, same.task, other.task)
    assert one is same
    assert sorted(world.api.calls) == [("batch-1", 0), ("batch-2", 0)]


async def test_a_reading_of_every_page_is_not_replaced_by_a_short_one(world: World) -> None:
    world.api.set([request(1)])
    world.api.gate = asyncio.Event()
    short = await world.stories.readings.start("batch-1", Purpose.QUESTION)
    whole = await world.stories.readings.start("batch-1", Purpose.QUESTION, whole=True)
    world.api.gate.set()
    await asyncio.gather(short.task, whole.task)
    assert len(world.api.calls) == 2


async def test_a_failed_reading_is_not_joined_any_more(world: World) -> None:
    world.api.set([request(1)])
    world.api.faults = [UnavailableError("the API answered 500")]
    failed = await world.stories.readings.start("batch-1", Purpose.QUESTION)
    with pytest.raises(UnavailableError):
        await failed.task
    recorded = await (await world.stories.readings.start("batch-1", Purpose.QUESTION)).task
    assert recorded.references == {"batch-1"}


async def test_what_was_read_before_the_trouble_is_kept(world: World) -> None:
    world.api.set([request(n) for n in range(150)])
    world.api.faults = [None, UnavailableError("the API answered 500")]
    run = await world.stories.readings.start("batch-1", Purpose.QUESTION)
    with pytest.raises(UnavailableError):
        await run.task
    batch = await world.store.ledger.batch("default", "batch-1")
    assert (len(batch.requests), batch.read_at) == (100, None)


async def test_the_end_cancels_what_is_under_way(world: World) -> None:
    world.api.gate = asyncio.Event()
    run = await world.stories.readings.start("batch-1", Purpose.QUESTION)
    await world.stories.readings.close()
    assert run.task.cancelled()


async def test_a_corrected_outcome_is_logged_counted_and_not_told_again(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    await world.look()
    world.clock.pass_time(15)
    world.api.set([request(1, "processing")])
    with capture_logs() as lines:
        await world.look()
    assert [line["event"] for line in lines] == ["the API corrected an outcome"]
    world.clock.pass_time(15)
    world.api.set([request(1, "failed", error="x", finished=80)])
    await world.look()
    await world.deliver()
    assert world.told == ["failure"]


async def test_every_move_is_counted_by_its_new_status(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.look()
    world.clock.pass_time(60)
    world.api.set([request(1, "processing"), request(2, "completed")])
    await world.look()
    assert (world.ground.vitals.transitions["processing"], world.ground.vitals.transitions["completed"]) == (1, 1)


async def test_questions_go_before_looks_on_the_budget() -> None:
    clock = FakeClock()
    api = FakeChamelaion(clock, [request(1)])
    source = Source(api, Budget(6, 0), clock, Vitals(NOON, 0))
    await source.page("first", 0, Purpose.LOOK)
    look = asyncio.create_task(source.page("look", 0, Purpose.LOOK))
    await until(lambda: clock.sleeping == 1)
    question = asyncio.create_task(source.page("question", 0, Purpose.QUESTION))
    await until(lambda: clock.sleeping == 2)
    while not look.done():
        clock.pass_time(1)
        for _ in range(5):
            await asyncio.sleep(0)
    await question
    assert [reference for reference, _ in api.calls] == ["first", "question", "look"]


async def test_without_a_memory_every_page_is_read(world: World) -> None:
    world.api.set([request(n, "completed") for n in range(150)])
    answer = await read_once(world.source, "batch-1")
    assert isinstance(answer, StatusAnswer)
    assert (answer.progress.completed, answer.complete, len(world.api.calls)) == (150, True, 2)


async def test_without_a_memory_a_uuid_is_a_request_and_else_a_reference(world: World) -> None:
    world.api.set([request(1), request(2, reference=uuid(9))])
    one = await read_once(world.source, uuid(1))
    assert isinstance(one, RequestAnswer)
    batch = await read_once(world.source, uuid(9))
    assert isinstance(batch, StatusAnswer)
    assert batch.progress.total == 1


async def test_without_a_memory_trouble_is_raised(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 500")]
    with pytest.raises(UnavailableError):
        await read_once(world.source, uuid(1))
