"""Totals are right whatever the size, the order and the pages of the list, and never guessed when they cannot be."""

from collections.abc import Callable
from contextlib import aclosing
from random import Random
from typing import Any
from uuid import UUID

import pytest

from bot.chamelaion import ChamelaionGateway
from bot.domain.answer import StatusAnswer
from bot.domain.budget import Budget, Purpose
from bot.domain.reading import Range
from bot.domain.request import LipsyncRequest
from bot.flows.read import parts, read_once
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.sandbox.account import Account, Order
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from tests.builders import NOON, request
from tests.fakes import HastyClock, newest_first
from tests.flows.conftest import World, Worlds

NUMBERS = (0, 1, 20, 21, 100, 101)
STATUSES = ("completed", "failed", "processing", "queued", "uploading")


def batch(reference: str, number: int) -> list[LipsyncRequest]:
    """So many requests of all statuses; several are created in the same second."""
    start = first_of(reference)
    return [
        request(start + n, STATUSES[n % 5], reference=reference, created=n // 3, error="x" if n % 5 == 1 else None)
        for n in range(number)
    ]


def first_of(reference: str) -> int:
    """A first request number that no other reference has."""
    return int(reference.removeprefix("batch-")) * 1_000_000


def oldest_first(one: LipsyncRequest) -> tuple[float, int]:
    return -one.created_at.timestamp(), -UUID(one.id).int


def shuffled(one: LipsyncRequest) -> float:
    return Random(one.id).random()  # noqa: S311 - an order, not a secret


ORDERS: dict[str, Callable[[LipsyncRequest], Any]] = {
    "newest_first": newest_first,
    "oldest_first": oldest_first,
    "shuffled": shuffled,
}


async def status(world: World, reference: str, *, fresh: bool = False) -> StatusAnswer:
    """The last answer on a batch."""
    return [answer async for answer in world.stories.ask.reference(reference, fresh=fresh)][-1]


def check(answer: StatusAnswer, number: int) -> None:
    progress = answer.progress
    counts = [sum(1 for n in range(number) if n % 5 == k) for k in range(5)]
    assert (progress.total, progress.completed, progress.failed, progress.processing, progress.queued) == (
        number,
        *counts[:4],
    )
    assert sum(count for _, count in progress.other) == counts[4]
    assert (answer.complete, answer.trouble) == (True, None)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("page", "refuses"), [(7, False), (20, False), (100, False), (500, False), (100, True)])
async def test_totals_are_right_for_every_size_order_and_page(
    world: World, order: str, page: int, *, refuses: bool
) -> None:
    world.api.order, world.api.largest_page, world.api.refuses_large = ORDERS[order], page, refuses
    for number in NUMBERS:
        reference = f"batch-{number}"
        world.api.set(batch(reference, number))
        check(await status(world, reference), number)
        check(await status(world, reference, fresh=True), number)


@pytest.mark.parametrize(
    ("order", "page"), [("newest_first", 500), ("oldest_first", 100), ("shuffled", 500), ("newest_first", 20)]
)
async def test_totals_of_five_thousand_are_right(world: World, order: str, page: int) -> None:
    world.api.order, world.api.largest_page = ORDERS[order], page
    world.api.set(batch("batch-1", 5_000))
    check(await status(world, "batch-1"), 5_000)


async def test_totals_of_five_thousand_in_pages_of_seven_are_right(worlds: Worlds) -> None:
    world = await worlds.begin(calls=100_000)
    world.api.largest_page = 7
    world.api.set(batch("batch-1", 5_000))
    check(await read_status(world), 5_000)


async def read_status(world: World) -> StatusAnswer:
    """The answer of a reading that is not remembered, whose every page would be a transaction."""
    answer = await read_once(world.source, "batch-1")
    assert isinstance(answer, StatusAnswer)
    return answer


async def test_a_list_without_any_order_ends_with_changed_while_reading_and_says_nothing_wrong(world: World) -> None:
    world.api.set(batch("batch-1", 101))
    world.clock.pass_time(3_600)  # all that ended did so before the watch
    await world.watch("batch-1")
    await world.deliver()
    chaos = Random(5)  # noqa: S311 - reproducible disorder
    world.api.order, world.api.largest_page = lambda _: chaos.random(), 20
    complete = []
    for _ in range(5):
        world.clock.pass_time(15)
        answer = await status(world, "batch-1", fresh=True)
        assert answer.progress.total == 101
        complete.append(answer.complete)
        await world.look()
    assert False in complete
    await world.deliver()
    assert world.told == []


async def test_rows_that_come_and_go_between_the_pages_are_all_accounted_for(world: World) -> None:
    world.api.largest_page = 20
    world.api.set(batch("batch-1", 100))
    spread = Range(await world.store.ledger.known("default", "batch-1"), whole=True)
    number = 0
    async for part in parts(world.source, "batch-1", spread, Purpose.QUESTION):
        await world.stories.readings.record(part)
        number += 1
        if number == 2:
            world.api.set([request(1_000_500 + n, created=900) for n in range(25)])
        if number == 4:
            gone = {row.id for row in batch("batch-1", 100)[:10]}
            world.api.rows = [row for row in world.api.rows if row.id not in gone]
    assert spread.complete
    known = await world.store.ledger.batch("default", "batch-1")
    assert {row.id for row in known.requests} == {row.id for row in world.api.rows}
    assert len(known.requests) == 115


async def test_what_is_explained_is_not_read_again_unless_fresh(world: World) -> None:
    rows = [request(n, "completed", created=n) for n in range(300)]
    world.api.set(rows)
    await status(world, "batch-1")
    first = len(world.api.calls)
    await status(world, "batch-1")
    second = len(world.api.calls) - first
    await status(world, "batch-1", fresh=True)
    fresh = len(world.api.calls) - first - second
    assert (first, second, fresh) == (4, 1, 4)
    world.api.set([request(300, created=300)])  # a new one, on the first page
    assert (await status(world, "batch-1")).progress.total == 301
    assert len(world.api.calls) == first + second + fresh + 1


# --- over HTTP ---


@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize(("page", "refuses"), [(7, False), (100, False), (100, True)])
async def test_totals_are_right_over_http(order: Order, page: int, *, refuses: bool) -> None:
    clock = HastyClock()
    account = Account(clock, order=order)
    for number in NUMBERS:
        for row in batch(f"batch-{number}", number):
            account.add(row)
    clock.pass_time(3_600)
    async with ChamelaionSandbox(account, clock, max_page=page, refuse_large=refuses) as api:
        gateway = ChamelaionGateway.open(api.key, api.base_url, 10, clock, None)
        source = Source(gateway, Budget(60_000, 0), clock, Vitals(NOON, 0))
        async with aclosing(gateway):
            for number in NUMBERS:
                answer = await read_once(source, f"batch-{number}")
                assert isinstance(answer, StatusAnswer)
                check(answer, number)
