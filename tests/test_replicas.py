"""Two real processes on one database: one sends, and when it is killed the other does, with nothing lost or doubled."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.account import Account
from bot.sandbox.bot_process import BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from bot.scheduler import SystemClock
from tests.postgres import PostgreSQL
from tests.processes import until_answered

PLACE = "C0DUBBINGDE"
KINDS = ("no face detected", "video URL is not accessible", "audio is longer than the video")
QUIET = 3.0
TERM = 0.5  # a sixth of the quiet time
TO_ANSWER = 3.0  # what a busy machine may take to start posting


@pytest.mark.processes
async def test_the_other_process_takes_over_within_the_term_and_nothing_is_lost_or_doubled(
    postgresql: PostgreSQL,
) -> None:
    clock = SystemClock()
    account = Account(clock, seed=3, slots=1_000, speed=0.001)  # nobody finishes unless told to
    with postgresql.fresh() as database:
        async with SlackSandbox(clock=clock, seed=5) as slack, ChamelaionSandbox(account, clock) as api:
            ids = account.submit("batch-1", 8)
            async with replicas(variables(slack, api, database)) as bots:
                assert sorted([await sends(bot) for bot in bots]) == [False, True]
                await watch(slack, bots[0])
                took = [await killed_while_posting(slack, account, bots, ids[n], KINDS[n]) for n in range(len(KINDS))]
                await until_answered(lambda: all_is_told(slack), "every kind to be told")
                await followed(bots)
    assert max(took) < TERM + TO_ANSWER
    told = [message.text for message in slack.workspace.messages(PLACE) if "failed" in message.text.split(".")[0]]
    for kind in KINDS:
        assert len([text for text in told if kind in text]) == 1, kind


def variables(slack: SlackSandbox, api: ChamelaionSandbox, database: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.tokens.bot,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "CHAMELAION_API_KEY": "sandbox-key",
        "CHAMELAION_BASE_URL": api.base_url,
        "DATABASE_URL": database,
        "API_CALLS_PER_MINUTE": "60000",
        "POLL_INTERVAL": "0.2",
        "SETTLE_SECONDS": "0",
        "QUIET_SECONDS": f"{QUIET}",
    }


@asynccontextmanager
async def replicas(settings: dict[str, str]) -> AsyncIterator[list[BotProcess]]:
    bots = [BotProcess(settings, os.environ) for _ in range(2)]
    try:
        for bot in bots:
            await bot.start()
        await until_answered(lambda: one_sends(bots), "one of them to send")
        yield bots
    finally:
        for bot in bots:
            await bot.stop()


async def sends(bot: BotProcess) -> bool:
    """Whether the process says that it is the sender."""
    async with aiohttp.ClientSession() as session, session.get(f"{bot.url}/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
    (value,) = [sample.value for family in families for sample in family.samples if sample.name == "lipsync_is_sender"]
    return value == 1


async def one_sends(bots: list[BotProcess]) -> bool:
    return [await sends(bot) for bot in bots].count(True) == 1


async def watch(slack: SlackSandbox, bot: BotProcess) -> None:
    slack.bot_url = bot.url
    answer = await slack.command("U0ANA", PLACE, "watch batch-1")
    assert answer.ok
    await slack.workspace.wait_for(lambda workspace: workspace.messages(PLACE) != [], timeout_seconds=30)


async def killed_while_posting(
    slack: SlackSandbox, account: Account, bots: list[BotProcess], failing: str, kind: str
) -> float:
    """The sender is killed when its post is in, before the answer; seconds until the other sends."""
    (sender,) = [bot for bot in bots if await sends(bot)]
    (other,) = [bot for bot in bots if bot is not sender]
    killed_at: list[float] = []

    async def kill(method: str, _: Fields, __: Fields) -> None:
        if method == "chat.postMessage" and not killed_at:
            killed_at.append(time.monotonic())
            await sender.kill()

    slack.hooks.after = kill
    account.fail(failing, kind)

    async def has_taken_over() -> bool:
        return bool(killed_at) and await sends(other)

    await until_answered(has_taken_over, "the other to send", shows=lambda: other.said)
    took = time.monotonic() - killed_at[0]
    slack.hooks.after = None
    await sender.start()
    return took


async def followed(bots: list[BotProcess]) -> None:
    """A sender that ends in order is followed as well."""
    (sender,) = [bot for bot in bots if await sends(bot)]
    (other,) = [bot for bot in bots if bot is not sender]
    await sender.stop()
    await until_answered(lambda: sends(other), "the other to send")


async def all_is_told(slack: SlackSandbox) -> bool:
    texts = " ".join(message.text for message in slack.workspace.messages(PLACE))
    return all(kind in texts for kind in KINDS)
