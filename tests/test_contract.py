"""The contract with the outside: whole processes of the bot between the two sandbox servers."""

import asyncio
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.account import Account
from bot.sandbox.chamelaion_faults import Fault
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA as ANA_USER
from bot.scheduler import SystemClock
from tests.processes import Program, finished, program, until, until_answered

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="module")]

ANA, DE = ANA_USER.id, "C0DUBBINGDE"
BOT_TOKEN, APP_TOKEN = "xoxb-7264-hidden", "xapp-7264-hidden"
SIGNING_SECRET, KEY = "signing-7264-hidden", "key-7264-hidden"
TRAPS = {
    "SLACK_CLIENT_ID": "111.222",
    "SLACK_CLIENT_SECRET": "nonsense",
    "CHAMELAION_BEARER_TOKEN": "nonsense",
    "CHAMELAION_CUSTOM_HEADERS": "x-api-key: nonsense",
    "CHAMELAION_LOG": "debug",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}


@dataclass
class Outside:
    """What the bot speaks with, and the settings that lead it there."""

    slack: SlackSandbox
    api: ChamelaionSandbox
    account: Account
    session: ClientSession

    def settings(self, folder: Path, **changes: str) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": self.slack.api_url,
            "CHAMELAION_API_KEY": KEY,
            "CHAMELAION_BASE_URL": self.api.base_url,
            "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "POLL_INTERVAL": "0.5",
            "API_CALLS_PER_MINUTE": "60000",
            "LOG_FORMAT": "json",
        } | changes

    async def get(self, port: int, path: str) -> int:
        async with self.session.get(f"http://127.0.0.1:{port}{path}") as response:
            return response.status

    async def is_ready(self, port: int) -> bool:
        return await self.get(port, "/readyz") == 200

    async def asks(self, text: str) -> str:
        """What Ana is answered to a command."""
        before = len(self.slack.workspace.ephemerals(ANA, DE))
        delivered = await self.slack.command(ANA, DE, text)
        assert delivered.ok, delivered
        await self.slack.workspace.wait_for(lambda w: len(w.ephemerals(ANA, DE)) > before)
        return self.slack.workspace.ephemerals(ANA, DE)[-1].text


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def outside() -> AsyncIterator[Outside]:
    clock = SystemClock()
    account = Account(clock, seed=1)
    slack = SlackSandbox(clock=clock, bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SIGNING_SECRET)
    async with slack, ChamelaionSandbox(account, clock, key=KEY) as api, ClientSession() as session:
        account.submit("batch-2026-04", 30)
        account.finish("batch-2026-04")
        yield Outside(slack, api, account, session)


@pytest.fixture(autouse=True)
def _everything_works(outside: Outside) -> None:
    outside.slack.faults.clear()
    outside.slack.tokens.refusal = None
    outside.slack.bot_url = None
    outside.api.faults.clear()
    outside.api.key_ok = True


async def _stopped(bot: Program, within: float = 8) -> int:
    began = time.monotonic()
    bot.process.send_signal(signal.SIGTERM)
    code = await bot.ended()
    assert time.monotonic() - began < within
    return code


# --- what keeps it from starting ---


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _lines(bot: Program) -> list[str]:
    assert "Traceback" not in bot.stderr
    assert bot.stdout == ""
    return [line for line in bot.stderr.splitlines() if not line.startswith("{")]


async def test_without_settings_it_says_in_one_line_each_what_is_missing(tmp_path: Path) -> None:
    code, bot = await finished("run", variables={"PORT": "web"}, folder=tmp_path)
    assert code == 2
    assert [line.split()[0] for line in _lines(bot)] == [
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "CHAMELAION_API_KEY",
        "PORT",
    ]
    assert not _files(tmp_path)


async def test_a_refused_bot_token_is_told_in_one_line(outside: Outside, tmp_path: Path) -> None:
    outside.slack.tokens.refusal = "invalid_auth"
    code, bot = await finished("run", variables=outside.settings(tmp_path))
    (line,) = _lines(bot)
    assert code == 2
    assert line.startswith("SLACK_BOT_TOKEN: Slack refuses it (invalid_auth); ")


async def test_a_refused_app_token_is_told_in_one_line(outside: Outside, tmp_path: Path) -> None:
    code, bot = await finished("run", variables=outside.settings(tmp_path, SLACK_APP_TOKEN="xapp-another"))
    (line,) = _lines(bot)
    assert code == 2
    assert line.startswith("SLACK_APP_TOKEN: Slack refuses it (invalid_auth); ")


async def test_a_port_that_is_taken_is_told_in_one_line(outside: Outside, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, bot = await finished("run", variables=outside.settings(tmp_path, PORT=port))
    (line,) = _lines(bot)
    assert code == 2
    assert line.startswith(f"HOST, PORT: cannot listen on 127.0.0.1:{port} (")


async def test_the_database_of_a_newer_version_is_left_alone(outside: Outside, tmp_path: Path) -> None:
    settings = outside.settings(tmp_path)
    code, migrated = await finished("migrate", variables=settings)
    assert (code, migrated.stdout) == (0, "The database is up to date.\n")
    with closing(sqlite3.connect(tmp_path / "lipsync.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    for code, bot in await asyncio.gather(*(finished(word, variables=settings) for word in ("run", "migrate"))):
        (line,) = _lines(bot)
        assert code == 2
        assert line.startswith("DATABASE_URL: the database was written by a newer version")


async def test_a_folder_that_is_not_there_is_told_in_one_line(outside: Outside, tmp_path: Path) -> None:
    code, bot = await finished("migrate", variables=outside.settings(tmp_path / "nowhere"))
    (line,) = _lines(bot)
    assert code == 2
    assert "folder must exist" in line


# --- running ---


async def test_over_http_it_answers_whatever_else_the_environment_holds(outside: Outside, tmp_path: Path) -> None:
    async with program("run", variables=outside.settings(tmp_path, LOG_LEVEL="DEBUG") | TRAPS) as bot:
        port = await bot.port()
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        await until_answered(lambda: outside.is_ready(port), "readiness", shows=lambda: bot.stderr)
        assert await outside.get(port, "/healthz") == 200
        assert "batch-2026-04" in await outside.asks("status batch-2026-04")
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        async with outside.session.post(f"http://127.0.0.1:{port}/slack/events", data="command=/lipsync") as unsigned:
            assert unsigned.status == 401
        async with outside.session.get(f"http://127.0.0.1:{port}/metrics") as response:
            families = {family.name for family in text_string_to_metric_families(await response.text())}
        assert {"lipsync_looks", "lipsync_watches", "lipsync_announcements", "lipsync_api_calls"} <= families
        assert await _stopped(bot) == 0
    assert bot.logged("stopped")
    assert set(bot.logged("these variables are ignored")["names"]) >= set(TRAPS) - {"CHAMELAION_LOG"}  # type: ignore[index] # None fails
    assert "hidden" not in bot.stderr + bot.stdout
    assert bot.stdout == ""


async def test_over_a_socket_it_answers_and_has_no_address_for_slack(outside: Outside, tmp_path: Path) -> None:
    settings = outside.settings(tmp_path, SLACK_APP_TOKEN=APP_TOKEN, SLACK_SIGNING_SECRET="")
    async with program("run", variables=settings | TRAPS) as bot:
        port = await bot.port()
        await until_answered(lambda: outside.is_ready(port), "readiness", shows=lambda: bot.stderr)
        assert "batch-2026-04" in await outside.asks("status batch-2026-04")
        async with outside.session.post(f"http://127.0.0.1:{port}/slack/events", data="x") as response:
            assert response.status == 404
        assert await _stopped(bot) == 0
    assert "hidden" not in bot.stderr + bot.stdout


async def test_it_waits_for_slack_and_does_without_the_api(outside: Outside, tmp_path: Path) -> None:
    outside.slack.faults.down = True
    async with program("run", variables=outside.settings(tmp_path)) as bot:
        port = await bot.port()
        assert await outside.get(port, "/healthz") == 200
        assert await outside.get(port, "/readyz") == 503
        outside.slack.faults.down = False
        await until_answered(lambda: outside.is_ready(port), "Slack to be found again", shows=lambda: bot.stderr)
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        await outside.slack.command(ANA, DE, "watch batch-2026-04")  # with nothing watched it looks once a minute
        outside.api.key_ok = False
        await until(lambda: bot.logged("the API cannot be read; every watch is kept"), "the key to be refused")
        assert await outside.is_ready(port)
        outside.api.key_ok = True
        await until(lambda: bot.logged("the API answers again"), "the key to work", shows=lambda: bot.stderr)
        assert await outside.get(port, "/healthz") == 200
        assert await _stopped(bot) == 0


async def test_a_token_that_is_refused_later_makes_it_unready_and_is_told_once(
    outside: Outside, tmp_path: Path
) -> None:
    async with program("run", variables=outside.settings(tmp_path)) as bot:
        port = await bot.port()
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        await until_answered(lambda: outside.is_ready(port), "readiness", shows=lambda: bot.stderr)
        outside.slack.tokens.refusal = "token_revoked"
        await outside.slack.command(ANA, DE, "watch batch-2026-04")
        await until(
            lambda: bot.logged("Slack cannot be used; nothing is lost"), "the refusal", shows=lambda: bot.stderr
        )
        assert await outside.get(port, "/readyz") == 503
        assert await outside.get(port, "/healthz") == 200
        assert await _stopped(bot) == 0
    assert [line["why"] for line in bot.log if line["event"].startswith("Slack cannot be used")] == ["token_revoked"]


async def test_it_can_be_stopped_while_it_starts(outside: Outside, tmp_path: Path) -> None:
    outside.slack.faults.add("auth.test", "slow", seconds=30)
    async with program("run", variables=outside.settings(tmp_path)) as bot:
        calls = len(outside.slack.calls)
        await until(lambda: not outside.slack.faults.rules, "the call that hangs", shows=lambda: bot.stderr)
        assert await _stopped(bot) == 0
    assert len(outside.slack.calls) <= calls + 1


async def test_it_ends_in_time_although_calls_hang(outside: Outside, tmp_path: Path) -> None:
    async with program("run", variables=outside.settings(tmp_path)) as bot:
        port = await bot.port()
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        hanging = outside.slack.faults.add("chat.postMessage", "slow", seconds=30)
        await outside.slack.command(ANA, DE, "watch batch-2026-04")
        await until(lambda: hanging not in outside.slack.faults.rules, "a post that hangs", shows=lambda: bot.stderr)
        outside.api.faults.add(Fault("slow", times=None, seconds=30))
        await outside.slack.command(ANA, DE, "status batch-2026-04")
        assert await _stopped(bot) == 0
    assert bot.logged("stopped")
    assert "Traceback" not in bot.stderr


async def test_a_second_signal_ends_it_at_once(outside: Outside, tmp_path: Path) -> None:
    async with program("run", variables=outside.settings(tmp_path)) as bot:
        port = await bot.port()
        outside.slack.bot_url = f"http://127.0.0.1:{port}"
        outside.api.faults.add(Fault("slow", times=None, seconds=30))
        await outside.slack.command(ANA, DE, "status batch-2026-04")
        bot.process.send_signal(signal.SIGTERM)
        await until(lambda: bot.logged("stopping"), "the end to begin", shows=lambda: bot.stderr)
        assert await _stopped(bot, within=1) == 1
    assert not bot.logged("stopped")
