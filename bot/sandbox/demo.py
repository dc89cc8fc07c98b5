"""The demo: a made-up Slack and a made-up Chamelaion on loopback, the real bot between them, and a page to use it."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ports import Clock
from bot.sandbox import demo_deeds, demo_world
from bot.sandbox.bot_process import COMMAND, BotDiedError, BotProcess
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.demo_deeds import Surroundings
from bot.sandbox.gallery import document
from bot.sandbox.page import Page
from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox

EXIT_BOT_DIED = 1
_PACE = {
    "POLL_INTERVAL": "2",
    "SETTLE_SECONDS": "12",
    "CARD_INTERVAL": "3",
    "QUIET_SECONDS": "8",
    "API_CALLS_PER_MINUTE": "600",
}
"""Faster than in real life, so that there is something to see."""


async def run_demo(
    *,
    clock: Clock,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    complain: Callable[[str], None],
    port: int = 0,
    log_level: str = "WARNING",
    commands: Iterable[tuple[str, str]] = (),
    gallery: Sequence[Fields] = (),
    shortcuts: Sequence[Fields] = (),
    bot_command: Sequence[str] = COMMAND,
) -> int:
    """Run until Ctrl-C or SIGTERM; the exit code, 1 when the bot did not start (then its output goes to `complain`).

    `tell` gets one line, the page's address. `commands` are the words that the page offers, each with what it does;
    `gallery` are the messages and views that it shows, `shortcuts` the app's as in its manifest; of `environment` the
    bot gets only what any program needs.
    """
    stop = _stopped_by_signals()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackSandbox(clock=clock))
        account = demo_world.account(clock)
        api = await stack.enter_async_context(ChamelaionSandbox(account, clock))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="lipsync-demo-")))
        demo_world.welcome(slack.workspace)
        variables = {**_settings(slack, api, folder), "LOG_LEVEL": log_level}
        bot = BotProcess(variables, environment, bot_command)
        stack.push_async_callback(bot.stop)
        if not await _started(bot, slack, stop, complain):
            return 0 if stop.is_set() else EXIT_BOT_DIED
        around = Surroundings(clock, slack, api, account, bot)
        page = Page(slack, tuple(commands), around.references, demo_world.TOPICS, demo_deeds.all_of(around), port=port)
        page.gallery, page.shortcuts = document(gallery, clock) if gallery else "", tuple(shortcuts)
        await stack.enter_async_context(page)
        tell(page.url)
        await stop.wait()
    return 0


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


def _settings(slack: SlackSandbox, api: ChamelaionSandbox, folder: Path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.tokens.bot,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "CHAMELAION_API_KEY": api.key,
        "CHAMELAION_BASE_URL": api.base_url,
        "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
        **_PACE,
    }


async def _started(bot: BotProcess, slack: SlackSandbox, stop: asyncio.Event, complain: Callable[[str], None]) -> bool:
    """Whether the bot is ready; a signal while it starts ends the waiting."""
    start, ended = asyncio.create_task(bot.start()), asyncio.create_task(stop.wait())
    await asyncio.wait((start, ended), return_when=asyncio.FIRST_COMPLETED)
    for task in (start, ended):
        task.cancel()
    results = await asyncio.gather(start, ended, return_exceptions=True)
    slack.bot_url = bot.url
    if isinstance(results[0], BotDiedError):
        complain(str(results[0]))
    return results[0] is None and not stop.is_set()
