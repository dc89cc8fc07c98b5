"""What is held in a gap is told once for each place, and counts as told."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, insert, select, update

from bot.domain.announcement import CatchUpFacts, FailureFacts
from bot.domain.delivery import Delivery, State
from bot.domain.watch import Events
from bot.store import Store, open_store
from bot.store.catching_up import TOLD
from bot.store.rows import watch_row
from bot.store.schema import accounts, announcements
from tests.builders import at, request, uuid, watch
from tests.fakes import FakeClock
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, claim, drain, kinds, next_at, reading, record, start, wish

LONGEST = LONGEST_SETTLE  # any limit


async def watched(store: Store, *places: str, events: Events | None = None) -> None:
    """Watches whose batch was read and whose cards are posted; the last reading is at 100."""
    for place in places or ("C1",):
        await start(store, wish(place=place, events=events))
    await record(store, reading([request(1), request(2)], 100))
    await drain(store)


async def fall_behind(store: Store, seconds: float = 5_000) -> bool:
    return await store.ledger.fall_behind(ACCOUNT, now=at(seconds), after=LONGEST) is not None


async def states(store: Store) -> list[tuple[str, str, str | None]]:
    """What was queued besides cards: kind, state, why."""
    query = select(announcements).where(announcements.c.kind != "card").order_by(announcements.c.number)
    rows = await store.database.read(lambda c: c.execute(query).mappings().all())
    return [(row["kind"], row["state"], row["why"]) for row in rows]


def facts_of(delivery: Delivery) -> CatchUpFacts:
    facts = delivery.announcement.facts
    assert isinstance(facts, CatchUpFacts)
    return facts


@pytest.mark.parametrize(("seconds", "is_gap"), [(700, False), (701, True)])
async def test_a_gap_is_longer_than_the_limit(store: Store, seconds: float, is_gap: bool) -> None:
    await watched(store)

    assert await fall_behind(store, seconds) is is_gap
    assert await store.ledger.catching_up_since(ACCOUNT) == (at(100) if is_gap else None)


async def test_where_nothing_was_watched_before_there_is_no_gap(store: Store) -> None:
    assert not await fall_behind(store)
    await record(store, reading([request(1)], 100))
    await start(store, seconds=200)

    assert not await fall_behind(store)


async def test_a_gap_within_a_gap_keeps_the_older_beginning(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1)], 5_000))

    since = await store.ledger.fall_behind(ACCOUNT, now=at(9_000), after=LONGEST)

    assert since == at(100)


async def test_what_is_found_while_catching_up_is_held_and_is_nobodys_turn(store: Store) -> None:
    await watched(store)
    await fall_behind(store)

    recorded = await record(store, reading([request(1, "failed"), request(2)], 5_000))

    assert recorded.announced == 1
    assert await states(store) == [("failure", "held", "catch-up")]
    assert await claim(store, 5_001) == ()
    assert await next_at(store) is None
    tally = await store.outbox.tally(TEAM)
    assert (tally.counts[State.HELD], tally.oldest_unsent_at) == (1, None)


async def test_what_is_held_holds_up_nothing_else_of_its_reference(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(5_001))

    await start(store, seconds=5_002)

    assert kinds(await drain(store, 5_003)) == ["card"]


async def test_a_watch_that_began_in_the_gap_is_told_as_ever(store: Store) -> None:
    await watched(store)
    await start(store, wish(place="C2"), seconds=200)
    await fall_behind(store)

    await record(store, reading([request(1, "failed", finished=3_000), request(2)], 5_000))

    told = [(d.announcement.key.place, d.announcement.key.kind) for d in await drain(store, 5_001)]
    assert told == [("C2", "card"), ("C2", "failure")]


async def test_each_place_is_told_once_with_all_of_it(store: Store) -> None:
    await watched(store, "C1", "C2")
    await fall_behind(store)
    await record(store, reading([request(1, "failed", error="no face"), request(2)], 5_000))
    await record(store, reading([request(1, "failed", error="no face"), request(2, "completed")], 5_100))

    places = await store.ledger.caught_up(ACCOUNT, now=at(5_200))
    again = await store.ledger.caught_up(ACCOUNT, now=at(5_300))

    assert (places, again) == (2, 0)
    assert await store.ledger.catching_up_since(ACCOUNT) is None
    told = await drain(store, 5_201)
    assert kinds(told) == ["catch_up", "catch_up"]
    facts = facts_of(told[0])
    (one,) = facts.references
    assert (facts.since, facts.until) == (at(100), at(5_200))
    assert (one.completed, one.failed, one.ending, one.arrived) == (1, 1, "finished", 0)
    assert [(kind.name, kind.ids) for kind in one.kinds] == [("no face", (uuid(1),))]
    assert one.progress.terminal == 2
    assert told[0].announcement.reference_id == "batch-1"


async def test_what_was_told_together_is_not_told_again_and_what_is_new_is(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    failed = [request(n, "failed", error=error) for n, error in ((1, "no face"), (2, "no face"), (3, "no sound"))]
    await record(store, reading([failed[0], request(2), request(3)], 5_000))
    await store.ledger.caught_up(ACCOUNT, now=at(5_001))
    await drain(store, 5_002)

    await record(store, reading([*failed[:2], request(3)], 5_015))
    of_the_same_kind = await drain(store, 5_016)
    await record(store, reading([*failed, request(4)], 5_030))
    of_another_kind = await drain(store, 5_031)

    assert (kinds(of_the_same_kind), kinds(of_another_kind)) == ([], ["failure"])
    assert (await states(store))[0] == ("failure", "dropped", TOLD)


async def test_a_kind_that_grows_while_it_is_held_is_told_with_all_its_ids(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1, "failed", error="x"), request(2)], 5_000))
    await record(store, reading([request(1, "failed", error="x"), request(2, "failed", error="x")], 5_010))

    await store.ledger.caught_up(ACCOUNT, now=at(5_020))

    (delivery,) = await drain(store, 5_021)
    assert facts_of(delivery).references[0].kinds[0].ids == (uuid(1), uuid(2))


async def test_nothing_to_tell_is_not_told(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1), request(2, "completed")], 5_000))

    assert await store.ledger.caught_up(ACCOUNT, now=at(5_001)) == 0
    assert await drain(store, 5_002) == []


async def test_a_second_gap_is_told_on_its_own(store: Store) -> None:
    await watched(store)
    for seconds, failed in ((5_000, 1), (9_000, 2)):
        await fall_behind(store, seconds)
        rows = [request(n, "failed", error=f"reason {'ab'[n - 1]}") for n in range(1, failed + 1)]
        await record(store, reading([*rows, request(3)], seconds))
        await store.ledger.caught_up(ACCOUNT, now=at(seconds))

    assert kinds(await drain(store, 9_001)) == ["catch_up", "catch_up"]


async def test_a_gap_whose_beginning_looks_the_same_after_the_clock_was_set_is_another_one(store: Store) -> None:
    await watched(store)
    for number, error in ((1, "no face"), (2, "no sound")):
        await fall_behind(store)
        await record(store, reading([request(number, "failed", error=error), request(3)], 90, whole=False))
        await store.ledger.caught_up(ACCOUNT, now=at(95))

    assert kinds(await drain(store, 96)) == ["catch_up", "catch_up"]


async def test_what_is_held_of_a_stopped_watch_is_dropped(store: Store) -> None:
    await watched(store, "C1", "C2")
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(5_001))

    assert await store.ledger.caught_up(ACCOUNT, now=at(5_002)) == 1
    assert [d.announcement.key.place for d in await drain(store, 5_003)] == ["C2"]
    assert ("failure", "dropped", "unwatched") in await states(store)


async def test_a_catch_up_that_waits_says_nothing_of_a_watch_that_was_stopped_meanwhile(store: Store) -> None:
    await start(store, wish("batch-2"))
    await record(store, reading([request(9, reference="batch-2")], 90, reference="batch-2"))
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    await record(
        store, reading([request(9, "failed", reference="batch-2")], 5_001, reference="batch-2", complete=False)
    )
    await store.ledger.caught_up(ACCOUNT, now=at(5_002))

    await store.watches.stop(TEAM, "C1", "batch-1", now=at(5_003))

    (delivery,) = await drain(store, 5_004)
    assert [one.progress.reference_id for one in facts_of(delivery).references] == ["batch-2"]
    assert delivery.announcement.reference_id == ""


async def test_a_catch_up_of_nothing_but_a_stopped_watch_is_dropped(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    await store.ledger.caught_up(ACCOUNT, now=at(5_002))

    await store.watches.stop(TEAM, "C1", "batch-1", now=at(5_003))

    assert await drain(store, 5_004) == []


async def test_completions_of_several_looks_are_counted_together(store: Store) -> None:
    await watched(store, events=Events.EACH)
    await fall_behind(store)
    await record(store, reading([request(1, "completed"), request(2), request(3)], 5_000))
    await record(store, reading([request(1, "completed"), request(2, "completed"), request(3)], 5_010))

    await store.ledger.caught_up(ACCOUNT, now=at(5_020))

    (delivery,) = await drain(store, 5_021)
    assert facts_of(delivery).references[0].completed == 2


async def test_a_place_that_is_closed_is_told_when_it_opens(store: Store) -> None:
    await watched(store)
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    await store.ledger.caught_up(ACCOUNT, now=at(5_002))
    (delivery,) = await claim(store, 5_003)
    await store.outbox.park(delivery, "not_in_channel", now=at(5_003), retry_after=LONGEST)

    assert kinds(await drain(store, 6_000)) == ["catch_up", "access"]


async def test_what_already_waited_before_the_gap_is_told_as_it_was_queued(store: Store) -> None:
    await watched(store)
    await record(store, reading([request(1, "failed"), request(2)], 110))
    await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2, "failed")], 5_000))
    await store.ledger.caught_up(ACCOUNT, now=at(5_001))

    told = await drain(store, 5_002)

    assert kinds(told) == ["failure", "catch_up"]
    assert isinstance(told[0].announcement.facts, FailureFacts)
    assert told[0].announcement.facts.ids == (uuid(1), uuid(2))


async def test_the_first_start_on_a_database_of_an_earlier_version_is_a_gap_like_any_other(
    bare_url: str, clock: FakeClock
) -> None:
    store = await open_store(bare_url, clock, lease_clock=clock)
    await store.database.write(_as_it_was)

    await store.database.migrate()

    assert await fall_behind(store)
    await record(store, reading([request(1, "failed"), request(2)], 5_000))
    assert await store.ledger.caught_up(ACCOUNT, now=at(5_001)) == 1
    assert kinds(await drain(store, 5_002)) == ["catch_up"]
    await store.database.close()


def _as_it_was(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "0003")
    connection.execute(insert(accounts), {"account_id": ACCOUNT, "readings": 7, "looked_at": at(100)})
    as_it_was = Table("watches", MetaData(), autoload_with=connection)
    connection.execute(insert(as_it_was), {each.name: watch_row(watch())[each.name] for each in as_it_was.columns})


async def test_nothing_is_ended_while_nothing_is_behind(store: Store) -> None:
    await watched(store)
    await store.database.write(lambda c: c.execute(update(accounts).values(looked_at=None)))

    assert not await fall_behind(store)
    assert await store.ledger.caught_up(ACCOUNT, now=at(5_000)) == 0
