"""Plays stories of a model account one after the other, each on a fresh database."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, TypeVarTuple, Unpack

from sqlalchemy import Engine

from bot.flows.source import SMALLEST_PAGE
from bot.store import Store
from bot.store.database import BUSY, Database
from bot.store.engines import make_engine
from bot.store.open import store_on
from tests.fakes import FakeChat, FakeClock
from tests.flows.conftest import Opened, Worlds
from tests.flows.model_account import ORDERS, ModelAccount
from tests.flows.model_checks import too_many_calls, wrong_in_ledger, wrongly_told
from tests.flows.model_clock import StageClock
from tests.flows.model_stage import Stage
from tests.flows.model_steps import Story

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MANY = 300
QUIET = 400.0  # seconds in which the bot must have read and told everything
STRETCH = 80.0  # seconds of these before it is asked for the first time whether it has


@dataclass(frozen=True, slots=True)
class Played:
    """What went wrong, what was told in order, and how many outcomes were corrected.

    `held` has of what was told in messages after a gap how many requests each thing was about.
    """

    wrong: list[str]
    told: list[str]
    held: list[tuple[str, int]]
    corrections: int


class OneThread(asyncio.SelectorEventLoop):
    """A loop that does the work of threads itself, one job after the other between its own: so a story is always the
    same, and takes half of the time.
    """

    def run_in_executor(
        self,
        executor: Executor | None,  # noqa: ARG002 - the shape of the loop's own
        func: Callable[[Unpack[Ts]], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        self.call_soon(self._do, future, lambda: func(*args))
        return future

    def _do(self, future: asyncio.Future[T], job: Callable[[], T]) -> None:
        """As in a thread: it is done to its end, also when nobody waits for it any more."""
        try:
            result = job()
        except Exception as error:  # noqa: BLE001 - it is raised where it is awaited
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)


@dataclass
class Theatre:
    """`template` is a database with all migrations; its copies in `folder` are of one story after the other."""

    template: Path
    folder: Path
    _file: Path = field(init=False)
    _engine: Engine = field(init=False)  # one for all: it remembers how each statement is written

    def __post_init__(self) -> None:
        self._file = self.folder / "lipsync.db"
        self._engine = make_engine(f"sqlite:///{self._file}", BUSY)

    def play(self, story: Story, quiet: float = QUIET) -> Played:
        """The whole story, and up to so many quiet seconds after it, until all is as it must be."""
        for rest in self.folder.glob(f"{self._file.name}*"):
            rest.unlink()
        shutil.copy(self.template, self._file)
        with closing(sqlite3.connect(self._file, isolation_level=None)) as memory:
            stage = _stage(story, self._open, memory)
            with asyncio.Runner(loop_factory=OneThread) as runner:
                runner.run(self._play(stage, story, quiet))
        told = [one.what for one in stage.told]
        held = [(one.what, len(one.ids)) for one in stage.told if one.held]
        return Played(self._wrong(stage), told, held, _corrections(self._file))

    async def _play(self, stage: Stage, story: Story, quiet: float) -> None:
        await stage.begin()
        try:
            for step in story.steps:
                await step.play(stage)
            stage.account.recover()
            stage.disturb()
            until = stage.account.clock.monotonic() + quiet
            while (left := until - stage.account.clock.monotonic()) > 0:
                await stage.go_on(min(left, STRETCH))
                if not self._wrong(stage):
                    break
        finally:
            await stage.end()

    def _wrong(self, stage: Stage) -> list[str]:
        history = stage.history
        checks = (too_many_calls(history), wrong_in_ledger(history, self._file), wrongly_told(history))
        return [*stage.wrong, *(wrong for check in checks for wrong in check)]

    async def _open(self, _url: str, clock: FakeClock) -> Store:
        return store_on(Database(self._engine, clock, BUSY), clock)


def _stage(story: Story, opened: Opened, memory: sqlite3.Connection) -> Stage:
    clock = StageClock()
    account = ModelAccount(
        clock,
        largest_page=story.page,
        refuses_large=story.refuses_large and story.page >= SMALLEST_PAGE,  # the bot asks for no less
        order=ORDERS[story.order],
        ahead=story.ahead,
        latency=story.latency,
    )
    for reference, count, status, age in story.older:
        account.insert(reference, count, age=age)
        for row in account.rows[-count:]:
            account.move(row, status, age=age / 2)
    account.remember()
    calls = story.calls if story.page >= SMALLEST_PAGE else MANY  # so that the budget suffices
    worlds = Worlds("", clock, account, FakeChat(clock), opened)
    return Stage(worlds, account, clock, calls, story.settle, memory)


def _corrections(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM transitions WHERE correction").fetchone()
    return int(count)
