"""Starting, as whole processes: the import of the bot, the way to /healthz, and memory after a first look."""

import asyncio
import os
import re
import sys
import time
from asyncio.subprocess import DEVNULL, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import ClientError, ClientSession

from benchmarks.report import Ceiling, Report, run, times
from benchmarks.rounds import ratio
from benchmarks.world import bot_settings
from bot.sandbox.account import Account
from bot.sandbox.bot_process import KEPT, free_port
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock

CEILING = 90.0  # MiB
PARTS = (
    "import aiohttp.web, apscheduler.schedulers.asyncio, chamelaion, prometheus_client, pydantic, sqlite3, structlog,"
    "sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite, slack_bolt.adapter.socket_mode.aiohttp, wcmatch"
)
IMPORTS = {"Python alone": "pass", "its libraries": PARTS, "the bot": "import bot.serve"}
_AGAIN_SECONDS = 0.005


async def measured(quick: bool) -> Report:
    rounds = 1 if quick else 7
    imports: dict[str, list[float]] = {name: [] for name in IMPORTS}
    starts: list[float] = []
    memory: list[float] = []
    for _ in range(rounds):
        for name, code in IMPORTS.items():
            imports[name].append(await _imported(code))
        seconds, mebibytes = await _started()
        starts.append(seconds)
        memory.append(mebibytes)
    bare = imports["its libraries"]
    rows = [(f"import: {name}", f"{median(taken):.2f} s", times(ratio(taken, bare))) for name, taken in imports.items()]
    rows.append(("from nothing to /healthz", f"{median(starts):.2f} s", times(ratio(starts, bare))))
    rows.append(("memory at rest", f"{median(memory):.0f} MiB", ""))
    return Report(
        title="Starting, as whole processes",
        columns=("", "", "× its libraries"),
        rows=rows,
        notes=["Memory is what is resident after the first look; SQLite, HTTP mode."],
        ceilings=[Ceiling("memory at rest", median(memory), CEILING, "MiB")],
    )


async def _imported(code: str) -> float:
    start = time.perf_counter()
    process = await create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == 0
    return time.perf_counter() - start


async def _started() -> tuple[float, float]:
    """Seconds to the first 200 of /healthz, and MiB of resident memory after the first look."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        account = Account(clock, seed=1)
        account.submit("batch-1", 100)
        slack = await stack.enter_async_context(SlackSandbox(clock=clock))
        api = await stack.enter_async_context(ChamelaionSandbox(account, clock))
        session = await stack.enter_async_context(ClientSession())
        start = time.perf_counter()
        pid, url = await stack.enter_async_context(_bot(bot_settings(slack, api.base_url, folder)))
        await _until(session, f"{url}/healthz", "")
        seconds = time.perf_counter() - start
        await _until(session, f"{url}/metrics", r"lipsync_looks_total [1-9]")
        return seconds, await _resident(pid)


@asynccontextmanager
async def _bot(variables: dict[str, str]) -> AsyncIterator[tuple[int, str]]:
    port = free_port()
    inherited = {name: os.environ[name] for name in KEPT if name in os.environ}
    process = await create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        env=inherited | variables | {"HOST": "127.0.0.1", "PORT": str(port)}, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _until(session: ClientSession, url: str, pattern: str) -> None:
    """Ask again and again until the answer is 200 and has this in it."""
    async with asyncio.timeout(60):
        while True:
            if await _has(session, url, pattern):
                return
            await asyncio.sleep(_AGAIN_SECONDS)


async def _has(session: ClientSession, url: str, pattern: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200 and bool(re.search(pattern, await answer.text()))
    except (ClientError, OSError):
        return False


async def _resident(pid: int) -> float:
    process = await create_subprocess_exec("ps", "-o", "rss=", "-p", str(pid), stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    return int(told) / 1024


if __name__ == "__main__":
    run(measured)
