"""One process sends for a workspace at a time; another takes over when it ends, or gives the right back."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text

from bot.domain.announcement import CardFacts, Said
from bot.domain.delivery import Manner, Posted, State
from bot.errors import InDoubtError
from bot.ports import Clock
from bot.store import Store, open_store
from tests.builders import request
from tests.fakes import FakeChat, FakeClock
from tests.flows.conftest import World, Worlds, until
from tests.store.rig import news


async def queue(world: World, name: str, place: str = "C1") -> None:
    await world.store.outbox.queue([news(name, place=place, reference=name)])


@pytest.fixture
async def pair(worlds: Worlds) -> tuple[World, World]:
    """Two replicas on one database, of which the first sends."""
    first, second = await worlds.begin(), await worlds.begin()
    assert await first.stories.sender.turn() is not None
    return first, second


def is_trusted(world: World) -> bool:
    """Whether it may begin to post at this moment."""
    return world.stories.sender.lease is not None


async def test_only_the_one_that_holds_the_lease_posts_and_edits(pair: tuple[World, World]) -> None:
    first, second = pair
    first.api.set([request(1), request(2)])
    await second.watch()
    assert await second.stories.deliver.step() == first.clock.now() + timedelta(seconds=1)
    await second.stories.edits.step()
    assert first.chat.messages == []
    await first.deliver()
    assert first.chat.kinds == ["card"]
    edits = len(first.chat.edits)
    first.clock.pass_time(60)
    await first.stories.turn.step()
    first.api.set([request(1, "processing")])
    await second.look()
    await second.stories.edits.step()
    assert len(first.chat.edits) == edits
    await first.stories.edits.step()
    assert len(first.chat.edits) == edits + 1
    assert isinstance(first.chat.edits[-1][1], CardFacts)


async def test_it_goes_on_as_long_as_it_renews_in_time(pair: tuple[World, World]) -> None:
    first, second = pair
    for _ in range(100):
        first.clock.pass_time(5)
        await first.stories.turn.step()
        await second.stories.turn.step()
    assert (first.ground.vitals.is_sender, second.ground.vitals.is_sender) == (True, False)


async def test_when_it_is_killed_another_begins_within_the_term(pair: tuple[World, World]) -> None:
    first, second = pair
    await queue(second, "one")
    began, waited = first.clock.now(), 0
    while not first.chat.messages and waited < 100:
        next_at = await second.stories.turn.step()
        assert next_at is not None
        await second.stories.deliver.step()
        first.clock.pass_time((next_at - first.clock.now()).total_seconds())
        waited += 1
    assert first.chat.kinds == ["clips"]
    assert first.chat.messages[0][3] - began <= timedelta(seconds=15)


async def test_when_it_ends_in_order_another_begins_at_once(pair: tuple[World, World]) -> None:
    first, second = pair
    await queue(second, "one")
    await second.deliver()
    await first.stories.sender.release()
    first.clock.pass_time(1)
    await second.stories.deliver.step()
    assert first.chat.kinds == ["clips"]


@dataclass
class HeldClock:
    """A lease clock that holds up the second one who reads it, in the thread of the database, while it `holds`."""

    clock: Clock
    held: Event = field(default_factory=Event)
    holds: Event = field(default_factory=Event)
    reads: int = 0

    def now(self) -> datetime:
        self.reads += 1
        if self.reads == 2:
            self.held.set()
            assert self.holds.wait(10)
        return self.clock.now()

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


async def test_who_is_stopped_while_it_takes_the_lease_gives_it_back(worlds: Worlds) -> None:
    lease_clock = HeldClock(worlds.clock)

    async def opened(url: str, clock: FakeClock) -> Store:
        return await open_store(url, clock, lease_clock)

    world = await worlds.begin(opened=opened)
    taking = asyncio.create_task(world.stories.sender.turn())
    await until(lease_clock.held.is_set)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    giving_back = asyncio.create_task(world.stories.sender.release())
    await asyncio.sleep(0)
    lease_clock.holds.set()
    await giving_back
    row = await world.store.database.write(lambda c: c.execute(text("SELECT term, expires_at FROM senders")).one())
    assert row.term == 1
    assert await world.store.senders.left("T1") <= timedelta()
    assert not world.ground.vitals.is_sender


async def test_whoever_could_not_renew_stops_before_another_may_begin(pair: tuple[World, World]) -> None:
    first, second = pair
    first.clock.pass_time(9)
    assert is_trusted(first)
    first.clock.pass_time(1.1)
    assert not is_trusted(first)
    assert await second.stories.sender.turn() is None
    first.clock.pass_time(5)
    assert await second.stories.sender.turn() is not None
    assert await first.stories.sender.turn() is None


async def test_a_machine_that_was_suspended_does_not_trust_its_lease(pair: tuple[World, World]) -> None:
    first, _ = pair
    first.clock.step(60)  # the clock that nobody can set stood still meanwhile
    assert first.stories.sender.lease is None


async def test_what_was_claimed_before_a_long_pause_is_not_posted_after_it(worlds: Worlds) -> None:
    class Pausing(FakeChat):
        async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
            if not self.messages:
                self.clock.pass_time(30)
            return await super().post(place, said, manner, delivery_id=delivery_id, repeat=repeat)

    worlds.chat = Pausing(worlds.clock)
    world = await worlds.begin()
    await queue(world, "one")
    await queue(world, "two", place="C2")
    await world.stories.deliver.step()
    assert sorted(place for place, _, _, _ in world.chat.messages) == ["C1", "C2"]
    assert (await world.store.outbox.tally("T1")).counts == {State.SENT: 2}
    found = await world.store.database.read(lambda c: c.execute(text("SELECT term FROM announcements")).scalars().all())
    assert sorted(found) == [1, 2]  # whichever came second waited for a new term


async def test_what_an_earlier_term_left_behind_is_looked_up_and_not_doubled(pair: tuple[World, World]) -> None:
    first, second = pair
    await queue(first, "one")
    first.chat.after = [InDoubtError("timeout")]
    await first.deliver()
    first.clock.pass_time(16)
    await second.deliver()
    assert len(first.chat.messages) == 1
    first.clock.pass_time(91)
    await second.deliver()
    assert len(first.chat.messages) == 1
    assert (await second.store.outbox.tally("T1")).counts == {State.SENT: 1}


async def test_a_lease_of_another_workspace_gives_no_right(world: World) -> None:
    assert await world.stories.sender.turn() is not None
    world.ground.identity.workspace_id = "T2"
    assert world.stories.sender.lease is None
    lease = await world.stories.sender.turn()
    assert lease is not None
    assert lease.workspace_id == "T2"


async def test_a_database_that_is_away_ends_the_trust_and_not_the_lease(world: World) -> None:
    before = await world.stories.sender.turn()
    assert before is not None
    world.clock.pass_time(12)
    assert world.stories.sender.lease is None
    assert await world.stories.sender.turn() == before


async def test_a_lease_clock_that_was_set_back_keeps_nobody_waiting(pair: tuple[World, World]) -> None:
    first, second = pair
    await second.stories.sender.turn()
    first.clock.step(-3_600)
    first.clock.pass_time(14)
    assert await second.stories.sender.turn() is None
    first.clock.pass_time(2)
    assert await second.stories.sender.turn() is not None


async def test_the_sender_is_woken_at_each_renewal_since_others_queue_news(world: World) -> None:
    rung: list[str] = []
    world.stories.sender.on_turn = lambda: rung.append("deliver")
    await world.stories.turn.step()
    world.clock.pass_time(5)
    await world.stories.turn.step()
    assert rung == ["deliver", "deliver"]
    found = await world.store.database.read(lambda c: c.execute(text("SELECT owner, term FROM senders")).one())
    assert tuple(found) == ("test", 1)
