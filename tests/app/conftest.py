"""The real app between the two sandbox servers, and what people do there."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App, make_app
from bot.sandbox.account import Account
from bot.sandbox.blockkit import foreign_text_problems, message_problems
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA as ANA_USER
from bot.sandbox.workspace import BEN as BEN_USER
from bot.sandbox.workspace import BOT
from bot.scheduler import SystemClock
from bot.settings import Settings
from bot.store import Store
from tests.postgres import migrated

ANA, BEN = ANA_USER.id, BEN_USER.id
DE, PRODUCERS, PRIVATE = "C0DUBBINGDE", "C0PRODUCERS", "C0AURORA"
ANA_DM, ANA_AND_BEN = "D0ANA", "D0ANABEN"


@dataclass
class Stage:
    """The bot on its stage."""

    slack: SlackSandbox
    api: ChamelaionSandbox
    account: Account
    app: App
    database: Path

    @property
    def store(self) -> Store:
        return self.app.stories.watching.store

    async def asks(self, text: str, *, user: str = ANA, channel: str = DE) -> Message:
        """The (last) ephemeral answer to a command."""
        before = len(self.slack.workspace.ephemerals(user, channel))
        delivered = await self.slack.command(user, channel, text)
        assert delivered.ok, delivered
        await self.slack.workspace.wait_for(lambda w: len(w.ephemerals(user, channel)) > before, timeout_seconds=40)
        await self.app.work.settle()
        return self.slack.workspace.ephemerals(user, channel)[-1]

    async def clicks(self, message: Message, action: str, *, user: str = ANA) -> None:
        """Click a button and wait until the bot has done what it does."""
        delivered = await self.slack.click(user, message.channel, message.ts, action)
        assert delivered.ok, delivered
        await self.app.work.settle()

    async def sees(self, that: Callable[[Message], bool], channel: str = DE) -> Message:
        """A message of the bot in the channel, once it is there."""
        await self.slack.workspace.wait_for(lambda _: any(map(that, self.said(channel))), timeout_seconds=60)
        return next(message for message in self.said(channel) if that(message))

    async def sees_text(self, part: str, channel: str = DE) -> Message:
        """A message of the bot in the channel whose text has this part, once it is there."""
        return await self.sees(lambda message: part in message.text, channel)

    async def card(self, reference: str, channel: str = DE) -> Message:
        """The card of a watch, once it shows numbers."""
        return await self.sees(lambda m: m.text.startswith(f"{reference}: ") and "updated" in m.text, channel)

    def said(self, channel: str = DE) -> list[Message]:
        """What everybody sees of the bot in a channel, the oldest first."""
        return [message for message in self.slack.workspace.messages(channel) if message.user == BOT.id]

    def texts(self, channel: str = DE) -> list[str]:
        return [message.text for message in self.said(channel)]


def everything_in(message: Message) -> str:
    """The text and the blocks, as one string."""
    return f"{message.text}\n{json.dumps(message.blocks or [], ensure_ascii=False)}"


def buttons_of(message: Message) -> list[str]:
    """The action ids of the buttons under a message."""
    rows = [block["elements"] for block in message.blocks or [] if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row]


def problems(slack: SlackSandbox) -> list[str]:
    """What is wrong with anything that the bot said to anybody."""
    found = []
    for channel in slack.workspace.channels:
        alone = [each for user in (ANA, BEN) for each in slack.workspace.ephemerals(user, channel)]
        for message in (*slack.workspace.messages(channel), *alone):
            if message.user == BOT.id:
                shown = {"text": message.text, "blocks": message.blocks or []}
                found += [f"{message.text[:80]}: {each}" for each in message_problems(shown)]
                found += [f"{message.text[:80]}: {each}" for each in foreign_text_problems(shown)]
    return found


_made: list[bytes] = []  # the file with all migrations, once there is one: a copy takes no time


async def _make(database: Path) -> None:
    """One that is there already is kept, as by a restart."""
    if _is_there(database):
        return
    if not _made:
        await migrated(f"sqlite:///{database}")  # in this process, which is quicker than in another
        _keep(database)
    else:
        _copy(database)


def _is_there(database: Path) -> bool:
    return database.exists()


def _keep(database: Path) -> None:
    _made.append(database.read_bytes())


def _copy(database: Path) -> None:
    if not database.exists():  # after a restart it is there, with all that the bot remembers
        database.write_bytes(_made[0])


@asynccontextmanager
async def staged(folder: Path, **changed: str) -> AsyncIterator[Stage]:
    """The app over HTTP, or with `SLACK_APP_TOKEN` over a socket; at the end all that it said must be sound."""
    clock = SystemClock()
    account = Account(clock, seed=1)
    database = folder / "lipsync.db"
    await _make(database)
    async with SlackSandbox(clock=clock) as slack, ChamelaionSandbox(account, clock) as api:
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_SIGNING_SECRET": "sandbox-secret",
            "SLACK_API_URL": slack.api_url,
            "CHAMELAION_API_KEY": "sandbox-key",
            "CHAMELAION_BASE_URL": api.base_url,
            "DATABASE_URL": f"sqlite:///{database}",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "POLL_INTERVAL": "0.1",
            "API_CALLS_PER_MINUTE": "60000",
            "SETTLE_SECONDS": "0",
            "CARD_INTERVAL": "0.2",
            "QUIET_SECONDS": "2",
        }
        async with make_app(Settings.read(environment | changed), clock) as app:
            slack.bot_url = None if "SLACK_APP_TOKEN" in changed else f"http://127.0.0.1:{app.port}"
            yield Stage(slack, api, account, app, database)
        assert problems(slack) == []


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as made:
        yield made
