"""Looks go on for everybody else, whatever one reference or one page does."""

from datetime import timedelta

from structlog.testing import capture_logs

from tests.builders import request
from tests.flows.conftest import World


async def two_watches(world: World) -> None:
    world.api.set([request(1, reference="a-broken"), request(2, reference="b-fine"), request(3, reference="b-fine")])
    await world.watch("b-fine")
    world.api.broken = {"a-broken"}
    await world.watch("a-broken")
    world.clock.pass_time(60)
    world.api.set([request(2, "failed", reference="b-fine", error="x", finished=30)])


async def test_a_reference_that_cannot_be_read_holds_up_nobody_and_is_logged_once(world: World) -> None:
    await two_watches(world)
    world.api.broken |= {None}
    with capture_logs() as lines:
        for _ in range(5):
            world.clock.pass_time(15)
            await world.look()
    await world.deliver()
    assert world.told == ["failure"]
    assert [line["event"] for line in lines if line["log_level"] == "warning"] == [
        "a watched reference cannot be read; the others go on"
    ]
    assert world.ground.vitals.api_trouble == "the API answered 500"
    world.api.broken = set()
    world.clock.pass_time(60)
    await world.look()
    assert world.ground.vitals.api_trouble is None


async def test_a_head_page_that_cannot_be_read_stops_no_watch(world: World) -> None:
    world.api.set([request(1), request(2)])
    await world.watch()
    world.clock.pass_time(60)
    world.api.set([request(1, "failed", error="x", finished=30)])
    world.api.broken = {None}
    await world.look()
    await world.deliver()
    assert world.told == ["failure"]


async def test_an_api_that_is_away_is_left_alone_after_three_calls(world: World) -> None:
    for number in range(6):
        world.api.set([request(number, reference=f"b-{number}")])
        await world.watch(f"b-{number}")
    world.api.broken = {None, *(f"b-{number}" for number in range(6))}
    before = len(world.api.calls)
    await world.look()
    assert len(world.api.calls) - before == 3


async def test_with_nothing_watched_a_look_that_failed_is_tried_again_later_and_later(world: World) -> None:
    world.api.broken = {None}
    pauses = []
    for _ in range(4):
        next_at = await world.look()
        pauses.append((next_at - world.clock.now()).total_seconds())
    assert pauses[0] < 20
    assert pauses[-1] > 40


async def test_where_the_list_has_no_order_an_open_reference_is_read_once_a_poll_interval(world: World) -> None:
    world.api.order = lambda row: row.id
    world.api.set([request(1, created=-30), request(2, created=-60), request(3, created=-40)])
    await world.watch()
    before = len(world.api.calls)
    until = world.clock.now() + timedelta(minutes=2)
    while world.clock.now() < until:
        next_at = await world.look()
        world.clock.pass_time((next_at - world.clock.now()).total_seconds())
    read = [reference for reference, _ in world.api.calls[before:]]
    assert 7 <= read.count("batch-1") <= 10
