"""The real bot as a process of its own, between the two sandboxes."""

import asyncio
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.errors import LipsyncBotError

COMMAND = (sys.executable, "-m", "bot", "run")
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")
"""What the bot inherits; nothing else of the person's own environment reaches it."""
_LAST_LINES = 60
_LOOK_AGAIN_SECONDS = 0.05
_ANSWER_TIMEOUT = ClientTimeout(total=2)


class BotDiedError(LipsyncBotError):
    """The bot ended before it was ready, or was not ready in time; the text is the end of what it wrote."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether the port can be had now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass(slots=True)
class BotProcess:
    """Starts, ends and kills the bot; `variables` are its settings, without HOST and PORT."""

    variables: Mapping[str, str]
    inherited: Mapping[str, str]
    command: Sequence[str] = COMMAND
    ready_seconds: float = 30.0
    end_seconds: float = 7.0
    pick_port: Callable[[], int] = free_port
    url: str = ""
    _process: Process | None = None
    _lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    _reader: asyncio.Task[None] | None = None
    _restarting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Start on a free port (another one when somebody took it) and wait until it is ready; `BotDiedError`."""
        port = self.pick_port()
        try:
            await self._start(port)
        except BotDiedError:
            if is_free(port):
                raise
            await self._start(self.pick_port())

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL when it does not end by itself; nothing when it does not run."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.end_seconds)
        except TimeoutError:
            await self.kill()
        await self._written()

    async def restart(self, *, crash: bool = False) -> None:
        """End it in order, or by SIGKILL as a crash would, and start it again; `BotDiedError`."""
        async with self._restarting:
            await (self.kill() if crash else self.stop())
            await self.start()

    async def kill(self) -> None:
        """SIGKILL, as a crash."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await self._written()

    @property
    def said(self) -> str:
        """The last lines that it wrote, on any of its outputs."""
        return "".join(self._lines)

    async def _start(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        inherited = {name: self.inherited[name] for name in KEPT if name in self.inherited}
        environment = {**inherited, **self.variables, "HOST": "127.0.0.1", "PORT": str(port)}
        self._lines.clear()
        # Ctrl-C in the terminal must reach only the demo, which then ends the bot in order: hence the new session.
        self._process = await asyncio.create_subprocess_exec(
            *self.command, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=STDOUT,
            start_new_session=True,
        )  # fmt: skip
        self._reader = asyncio.create_task(self._listen(self._process))
        try:
            await asyncio.wait_for(self._ready(self._process), self.ready_seconds)
        except (TimeoutError, BotDiedError):
            await self.stop()
            raise BotDiedError(self.said or "the bot wrote nothing") from None

    async def _ready(self, process: Process) -> None:
        # Whoever has taken the port may never answer, while the bot has long ended.
        async with ClientSession(timeout=_ANSWER_TIMEOUT) as session:
            while not await _answers(session, f"{self.url}/readyz"):
                if process.returncode is not None:
                    raise BotDiedError(f"exit code {process.returncode}")
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _listen(self, process: Process) -> None:
        if process.stdout is not None:
            while line := await process.stdout.readline():
                self._lines.append(line.decode(errors="replace"))

    async def _written(self) -> None:
        if self._reader is not None:
            await self._reader


async def _answers(session: ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except (ClientError, OSError):
        return False
