"""A live status answer of a batch of 5,000 requests: the bot × fetching the same 50 pages with aiohttp and json."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.beside import beside
from benchmarks.listing import BATCH, PAGE_SIZE, list_endpoint
from benchmarks.report import Ceiling, Report, ms, run, times
from benchmarks.rounds import ratio
from bot.chamelaion import ChamelaionGateway
from bot.domain.answer import StatusAnswer
from bot.domain.budget import Budget
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.read import Readings
from bot.flows.rules import Rules
from bot.flows.shared import Sharing
from bot.flows.slack_line import SlackLine
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.scheduler import SystemClock
from bot.serve import keep_for_good
from bot.slack.chat import SlackChat
from bot.slack.views import status
from bot.store import open_store
from bot.store.migrate import bring_up_to_date

PAGES = 50
LONGEST_HOLD = 30.0  # ms
BARE, FIRST, AGAIN = "aiohttp + json", "bot, first time", "bot, again"
KEY = "benchmark-key"
_NO_BUDGET = 100_000_000  # calls a minute
_TICK = 0.001


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds on the clock, seconds of processor time, calls, the longest seconds that the event loop was held."""

    wall: float
    cpu: float
    calls: int
    hold: float


async def measured(quick: bool) -> Report:
    rounds, pages = (1, 3) if quick else (5, PAGES)
    taken: dict[str, list[Taken]] = {BARE: [], FIRST: [], AGAIN: []}
    keep_for_good()
    with beside(list_endpoint, pages * PAGE_SIZE) as base_url:
        for _ in range(rounds):
            taken[BARE].append(await _bare(base_url, pages))
            first, again = await _asked_twice(base_url)
            taken[FIRST].append(first)
            taken[AGAIN].append(again)
    hold = max(median(each.hold for each in taken[name]) for name in (FIRST, AGAIN))
    return Report(
        title=f"A live status answer of {pages * PAGE_SIZE:,} requests in pages of {PAGE_SIZE}, as blocks for Slack",
        columns=("", "calls", "on the clock", "processor time", "× bare", "loop held"),
        rows=[_row(name, taken) for name in taken],
        notes=[
            "Every page is recorded in SQLite as it comes. The first answer says after 3 s that it is still reading."
        ],
        ceilings=[Ceiling("the longest hold of the event loop", hold * 1_000, LONGEST_HOLD, "ms")],
    )


def _row(name: str, taken: dict[str, list[Taken]]) -> tuple[str, ...]:
    mine = taken[name]
    share = ratio([each.cpu for each in mine], [each.cpu for each in taken[BARE]])
    wall, cpu = median(each.wall for each in mine), median(each.cpu for each in mine)
    hold = median(each.hold for each in mine)
    return (name, str(mine[-1].calls), f"{wall:.2f} s", f"{cpu:.2f} s", times(share), ms(hold))


class Ticker:
    """Ticks every millisecond; `longest` is how much later than that a tick came at most."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.longest = max(self.longest, time.perf_counter() - before - _TICK)

    async def stop(self, calls: int) -> Taken:
        """End; what was taken since the start."""
        taken = Taken(time.perf_counter() - self._wall, time.process_time() - self._cpu, calls, self.longest)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return taken


async def _bare(base_url: str, pages: int) -> Taken:
    async with ClientSession(headers={"x-api-key": KEY}) as session:
        ticker, seen = Ticker(), 0
        for page in range(pages):
            query = {"limit": str(PAGE_SIZE), "offset": str(page * PAGE_SIZE), "reference_id": BATCH}
            async with session.get(f"{base_url}/v1/lipsync/requests", params=query) as answer:
                seen += len(json.loads(await answer.read())["data"])
        assert seen == pages * PAGE_SIZE
        return await ticker.stop(pages)


async def _asked_twice(base_url: str) -> tuple[Taken, Taken]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        clock = SystemClock()
        store = await open_store(f"sqlite:///{folder / 'lipsync.db'}", clock)
        stack.push_async_callback(store.database.close)
        await store.database.write(bring_up_to_date)
        gateway = ChamelaionGateway.open(KEY, base_url, 10, clock, None)
        stack.push_async_callback(gateway.aclose)
        vitals = Vitals(started_at=clock.now(), beat_at=clock.monotonic())
        source, rules = Source(gateway, Budget(_NO_BUDGET, clock.monotonic()), clock, vitals), _rules()
        readings = Readings(
            source, store, vitals, rules=rules, on_news=lambda: None, on_part=lambda _part, _recorded: None
        )
        identity = Identity()
        nobody = Sharing(
            store, SlackChat(AsyncWebClient(), "/lipsync"), clock, SlackLine(clock, vitals), identity, lambda: None
        )  # fmt: skip
        ask = Ask(
            readings=readings, source=source, store=store, clock=clock, vitals=vitals, identity=identity, rules=rules,
            gate=Gate(store, identity, rules.account_id), sharing=nobody,
        )  # fmt: skip
        return await _asked(ask, vitals), await _asked(ask, vitals)


async def _asked(ask: Ask, vitals: Vitals) -> Taken:
    ticker, calls = Ticker(), vitals.api_calls["ok"]
    last = None
    async for answer in ask.status(BATCH, fresh=True):
        last = answer
        assert status.message(answer).blocks
    assert isinstance(last, StatusAnswer)
    assert last.complete
    return await ticker.stop(vitals.api_calls["ok"] - calls)


def _rules() -> Rules:
    minute = timedelta(minutes=1)
    return Rules(
        account_id="default", owner="benchmark", poll_interval=minute, gap_after=minute, longest_settle=minute,
        card_interval=minute, quiet=minute, retention=minute, resend_in_doubt=True,
    )  # fmt: skip


if __name__ == "__main__":
    run(measured)
