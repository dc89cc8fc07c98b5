"""The crash test without processes: the real flows and store in made-up time, killed by an exception."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.app import Parts
from bot.domain.announcement import Said
from bot.domain.delivery import Delivery, HistoryPage, Manner, Posted
from bot.errors import InDoubtError, SlackBusyError
from bot.ports import Clock
from bot.store import Store, open_store
from bot.store.outbox import Outbox
from tests.builders import at, request
from tests.crash.points import Passage, mortal_chat, mortal_store, remade
from tests.crash.told import Figures, Told, figures, said_in
from tests.fakes import FakeChamelaion, FakeChat, HastyClock
from tests.flows.conftest import World, Worlds, until

PLACES = {"C1": "batch-1", "C2": "batch-2"}
FACE, VIDEO = "no face detected", "video URL is not accessible"
SHOWN_AFTER = timedelta(seconds=20)


class KilledError(BaseException):
    """The process is dead: nothing may catch it."""


def _killed() -> None:
    raise KilledError


@dataclass
class OneLife(Passage):
    """After its end everything that is tried ends as well, but for the lease, which is over for whoever comes next."""

    over: bool = False

    def at(self, point: str) -> None:
        if self.over and "senders.release" not in point:
            raise KilledError
        try:
            super().at(point)
        except KilledError:
            self.over = True
            raise


@dataclass
class SlowChat(FakeChat):
    """Shows in the history only after a while what it has accepted; `gate` holds up the next post before anything."""

    gate: asyncio.Event | None = None
    waiting: bool = False

    async def post(self, place: str, said: Said, manner: Manner, *, delivery_id: str, repeat: bool) -> Posted:
        if self.gate is not None:
            gate, self.gate, self.waiting = self.gate, None, True
            await gate.wait()
            raise SlackBusyError(timedelta(seconds=1))
        return await super().post(place, said, manner, delivery_id=delivery_id, repeat=repeat)

    async def find(
        self, place: str, since: datetime, until: datetime, *, thread_ts: str | None = None, cursor: str | None = None
    ) -> HistoryPage:
        page = await super().find(place, since, until, thread_ts=thread_ts, cursor=cursor)
        now = self.clock.now()
        there = (each for each in page.shown if self.messages[int(each.posted.ts) - 1][3] + SHOWN_AFTER <= now)
        return replace(page, shown=tuple(there))


@dataclass
class Rehearsal:
    """One account, one chat and one database, through the lives of the bot that `parts` make of it."""

    worlds: Worlds
    chat: SlowChat
    parts: Parts
    due: Counter[Told] = field(default_factory=Counter)
    acts: list[Callable[[], None]] = field(default_factory=list)
    hold: asyncio.Event | None = None

    @classmethod
    def on(cls, url: str, parts: Parts) -> "Rehearsal":
        clock = HastyClock()
        chat = SlowChat(clock)
        made = cls(Worlds(url, clock, FakeChamelaion(clock), chat), chat, parts)
        made.acts = [made.both_open, made.both_fail, made.one_more_fails, made.another_kind, made.both_finish]
        return made

    async def live(self, point: str = "", hit: int = 0) -> World:
        """A start of the bot, which dies at the `hit`-th passage of the point."""
        life = OneLife(point, hit, _killed)
        self.worlds.chat = cast("FakeChat", mortal_chat(self.parts.chat(self.chat), life))

        async def opened(url: str, clock: Clock) -> Store:
            return self._held_up(mortal_store(self.parts.store(await open_store(url, clock)), life))

        return await self.worlds.begin(opened=cast("Any", opened), settle=0)

    def _held_up(self, store: Store) -> Store:
        """The store, in which whoever has taken something waits while there is a `hold`."""
        real = store.outbox.claim

        async def claim(_: Outbox, *args: Any, **options: Any) -> tuple[Delivery, ...]:  # noqa: ANN401 - as the real one
            taken = await real(*args, **options)
            if taken and self.hold is not None:
                hold, self.hold = self.hold, None
                await hold.wait()
            return taken

        return replace(store, outbox=remade(store.outbox, claim=claim))

    async def watch(self) -> None:
        """Both references are watched, each in its place."""
        world = await self.live()
        for place, reference in PLACES.items():
            await world.watch(reference, place=place)
            self.due[place, reference, "card"] += 1

    async def play(self, world: World) -> None:
        """All that has not happened yet, with a look and what it brings after each."""
        with suppress(KilledError):
            await world.deliver()
        while self.acts:
            self.next_act()
            with suppress(KilledError):
                await world.look()
                await world.deliver()

    async def recover(self) -> None:
        """A new life, for as long as anything can be due."""
        world = await self.live()
        for _ in range(6):
            await world.look()
            await world.deliver()
            self.worlds.clock.pass_time(100)

    async def close(self) -> None:
        for world in self.worlds.opened:
            await world.stories.readings.close()
            await world.store.database.close()

    # --- what happens ---

    def next_act(self) -> None:
        self.worlds.clock.pass_time(20)
        self.acts.pop(0)()

    def both_open(self) -> None:
        self._set("processing", (1, 2, 3))

    def both_fail(self) -> None:
        self._set("failed", (1,), FACE)

    def one_more_fails(self) -> None:
        self._set("failed", (2,), FACE, is_new=False)

    def another_kind(self) -> None:
        self._set("failed", (3,), VIDEO)

    def both_finish(self) -> None:
        self._set("completed", (4,))

    def _set(self, status: str, numbers: tuple[int, ...], error: str | None = None, *, is_new: bool = True) -> None:
        now = (self.worlds.clock.now() - at(0)).total_seconds()
        for index, (place, reference) in enumerate(PLACES.items()):
            for number in (*numbers, 4) if status == "processing" else numbers:
                ended = None if status == "processing" else now
                row = request(10 * index + number, status, reference=reference, finished=ended, error=error)
                self.worlds.api.set([row])
            if error is not None and is_new:
                self.due[place, reference, error] += 1
            if status == "completed":
                self.due[place, reference, "finished"] += 1

    # --- what was told ---

    @property
    def figures(self) -> Figures:
        told: Counter[Told] = Counter()
        for place, _, said, _ in self.chat.messages:
            facts = asdict(said)
            reference = facts["watch"]["reference_id"] if facts["kind"] == "card" else _reference(facts)
            told.update((place, *each) for each in said_in(reference, facts))
        return figures(self.due, told)


def _reference(facts: dict[str, Any]) -> str:
    return str(facts["progress"]["reference_id"]) if "progress" in facts else ""


Scene = Callable[[Rehearsal], Awaitable[None]]


def killed_at(point: str, hit: int) -> Scene:
    """Killed there, then everything happens that had not, then the bot starts again."""

    async def scene(stage: Rehearsal) -> None:
        await stage.watch()
        if "outbox.again" in point:
            stage.chat.faults = [SlackBusyError(timedelta(seconds=1)) for _ in range(hit)]
        elif any(each in point for each in ("doubt", "find")):
            stage.chat.after = [InDoubtError("timeout") for _ in range(hit)]
        await stage.play(await stage.live(point, hit))
        await stage.recover()

    return scene


async def answers_are_lost(stage: Rehearsal) -> None:
    """Slack takes every message, and every second answer does not arrive."""
    await stage.watch()
    stage.chat.after = [InDoubtError("timeout"), None] * 10
    await stage.play(await stage.live())
    await stage.recover()


async def calls_are_lost(stage: Rehearsal) -> None:
    """Every second message does not arrive, and nobody is told so."""
    await stage.watch()
    stage.chat.faults = [InDoubtError("timeout"), None] * 10
    await stage.play(await stage.live())
    await stage.recover()


async def one_is_slow_and_another_takes_over(stage: Rehearsal) -> None:
    """A process waits so long for Slack that another one takes its message over; then it is told to try again."""
    await stage.watch()
    slow = await stage.live()
    await slow.deliver()
    for _ in range(2):
        stage.next_act()
        await slow.look()
    gate = stage.chat.gate = asyncio.Event()
    posting = asyncio.create_task(slow.deliver())
    await until(lambda: stage.chat.waiting)
    stage.worlds.clock.pass_time(100)
    await (await stage.live()).deliver()
    gate.set()
    await posting
    await stage.play(slow)
    await stage.recover()


async def one_is_held_up_and_another_takes_over(stage: Rehearsal) -> None:
    """A process is suspended between taking a message and posting it, and goes on when another one has posted it."""
    await stage.watch()
    slow = await stage.live()
    await slow.deliver()
    for _ in range(2):
        stage.next_act()
        await slow.look()
    hold = stage.hold = asyncio.Event()
    posting = asyncio.create_task(slow.deliver())
    await until(lambda: stage.hold is None)
    stage.worlds.clock.pass_time(100)
    other = await stage.live()
    await other.deliver()
    await slow.stories.sender.turn()
    hold.set()
    await posting
    await stage.play(other)
    await stage.recover()


SCENES: dict[str, Scene] = {
    "every second answer is lost": answers_are_lost,
    "every second call is lost": calls_are_lost,
    **{
        f"killed {point} ({hit})": killed_at(point, hit)
        for point, hit in (
            ("after chat.post", 1),
            ("before chat.post", 3),
            *(("within ledger.record", hit) for hit in range(6, 14)),
            ("after ledger.record", 2),
            ("after outbox.claim", 2),
            ("within outbox.sent", 2),
            ("within outbox.settle_doubt", 1),
            ("after chat.find", 1),
        )
    },
    "one is slow and another takes over": one_is_slow_and_another_takes_over,
    "one is held up and another takes over": one_is_held_up_and_another_takes_over,
}
"""What is played to every way of doing it."""


async def played(scene: Scene, parts: Parts, url: str) -> Figures:
    """What comes of a scene on a new database."""
    stage = Rehearsal.on(url, parts)
    try:
        await scene(stage)
    finally:
        await stage.close()
    return stage.figures
