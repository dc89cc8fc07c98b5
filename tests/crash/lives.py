"""Lives of the bot, one after the other, each ended by a kill."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from tests.processes import PATIENCE_SECONDS, ROOT

KILLED = -signal.SIGKILL
_KEPT = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")
NOWHERE = ("", 0)


@dataclass
class Lives:
    """Starts the bot with `variables` as often as is wished; all of its lives write to `log`."""

    launcher: Process
    variables: Mapping[str, str]
    log: Path
    pid: int | None = None
    begun: int = 0

    async def begin(self, point: str = "", hit: int = 0) -> asyncio.Task[int]:
        """Begin a life, which ends by itself at the `hit`-th passage of `point`; the task is done when it has ended."""
        assert self.pid is None
        order = {"variables": dict(self.variables), "point": point, "hit": hit, "log": str(self.log)}
        assert self.launcher.stdin is not None
        self.launcher.stdin.write(json.dumps(order).encode() + b"\n")
        self.pid = (await self._told())["pid"]
        self.begun += 1
        return asyncio.create_task(self._ended())

    def kill(self) -> None:
        """SIGKILL, from outside; nothing when it has ended."""
        self._signal(signal.SIGKILL)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        if self.pid is not None:
            with suppress(ProcessLookupError):  # it has ended, and the launcher has not told yet
                os.kill(self.pid, number)

    async def _ended(self) -> int:
        status = (await self._told())["ended"]
        self.pid = None
        if status == 1:
            raise AssertionError(f"a life ended by a fault:\n{self.tail}")
        return status

    async def _told(self) -> dict[str, int]:
        assert self.launcher.stdout is not None
        line = await self.launcher.stdout.readline()
        assert line, "the launcher is gone"
        told: dict[str, int] = json.loads(line)
        return told

    @property
    def tail(self) -> str:
        """The last lines that the bot wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:])


@asynccontextmanager
async def lives(variables: Mapping[str, str], folder: Path) -> AsyncIterator[Lives]:
    """A launcher for one world; whoever lives is killed at the end."""
    inherited = {name: os.environ[name] for name in _KEPT if name in os.environ}
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crash.launcher",
        env=inherited | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
    )  # fmt: skip
    made = Lives(launcher, variables, folder / "bot.log")
    try:
        yield made
    finally:
        made.kill()
        assert launcher.stdin is not None
        launcher.stdin.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await launcher.wait()


def variables(slack: SlackSandbox, api: ChamelaionSandbox, url: str) -> dict[str, str]:
    """The settings: everything as fast as it goes."""
    return {
        "SLACK_BOT_TOKEN": slack.tokens.bot,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.api_url,
        "CHAMELAION_API_KEY": "sandbox-key",
        "CHAMELAION_BASE_URL": api.base_url,
        "DATABASE_URL": url,
        "HOST": "127.0.0.1",
        "PORT": "0",
        "API_CALLS_PER_MINUTE": "60000",
        "POLL_INTERVAL": "0.2",
        "SETTLE_SECONDS": "0",
        "CARD_INTERVAL": "0.3",
        "QUIET_SECONDS": "1",
    }
