"""The bot as a whole process between the two sandboxes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.account import Account
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from bot.scheduler import SystemClock


@dataclass(frozen=True, slots=True)
class World:
    """What a benchmark speaks with; `slack.bot_url` is the bot's address."""

    slack: SlackSandbox
    account: Account


@asynccontextmanager
async def world(folder: Path, **variables: str) -> AsyncIterator[World]:
    """A running bot whose database is in `folder`; `variables` are further settings."""
    clock = SystemClock()
    account = Account(clock, seed=1)
    async with SlackSandbox(clock=clock) as slack, ChamelaionSandbox(account, clock) as api:
        bot = BotProcess(bot_settings(slack, api.base_url, folder) | variables, os.environ)
        await bot.start()
        slack.bot_url = bot.url
        try:
            yield World(slack, account)
        finally:
            await bot.stop()


def bot_settings(slack: SlackSandbox, chamelaion_url: str, folder: Path) -> dict[str, str]:
    """The settings that the bot needs here, without HOST and PORT."""
    return {
        "SLACK_BOT_TOKEN": slack.tokens.bot,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "CHAMELAION_API_KEY": "sandbox-key",
        "CHAMELAION_BASE_URL": chamelaion_url,
        "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
    }
