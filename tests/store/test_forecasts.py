"""What a forecast is made from, that it is on the card, and that those made are kept and judged."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection, select

from bot.domain.announcement import CardFacts
from bot.domain.calibration import Foretold
from bot.domain.queue import Around
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch
from bot.store import Store
from bot.store.schema import requests
from bot.store.surroundings import others_of
from tests.builders import at, request
from tests.store.rig import ACCOUNT, LONGEST_SETTLE, TEAM, drain, reading, record, start, wish


def batch(done: int = 6, running: int = 2, waiting: int = 4) -> list[LipsyncRequest]:
    statuses = ["completed"] * done + ["processing"] * running + ["queued"] * waiting
    return [
        request(n, status, created=float(n), finished=20.0 + 5 * n if n < done else None)
        for n, status in enumerate(statuses)
    ]


async def card(store: Store, watch: Watch, seconds: float | None = None) -> CardFacts:
    now = None if seconds is None else at(seconds)
    facts = await store.cards.facts(watch.id, longest_settle=LONGEST_SETTLE, now=now)
    assert isinstance(facts, CardFacts)
    return facts


async def test_what_else_goes_on_in_the_account_is_counted(store: Store) -> None:
    others = [request(100, "processing", reference="other", created=1), request(101, reference="other", created=2)]
    late = request(102, reference="other", created=500)
    alone = request(103, reference=None, created=3)
    await record(store, reading([*others, late], reference="other"))
    await record(store, reading([alone], reference=None, complete=False))
    await record(store, reading(batch()))

    found = await store.forecasts.around(ACCOUNT, "batch-1", batch())

    assert found.running == (at(6).timestamp(),)
    assert found.ahead == 2  # not the one that was created after our last one
    assert len(found.latest) == 6
    assert found.latest[0] == (at(5).timestamp(), at(10).timestamp(), at(45).timestamp())


async def test_nothing_is_ahead_where_none_waits(store: Store) -> None:
    await record(store, reading([request(101, reference="other", created=2)], reference="other"))
    assert await store.forecasts.around(ACCOUNT, "batch-1", batch(waiting=0)) == Around()


async def test_a_card_tells_when_the_rest_will_be_finished_and_never_a_time_that_is_past(store: Store) -> None:
    watch = await start(store)
    await record(store, reading(batch()))

    soon, later = (await card(store, watch)).prospect, (await card(store, watch, 3_000)).prospect

    assert soon is not None
    assert soon.finish is not None
    assert at(100) <= soon.finish.early <= soon.finish.likely <= soon.finish.late
    assert later is not None
    assert later.finish is not None
    assert later.finish.early >= at(3_000)


async def test_a_card_says_when_it_is_too_early_and_nothing_once_all_are_finished(store: Store) -> None:
    watch = await start(store)
    await record(store, reading(batch(done=3)))
    early = (await card(store, watch)).prospect
    await record(store, reading(batch(done=12, running=0, waiting=0), 200))

    assert early is not None
    assert (early.finish, early.why, early.finished) == (None, "early", 3)
    assert (await card(store, watch)).prospect is None


async def edits(store: Store, seconds: float) -> list[Foretold]:
    due = await store.cards.due(
        TEAM, now=at(seconds), changed_before=at(seconds), open_before=at(seconds), settled_before=at(seconds),
        longest_settle=LONGEST_SETTLE,
    )  # fmt: skip
    return [edit.foretold for edit in due if edit.foretold is not None]


async def made(store: Store, seconds: float = 120) -> Foretold:
    """A forecast of the watched batch, from its card."""
    await record(store, reading(batch(), seconds - 20))
    await drain(store, seconds)
    (found,) = await edits(store, seconds)
    return found


async def test_what_is_foretold_comes_with_the_card_to_be_edited(store: Store) -> None:
    watch = await start(store, wish(expected=20))
    found = await made(store, 80)

    assert (found.watch_id, found.reference_id, found.generation) == (watch.id, "batch-1", watch.generation)
    assert (found.done, found.clips) == (6, 20)
    assert (found.made_at, found.api_now, found.began_at) == (at(80), at(60), at(0))
    assert at(60) <= found.early <= found.likely <= found.late


async def test_one_forecast_is_kept_in_ten_minutes_and_for_each_tenth(store: Store) -> None:
    await start(store)
    first = await made(store)
    for seconds, done in ((0, 6), (300, 6), (600, 6), (700, 7), (800, 9), (900, 9)):
        await store.forecasts.keep([replace(first, made_at=at(120 + seconds), done=done)])

    kept = await store.forecasts.since(at(0))

    assert [(each.made_at, each.done) for each in kept] == [(at(120), 6), (at(720), 6), (at(920), 9)]
    assert await store.forecasts.since(at(800)) == kept[2:]
    assert await store.forecasts.since(at(0), limit=1) == kept[2:]


async def test_what_came_of_it_is_written_down_once_the_batch_has_settled(store: Store) -> None:
    await start(store)
    first = await made(store)
    await store.forecasts.keep([first])
    assert await store.forecasts.judge() == 0

    ended = [request(n, "completed", created=float(n), finished=300.0 + n) for n in range(12)]
    await record(store, reading(ended, 2_000))

    assert await store.forecasts.judge() == 1
    (kept,) = await store.forecasts.since(at(0))
    assert (kept.ended_at, kept.ended_clips) == (at(311), 12)
    assert kept.is_judged
    assert await store.forecasts.judge() == 0


async def test_forecasts_are_forgotten_with_the_rest(store: Store) -> None:
    await start(store)
    first = await made(store)
    await store.forecasts.keep([first])
    await store.ledger.forget(ACCOUNT, at(100))
    assert len(await store.forecasts.since(at(0))) == 1
    await store.ledger.forget(ACCOUNT, at(120) + timedelta(seconds=1))
    assert await store.forecasts.since(at(0)) == ()


async def test_open_requests_of_others_are_found_without_looking_through_all_there_ever_were(store: Store) -> None:
    if store.database.is_postgresql:
        return  # its plans go by how many rows there are: with a few it reads all of them

    def plans(connection: Connection) -> list[str]:
        found = []
        for others in others_of(ACCOUNT, "batch-1"):
            query = select(requests.c.created_at).where(others, requests.c.status == "queued")
            text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
            found += [str(row) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        return found

    found = await store.database.read(plans)
    assert len(found) == 3
    assert all("INDEX requests_open (account_id=? AND reference_key" in plan for plan in found)
