"""Every call to the API goes through one place: page size, budget, clock and trouble are learned there."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.budget import Budget, Purpose
from bot.domain.request import Page
from bot.errors import (
    BadRequestError,
    ChamelaionError,
    KeyRefusedError,
    NoSuchRequestError,
    RateLimitedError,
    UnavailableError,
)
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from tests.builders import NOON, at, request, uuid
from tests.fakes import FakeChamelaion, HastyClock
from tests.flows.conftest import until

TOO_LARGE = BadRequestError("the API answered 400: invalid limit")


@pytest.fixture
def api() -> FakeChamelaion:
    return FakeChamelaion(HastyClock(), [request(n) for n in range(3)], largest_page=1_000)


@pytest.fixture
def source(api: FakeChamelaion) -> Source:
    return Source(api, Budget(6_000, 0), api.clock, Vitals(NOON, 0))


async def test_the_largest_page_is_asked_for_first(source: Source) -> None:
    page = await source.page(None, 0, Purpose.LOOK)
    assert (page.limit, page.total) == (500, 3)


@pytest.mark.parametrize(("refusals", "size"), [(1, 250), (2, 125), (3, 62), (4, 31), (5, 20)])
async def test_a_refused_page_size_is_halved_and_remembered(
    source: Source, api: FakeChamelaion, refusals: int, size: int
) -> None:
    api.faults = [TOO_LARGE] * refusals
    assert (await source.page(None, 0, Purpose.LOOK)).limit == size
    assert (await source.page("batch-1", 0, Purpose.QUESTION)).limit == size
    assert len(api.calls) == refusals + 2


async def test_refused_at_twenty_with_a_filter_the_reference_is_to_blame(source: Source, api: FakeChamelaion) -> None:
    api.faults = [TOO_LARGE] * 6
    with pytest.raises(BadRequestError):
        await source.page("odd", 0, Purpose.QUESTION)
    assert len(api.calls) == 6
    assert source.vitals.api_trouble is None


async def test_one_refused_reference_makes_no_page_of_the_others_smaller(source: Source, api: FakeChamelaion) -> None:
    api.faults = [TOO_LARGE] * 6
    with pytest.raises(BadRequestError):
        await source.page("odd", 0, Purpose.QUESTION)
    assert (await source.page("batch-1", 0, Purpose.QUESTION)).limit == 500


async def test_a_page_size_that_was_taken_before_is_not_blamed_for_a_refused_reference(
    source: Source, api: FakeChamelaion
) -> None:
    await source.page(None, 0, Purpose.LOOK)
    api.faults = [TOO_LARGE]
    with pytest.raises(BadRequestError):
        await source.page("odd", 0, Purpose.LOOK)
    assert len(api.calls) == 2


async def test_an_api_that_begins_to_refuse_its_own_page_size_is_asked_for_less(
    source: Source, api: FakeChamelaion
) -> None:
    await source.page(None, 0, Purpose.LOOK)
    api.faults = [TOO_LARGE]
    assert (await source.page(None, 0, Purpose.LOOK)).limit == 250
    assert (await source.page("batch-1", 0, Purpose.LOOK)).limit == 250


async def test_refused_at_twenty_without_a_filter_the_api_is_unavailable(source: Source, api: FakeChamelaion) -> None:
    api.faults = [TOO_LARGE] * 6
    with pytest.raises(UnavailableError, match="the simplest question"):
        await source.page(None, 0, Purpose.LOOK)


async def test_after_a_429_nothing_is_asked_until_the_api_wants_it(source: Source, api: FakeChamelaion) -> None:
    api.faults = [RateLimitedError("the API answered 429", timedelta(seconds=7))]
    with pytest.raises(RateLimitedError):
        await source.page(None, 0, Purpose.LOOK)
    refused_at = api.clock.now()
    page = await source.page(None, 0, Purpose.LOOK)
    assert page.asked_at >= refused_at + timedelta(seconds=7)


@pytest.mark.parametrize(
    "fault",
    [UnavailableError("the API answered 502"), KeyRefusedError("the API refuses the key"), RateLimitedError("429")],
)
async def test_trouble_is_logged_once_and_once_when_it_is_over(
    source: Source, api: FakeChamelaion, fault: ChamelaionError
) -> None:
    api.faults = [fault] * 3
    with capture_logs() as lines:
        for _ in range(3):
            with pytest.raises(type(fault)):
                await source.page(None, 0, Purpose.LOOK)
            assert source.vitals.api_trouble == str(fault)
        for _ in range(2):
            await source.page(None, 0, Purpose.LOOK)
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "the API cannot be read; every watch is kept"),
        ("info", "the API answers again"),
    ]
    assert source.vitals.api_trouble is None


async def test_what_a_person_asked_wrongly_is_no_trouble_of_the_api(source: Source) -> None:
    with capture_logs() as lines:
        with pytest.raises(NoSuchRequestError):
            await source.retrieve(uuid(99), Purpose.QUESTION)
        assert (await source.retrieve(uuid(1), Purpose.QUESTION)).id == uuid(1)
    assert lines == []
    assert source.vitals.api_calls == {"not_found": 1, "ok": 1}


async def test_every_call_is_counted_by_its_outcome(source: Source, api: FakeChamelaion) -> None:
    api.faults = [
        UnavailableError("x"),
        KeyRefusedError("x"),
        RateLimitedError("x", timedelta(seconds=1)),
        TOO_LARGE,
    ]
    for _ in range(3):
        with pytest.raises(ChamelaionError):
            await source.page(None, 0, Purpose.LOOK)
    await source.page(None, 0, Purpose.LOOK)
    assert source.vitals.api_calls == {"unavailable": 1, "key_refused": 1, "rate_limited": 1, "bad_request": 1, "ok": 1}
    assert source.budget.used(api.clock.monotonic()) == 5


@pytest.mark.parametrize("seconds", [-7_200, -90, 90, 3_600])
async def test_the_clock_of_the_api_is_learned_from_its_answers(
    source: Source, api: FakeChamelaion, seconds: int
) -> None:
    assert source.api_now() == api.clock.now()
    api.skew = timedelta(seconds=seconds)
    await source.page(None, 0, Purpose.LOOK)
    assert abs(source.api_now() - api.clock.now() - api.skew) <= timedelta(seconds=1)
    assert source.our_time(source.api_now(at(5))) == at(5)


async def test_clocks_that_may_agree_are_taken_to_agree(source: Source, api: FakeChamelaion) -> None:
    api.clock.pass_time(0.7)
    await source.page(None, 0, Purpose.LOOK)
    assert source.api_now() == api.clock.now()


async def test_pages_are_asked_for_at_once_and_one_that_cannot_be_had_takes_none_with_it(
    source: Source, api: FakeChamelaion
) -> None:
    api.clock.pass_time(60)
    api.gate, away = asyncio.Event(), UnavailableError("the API answered 500")
    api.faults = [None, away, None]
    asking = asyncio.create_task(source.pages((0, 1, 2), Purpose.LOOK))
    await until(lambda: api.calls == [(None, 0), (None, 1), (None, 2)])
    api.gate.set()
    first, second, third = await asking
    assert second is away
    assert isinstance(first, Page)
    assert isinstance(third, Page)
    assert [len(page.requests) for page in (first, third)] == [3, 1]
    assert source.vitals.api_calls == {"ok": 2, "unavailable": 1}


class Slow(FakeChamelaion):
    """Takes `seconds` for a page."""

    seconds: float = 0.0

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        await self.clock.sleep(self.seconds)
        return await FakeChamelaion.page(self, reference_id=reference_id, offset=offset, limit=limit)


async def slow(seconds: float, calls_per_minute: int) -> tuple[Source, Slow]:
    """A source whose API takes that long, which it has learned, after a quiet minute."""
    api = Slow(HastyClock(), [request()])
    source = Source(api, Budget(calls_per_minute, 0), api.clock, Vitals(NOON, 0))
    api.seconds = seconds
    for _ in range(40):
        await source.page(None, 0, Purpose.LOOK)
    api.clock.pass_time(120)
    return source, api


@pytest.mark.parametrize(
    ("seconds", "calls_per_minute", "at_once"),
    [(0.2, 60, 1), (1.0, 60, 1), (1.5, 60, 2), (3, 60, 3), (0.2, 300, 1), (1, 300, 5), (30, 60, 10)],
)
async def test_so_many_calls_are_made_at_once_as_the_budget_gives_while_one_is_under_way(
    seconds: float, calls_per_minute: int, at_once: int
) -> None:
    source, _ = await slow(seconds, calls_per_minute)
    assert source.at_once == at_once


async def test_no_more_calls_are_made_at_once_than_there_are_and_fewer_after_a_429() -> None:
    source, api = await slow(3, 60)
    for _ in range(8):
        source.budget.take(Purpose.LOOK, api.clock.monotonic())
    assert source.at_once == 2
    api.clock.pass_time(120)
    source.budget.refused(api.clock.monotonic(), timedelta(seconds=1))
    assert source.at_once == 1
    api.clock.pass_time(60)
    assert source.at_once == 2


async def test_one_slow_page_changes_what_the_next_is_taken_to_need_by_a_part(
    source: Source, api: FakeChamelaion
) -> None:
    pages = source.pages((0,), Purpose.LOOK)
    api.clock.pass_time(60)
    api.gate = asyncio.Event()
    asking = asyncio.create_task(pages)
    await until(lambda: len(api.calls) == 1)
    api.clock.step(-3_600)
    api.clock.pass_time(8)
    api.gate.set()
    await asking
    assert source.latency == 1


async def test_all_is_well_only_where_something_was_answered_since_it_was_not(
    source: Source, api: FakeChamelaion
) -> None:
    """A look may make no call at all."""
    api.faults = [UnavailableError("the API answered 500")]
    with pytest.raises(UnavailableError):
        await source.page("batch-1", 0, Purpose.QUESTION)
    source.all_well()
    assert source.vitals.api_trouble == "the API answered 500"
    await source.page("batch-2", 0, Purpose.LOOK)
    assert source.vitals.api_trouble is not None, "of batch-1 nothing is known yet"
    source.all_well()
    assert source.vitals.api_trouble is None
