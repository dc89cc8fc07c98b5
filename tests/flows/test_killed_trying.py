"""A place in trouble is claimed by a process that is killed: the next one tries it soon, and says nothing twice."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.announcement import ClipsFacts, Said
from bot.domain.delivery import Manner, Posted, State
from bot.errors import NoAccessError, NoHistoryError
from tests.fakes import FakeChat
from tests.flows.conftest import World, Worlds, until
from tests.store.rig import news

TERM = 15.0  # seconds of a lease
QUIET = 90.0


class Fatal(FakeChat):
    """While it is `fatal`, whoever posts gets no answer; with `takes`, the message is in all the same."""

    fatal: bool = False
    takes: bool = False
    reached: bool = False
    tries: tuple[datetime, ...] = ()

    async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
        self.tries = (*self.tries, self.clock.now())
        if not self.fatal:
            return await super().post(place, said, manner, delivery_id=delivery_id, repeat=repeat)
        if self.takes:
            await super().post(place, said, manner, delivery_id=delivery_id, repeat=repeat)
        self.reached = True
        await asyncio.Event().wait()
        raise AssertionError

    @property
    def told(self) -> list[tuple[str, datetime]]:
        """The names of what was posted, and when, in order."""
        posted = ((said, at) for _, _, said, at in self.messages)
        return [(said.ids[0], at) for said, at in posted if isinstance(said, ClipsFacts)]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.told]


async def killed(worlds: Worlds, chat: Fatal, *references: str) -> World:
    """A world in which a process was killed while it tried a place in trouble with the first of some messages.

    The place takes messages again, of which nobody has heard.
    """
    worlds.chat = chat
    first, second = await worlds.begin(), await worlds.begin()
    names = ("one", "two", "three")
    waiting = zip(names, references, strict=False)
    await first.store.outbox.queue([news(name, reference=reference) for name, reference in waiting])
    chat.closed = {"C1": NoAccessError("restricted_action")}
    await first.deliver()
    worlds.clock.pass_time(301)
    chat.closed, chat.fatal = {}, True
    trying = asyncio.ensure_future(first.stories.deliver.step())
    await until(lambda: chat.reached)
    trying.cancel()
    await asyncio.gather(trying, return_exceptions=True)
    chat.fatal = False
    return second


async def live(world: World, seconds: float) -> None:
    """Deliver whenever there is something to be done, for so long."""
    end = world.clock.now() + timedelta(seconds=seconds)
    while world.clock.now() < end:
        moments = await world.stories.deliver.step(), await world.stories.turn.step(), end
        soonest = min(moment for moment in moments if moment is not None)
        world.clock.pass_time(max((soonest - world.clock.now()).total_seconds(), 0.01))


def within(chat: Fatal, since: datetime, seconds: float) -> list[str]:
    """What was told so soon."""
    return [name for name, at in chat.told if at - since <= timedelta(seconds=seconds)]


@pytest.mark.parametrize("takes", [False, True])
async def test_what_else_waits_there_is_tried_when_the_next_takes_over(worlds: Worlds, *, takes: bool) -> None:
    chat = Fatal(worlds.clock)
    chat.takes = takes
    second = await killed(worlds, chat, "batch-1", "batch-2")
    killed_at = worlds.clock.now()

    await live(second, 400)

    assert within(chat, killed_at, TERM + 2) == (["one", "two"] if takes else ["two"])
    assert sorted(within(chat, killed_at, QUIET + 60)) == sorted(chat.names) == ["one", "two"]
    assert (await second.store.outbox.tally("T1")).counts == {State.SENT: 2}
    assert chat.repeats == []


async def test_of_one_batch_all_waits_in_order_until_nobody_finds_the_first(worlds: Worlds) -> None:
    chat = Fatal(worlds.clock)
    second = await killed(worlds, chat, "batch-1", "batch-1")
    killed_at = worlds.clock.now()

    await live(second, 400)

    assert within(chat, killed_at, QUIET - 1) == []
    assert within(chat, killed_at, QUIET + 60) == chat.names == ["one", "two"]
    assert chat.repeats == []


async def test_where_nobody_may_look_it_is_said_as_soon_as_a_repeat(worlds: Worlds) -> None:
    chat = Fatal(worlds.clock)
    chat.find_faults = [NoHistoryError("missing_scope")]
    second = await killed(worlds, chat, "batch-1")
    killed_at = worlds.clock.now()

    await live(second, 400)

    assert within(chat, killed_at, QUIET + 60) == chat.names == ["one"]
    assert len(chat.repeats) == 1


async def test_a_place_that_is_closed_still_is_tried_once_and_then_every_five_minutes(worlds: Worlds) -> None:
    chat = Fatal(worlds.clock)
    second = await killed(worlds, chat, "batch-1", "batch-2", "batch-3")
    killed_at = worlds.clock.now()
    chat.closed = {"C1": NoAccessError("restricted_action")}
    before = len(chat.tries)

    await live(second, 600)

    tried = [(at - killed_at).total_seconds() for at in chat.tries[before:]]
    assert tried == pytest.approx([TERM, TERM + 300], abs=2)
    assert chat.names == []
