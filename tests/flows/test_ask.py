"""People ask: at once, or first with what is known; never wrong, never twice as dear."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot import __version__
from bot.domain.answer import RequestAnswer, Scope, StatusAnswer, StillReading, WatchAnswer, Wish
from bot.domain.answer_wording import status_lines, status_sentence
from bot.errors import BadCommandError, KeyRefusedError, RateLimitedError, UnavailableError
from tests.builders import NOON, request, uuid
from tests.fakes import FakeClock
from tests.flows.conftest import World, Worlds, until


@pytest.fixture
async def strict(worlds: Worlds) -> World:
    """A world that has six calls a minute, one at a time, and whose clock stands still."""
    worlds.clock = worlds.api.clock = worlds.chat.clock = FakeClock()
    return await worlds.begin(calls=6)


async def all_of(answers: AsyncIterator[StatusAnswer | RequestAnswer]) -> list[StatusAnswer | RequestAnswer]:
    return [answer async for answer in answers]


async def last(answers: AsyncIterator[StatusAnswer | RequestAnswer]) -> StatusAnswer:
    """The last answer, which is about a batch."""
    answer = (await all_of(answers))[-1]
    assert isinstance(answer, StatusAnswer)
    return answer


async def watched(world: World, reference: str) -> WatchAnswer:
    wish = Wish("T1", "default", "C1", reference, "U1")
    answer = [answer async for answer in world.stories.watching.start(wish)][-1]
    assert isinstance(answer, WatchAnswer)
    return answer


# --- when it will be finished ---


async def test_an_answer_tells_when_the_rest_will_be_finished(world: World) -> None:
    done = [request(n, "completed", created=-600 + n, finished=-300 + 10 * n) for n in range(8)]
    world.api.set([*done, request(8, "processing", created=-590), request(9, created=-590)])
    answer = await last(world.stories.ask.status("batch-1"))
    assert answer.prospect is not None
    assert answer.prospect.finish is not None
    assert answer.prospect.finish.early >= NOON
    assert "finish about" in str(status_sentence(answer))


async def test_an_answer_from_old_data_foretells_nothing(world: World) -> None:
    world.api.set([request(1, "processing")])
    await last(world.stories.ask.status("batch-1"))
    world.api.faults = [UnavailableError("the API answered 502")]
    answer = await last(world.stories.ask.status("batch-1"))
    assert answer.prospect is None
    assert "Finish: not foretold from old data" in [str(line) for line in status_lines(answer)]


# --- in time, or first what is known ---


async def test_an_answer_within_three_seconds_comes_alone(strict: World) -> None:
    strict.api.set([request(1), request(2, "failed", error="x")])
    (answer,) = await all_of(strict.stories.ask.status("batch-1"))
    assert isinstance(answer, StatusAnswer)
    assert (answer.progress.total, answer.progress.failed, answer.still) == (2, 1, None)
    assert (answer.read_at, answer.complete) == (strict.clock.now(), True)


async def test_after_three_seconds_what_is_known_is_said_with_its_age_and_how_long_it_takes(strict: World) -> None:
    strict.api.set([request(n) for n in range(100)])
    await all_of(strict.stories.ask.status("batch-1"))
    known_at = strict.clock.now()
    strict.clock.pass_time(3_600)
    strict.api.set([request(n) for n in range(250)])
    asking = asyncio.create_task(all_of(strict.stories.ask.status("batch-1", fresh=True)))
    await until(lambda: strict.clock.sleeping == 2)  # the patience of the one who asks, and the budget
    strict.clock.pass_time(3)
    while not asking.done():
        await asyncio.sleep(0)
        strict.clock.pass_time(0.1)
    first, end = asking.result()
    assert isinstance(first, StatusAnswer)
    assert isinstance(end, StatusAnswer)
    assert (first.progress.total, first.read_at) == (200, known_at)  # with the page that came already
    assert first.still == StillReading(2, timedelta(seconds=20), read=100, total=250)
    assert (end.progress.total, end.still, end.complete) == (250, None, True)
    assert end.read_at is not None
    assert end.read_at > known_at


async def test_what_was_never_read_is_still_being_read(strict: World) -> None:
    strict.api.gate = asyncio.Event()
    strict.api.set([request(1)])
    answers = strict.stories.ask.status("batch-1")
    asking = asyncio.ensure_future(anext(answers))
    await until(lambda: strict.clock.sleeping == 1 and len(strict.api.calls) == 1)
    strict.clock.pass_time(3)
    first = await asking
    strict.api.gate.set()
    end = await last(answers)
    assert isinstance(first, StatusAnswer)
    assert isinstance(end, StatusAnswer)
    assert (first.read_at, first.progress.total) == (None, 0)
    assert first.still is not None
    assert (first.still.pages, first.still.about) == (1, timedelta(seconds=10))
    assert end.progress.total == 1


# --- one reading for all ---


async def test_the_same_question_at_the_same_moment_is_one_reading(world: World) -> None:
    world.api.set([request(n) for n in range(250)])
    ask = world.stories.ask
    first, second, third = await asyncio.gather(*(last(ask.status("batch-1")) for _ in range(3)))
    assert first.progress == second.progress == third.progress
    assert first.progress.total == 250
    assert [offset for _, offset in world.api.calls] == [0, 97, 194]


async def test_a_question_joins_the_look_that_reads_the_same(world: World) -> None:
    world.api.set([request(1)])
    await world.watch()
    world.api.calls.clear()
    world.api.gate = asyncio.Event()
    looking = asyncio.create_task(world.look())
    asking = asyncio.create_task(last(world.stories.ask.status("batch-1")))
    await until(lambda: len(world.api.calls) == 2)
    world.api.gate.set()
    await asyncio.gather(looking, asking)
    assert sorted(reference or "" for reference, _ in world.api.calls)[:2] == ["", "batch-1"]
    assert len(world.api.calls) <= 3  # the look may come when the answer is there already


async def test_a_reading_goes_on_when_nobody_waits_for_it_any_more(world: World) -> None:
    world.api.set([request(1)])
    world.api.gate = asyncio.Event()
    asking = asyncio.create_task(all_of(world.stories.ask.status("batch-1")))
    await until(lambda: len(world.api.calls) == 1)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    joined = world.stories.ask.status("batch-1")
    assert isinstance(first := await anext(joined), StatusAnswer)
    assert first.still is not None
    world.api.gate.set()
    assert (await last(joined)).progress.total == 1
    assert len(world.api.calls) == 1


async def test_every_question_reads_the_list_again(world: World) -> None:
    world.api.set([request(1, "completed")])
    for _ in range(3):
        await last(world.stories.ask.status("batch-1"))
    assert len(world.api.calls) == 3


async def test_failures_are_read_live(world: World) -> None:
    world.api.set([request(n, "completed" if n else "failed", error="x") for n in range(150)])
    failures = await last(world.stories.ask.failures("batch-1"))
    assert [kind.count for kind in failures.progress.kinds] == [1]


# --- trouble ---


@pytest.mark.parametrize(
    "fault",
    [
        UnavailableError("the API answered 502"),
        KeyRefusedError("the API refuses the key"),
        RateLimitedError("the API answered 429", timedelta(seconds=1)),
    ],
)
async def test_in_trouble_what_is_known_is_said_with_its_age(world: World, fault: Exception) -> None:
    world.api.set([request(1)])
    known = await last(world.stories.ask.status("batch-1"))
    world.clock.pass_time(600)
    assert isinstance(fault, (UnavailableError, KeyRefusedError, RateLimitedError))
    world.api.faults = [fault]
    told = await last(world.stories.ask.status("batch-1"))
    assert (told.trouble, told.read_at, told.progress) == (str(fault), known.read_at, known.progress)
    again = await last(world.stories.ask.status("batch-1"))
    assert again.trouble is None
    assert again.read_at is not None
    assert known.read_at is not None
    assert again.read_at > known.read_at


# --- a request by its id ---


async def test_a_uuid_is_answered_with_its_request(world: World) -> None:
    world.api.set([request(7, "failed", error="no face detected")])
    (answer,) = await all_of(world.stories.ask.status(uuid(7)))
    assert isinstance(answer, RequestAnswer)
    assert answer.request.error_message == "no face detected"
    assert world.api.calls == [(uuid(7), -1)]


async def test_a_uuid_typed_in_capital_letters_is_found(world: World) -> None:
    world.api.set([request(0xABCDEF)])
    (answer,) = await all_of(world.stories.ask.status(uuid(0xABCDEF).upper()))
    assert isinstance(answer, RequestAnswer)


async def test_a_uuid_of_no_request_is_taken_as_a_reference(world: World) -> None:
    world.api.set([request(1, reference=uuid(50))])
    answer = await last(world.stories.ask.status(uuid(50)))
    assert (answer.progress.reference_id, answer.progress.total) == (uuid(50), 1)
    nothing = await last(world.stories.ask.status(uuid(51)))
    assert (nothing.progress.total, nothing.trouble) == (0, None)
    assert nothing.read_at is not None


async def test_a_uuid_that_cannot_be_asked_for_is_never_called_unsent(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 500")]
    answer = await last(world.stories.ask.status(uuid(7)))
    assert (answer.trouble, answer.read_at) == ("the API answered 500", None)


async def test_the_watch_of_a_uuid_watches_the_reference_of_its_request(world: World) -> None:
    world.api.set([request(7, reference="batch-9"), request(8, reference="batch-9")])
    answer = await watched(world, uuid(7))
    assert (answer.watch.reference_id, answer.status.progress.total) == ("batch-9", 2)


async def test_the_watch_of_a_request_without_a_reference_is_refused(world: World) -> None:
    world.api.set([request(7, reference=None)])
    with pytest.raises(BadCommandError, match="without a reference"):
        await watched(world, uuid(7))
    assert await world.store.watches.active("default") == ()


async def test_the_watch_of_a_uuid_that_cannot_be_asked_for_changes_nothing(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 500")]
    with pytest.raises(BadCommandError, match="Nothing was changed"):
        await watched(world, uuid(7))
    assert await world.store.watches.active("default") == ()


async def test_a_batch_is_watched_even_while_the_api_is_away(world: World) -> None:
    world.api.faults = [UnavailableError("the API answered 500")]
    answer = await watched(world, "batch-1")
    assert answer.status.trouble == "the API answered 500"
    assert [watch.reference_id for watch in await world.store.watches.active("default")] == ["batch-1"]


# --- from memory ---


async def test_the_expected_number_of_a_watch_counts_where_it_was_made(world: World) -> None:
    world.api.set([request(1, "completed")])
    await world.watch(expected=4)
    answer = await last(world.stories.ask.status("batch-1", place="C1"))
    assert (answer.progress.expected, answer.progress.percent) == (4, 25)


async def test_watches_are_listed_by_place_and_by_author(world: World) -> None:
    await world.watch("batch-1", place="C1")
    await world.watch("batch-2", place="C2")
    ask = world.stories.ask
    here = await ask.watches(Scope.HERE, place="C1", user="U9")
    mine = await ask.watches(Scope.MINE, place="C9", user="U1")
    everything = await ask.watches(Scope.ALL, place="C9", user="U9")
    assert [line.watch.reference_id for line in here.lines] == ["batch-1"]
    assert [line.watch.reference_id for line in mine.lines] == ["batch-1", "batch-2"]
    assert everything.lines == ()  # neither channel's name was ever shown as public


async def test_about_tells_figures(world: World) -> None:
    nothing = await world.stories.ask.about()
    assert (nothing.looked_at, nothing.watches, nothing.latency_median, nothing.calls) == (None, 0, None, 0)
    world.api.set([request(1), request(2)])
    await world.watch()
    await world.deliver()
    world.clock.pass_time(30)
    world.api.set([request(1, "failed", error="x", finished=20)])
    await world.look()
    waiting = await world.stories.ask.about()
    assert (waiting.unsent, waiting.in_doubt, waiting.parked) == (1, 0, 0)
    world.clock.pass_time(4)
    await world.deliver()
    about = await world.stories.ask.about()
    assert (about.version, about.started_at, about.watches, about.unsent) == (__version__, NOON, 1, 0)
    assert about.looked_at is not None
    assert about.latency_median is not None
    assert 4 <= about.latency_median <= (about.latency_p99 or 0) <= 60
    assert (about.calls, about.calls_limit) == (3, 6_000)
