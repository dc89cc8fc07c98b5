"""The bot on a model account: time, restarts and people by order, and what its places were told."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.answer import StatusAnswer, Wish
from bot.errors import ChamelaionError
from tests.flows.conftest import World, Worlds
from tests.flows.model_account import ModelAccount
from tests.flows.model_checks import History, called_finished_too_early, missing_in_answer, unread_too_long
from tests.flows.model_clock import StageClock
from tests.flows.model_expectations import Command, Moment
from tests.flows.model_told import Told, told_by

GAP = 300.0
SHORTEST_NAP = 5.0  # seconds between two looks here, at least, if the first was done: it saves half of the time
LONGEST_PAUSE = 70.0  # seconds between two looks; a gap may begin and end in one look
DUE = 61.0  # seconds after which the newest rows are read in any case
A_MOMENT = 0.2  # seconds
MOST_ROUNDS = 100  # of posting at a time; places have to wait between two messages
_UNSENT = "SELECT 1 FROM announcements WHERE state IN ('pending', 'sending', 'in_doubt')"
_BEHIND = "SELECT 1 FROM accounts WHERE catching_up_since IS NOT NULL"


@dataclass
class Stage:
    """Orders for one history; `commands`, `told` and `wrong` are what is judged in the end."""

    worlds: Worlds
    account: ModelAccount
    clock: StageClock
    calls: int
    settle: float
    memory: sqlite3.Connection
    commands: list[Command] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    had_gap: bool = False
    disturbed_at: float = 0.0  # since when nothing keeps the bot from reading everything in time
    world: World = field(init=False)
    _heard: int = 0
    _answered_at: float = 0.0
    _begun: tuple[int, int] = (0, 0)  # how many answers and commands there were when the process began

    @property
    def history(self) -> History:
        """What has happened so far."""
        return History(self.account, self.commands, self.told, self.calls, self.had_gap)

    async def begin(self) -> None:
        """The bot starts, and makes sure of a gap before anybody can ask it anything."""
        self.account.process += 1
        self.account.refusals = 0
        self._begun = (self.account.answers, len(self.commands))
        self.world = await self.worlds.begin(settle=self.settle, calls=self.calls, gap=GAP)
        self.had_gap = (await self.world.stories.catch_up.begin()) is not None or self.had_gap
        self.disturb()

    def disturb(self) -> None:
        """Something has happened after which the bot must find its way again."""
        self.disturbed_at = self.clock.monotonic()

    async def end(self) -> None:
        """The process ends."""
        if self.account.kept == self._begun[0]:
            first = self._begun[1]
            self.commands[first:] = [replace(command, unsure=True) for command in self.commands[first:]]
        await self.world.stories.readings.close()
        await self.world.store.database.close()
        self.worlds.opened.remove(self.world)

    async def restart(self) -> None:
        """Another process on the same database; what waits is posted first."""
        async with self._hearing():
            await self.end()
            await self.begin()

    async def die_in_a_look(self, calls: int) -> None:
        """The process is killed at so many calls of a look that is due; after that if it makes fewer."""
        self.be_away(DUE)
        async with self._hearing():
            self.account.kill_in = calls
            look = asyncio.create_task(self._look())
            reached = asyncio.create_task(self.account.reached.wait())
            await asyncio.wait({look, reached}, return_when=asyncio.FIRST_COMPLETED)
            for task in (look, reached):
                task.cancel()
            for fault in await asyncio.gather(look, reached, return_exceptions=True):
                if isinstance(fault, Exception):
                    raise fault
            self.account.kill_in = None
            self.account.reached.clear()
            await self.end()
            self.account.lose()
            await self.begin()

    @contextlib.asynccontextmanager
    async def _hearing(self, *, beside_a_look: bool = False) -> AsyncIterator[int]:
        """Whatever is done meanwhile, post what waits after it; gives the number of the last answer before."""
        before = self.account.answers
        self.clock.begin_act()
        yield before
        if self.account.answers > before:
            self._answered_at = self.clock.monotonic()
        self.account.keep()
        self.had_gap = self.had_gap or self._is_catching_up
        if self._asks(_UNSENT):
            await self._deliver()
        when = Moment(before, self.account.answers)
        messages = self.worlds.chat.messages
        new = [one for place, _, said, _ in messages[self._heard :] for one in told_by(said, place, when)]
        self._heard = len(messages)
        self.told += new
        if not beside_a_look:
            self.wrong += called_finished_too_early(self.account, new)
        self.clock.pass_time(A_MOMENT)

    async def _deliver(self) -> None:
        for _ in range(MOST_ROUNDS):
            next_at = await self.world.stories.deliver.step()
            if next_at is None or next_at > self.clock.now() + timedelta(seconds=2):
                return
            self.clock.pass_time(max((next_at - self.clock.now()).total_seconds(), 0.01))
        self.wrong.append("posting never came to an end")

    # --- time ---

    async def look(self) -> float:
        """One look; returns after how many seconds the next is due."""
        self.had_gap = self.had_gap or self.clock.monotonic() - self._answered_at > GAP - LONGEST_PAUSE
        async with self._hearing():
            pause = await self._look()
        self.wrong += unread_too_long(self.history, self.disturbed_at)
        return pause

    async def _look(self) -> float:
        next_at = await self.world.look()
        return (next_at - self.clock.now()).total_seconds()

    async def go_on(self, seconds: float) -> None:
        """Time passes with looks, as the alarms would have them."""
        until = self.clock.monotonic() + seconds
        while (left := until - self.clock.monotonic()) > 0:
            pause = await self.look()
            nap = max(pause, SHORTEST_NAP) if pause > 0 else 0.0  # a look that is not done goes on at once
            self.clock.pass_time(min(nap, left))

    def be_away(self, seconds: float) -> None:
        """Time passes without looks."""
        self.clock.pass_time(seconds)
        self.disturb()

    def set_our_clock(self, seconds: float) -> None:
        """Somebody sets it."""
        self.clock.step(seconds)
        self.had_gap = self.had_gap or abs(seconds) > GAP
        self.disturb()

    # --- people ---

    async def watch(self, command: Command, *, beside_a_look: bool = False) -> None:
        """Begin or change a watch, alone or while a look is under way."""
        async with self._hearing(beside_a_look=beside_a_look) as before:
            command = replace(command, at=self.account.now, catching_up=self._is_catching_up)
            begun = self._begin_watch(command)
            await (asyncio.gather(begun, self._look()) if beside_a_look else begun)
            after = self.account.answers if beside_a_look else before
            self.commands.append(replace(command, when=Moment(before, after)))
        self.disturb()

    async def _begin_watch(self, command: Command) -> None:
        wish = Wish("T1", "default", command.place, command.name, "U1", command.events, command.expected)
        async for _ in self.world.stories.watching.start(wish):
            pass

    async def stop(self, command: Command) -> None:
        """Stop a watch."""
        async with self._hearing() as before:
            was_behind = self._is_catching_up
            await self.world.stories.watching.stop(command.place, command.name)
            when = Moment(before, before)
            self.commands.append(replace(command, at=self.account.now, when=when, catching_up=was_behind))
        self.disturb()

    async def ask(self, reference: str, *, fresh: bool, beside_a_look: bool) -> None:
        """Somebody asks how a batch is doing."""
        async with self._hearing(beside_a_look=beside_a_look):
            asking = self._ask(reference, fresh=fresh)
            await (asyncio.gather(asking, self._look()) if beside_a_look else asking)

    async def _ask(self, reference: str, *, fresh: bool) -> None:
        before = self.account.listed(reference)
        with contextlib.suppress(ChamelaionError):
            async for answer in self.world.stories.ask.status(reference, fresh=fresh):
                if fresh and isinstance(answer, StatusAnswer):
                    there = before & self.account.listed(reference)
                    self.wrong += missing_in_answer(self.account, there, answer)

    @property
    def _is_catching_up(self) -> bool:
        return self._asks(_BEHIND)

    def _asks(self, question: str) -> bool:
        """What the database says, asked past the bot: that is ten times cheaper."""
        return self.memory.execute(question).fetchone() is not None
