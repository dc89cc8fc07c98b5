"""The demo as people start it: one line, a page that answers, and nothing left behind."""

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.domain.progress import summarise
from bot.domain.prospect import prospect
from bot.domain.queue import Around
from bot.sandbox import demo_world
from bot.sandbox.bot_process import BotDiedError, BotProcess, free_port, is_free
from bot.sandbox.demo import EXIT_BOT_DIED, run_demo
from bot.sandbox.page_state import SLACKBOT
from bot.sandbox.workspace import Workspace, furnish
from tests.fakes import FakeClock

QUIET_BOT = """
import http.server, os, pathlib, signal, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_): pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("settings:", *sorted(os.environ))
print("database:", os.environ.get("DATABASE_URL"), flush=True)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Ready).serve_forever()
"""
DEAF_BOT = QUIET_BOT.replace("lambda *_: sys.exit(0)", "signal.SIG_IGN")
NEVER_READY = "import time; print('waiting', flush=True); time.sleep(60)"
BROKEN_BOT = "import sys; print('CHAMELAION_API_KEY is wrong', file=sys.stderr); sys.exit(2)"


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def around(text: str, *, ready_seconds: float = 30, end_seconds: float = 10) -> BotProcess:
    return BotProcess({"SLACK_BOT_TOKEN": "xoxb-made-up"}, os.environ, program(text), ready_seconds, end_seconds)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in text.split()]


# --- the world ---


def test_the_account_tells_its_stories_in_the_promised_time() -> None:
    clock = FakeClock()
    account = demo_world.account(clock)

    def open_after(reference: str, minutes: float) -> int:
        return summarise(reference, account.requests(clock.now() + timedelta(minutes=minutes), reference)).open

    assert open_after("promo-fr", 0) == 0
    assert open_after("trailer-jp", 0.5) > 0
    assert open_after("trailer-jp", 2) == 0
    assert open_after("batch-2026-04", 2) > 0
    assert open_after("batch-2026-04", 5) == 0
    assert open_after("order-12345-japanese-dub", 0.2) == 1
    assert open_after("series-s02", 13) > 0
    assert open_after("series-s02", 20) == 0


@pytest.mark.parametrize("minutes", [0.5, 1, 2])
def test_a_finish_is_foretold_within_two_minutes(minutes: float) -> None:
    clock = FakeClock()
    account = demo_world.account(clock)
    now = clock.now() + timedelta(minutes=minutes)
    latest = [
        (each.created_at.timestamp(), each.started_at.timestamp(), each.finished_at.timestamp())
        for each in account.requests(now)
        if each.finished_at is not None and each.started_at is not None
    ]
    for name in ("batch-2026-04", "series-s02"):
        rows = account.requests(now, name)
        found = prospect(name, rows, Around(latest=tuple(latest)), read_at=now, at=now)
        assert found is not None
        assert found.prospect.finish is not None
        assert now <= found.prospect.finish.likely


_MOVING = ("batch-2026-04", "trailer-jp", "order-12345-japanese-dub", "series-s02")


def test_the_batches_have_the_promised_sizes_and_failures() -> None:
    clock = FakeClock()
    account = demo_world.account(clock)
    end = clock.now() + timedelta(hours=1)
    told = {
        name: summarise(name, account.requests(end, name))
        for name in (
            "batch-2026-04",
            "trailer-jp",
            "order-12345-japanese-dub",
            "promo-fr",
            "series-s02",
            "interview-es",
        )
    }
    assert {name: each.total for name, each in told.items()} == {
        "batch-2026-04": 120,
        "trailer-jp": 20,
        "order-12345-japanese-dub": 1,
        "promo-fr": 40,
        "series-s02": 250,
        "interview-es": 6,
    }
    assert told["interview-es"].processing == 1
    assert (told["trailer-jp"].failed, told["promo-fr"].failed) == (0, 2)
    assert len(told["batch-2026-04"].kinds) == 3


def test_the_first_view_says_what_can_be_typed() -> None:
    workspace = furnish(Workspace(FakeClock()))
    demo_world.welcome(workspace)
    last = workspace.history("C0DUBBINGDE")[0]
    assert last.user == SLACKBOT.id
    for typed in (
        "/lipsync status batch-2026-04",
        "/lipsync watch batch-2026-04",
        "/lipsync deadline batch-2026-04 in 1m",
        "/lipsync help",
    ):
        assert typed in str(last.blocks)


# --- the bot as a process ---


@pytest.mark.processes
async def test_the_bot_gets_its_settings_and_nothing_of_the_persons_own() -> None:
    inherited = {**os.environ, "SLACK_APP_TOKEN": "xapp-mine", "CHAMELAION_API_KEY": "mine", "HTTP_PROXY": "http://x"}
    bot = BotProcess({"SLACK_BOT_TOKEN": "xoxb-made-up"}, inherited, program(QUIET_BOT))
    await bot.start()
    await bot.stop()
    names = bot.said.splitlines()[0].split()
    assert {"SLACK_BOT_TOKEN", "HOST", "PORT", "PATH"} <= set(names)
    assert not {"SLACK_APP_TOKEN", "CHAMELAION_API_KEY", "HTTP_PROXY"} & set(names)


@pytest.mark.processes
async def test_a_bot_can_be_stopped_killed_and_started_again() -> None:
    bot = around(QUIET_BOT)
    await bot.stop()
    await bot.start()
    port = int(bot.url.rpartition(":")[2])
    assert not is_free(port)
    await bot.kill()
    assert is_free(port)
    await bot.start()
    await bot.stop()
    await bot.kill()
    assert is_free(int(bot.url.rpartition(":")[2]))


@pytest.mark.processes
async def test_restarts_at_the_same_time_leave_one_bot() -> None:
    bot, before = around(QUIET_BOT), children(os.getpid())
    await bot.start()
    await asyncio.gather(bot.restart(), bot.restart(crash=True))
    port = int(bot.url.rpartition(":")[2])
    await bot.stop()
    assert is_free(port)
    assert children(os.getpid()) == before


@pytest.mark.processes
async def test_a_bot_that_dies_at_its_start_is_told_with_what_it_wrote() -> None:
    with pytest.raises(BotDiedError, match="CHAMELAION_API_KEY is wrong"):
        await around(BROKEN_BOT).start()
    with pytest.raises(BotDiedError, match="wrote nothing"):
        await around("pass").start()


@pytest.mark.processes
async def test_a_bot_that_is_never_ready_is_ended() -> None:
    with pytest.raises(BotDiedError, match="waiting"):
        await around(NEVER_READY, ready_seconds=1).start()


@pytest.mark.processes
async def test_a_bot_that_does_not_end_by_itself_is_killed() -> None:
    bot = around(DEAF_BOT, end_seconds=0.3)
    await bot.start()
    await bot.stop()
    assert is_free(int(bot.url.rpartition(":")[2]))


@pytest.mark.processes
async def test_a_bot_whose_port_was_taken_meanwhile_gets_another_one() -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        taken = somebody.getsockname()[1]
        ports = iter((taken, free_port()))
        bot = BotProcess({}, os.environ, program(QUIET_BOT), pick_port=lambda: next(ports))
        await bot.start()
        assert bot.url != f"http://127.0.0.1:{taken}"
        await bot.stop()


def test_a_port_that_nobody_has_is_free() -> None:
    assert is_free(free_port())


# --- the demo ---


async def ended(process: Process, seconds: float = 8) -> tuple[int, str, str]:
    """Wait for the end of a process; its exit code and what is left of its outputs."""
    out, err = await asyncio.wait_for(process.communicate(), seconds)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@asynccontextmanager
async def demo(folder: Path, **more: str) -> AsyncIterator[tuple[Process, str]]:
    """The demo in its own process, and the line it printed."""
    environment = {**os.environ, "TMPDIR": str(folder), **more}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", env=environment, stdout=PIPE, stderr=PIPE
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 40)).decode()
        yield process, line.strip()
    finally:
        if process.returncode is None:
            process.terminate()  # not SIGKILL, after which nobody would end the bot
            await ended(process)


@pytest.mark.processes
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_the_demo_prints_one_line_serves_its_page_and_leaves_nothing(
    tmp_path: Path, sent: signal.Signals
) -> None:
    async with demo(tmp_path, SLACK_BOT_TOKEN="xoxb-mine", SLACK_APP_TOKEN="xapp-mine") as (process, url):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
        (child,) = children(process.pid)
        async with ClientSession() as http, http.get(url) as response:
            assert "<title>" in await response.text()
        process.send_signal(sent)
        assert await ended(process) == (0, "", "")
    assert not is_there(child)
    assert left_in(tmp_path) == []


@pytest.mark.processes
async def test_a_command_on_the_page_is_answered_by_the_real_bot(tmp_path: Path) -> None:
    async with demo(tmp_path) as (process, url), ClientSession() as http:
        async with http.get(f"{url}state?user=U0ANA") as response:
            n = (await response.json())["n"]
        fields = {"user": "U0ANA", "channel": "C0DUBBINGDE", "text": "/lipsync status promo-fr"}
        async with http.post(f"{url}command", json=fields) as response:
            assert await response.json() == {"ok": True, "error": None}
        async with asyncio.timeout(10), http.get(f"{url}changes?user=U0ANA&since={n}") as response:
            while "38 done" not in (await response.content.readline()).decode():
                pass
        process.terminate()
        assert (await ended(process))[0] == 0


class Terminal:
    """What the demo prints; `then` is done with the first line."""

    def __init__(self, then: Callable[[str], None] | None = None) -> None:
        self.then, self.told, self.complaints = then, list[str](), list[str]()

    def tell(self, line: str) -> None:
        self.told.append(line)
        if self.then is not None:
            self.then(line)

    async def run(self, bot: str) -> int:
        return await run_demo(
            clock=FakeClock(),
            environment=os.environ,
            tell=self.tell,
            complain=self.complaints.append,
            bot_command=program(bot),
        )


@pytest.mark.processes
async def test_the_output_of_a_bot_that_does_not_start_is_shown() -> None:
    terminal = Terminal()
    assert await terminal.run(BROKEN_BOT) == EXIT_BOT_DIED
    assert terminal.told == []
    assert "CHAMELAION_API_KEY is wrong" in terminal.complaints[0]


@pytest.mark.processes
async def test_a_signal_while_the_bot_starts_ends_the_demo() -> None:
    terminal = Terminal()
    asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGTERM)
    assert await terminal.run(NEVER_READY) == 0
    assert (terminal.told, terminal.complaints) == ([], [])


@pytest.mark.processes
async def test_the_bot_can_be_crashed_and_restarted_from_the_page() -> None:
    work: list[asyncio.Task[None]] = []

    async def use(url: str) -> None:
        async with ClientSession() as http:
            for what in ("kill", "restart"):
                async with http.post(f"{url}world", json={"what": what}) as response:
                    assert await response.json() == {"ok": True, "error": None}
            async with http.get(f"{url}state?user=U0ANA") as response:
                assert "batch-2026-04" in (await response.json())["offers"]["references"]
        os.kill(os.getpid(), signal.SIGINT)

    terminal = Terminal(lambda url: work.append(asyncio.create_task(use(url))))
    assert await terminal.run(QUIET_BOT) == 0
    await work[0]
