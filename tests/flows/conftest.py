import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.answer import Wish
from bot.domain.budget import Budget
from bot.domain.watch import Events, Watch
from bot.errors import StoreError
from bot.flows.ground import Ground
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.stories import Stories
from bot.flows.vitals import Vitals
from bot.store import Store, open_store
from tests.fakes import FakeChamelaion, FakeChat, FakeClock, FakeHomeTab, HastyClock
from tests.flows.workflow_rig import FakePeople, FakeWorkflows


@dataclass
class Alarms:
    """Alarms that ring only in the mind of the test."""

    set: dict[str, datetime] = field(default_factory=dict)

    def ring(self, name: str, at: datetime, wake: Callable[[], None]) -> None:  # noqa: ARG002 - the shape of the port
        self.set[name] = at


@dataclass
class World:
    """The real flows on the real store, between an API and a chat made up."""

    clock: FakeClock
    api: FakeChamelaion
    chat: FakeChat
    store: Store
    source: Source
    ground: Ground
    stories: Stories
    connections: list[str]
    workflows: FakeWorkflows

    async def watch(
        self,
        reference: str = "batch-1",
        *,
        place: str = "C1",
        events: Events | None = None,
        expected: int | None = None,
    ) -> Watch:
        wish = Wish("T1", "default", place, reference, "U1", events, expected)
        answers = [answer async for answer in self.stories.watching.start(wish)]
        return answers[-1].watch

    async def look(self) -> datetime:
        next_at = await self.stories.look.step()
        assert next_at is not None
        return next_at

    async def deliver(self) -> datetime | None:
        """Post all there is, as the alarms would have it, and edit the cards."""
        next_at = await self.stories.deliver.step()
        for _ in range(50):
            if next_at is None or next_at > self.clock.now() + timedelta(seconds=2):
                break
            self.clock.pass_time(max((next_at - self.clock.now()).total_seconds(), 0.01))
            next_at = await self.stories.deliver.step()
        await self.stories.edits.step()
        return next_at

    @property
    def told(self) -> list[str]:
        """The kinds of what was posted, cards left out."""
        return [kind for kind in self.chat.kinds if kind != "card"]


async def until(condition: Callable[[], bool]) -> None:
    """Let the others go on until this is so."""
    async with asyncio.timeout(10):
        for _ in iter(condition, True):
            await asyncio.sleep(0)


SCOPES = frozenset({"commands", "chat:write", "channels:history"})
Opened = Callable[[str, FakeClock], Awaitable[Store]]


@dataclass
class Worlds:
    """Makes worlds on one database, as a restart does."""

    url: str
    clock: FakeClock
    api: FakeChamelaion
    chat: FakeChat
    open: Opened = open_store
    opened: list[World] = field(default_factory=list)
    workflows: FakeWorkflows = field(default_factory=FakeWorkflows)
    home_tab: FakeHomeTab = field(default_factory=FakeHomeTab)

    async def begin(
        self,
        *,
        known: bool = True,
        resend: bool = True,
        settle: float = 600,
        calls: int = 6_000,
        gap: float = 86_400,
        opened: Opened | None = None,
    ) -> World:
        """A start of the bot after the one before has ended; tests that pass the time between two looks at once need
        a long `gap`."""
        for world in self.opened:
            with suppress(StoreError):
                await world.stories.sender.release()
        store = await (opened or self.open)(self.url, self.clock)
        vitals = Vitals(self.clock.now(), self.clock.monotonic())
        identity = Identity("T1", "UBOT", "BBOT") if known else Identity()
        source = Source(self.api, Budget(calls, self.clock.monotonic()), self.clock, vitals)
        connections: list[str] = []

        async def introduce() -> None:
            identity.workspace_id = "T1"

        async def tend_connection() -> None:
            connections.append("tended")

        async def granted() -> frozenset[str]:
            return SCOPES

        rules = Rules(
            account_id="default",
            owner="test",
            poll_interval=timedelta(seconds=15),
            gap_after=timedelta(seconds=gap),
            longest_settle=timedelta(seconds=settle),
            card_interval=timedelta(seconds=45),
            quiet=timedelta(seconds=90),
            retention=timedelta(days=90),
            resend_in_doubt=resend,
        )
        ground = Ground(
            rules,
            self.clock,
            Alarms(),
            store,
            vitals,
            identity,
            source,
            self.chat,
            FakePeople(),
            self.workflows,
            introduce,
            tend_connection,
            granted,
            self.home_tab,
        )
        stories = Stories(ground)
        world = World(self.clock, self.api, self.chat, store, source, ground, stories, connections, self.workflows)
        self.opened.append(world)
        return world


@pytest.fixture
async def worlds(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Worlds]:
    clock = HastyClock()
    database = shutil.copy(sqlite_template, tmp_path / "lipsync.db")
    made = Worlds(f"sqlite:///{database}", clock, FakeChamelaion(clock), FakeChat(clock))
    yield made
    for world in made.opened:
        await world.stories.readings.close()
        await world.store.database.close()


@pytest.fixture
async def world(worlds: Worlds) -> World:
    return await worlds.begin()
