"""The bot as a whole process between the two sandbox servers."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox

UNSENT = ("pending", "sending", "in_doubt", "parked")
_PASSED_ON = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class BotProcess:
    """One bot that can be started again and again on the same database; its log goes to `log`."""

    environment: dict[str, str]
    port: int
    log: Path
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    @classmethod
    def against(cls, slack: SlackSandbox, api: ChamelaionSandbox, folder: Path, **more: str) -> Self:
        """A bot in HTTP mode that the sandbox workspace talks to."""
        port = free_port()
        slack.bot_url = f"http://127.0.0.1:{port}"
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_SIGNING_SECRET": "sandbox-secret",
            "SLACK_API_URL": slack.api_url,
            "CHAMELAION_API_KEY": "sandbox-key",
            "CHAMELAION_BASE_URL": api.base_url,
            "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "API_CALLS_PER_MINUTE": "60000",
            **more,
        }
        return cls(environment, port, folder / "bot.log")

    async def start(self, deadline_seconds: float = 20) -> None:
        """Start it, and wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=self.environment, stderr=log, stdout=log
            )
        async with asyncio.timeout(deadline_seconds), aiohttp.ClientSession() as session:
            while not await self._is_ready(session):
                if self._process.returncode is not None:
                    raise AssertionError(f"the bot ended at once:\n{self.log.read_text()[-4_000:]}")

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.02)
            return False

    def send(self, what: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(what)

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self, deadline_seconds: float = 10) -> int:
        """Ask it to stop; its exit code. What does not stop in time is killed."""
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(deadline_seconds):
                return await self.ended()
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.ended()
            raise

    async def metrics(self) -> dict[str, float]:
        """The metrics, by name and label value."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.port}/metrics") as answer,
        ):
            text = await answer.text()
        return {
            " ".join((sample.name, *sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    async def until_idle(self, deadline_seconds: float = 60) -> None:
        """Wait until it has looked since its start and everything was posted for certain."""
        async with asyncio.timeout(deadline_seconds):
            while not _is_idle(await self.metrics()):
                await asyncio.sleep(0.1)


def _is_idle(metrics: dict[str, float]) -> bool:
    unsent = sum(metrics[f"lipsync_announcements {state}"] for state in UNSENT)
    return metrics["lipsync_looks_total"] >= 2 and not unsent
