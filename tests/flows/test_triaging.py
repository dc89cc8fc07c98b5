"""Triage through the real flows: what is meant by what is typed, what is shown, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from bot.domain.announcement import CardFacts, FailureFacts
from bot.domain.request import LipsyncRequest
from bot.errors import BadCommandError, NotSentError
from bot.flows.triaging import Choice
from tests.builders import request, uuid
from tests.flows.conftest import World
from tests.flows.workflow_rig import FakePeople


def failed(number: int, why: str = "no face detected") -> LipsyncRequest:
    return request(number, "failed", error=why)


async def failing(world: World, *why: str) -> None:
    """A watched batch of which so many requests fail, each with its message, while one goes on."""
    world.api.set([request(n) for n in range(len(why) + 1)])
    await world.watch()
    await world.deliver()
    world.api.set([failed(n, each) for n, each in enumerate(why)])
    world.clock.pass_time(60)
    await world.look()
    await world.deliver()


def shown(world: World) -> tuple[CardFacts, list[FailureFacts]]:
    """The card as it was last edited, and what messages about failures were edited to."""
    facts = [each for _, each in world.chat.edits]
    cards = [each for each in facts if isinstance(each, CardFacts)]
    return cards[-1], [each for each in facts if isinstance(each, FailureFacts)]


async def test_all_open_failures_are_handled_on_card_and_messages_at_once(world: World) -> None:
    await failing(world, "no face detected", "codec is not supported")
    answer = await world.stories.triaging.handled("C1", Choice("batch-1"), "U9")
    assert [kind.open for kind in answer.kinds] == [0, 0]
    world.clock.pass_time(60)
    await world.deliver()
    card, messages = shown(world)
    assert card.progress.open_failures == 0
    assert sorted(facts.name for facts in messages) == ["codec is not supported", "no face detected"]
    assert {facts.care.handled.by for facts in messages if facts.care.handled} == {"U9"}


@pytest.mark.parametrize("typed", ["codec is", "CODEC  is not", "codec is not supported"])
async def test_a_kind_is_meant_by_words_of_its_name(world: World, typed: str) -> None:
    await failing(world, "no face detected", "codec is not supported", "no codec")
    answer = await world.stories.triaging.assign("C1", Choice("batch-1", typed), "U7", "U9")
    assert [kind.name for kind in answer.kinds] == ["codec is not supported"]


async def test_words_that_several_kinds_have_or_none_are_refused_with_their_names(world: World) -> None:
    await failing(world, "no face detected", "no codec")
    triaging = world.stories.triaging
    with pytest.raises(BadCommandError, match="Several kinds of failure are called like that") as told:
        await triaging.handled("C1", Choice("batch-1", "no"), "U9")
    assert "`no codec`" in str(told.value)
    with pytest.raises(BadCommandError, match="No kind of failure is called like that; those that there are: `no"):
        await triaging.handled("C1", Choice("batch-1", "smile"), "U9")


async def test_a_request_stands_for_its_reference(world: World) -> None:
    await failing(world, "no face detected")
    answer = await world.stories.triaging.handled("C1", Choice(uuid(0)), "U9")
    assert answer.reference_id == "batch-1"


async def test_where_nothing_failed_there_is_nothing_to_handle(world: World) -> None:
    world.api.set([request(1)])
    await world.watch()
    with pytest.raises(BadCommandError, match="I know of no failures of `batch-1`"):
        await world.stories.triaging.handled("C1", Choice("batch-1"), "U9")


async def test_a_muted_kind_is_named_with_what_is_watched(world: World) -> None:
    await failing(world, "no face detected")
    answer = await world.stories.triaging.mute_kind("C1", Choice("batch-1", "face"), "U9", muted=True)
    assert (answer.kind.name, answer.watched) == ("no face detected", "batch-1")
    with pytest.raises(BadCommandError, match="this place does not watch it"):
        await world.stories.triaging.mute_kind("C2", Choice("batch-1", "face"), "U9", muted=True)


async def test_who_cannot_be_asked_where_it_is_typed_is_named_to_the_one_who_typed_it(world: World) -> None:
    await failing(world, "no face detected")
    triaging = world.stories.triaging
    for place, to, unasked in (("C1", "U7", False), ("C1", "U9", False), ("C2", "U7", True), ("D1", "U7", True)):
        answer = await triaging.assign(place, Choice("batch-1"), to, "U9")
        assert answer.unasked is unasked
    await world.deliver()
    assert world.told.count("assigned") == 1


@contextmanager
def whole_batches_read() -> Iterator[list[str]]:
    """The statements that read the requests of a reference, those that have not failed too."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        is_of_batch = statement.startswith("SELECT requests.id,") and "requests.reference_key = " in statement
        if is_of_batch and "requests.status =" not in statement:
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_of_a_large_batch_only_what_failed_is_read(world: World) -> None:
    await failing(world, *["no face detected"] * 20)
    with whole_batches_read() as found:
        triaging = world.stories.triaging
        answers = [
            await triaging.handled("C1", Choice("batch-1", "face"), "U9"),
            await triaging.open_again("C1", Choice("batch-1"), "U9"),
            await triaging.assign("C1", Choice("batch-1"), "U7", "U9"),
        ]
        await triaging.mute_kind("C1", Choice("batch-1", "face"), "U9", muted=True)
    assert [(kind.count, kind.open) for answer in answers for kind in answer.kinds] == [(20, 0), (20, 20), (20, 20)]
    assert found == []
    world.clock.pass_time(60)
    with whole_batches_read() as found:
        await world.deliver()
    assert found != []  # cards read all of it


async def test_who_is_of_another_organisation_is_not_given_failures(world: World) -> None:
    await failing(world, "no face detected")
    people, triaging = world.ground.people, world.stories.triaging
    assert isinstance(people, FakePeople)
    people.organisations["U0KIM"] = "T0STUDIO"
    for place in ("C1", "D1"):
        with pytest.raises(BadCommandError, match="of another organisation"):
            await triaging.assign(place, Choice("batch-1"), "U0KIM", "U9")
    assert [kind.care.assigned for kind in (await triaging.handled("C1", Choice("batch-1"), "U9")).kinds] == [None]


@pytest.mark.parametrize("theirs", ["", "T1"])
async def test_whom_slack_does_not_tell_of_may_be_given_failures(world: World, theirs: str) -> None:
    await failing(world, "no face detected")
    people = world.ground.people
    assert isinstance(people, FakePeople)
    people.organisations["U7"] = theirs
    people.fault = None if theirs else NotSentError("no_connection")
    (kind,) = (await world.stories.triaging.assign("C1", Choice("batch-1"), "U7", "U9")).kinds
    assert kind.care.assigned is not None
    assert kind.care.assigned.to == "U7"
