"""What a watch would have posted: the same as a watch that was there, and nothing is changed by asking."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, text

from bot.domain import preview as limits
from bot.domain.answer import Wish
from bot.domain.preview import PreviewAnswer
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Placement
from bot.errors import BadCommandError
from bot.store.schema import metadata
from tests.builders import request, uuid
from tests.flows.conftest import World
from tests.store.rig import reading, record

ERRORS = ("no face detected", "bad audio", "too long")


def wish(
    reference: str = "batch-1",
    *,
    place: str = "C2",
    events: Events | None = Events.EACH,
    expected: int | None = None,
    placement: Placement | None = None,
) -> Wish:
    return Wish("T1", "default", place, reference, "U1", events, expected, placement=placement)


async def preview(world: World, wanted: Wish | None = None) -> PreviewAnswer:
    answer = [each async for each in world.stories.previewing.preview(wanted or wish())][-1]
    assert isinstance(answer, PreviewAnswer)
    return answer


def state(number: int, now: float, began: float, reference: str) -> LipsyncRequest | None:
    """A clip that is created 40 seconds after the one before, and takes 100; every fifth fails."""
    created = began + 40 * number
    if now < created:
        return None
    if now < created + 100:
        return request(number, "processing" if now > created + 30 else "queued", reference=reference, created=created)
    error = ERRORS[number % 3] if number % 5 == 0 else None
    status = "failed" if error else "completed"
    return request(number, status, reference=reference, created=created, finished=created + 100, error=error)


async def live(world: World, clips: int, *, reference: str = "batch-1", seconds: int = 3_000) -> None:
    """So many clips come and go while the bot looks, and posts what is to be told."""
    began, until = world.clock.monotonic(), world.clock.monotonic() + seconds
    first = int(began)
    while world.clock.monotonic() < until:
        now = world.clock.monotonic()
        rows = [state(first + n, now, began - 40 * first, reference) for n in range(clips)]
        world.api.set([row for row in rows if row is not None])
        await world.look()
        await world.deliver()
        world.clock.pass_time(15)


@pytest.mark.parametrize("events", [Events.EACH, Events.FAILURES])
async def test_a_preview_counts_what_a_watch_has_told(world: World, events: Events) -> None:
    world.api.set([])
    await world.watch(events=events)
    await live(world, 30)

    answer = await preview(world, wish(events=events))

    told = answer.preview.new + answer.preview.replies
    if events is Events.FAILURES:
        told = limits.without_clips(told)
    assert told == Counter(world.told)
    assert set(told) >= {"failure", "finished"}
    assert answer.preview.looked_at == 1


async def test_a_pattern_is_previewed_by_the_watches_that_it_would_have_had(world: World) -> None:
    world.api.set([request(999, reference="other")])
    await world.look()
    await anext(world.stories.watching.start(wish("batch-*", place="C1")))
    for number in (1, 2):
        await live(world, 8, reference=f"batch-{number}", seconds=1_200)

    answer = await preview(world, wish("batch-*"))

    assert answer.preview.new + answer.preview.replies == Counter(world.told)
    assert [name for name, _ in answer.preview.busy] == ["batch-1", "batch-2"]
    assert (answer.recent.known, answer.recent.changed, answer.preview.looked_at) == (2, 2, 2)
    assert sum(answer.preview.days) == answer.preview.new.total()


def everything(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: [tuple(row) for row in connection.execute(select(table).order_by(text("1")))]
        for table in metadata.sorted_tables
    }


async def test_asking_changes_nothing_and_reads_nothing_from_the_api(world: World) -> None:
    world.api.set([])
    await world.watch()
    await live(world, 10, seconds=600)
    await world.stories.sharing.why("C2")  # which is known from then on
    before, calls = await world.store.database.read(everything), len(world.api.calls)

    await preview(world, wish("batch-*"))
    await preview(world, wish(uuid(3)))
    await world.stories.ask.lineup()

    assert await world.store.database.read(everything) == before
    assert len(world.api.calls) == calls
    assert before["transitions"]


async def test_a_uuid_stands_for_its_reference(world: World) -> None:
    world.api.set([request(1), request(2, reference=None)])
    await world.look()

    assert (await preview(world, wish(uuid(1)))).watch.reference_id == "batch-1"
    with pytest.raises(BadCommandError, match="no batch to watch"):
        await preview(world, wish(uuid(2)))


async def test_a_pattern_expects_nothing(world: World) -> None:
    with pytest.raises(BadCommandError, match="Leave `expect` out"):
        await preview(world, wish("batch-*", expected=5))


async def test_what_was_never_seen_has_no_preview_and_a_near_name(world: World) -> None:
    answer = await preview(world)
    assert (answer.recent.began_at, answer.recent.known) == (None, 0)
    world.api.set([request(1)])
    await world.look()

    answer = await preview(world, wish("batch-1x"))

    assert (answer.recent.known, answer.nearest) == (0, ("batch-1",))


async def test_it_tells_of_seven_days_at_most_and_not_of_before_the_ledger_began(world: World) -> None:
    world.api.set([request(1)])
    await world.look()
    began = world.clock.now()
    world.clock.pass_time(3_600)
    assert abs((await preview(world)).preview.since - began) < timedelta(seconds=1)
    world.clock.pass_time(30 * 86_400)

    answer = await preview(world)

    assert answer.preview.length == timedelta(days=7)
    assert (answer.recent.changed, answer.recent.known) == (0, 1)


async def test_of_too_many_references_the_latest_are_looked_at(world: World) -> None:
    rows = [request(n, reference=f"batch-{n}") for n in range(limits.MOST_REFERENCES + 5)]
    world.clock.pass_time(100)
    await record(world.store, reading(rows[:5], 50, reference=None, ended=False))
    await record(world.store, reading(rows[5:], 60, reference=None, ended=False))

    answer = await preview(world, wish("batch-*"))

    assert answer.is_cut
    assert answer.preview.looked_at == limits.MOST_REFERENCES
    assert answer.recent.changed == limits.MOST_REFERENCES + 5
    assert not {f"batch-{n}" for n in range(5)} & {name for name, _ in answer.recent.names}


async def test_where_much_is_looked_at_that_is_said_first(world: World) -> None:
    rows = [request(n, reference=f"batch-{n % 3}") for n in range(limits.MANY_REQUESTS + 1)]
    world.clock.pass_time(100)
    await record(world.store, reading(rows, 50, reference=None, ended=False))

    first, last = [each async for each in world.stories.previewing.preview(wish("batch-*"))]
    assert isinstance(first, limits.PreviewBegun)
    assert first.recent.requests == limits.MANY_REQUESTS + 1
    assert isinstance(last, PreviewAnswer)
    assert last.preview.looked_at == 3
    assert len([each async for each in world.stories.previewing.preview(wish("batch-1x"))]) == 1


async def test_a_wish_is_previewed_as_it_is_placed(world: World) -> None:
    world.api.set([])
    await world.look()
    await live(world, 10, seconds=1_200)

    flat = await preview(world, wish(placement=Placement.FLAT))
    thread = await preview(world, wish(placement=Placement.THREAD))

    assert not flat.preview.replies
    assert not thread.preview.new
    assert flat.preview.new.total() == thread.preview.replies.total() > 2
