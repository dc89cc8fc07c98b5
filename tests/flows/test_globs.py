"""A team watches a pattern: what comes later is covered, everything is said once, through restarts too."""

import time

import pytest

from bot.domain.announcement import CardFacts, FailureFacts, GlobCardFacts
from bot.domain.answer import GlobAnswer, GlobWatchAnswer, StatusAnswer, Wish
from bot.domain.request import LipsyncRequest
from bot.errors import BadCommandError
from bot.sandbox.blockkit import message_problems
from bot.slack.views import glob_card, glob_status
from tests.builders import request
from tests.flows.conftest import World, Worlds
from tests.store.rig import reading, record

MANY = 2_000


def of(number: int, status: str = "queued", *, batch: int = 1, created: float = 0) -> LipsyncRequest:
    error = "no face detected" if status == "failed" else None
    return request(number, status, reference=f"batch-{batch}", created=created, error=error)


async def watch_glob(world: World, pattern: str, place: str = "C1", expected: int | None = None) -> GlobWatchAnswer:
    wish = Wish("T1", "default", place, pattern, "U1", expected=expected)
    (answer,) = [answer async for answer in world.stories.watching.start(wish)]
    assert isinstance(answer, GlobWatchAnswer)
    return answer


def failed_references(world: World) -> list[tuple[str, str]]:
    said = [(place, facts) for place, _, facts, _ in world.chat.messages]
    return [(place, facts.progress.reference_id) for place, facts in said if isinstance(facts, FailureFacts)]


async def test_a_pattern_watches_references_that_come_later(world: World) -> None:
    await watch_glob(world, "batch-*")
    world.clock.pass_time(60)
    world.api.set([of(1, created=50), of(2, created=50), request(9, "failed", reference="other", created=50)])
    await world.look()
    world.clock.pass_time(60)
    world.api.set([of(1, "failed", created=50)])
    await world.look()
    world.clock.pass_time(900)
    world.api.set([of(2, "completed", created=50)])
    await world.look()
    await world.look()
    await world.deliver()

    assert world.told == ["failure", "finished"]
    assert failed_references(world) == [("C1", "batch-1")]
    facts = world.chat.messages[0][2]
    assert isinstance(facts, GlobCardFacts)


async def test_three_watches_of_a_place_say_it_once_also_after_a_restart(worlds: Worlds) -> None:
    before = await worlds.begin()
    for pattern in ("*", "batch-*"):
        await watch_glob(before, pattern)
    await before.watch("batch-1")
    worlds.clock.pass_time(60)
    worlds.api.set([of(1, created=50), of(2, batch=2, created=50), request(3, reference="x", created=50)])
    await before.look()
    await before.deliver()

    after = await worlds.begin()
    worlds.clock.pass_time(60)
    worlds.api.set([of(1, "failed", created=50), of(2, "failed", batch=2, created=50)])
    await after.look()
    await after.deliver()
    await (await worlds.begin()).deliver()

    assert sorted(failed_references(after)) == [("C1", "batch-1"), ("C1", "batch-2")]


async def test_a_name_and_a_pattern_in_turn_decide_in_one_place(world: World) -> None:
    await watch_glob(world, "batch-*")
    world.clock.pass_time(10)
    world.api.set([of(1, "failed", created=5), of(2, created=5)])
    await world.look()
    await world.watch("batch-1")
    answer = await world.stories.watching.stop("C1", "batch-1")
    world.clock.pass_time(20)
    world.api.set([of(2, "failed", created=5), of(3, created=5)])
    await world.look()
    await world.deliver()

    assert answer.watch is not None
    assert answer.globs == ("batch-*",)
    assert failed_references(world) == [("C1", "batch-1")]  # whoever decides, a kind is told once
    assert [len(facts.ids) for _, _, facts, _ in world.chat.messages if isinstance(facts, FailureFacts)] == [2]
    card = next(facts for _, _, facts, _ in world.chat.messages if isinstance(facts, CardFacts | GlobCardFacts))
    assert isinstance(card, GlobCardFacts)


async def test_a_reference_can_be_left_out_and_is_silent(world: World) -> None:
    await watch_glob(world, "batch-*")
    world.clock.pass_time(10)
    world.api.set([of(1, created=5)])
    await world.look()

    covered = await world.stories.watching.stop("C1", "batch-1")
    left_out = await world.stories.watching.leave_out("C1", "batch-1", "U2")
    world.clock.pass_time(10)
    world.api.set([of(1, "failed", created=5)])
    await world.look()
    await world.deliver()

    assert (covered.watch, covered.globs) == (None, ("batch-*",))
    assert (left_out.globs, left_out.stopped) == (("batch-*",), False)
    assert world.told == []
    assert (await world.stories.watching.stop("C1", "batch-1")).globs == ()


async def test_a_pattern_is_stopped_by_its_text_and_by_its_card(world: World) -> None:
    await watch_glob(world, "batch-*")
    assert (await world.stories.watching.stop("C1", "batch-*")).watch is not None
    await watch_glob(world, "batch-*")
    assert (await world.stories.watching.stop_glob("C1", "batch-*")).watch is not None
    assert not await world.store.watches.patterns("default")


async def test_an_exact_reference_wins_over_a_pattern(world: World) -> None:
    world.api.set([request(1, reference="a*"), request(2, reference="ab")])
    assert await world.stories.ask.glob("a*") is not None
    await world.look()

    assert await world.stories.ask.glob("a*") is None
    assert (await world.watch("a*")).reference_id == "a*"


async def test_a_pattern_expects_nothing_and_must_not_be_too_costly(world: World) -> None:
    with pytest.raises(BadCommandError, match="Leave `expect` out"):
        await watch_glob(world, "batch-*", expected=5)
    with pytest.raises(BadCommandError, match="Type a simpler one"):
        await watch_glob(world, "{1..5000}")
    assert await world.store.watches.active("default") == ()


async def test_nothing_is_read_for_a_pattern_and_the_nearest_are_named_where_none_matches(world: World) -> None:
    world.api.set([of(1)])
    await world.look()
    calls = len(world.api.calls)
    glob = await world.stories.ask.glob("bacth-*")
    assert glob is not None

    answer = await world.stories.ask.overview(glob)

    assert (answer.overview.references, answer.nearest) == (0, ("batch-1",))
    assert len(world.api.calls) == calls


async def test_a_misspelled_reference_is_told_with_the_nearest(world: World) -> None:
    world.api.set([of(1)])
    await world.look()

    answers = [answer async for answer in world.stories.ask.status("batch-1x")]

    assert isinstance(answers[-1], StatusAnswer)
    assert answers[-1].nearest == ("batch-1",)


async def test_two_thousand_references_under_a_pattern_stay_quick_and_within_slack_s_limits(world: World) -> None:
    rows = [of(number, "failed" if number % 50 == 0 else "queued", batch=number) for number in range(MANY)]
    await record(world.store, reading(rows, 0, reference=None, ended=False))
    glob = await world.stories.ask.glob("batch-*")
    assert glob is not None

    began = time.perf_counter()
    answer = await world.stories.ask.overview(glob)
    table = glob_status.message(answer, "/lipsync")
    watch = (await watch_glob(world, "batch-*")).watch
    facts = await world.store.cards.facts(watch.id, longest_settle=world.ground.rules.longest_settle)
    took = time.perf_counter() - began

    assert isinstance(answer, GlobAnswer)
    assert isinstance(facts, GlobCardFacts)
    for message in (table, glob_card.message(facts)):
        assert message_problems({"text": message.text, "blocks": list(message.blocks)}, update=True) == []
    assert answer.overview.references == facts.overview.references == MANY
    assert took < 5
