"""Loads the bot once and then forks a life of it for every order: what starts in a second is there in a moment.

Reads orders, one a line, as JSON: the settings, and the point and hit at which that life ends. Answers with the
process's id, and with its exit status when it has ended.
"""

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from typing import Any

from bot import log
from bot.app import make_app
from bot.scheduler import SystemClock
from bot.serve import share_often
from bot.settings import Settings
from bot.slack import gallery  # noqa: F401  # all views are loaded before the first fork
from tests.crash.points import Passage, mortal_parts


def die() -> None:
    """End at once, as a crash does."""
    os.kill(os.getpid(), signal.SIGKILL)


async def live(order: dict[str, Any]) -> None:
    """Be the bot until killed, or until asked to stop."""
    settings = Settings.read(order["variables"])
    log.configure(settings.log_level, json=True)
    passage = Passage(order["point"], order["hit"], die)
    parts = mortal_parts(passage)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with make_app(settings, SystemClock(), parts):
        share_often()
        await stop.wait()


def child(order: dict[str, Any]) -> None:
    """The forked process; whatever happens it ends here."""
    try:
        written = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(written, stream)
        asyncio.run(live(order))
        os._exit(0)
    except BaseException:  # noqa: BLE001 - it must never come back as a second launcher
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def main() -> None:
    """Start here."""
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(order)
        _tell(pid=pid)
        _, status = os.waitpid(pid, 0)
        _tell(ended=os.waitstatus_to_exitcode(status))


def _tell(**what: int) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
