"""Plays stories of a model account, each on a database of its own."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.flows.source import SMALLEST_PAGE
from tests.fakes import FakeChat, HastyClock
from tests.flows.conftest import Worlds
from tests.flows.model_account import ORDERS, ModelAccount
from tests.flows.model_checks import too_many_calls, wrong_in_ledger, wrongly_told
from tests.flows.model_stage import Stage
from tests.flows.model_steps import Story

MANY = 300
QUIET = 400.0  # seconds in which the bot must have read and told everything


@dataclass(frozen=True, slots=True)
class Played:
    """What went wrong, what was told in order, and how many outcomes were corrected."""

    wrong: list[str]
    told: list[str]
    corrections: int


@dataclass(frozen=True, slots=True)
class Theatre:
    """`template` is a database with all migrations, `folder` is used for one story after the other."""

    template: Path
    folder: Path

    async def play(self, story: Story, quiet: float = QUIET) -> Played:
        """The whole story, and so many seconds after it in which nothing happens."""
        file = self.folder / "lipsync.db"
        for rest in self.folder.glob(f"{file.name}*"):
            rest.unlink()
        shutil.copy(self.template, file)
        with closing(sqlite3.connect(file, isolation_level=None)) as memory:
            stage = await _played(_stage(story, file, memory), story, quiet)
        history = stage.history
        wrong = [*stage.wrong, *too_many_calls(history), *wrong_in_ledger(history, file), *wrongly_told(history)]
        return Played(wrong, [one.what for one in stage.told], _corrections(file))


async def _played(stage: Stage, story: Story, quiet: float) -> Stage:
    await stage.begin()
    try:
        for step in story.steps:
            await step.play(stage)
        stage.account.recover()
        stage.disturb()
        await stage.go_on(quiet)
    finally:
        await stage.end()
    return stage


def _stage(story: Story, file: Path, memory: sqlite3.Connection) -> Stage:
    clock = HastyClock()
    account = ModelAccount(
        clock,
        largest_page=story.page,
        refuses_large=story.refuses_large and story.page >= SMALLEST_PAGE,  # the bot asks for no less
        order=ORDERS[story.order],
        ahead=story.ahead,
    )
    for reference, count, status, age in story.older:
        account.insert(reference, count, age=age)
        for row in account.rows[-count:]:
            account.move(row, status, age=age / 2)
    account.remember()
    calls = story.calls if story.page >= SMALLEST_PAGE else MANY  # so that the budget suffices
    return Stage(Worlds(f"sqlite:///{file}", clock, account, FakeChat(clock)), account, calls, story.settle, memory)


def _corrections(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM transitions WHERE correction").fetchone()
    return int(count)
