"""Steps of workflows in our memory: taken once, changed only as they were read, ended by the look that sees it."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from bot.domain.deed import Did
from bot.domain.request import LipsyncRequest
from bot.domain.workflow_answer import Execution, Failure, Outputs, Phase
from bot.errors import StoreError
from bot.store import Store
from bot.store.schema_workflow import workflow_steps
from tests.builders import at, request
from tests.fakes import FakeClock
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, reading, record, start, wish

DONE = Outputs({"reference": "batch-1", "finished": True, "total": 3})
LATE = 3_600


def execution(name: str = "Fx1", form: str = "wait_until_finished", reference: str = "batch-1") -> Execution:
    return Execution(name, TEAM, ACCOUNT, form, {"reference": reference, "hours": 2.5}, at(0))


async def due(store: Store, seconds: float = 0, busy: frozenset[str] = frozenset()) -> tuple[Execution, ...]:
    return await store.workflow.due(TEAM, now=at(seconds), busy=busy, limit=10)


async def one(store: Store, name: str = "Fx1") -> Execution:
    """As it stands."""
    found = await store.workflow.due(TEAM, now=at(10 * 86_400), limit=100)
    return next(each for each in found if each.id == name)


async def waiting(store: Store, name: str = "Fx1", reference: str = "batch-1") -> Execution:
    await store.workflow.take(execution(name, reference=reference))
    assert await store.workflow.wait(execution(name), reference, ends_at=at(2 * LATE))
    return await one(store, name)


async def phase(store: Store, name: str = "Fx1") -> str:
    query = select(workflow_steps.c.phase).where(workflow_steps.c.id == name)
    return await store.database.read(lambda c: str(c.execute(query).scalar_one()))


async def answered(store: Store, name: str = "Fx1") -> dict[str, object]:
    answer = (await one(store, name)).answer
    assert isinstance(answer, Outputs)
    return dict(answer.values)


def ended(*numbers: int, created: float = 0) -> list[LipsyncRequest]:
    return [request(number, "completed", created=created) for number in numbers]


# --- taken ---


async def test_a_step_is_taken_once_and_comes_back_as_it_was(store: Store) -> None:
    assert await store.workflow.take(execution())
    assert not await store.workflow.take(execution())
    assert await due(store) == (execution(),)


async def test_who_began_it_is_written_with_it_once(store: Store) -> None:
    for _ in range(2):
        await store.workflow.take(execution(), person="U1", place="C1")
    (deed,) = await store.deeds.since(at(-1))
    assert (deed.did, deed.person, deed.place, deed.subject) == (Did.STEP, "U1", "C1", "batch-1")


async def test_a_step_that_could_not_be_written_is_taken_when_it_is_told_again(store: Store) -> None:
    await store.database.write(lambda c: c.execute(text("ALTER TABLE deeds RENAME TO away")))
    with pytest.raises(StoreError):
        await store.workflow.take(execution())
    await store.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO deeds")))
    assert await store.workflow.take(execution())


async def test_steps_of_another_workspace_and_busy_ones_are_not_due(store: Store) -> None:
    await store.workflow.take(execution("Fx1"))
    await store.workflow.take(replace(execution("Fx2"), workspace_id="T2"))
    await store.workflow.take(replace(execution("Fx3"), taken_at=at(5)))
    assert [each.id for each in await due(store, 9)] == ["Fx1", "Fx3"]
    assert [each.id for each in await due(store, 9, frozenset({"Fx1"}))] == ["Fx3"]
    assert await store.workflow.next_at(TEAM, frozenset({"Fx1"})) == at(5)
    assert await store.workflow.next_at("T3") is None


async def test_a_clock_that_was_set_back_holds_up_nothing_that_is_new(store: Store) -> None:
    await store.workflow.take(execution())
    assert await due(store, -LATE) == (execution(),)
    await store.workflow.answer(execution(), DONE, now=at(0))
    (step,) = await due(store, -LATE)
    await store.workflow.again(step, at=at(5), why="http_500")
    assert await due(store, 4) == ()
    assert [each.attempts for each in await due(store, 5)] == [1]


# --- changed ---


async def test_only_one_of_two_who_read_the_same_changes_it(store: Store) -> None:
    await store.workflow.take(execution())
    step = await one(store)
    assert await store.workflow.answer(step, DONE, now=at(1))
    assert not await store.workflow.answer(step, Failure("too late"), now=at(2))
    assert not await store.workflow.wait(step, "batch-1", ends_at=at(9))
    assert not await store.workflow.again(step, at=at(9), why="late")
    assert not await store.workflow.end(step, Phase.TOLD, now=at(9))
    assert (await one(store)).answer == DONE


@pytest.mark.parametrize("answer", [DONE, Failure('"x" could not be read: 503 ‹!channel› ü\u2028')])
async def test_an_answer_is_kept_as_it_is(store: Store, answer: Outputs | Failure) -> None:
    await store.workflow.take(execution())
    await store.workflow.answer(await one(store), answer, now=at(1))
    step = await one(store)
    assert (step.phase, step.answer, step.answered_at) == (Phase.ANSWERED, answer, at(1))


async def test_what_is_over_is_due_no_more_and_forgotten_with_time(store: Store) -> None:
    await store.workflow.take(execution())
    await store.workflow.answer(await one(store), DONE, now=at(1))
    assert await store.workflow.end(await one(store), Phase.TOLD, now=at(2))
    assert await due(store, 10 * 86_400) == ()
    await store.ledger.forget(ACCOUNT, at(2))
    assert (await store.workflow.counts())[Phase.TOLD] == 1
    await store.ledger.forget(ACCOUNT, at(3))
    assert sum((await store.workflow.counts()).values()) == 0


# --- waiting ---


async def test_what_a_step_waits_for_is_looked_at_as_if_somebody_watched_it(store: Store) -> None:
    await record(store, reading([request(1, "processing")], 100))
    await waiting(store)
    (watched,) = await store.watches.watched(ACCOUNT)
    assert (watched.reference_id, watched.settled, watched.read_at) == ("batch-1", False, at(100))
    assert watched.oldest_open_at == at(5)
    interest = await store.watches.patterns(ACCOUNT)
    assert interest.covers("batch-1")
    assert not interest.covers("batch-2")
    assert await store.watches.active(ACCOUNT) == ()
    assert await store.watches.watched("other") == ()


async def test_a_settled_watch_of_it_does_not_hide_that_a_step_waits(store: Store) -> None:
    await start(store)
    await record(store, reading(ended(1), LATE))
    (watched,) = await store.watches.watched(ACCOUNT)
    assert watched.settled
    await waiting(store)
    (watched,) = await store.watches.watched(ACCOUNT)
    assert not watched.settled


async def test_what_only_a_pattern_covers_is_looked_at_when_a_step_waits_for_it(store: Store) -> None:
    await start(store, replace(wish("batch-*"), is_glob=True))
    await record(store, reading(ended(1), LATE))
    assert await store.watches.watched(ACCOUNT) == ()
    await waiting(store)
    assert [each.reference_id for each in await store.watches.watched(ACCOUNT)] == ["batch-1"]


async def test_the_look_that_sees_the_batch_settled_ends_all_that_wait_for_it(store: Store) -> None:
    await waiting(store, "Fx1")
    await waiting(store, "Fx2")
    await waiting(store, "Fx3", "batch-2")
    assert (await record(store, reading([request(1, "processing")], 100))).ended == 0
    recorded = await record(store, reading(ended(1), LATE))
    assert recorded.ended == 2
    assert [await phase(store, name) for name in ("Fx1", "Fx2", "Fx3")] == ["answered", "answered", "waiting"]
    outputs = await answered(store)
    assert (outputs["finished"], outputs["total"], outputs["ended"]) == (True, 1, "finished")


async def test_a_window_that_is_still_open_is_told_to_the_looks(store: Store) -> None:
    await waiting(store)
    recorded = await record(store, reading(ended(1, created=0), 30))
    assert recorded.settles == {"batch-1": at(60)}
    assert await phase(store) == "waiting"


async def test_a_reading_that_does_not_account_for_everything_ends_nothing(store: Store) -> None:
    await waiting(store)
    recorded = await record(store, reading(ended(1), LATE, complete=False))
    assert (recorded.ended, recorded.unaccounted) == (0, frozenset({"batch-1"}))
    recorded = await record(store, reading(ended(1), LATE, ended=False))
    assert (recorded.ended, await phase(store)) == (0, "waiting")


async def test_where_requests_vanished_another_look_must_agree(store: Store) -> None:
    await record(store, reading([request(1, "completed"), request(2, "processing")], 100))
    await waiting(store)
    recorded = await record(store, reading(ended(1), LATE))
    assert recorded.ended == 0
    assert recorded.settles == {"batch-1": at(LATE + 1)}
    assert (await record(store, reading(ended(1), LATE + 2))).ended == 1


async def test_nothing_that_was_seen_is_no_finish(store: Store) -> None:
    await waiting(store)
    assert (await record(store, reading([], LATE))).ended == 0


async def test_the_time_is_over_with_what_is_known_unless_it_has_ended_just_then(store: Store) -> None:
    await waiting(store)
    await record(store, reading([*ended(1), request(2, "failed"), request(3, "processing")], 100))
    step = await one(store)
    assert await store.workflow.time_over(step, now=at(LATE), api_now=at(LATE), longest=LONGEST_SETTLE)
    outputs = await answered(store)
    assert (outputs["ended"], outputs["total"], outputs["failed"]) == ("time is over", 3, 1)
    assert not await store.workflow.time_over(step, now=at(LATE), api_now=at(LATE), longest=LONGEST_SETTLE)


async def test_a_look_and_the_clock_do_not_both_end_a_step(store: Store) -> None:
    step = await waiting(store)
    await record(store, reading(ended(1), LATE))
    assert not await store.workflow.time_over(step, now=at(LATE), api_now=at(LATE), longest=LONGEST_SETTLE)
    assert (await answered(store))["ended"] == "finished"


async def test_of_what_is_awaited_nothing_is_forgotten(store: Store) -> None:
    await record(store, reading([request(1, "processing")], 100))
    await record(store, reading([request(2, "processing", reference="batch-2")], 100, reference="batch-2"))
    await waiting(store)
    assert await store.ledger.forget(ACCOUNT, at(LATE)) == 1
    assert (await store.ledger.batch(ACCOUNT, "batch-1")).requests
    step = await one(store)
    await store.workflow.answer(step, DONE, now=at(LATE))
    assert await store.ledger.forget(ACCOUNT, at(LATE)) == 1


async def test_everything_is_there_after_a_restart(store: Store, clock: FakeClock) -> None:
    step = await waiting(store)
    clock.pass_time(LATE)
    assert step.ends_at == at(2 * LATE)
    assert await store.workflow.next_at(TEAM) == at(2 * LATE)
    assert await due(store, LATE) == ()
    assert [each.id for each in await due(store, 2 * LATE)] == ["Fx1"]
