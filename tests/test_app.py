"""The real app between the two sandbox servers: signed commands in, messages out."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App, make_app
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_entities import Message
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA as ANA_USER
from bot.scheduler import SystemClock
from bot.settings import Settings

ANA = ANA_USER.id
DE = "C0DUBBINGDE"
PRODUCERS = "C0PRODUCERS"


@dataclass
class Stage:
    """The bot on its stage."""

    slack: SlackSandbox
    api: ChamelaionSandbox
    account: Account
    app: App

    async def asks(self, text: str, *, user: str = ANA, channel: str = DE) -> Message:
        """The (last) ephemeral answer to a command."""
        before = len(self.slack.workspace.ephemerals(user, channel))
        delivered = await self.slack.command(user, channel, text)
        assert delivered.ok, delivered
        await self.slack.workspace.wait_for(lambda w: len(w.ephemerals(user, channel)) > before)
        await self.app.work.settle()
        return self.slack.workspace.ephemerals(user, channel)[-1]

    async def sees(self, that: Callable[[Message], bool], channel: str = DE) -> Message:
        """A message in the channel, once it is there."""
        await self.slack.workspace.wait_for(lambda w: any(that(m) for m in w.messages(channel)), timeout_seconds=20)
        return next(m for m in self.slack.workspace.messages(channel) if that(m))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = SystemClock()
    account = Account(clock, seed=1)
    async with SlackSandbox(clock=clock) as slack, ChamelaionSandbox(account, clock) as api:
        settings = Settings.read(
            {
                "SLACK_BOT_TOKEN": "xoxb-sandbox",
                "SLACK_SIGNING_SECRET": "sandbox-secret",
                "SLACK_API_URL": slack.api_url,
                "CHAMELAION_API_KEY": "sandbox-key",
                "CHAMELAION_BASE_URL": api.base_url,
                "DATABASE_URL": f"sqlite:///{tmp_path / 'lipsync.db'}",
                "HOST": "127.0.0.1",
                "PORT": "0",
                "POLL_INTERVAL": "0.1",
                "API_CALLS_PER_MINUTE": "60000",
                "SETTLE_SECONDS": "0",
                "CARD_INTERVAL": "0.2",
                "QUIET_SECONDS": "2",
            }
        )
        async with make_app(settings, clock) as app:
            slack.bot_url = f"http://127.0.0.1:{app.port}"
            yield Stage(slack, api, account, app)


async def test_status_is_answered_from_the_list_endpoint(stage: Stage) -> None:
    stage.account.submit("batch-2026-04", 120)
    stage.account.finish("batch-2026-04")
    answer = await stage.asks("status batch-2026-04")
    print(answer)
    assert "batch-2026-04" in answer.text
    assert any(call.query.get("reference_id") == "batch-2026-04" for call in stage.api.calls)


async def test_a_watched_batch_is_told_from_the_first_failure_to_the_finish(stage: Stage) -> None:
    ids = stage.account.submit("batch-1", 5, over_seconds=0)
    await stage.asks("watch batch-1")
    await stage.sees(lambda m: "batch-1" in m.text)
    stage.account.fail(ids[0], "no face detected")
    failure = await stage.sees(lambda m: "no face detected" in m.text)
    stage.account.finish("batch-1")
    finished = await stage.sees(lambda m: "finished" in m.text.lower() and m.ts > failure.ts)
    print(finished.text, failure.text)
