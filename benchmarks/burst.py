"""Bursts of 1,000 signed commands, all at once and each on a connection of its own, against one bot process."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import ClientSession, web

from benchmarks.beside import beside, listen
from benchmarks.report import Ceiling, Report, run
from benchmarks.rounds import percentile
from benchmarks.slack_client import Line, raw_command, typed
from benchmarks.world import world
from bot.slack.guard import TOO_BUSY

COMMANDS = 1_000
CEILING = 3.0  # seconds
REFERENCES = 10
_WORDS = ("status batch-{}", "failures batch-{}", "watches", "help")
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Stage:
    """What the process beside tells: where the bot is, what to send, and where to ask how many were answered."""

    bot_url: str
    forms: tuple[str, ...]
    answers_url: str


@dataclass(frozen=True, slots=True)
class Burst:
    """What became of one burst: seconds to each acknowledgement and to the last answer, and how many were answered."""

    seconds: tuple[float, ...]
    busy: int
    answered: int
    took: float


async def measured(quick: bool) -> Report:
    rounds, number = (1, 50) if quick else (5, COMMANDS)
    bursts = [await _burst(number) for _ in range(rounds)]
    last = median(max(burst.seconds) for burst in bursts)
    return Report(
        title=f"{number:,} signed commands at once, each on a connection of its own: {rounds} bursts",
        columns=("", "median", "worst"),
        rows=[
            _row("acknowledged, p50", [percentile(burst.seconds, 0.5) for burst in bursts]),
            _row("acknowledged, p99", [percentile(burst.seconds, 0.99) for burst in bursts]),
            _row("acknowledged, last", [max(burst.seconds) for burst in bursts]),
            _row("until the last answer", [burst.took for burst in bursts]),
            ('told "too busy"', "", str(max(burst.busy for burst in bursts))),
            ("answered", "", f"{min(burst.answered for burst in bursts)} of {number}"),
        ],
        notes=["Times begin with the burst, so they have the client's own work in them. Each bot is a new one."],
        ceilings=[Ceiling("the last acknowledgement", last, CEILING, "s")],
    )


def _row(name: str, seconds: Sequence[float]) -> tuple[str, str, str]:
    return name, f"{median(seconds):.2f} s", f"{max(seconds):.2f} s"


async def _burst(number: int) -> Burst:
    with TemporaryDirectory() as folder, beside(stage, Path(folder), number) as given:
        commands = [raw_command(form) for form in given.forms]
        start = time.perf_counter()
        acks = await asyncio.gather(*(_acknowledged(given.bot_url, command) for command in commands))
        busy = sum(TOO_BUSY in body for _, body in acks)
        answered = await _answered(given.answers_url, number - busy)
        return Burst(tuple(each for each, _ in acks), busy, answered, time.perf_counter() - start)


async def _acknowledged(url: str, command: bytes) -> tuple[float, str]:
    start = time.perf_counter()
    line = await Line.open(url)
    status, body = await line.ask(command)
    seconds = time.perf_counter() - start
    await line.close()
    assert status == web.HTTPOk.status_code, body
    return seconds, body


async def _answered(url: str, wanted: int) -> int:
    """How many people got an answer, once all have or a minute has passed."""
    answered = 0
    async with ClientSession() as session:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_WAIT):
                while answered < wanted:
                    await asyncio.sleep(0.1)
                    async with session.get(url) as told:
                        answered = int(await told.text())
    return answered


@asynccontextmanager
async def stage(folder: Path, number: int) -> AsyncIterator[Stage]:
    """The sandboxes, and the bot as a process of its own."""
    async with world(folder, API_CALLS_PER_MINUTE="600") as given:
        for reference in range(REFERENCES):
            given.account.submit(f"batch-{reference}", 40)

        async def answers(_: web.Request) -> web.Response:
            return web.Response(text=str(len({each.url_id for each in given.slack.answers if each.outcome == "ok"})))

        application = web.Application()
        application.router.add_get("/answers", answers)
        runner, url = await listen(application)
        words = (_WORDS[each % len(_WORDS)].format(each % REFERENCES) for each in range(number))
        forms = tuple(typed(given.slack, text) for text in words)
        yield Stage(given.slack.bot_url or "", forms, f"{url}/answers")
        await runner.cleanup()


if __name__ == "__main__":
    run(measured)
