"""Runs the bot until it is told to stop, and loads nothing of the command line, which would stay in memory."""

import asyncio
import gc
import os
import signal
import sys

import structlog

from bot import __version__, log, settings
from bot.app import make_app
from bot.errors import SettingsError
from bot.scheduler import SystemClock
from bot.settings import LogFormat, Settings

WRONG_SETTINGS = 2
_TURN_SECONDS = 0.0005
logger = structlog.get_logger(__name__)


def prepared(*needed: str, only: tuple[str, ...] | None = None) -> Settings:
    """The settings of this process, its log set up by them; raises `SettingsError`."""
    environment = settings.environment()
    foreign = settings.forget_foreign(environment)
    given = Settings.read(environment, needed=needed, only=only)
    log.configure(given.log_level, json=given.log_format is LogFormat.JSON)
    if foreign:
        logger.warning("these variables are ignored", names=foreign)
    return given


def main() -> None:
    """The command `run` on its own."""
    try:
        asyncio.run(_serve(prepared(*settings.needed_to_run(settings.environment()))))
    except SettingsError as error:
        sys.stderr.writelines(f"{problem}\n" for problem in error.problems)
        sys.exit(WRONG_SETTINGS)


def keep_for_good() -> None:
    """Spare the collector all that was loaded by now: looking through it held the whole bot up for 0.1 s each time."""
    gc.collect()
    gc.freeze()


def share_often() -> None:
    """Give the event loop its turn soon while threads compute: at 5 ms each, a look would hold it up several times."""
    sys.setswitchinterval(_TURN_SECONDS)


async def _serve(given: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked_to_stop() -> None:
        if stop.is_set():
            os._exit(1)  # asked twice: at once
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked_to_stop)
    await _until_stopped(asyncio.create_task(_stay(given), name="bot"), asyncio.create_task(stop.wait(), name="stop"))
    logger.info("stopped")


async def _stay(given: Settings) -> None:
    """Be the bot until cancelled."""
    async with make_app(given, SystemClock()) as app:
        keep_for_good()
        share_often()
        logger.info("running", version=__version__, port=app.port, mode="socket" if given.socket_mode else "http")
        await asyncio.get_running_loop().create_future()


async def _until_stopped(bot: asyncio.Task[None], stopped: asyncio.Task[bool]) -> None:
    """Wait for whichever ends first; a bot that is still starting is stopped like a running one."""
    await asyncio.wait((bot, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not bot.done():
        logger.info("stopping")
    bot.cancel()
    stopped.cancel()
    outcome, _ = await asyncio.gather(bot, stopped, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome
