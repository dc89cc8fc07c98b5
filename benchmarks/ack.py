"""The acknowledgement of a signed slash command: the bot as a whole process × a bare aiohttp handler."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck

from benchmarks.beside import beside, listen
from benchmarks.report import Ceiling, Report, ms, run, times
from benchmarks.rounds import percentile, ratio
from benchmarks.slack_client import Line, raw_command, typed
from benchmarks.world import World, world
from bot.sandbox.slack_server import BOT_TOKEN, SIGNING_SECRET, SlackSandbox
from bot.sandbox.workspace import Workspace
from bot.slack.bolt import HttpDoor

CEILING = 2.5
BARE, OURS = "bare aiohttp, answers 200", "the bot, whole process"
ALONE, DEFAULT = "Bolt alone, answering when the listener returns", "Bolt alone, its default mode"
_EVERY = 10  # the default mode waits in steps of 10 ms: it need not be asked as often


async def measured(quick: bool) -> Report:
    rounds, commands = (1, 10) if quick else (12, 50)
    rounds_of: dict[str, list[list[float]]] = {name: [] for name in (BARE, OURS, ALONE, DEFAULT)}
    async with AsyncExitStack() as stack:
        others = stack.enter_context(beside(other_doors))
        folder = Path(stack.enter_context(TemporaryDirectory()))
        stage = await stack.enter_async_context(world(folder, API_CALLS_PER_MINUTE="60000"))
        stage.account.submit("batch-1", 40)
        lines = {name: await _line(stack, url) for name, url in ((OURS, stage.slack.bot_url or ""), *others.items())}
        await _round(stage, lines, 20)  # does not count
        for _ in range(rounds):
            for name, taken in (await _round(stage, lines, commands)).items():
                rounds_of[name].append(taken)
    return _report(rounds_of)


def _report(rounds_of: Mapping[str, list[list[float]]]) -> Report:
    middles = {name: [median(taken) for taken in rounds] for name, rounds in rounds_of.items()}
    every = {name: [seconds for taken in rounds for seconds in taken] for name, rounds in rounds_of.items()}
    ratios = {name: ratio(middles[name], middles[BARE]) for name in middles}
    return Report(
        title="A signed slash command, from the first byte sent to the acknowledgement",
        columns=("", "p50", "p99", "p50 × bare"),
        rows=[
            (name, ms(median(middles[name])), ms(percentile(every[name], 0.99)), times(ratios[name]))
            for name in (BARE, ALONE, OURS, DEFAULT)
        ],
        notes=[
            "Client and servers are different processes; one connection each, kept alive, asked in turn.",
            "The bot does the work too (`status`, read live); the next command waits until it has answered.",
        ],
        ceilings=[Ceiling("the bot's acknowledgement, p50", ratios[OURS], CEILING)],
    )


async def _line(stack: AsyncExitStack, url: str) -> Line:
    line = await Line.open(url)
    stack.push_async_callback(line.close)
    return line


async def _round(stage: World, lines: Mapping[str, Line], commands: int) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in lines}
    for number in range(commands):
        command = raw_command(typed(stage.slack, "status batch-1"))
        for name, line in lines.items():
            if name == DEFAULT and number % _EVERY:
                continue
            before = len(stage.slack.answers)
            start = time.perf_counter()
            status, _ = await line.ask(command)
            taken[name].append(time.perf_counter() - start)
            assert status == web.HTTPOk.status_code
            if name == OURS:
                await stage.slack.workspace.wait_for(partial(_is_answered, stage.slack, before))
    return taken


def _is_answered(slack: SlackSandbox, before: int, _: Workspace) -> bool:
    return len(slack.answers) > before


@asynccontextmanager
async def other_doors() -> AsyncIterator[dict[str, str]]:
    """The addresses of what the bot is compared with."""

    async def bare(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    doors = {BARE: bare, ALONE: HttpDoor(_bolt(at_once=True)).handle, DEFAULT: HttpDoor(_bolt(at_once=False)).handle}
    runners = {}
    for name, door in doors.items():
        application = web.Application()
        application.router.add_post("/slack/events", door)
        runners[name] = await listen(application)
    yield {name: url for name, (_, url) in runners.items()}
    await asyncio.gather(*(runner.cleanup() for runner, _ in runners.values()))


def _bolt(*, at_once: bool) -> AsyncApp:
    """An app whose only listener acknowledges; `at_once` answers as soon as the listener has returned."""

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0SANDBOX", bot_token=BOT_TOKEN)

    async def listener(ack: AsyncAck) -> None:
        await ack()

    app = AsyncApp(name="alone", process_before_response=at_once, signing_secret=SIGNING_SECRET, authorize=authorize)
    app.command("/lipsync")(listener)
    return app


if __name__ == "__main__":
    run(measured)
