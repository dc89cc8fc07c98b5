"""Every move between the states compares before it sets: whoever comes too late changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.delivery import Delivery, Posted, State
from bot.store import Store
from bot.store.schema import announcements, cards
from tests.builders import NOON, at, request
from tests.fakes import FakeClock
from tests.store.rig import ACCOUNT, QUIET, TEAM, claim, claim_one, drain, names, news, posted, reading, record, start
from tests.store.rig import wish as wanted

Move = Callable[[Store, Delivery], Awaitable[bool]]
MOVES: dict[str, Move] = {
    "sent": lambda store, mine: store.outbox.sent(mine, posted(), now=NOON),
    "again": lambda store, mine: store.outbox.again(mine, not_before=NOON, why="ratelimited"),
    "doubt": lambda store, mine: store.outbox.doubt(mine),
    "park": lambda store, mine: store.outbox.park(mine, "is_archived", now=NOON, retry_after=timedelta(minutes=5)),
    "drop": lambda store, mine: store.outbox.drop(mine, "invalid_blocks"),
    "there": lambda store, mine: store.outbox.settle_doubt(mine, posted(), now=NOON),
    "not there": lambda store, mine: store.outbox.settle_doubt(mine, None, now=NOON),
    "not known": lambda store, mine: store.outbox.settle_doubt(mine, None, now=NOON, repeat=True),
    "never known": lambda store, mine: store.outbox.doubt_no_more(mine, why="nobody could look it up"),
    "later": lambda store, mine: store.outbox.doubt_later(mine, not_before=NOON, why="ratelimited"),
}
OF_DOUBTS = ("there", "not there", "not known", "never known", "later")
OTHERS: dict[str, Callable[[Delivery], Delivery]] = {
    "an earlier version": lambda mine: replace(mine, version=1),
    "a later version": lambda mine: replace(mine, version=3),
    "another owner": lambda mine: replace(mine, owner="other"),
    "nobody": lambda mine: replace(mine, owner=None),
    "another term": lambda mine: replace(mine, term=2),
}
every_move = pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)


async def stands(store: Store) -> tuple[tuple[object, ...], ...]:
    """Every announcement: its state, version and outcome."""
    columns = [announcements.c[name] for name in ("state", "version", "owner", "term", "why", "ts", "not_before")]
    query = select(*columns).order_by(announcements.c.number)
    return tuple(tuple(row) for row in await store.database.read(lambda c: c.execute(query).all()))


async def states(store: Store) -> list[str]:
    return [str(row[0]) for row in await stands(store)]


@every_move
async def test_it_is_made_once(store: Store, move: Move) -> None:
    await store.outbox.queue([news("one")])
    mine = await claim_one(store)
    assert await move(store, mine)
    after = await stands(store)
    assert not await move(store, mine)
    assert await stands(store) == after


@every_move
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_it_is_made_only_by_whoever_made_the_attempt_and_in_that_term(
    store: Store, move: Move, other: Callable[[Delivery], Delivery]
) -> None:
    await store.outbox.queue([news("one")])
    mine = await claim_one(store)
    before = await stands(store)
    assert not await move(store, other(mine))
    assert await stands(store) == before


@pytest.mark.parametrize("name", [name for name in MOVES if name not in OF_DOUBTS])
async def test_what_is_in_doubt_is_moved_only_by_settling_it(store: Store, name: str) -> None:
    await store.outbox.queue([news("one")])
    await store.outbox.doubt(await claim_one(store))
    (doubtful,) = await store.outbox.doubtful(TEAM, quiet=timedelta())
    assert not await MOVES[name](store, doubtful)
    assert await states(store) == [State.IN_DOUBT]


@pytest.mark.parametrize("name", OF_DOUBTS)
async def test_what_an_earlier_term_left_behind_is_settled_by_the_next(
    store: Store, clock: FakeClock, name: str
) -> None:
    await store.outbox.queue([news("one")])
    left = await claim_one(store)
    clock.pass_time(91)
    (found,) = await store.outbox.doubtful(TEAM, quiet=QUIET)
    assert found == left
    assert await MOVES[name](store, found)
    assert not await store.outbox.sent(left, posted(), now=at(92))


# --- what is done to many at once leaves alone what is on its way ---


async def one_of_each(store: Store, place: str = "C1") -> Delivery:
    """One on its way, one in doubt, one that waits, in one place."""
    await store.outbox.queue([news(name, place=place, reference=name) for name in ("doubt", "way", "wait")])
    await store.outbox.doubt((await claim(store, limit=1))[0])
    (on_its_way,) = await claim(store, limit=1)
    assert await states(store) == [State.IN_DOUBT, State.SENDING, State.PENDING]
    return on_its_way


async def test_newer_facts_change_only_what_waits(store: Store) -> None:
    mine = await one_of_each(store)
    before = await stands(store)
    newer = [replace(news(name, reference=name), facts=news("newer").facts) for name in ("doubt", "way", "wait")]
    assert await store.outbox.queue(newer) == 0
    after = await stands(store)
    assert after[:2] == before[:2]
    assert after[2] == (before[2][0], 2, *before[2][2:])
    assert await store.outbox.sent(mine, posted(), now=NOON)


async def test_trouble_of_a_place_parks_only_what_waits_and_its_end_frees_only_that(store: Store) -> None:
    mine = await one_of_each(store)
    assert await store.outbox.park(mine, "is_archived", now=NOON, retry_after=timedelta(minutes=5))
    assert await states(store) == [State.IN_DOUBT, State.PARKED, State.PARKED]
    (tried,) = await claim(store, 400, limit=1)
    assert await states(store) == [State.IN_DOUBT, State.SENDING, State.PARKED]
    assert await store.outbox.sent(tried, posted(), now=at(400))
    assert await states(store) == [State.IN_DOUBT, State.SENT, State.PENDING]


async def test_the_end_of_a_watch_drops_only_what_waits(store: Store) -> None:
    watch = await start(store)
    await drain(store)
    await store.outbox.queue([news(name, watch=watch, reference=name) for name in ("way", "wait")])
    (mine,) = await claim(store, limit=1)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(1))
    assert await states(store) == [State.SENT, State.SENDING, State.DROPPED]
    assert await store.outbox.sent(mine, posted(2), now=at(2))


async def test_what_is_on_its_way_when_a_glob_takes_over_is_the_globs_when_it_comes_back(store: Store) -> None:
    glob = replace(wanted("batch-*"), is_glob=True)
    await start(store, glob)
    watch = await start(store)
    await record(store, reading([request(1)]))
    await drain(store)
    await store.outbox.queue([replace(news("one", watch=watch), key=replace(news("one").key, kind="failure"))])
    (mine,) = await claim(store)
    await store.watches.stop(TEAM, "C1", "batch-1", now=at(200))
    assert [watch.reference_id for watch in await store.watches.active(ACCOUNT)] == ["batch-*"]
    assert await store.outbox.again(mine, not_before=at(200), why="ratelimited")
    assert names(await claim(store, 201)) == ["one"]


# --- copies ---


async def test_another_message_is_kept_only_while_the_recorded_one_is_the_same(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("one")])
    mine = await claim_one(store)
    await store.outbox.sent(mine, posted(2), now=NOON)
    await store.outbox.suspect([mine.id], now=clock.now())
    (suspect,) = await store.outbox.suspects(TEAM, now=clock.now())
    assert (suspect.kept, suspect.since) == (posted(2), NOON)
    assert not await store.outbox.keep(replace(suspect, kept=posted(3)), posted(1))
    assert await store.outbox.keep(suspect, posted(1))
    assert not await store.outbox.keep(suspect, posted(1))
    (again,) = await store.outbox.suspects(TEAM, now=clock.now())
    assert again.kept == posted(1)
    await store.outbox.audited(mine.id, again_at=None)
    assert await store.outbox.suspects(TEAM, now=clock.now()) == ()


async def test_copies_are_looked_for_only_of_what_was_once_in_doubt(store: Store, clock: FakeClock) -> None:
    await store.outbox.queue([news("sure", place="C1"), news("doubted", place="C2"), news("found", place="C3")])
    sure, doubted, found = await claim(store)
    await store.outbox.sent(sure, posted(1), now=NOON)
    clock.pass_time(91)
    assert await store.outbox.settle_doubt(found, posted(3), now=at(91))
    assert await store.outbox.settle_doubt(doubted, None, now=at(91))
    assert (await store.outbox.next_at(TEAM, quiet=QUIET)).audit_at is None
    (again,) = await claim(store, 91)
    await store.outbox.sent(again, posted(2), now=at(92))
    assert (await store.outbox.next_at(TEAM, quiet=QUIET)).audit_at == at(392)
    assert await store.outbox.suspects(TEAM, now=at(391)) == ()
    (suspect,) = await store.outbox.suspects(TEAM, now=at(392))
    assert (suspect.delivery.id, suspect.since, suspect.sent_at) == (doubted.id, NOON, at(92))


# --- cards ---


async def test_what_became_of_an_older_message_is_not_taken_for_the_cards(store: Store) -> None:
    watch = await start(store)
    mine = await claim_one(store)
    await store.outbox.sent(mine, posted(1), now=NOON)

    async def due() -> list[Posted]:
        edits = await store.cards.due(
            TEAM,
            now=at(500),
            changed_before=at(500),
            open_before=at(500),
            settled_before=at(500),
            longest_settle=timedelta(),
        )
        return [edit.posted for edit in edits]

    assert await due() == [posted(1)]
    anew = update(cards).where(cards.c.watch_id == watch.id).values(ts=posted(2).ts)
    await store.database.write(lambda c: c.execute(anew))
    await store.cards.lost(watch.id, now=at(501))
    assert await due() == [posted(2)]
    await store.cards.lost(watch.id, now=at(501))
    assert await due() == []
