"""How long looks hold the event loop: the real flows before an account in another process, in time that runs faster."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from benchmarks.beside import beside, listen
from bot.chamelaion import ChamelaionGateway
from bot.domain.answer import Wish
from bot.flows.poll import Poll
from bot.sandbox.chamelaion_server import PREFIX, as_json
from bot.sandbox.simulated_account import Jobs, Model, SimulatedAccount, moment, name_of
from bot.sandbox.simulation import Plan, poll_of
from bot.store import Store, open_store
from bot.store.migrate import bring_up_to_date
from bot.store.starting import start

SPEED = 60  # so many seconds pass in one
HISTORY = 7_200.0  # seconds that the account has lived before the bot looks
_TICK = 0.001


class FastClock:
    """Runs faster than others, and shows the same in every process."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> datetime:
        return moment(self.monotonic())

    def monotonic(self) -> float:
        return HISTORY + (time.monotonic() - self._began) * SPEED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@dataclass(slots=True)
class Ticks:
    """Of ticks a millisecond apart: how late each came, and the processor time that the loop's thread took before it.

    In seconds. What others take of a core makes ticks late; it is no processor time of the loop's.
    """

    late: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)

    async def go_on(self) -> None:
        """Tick until cancelled."""
        while True:
            before, taken = time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            self.late.append(time.perf_counter() - before - _TICK)
            self.taken.append(time.thread_time() - taken)


@dataclass(frozen=True, slots=True)
class Holding:
    """Looks under way."""

    poll: Poll
    clock: FastClock

    async def run(self, seconds: float) -> Ticks:
        """Look for so many real seconds."""
        ticks = Ticks()
        ticking = asyncio.create_task(ticks.go_on())
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            next_at = await self.poll.look()
            await self.clock.sleep((next_at - self.clock.now()).total_seconds())
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
        return ticks


@asynccontextmanager
async def holding(model: Model, hours: float) -> AsyncIterator[Holding]:
    """The bot in the moment in which all references of the model begin to be watched."""
    clock = FastClock(time.monotonic())
    async with AsyncExitStack() as stack:
        url = await asyncio.to_thread(stack.enter_context, beside(_served, model, hours * 3_600, clock))
        folder = stack.enter_context(TemporaryDirectory(prefix="lipsync-"))
        store = await open_store(f"sqlite:///{Path(folder) / 'held.db'}", clock)
        stack.push_async_callback(store.database.close)
        await store.database.write(bring_up_to_date)
        gateway = ChamelaionGateway.open("benchmark-key", url, 10, clock, None)
        stack.push_async_callback(gateway.aclose)
        poll = poll_of(Plan(), gateway, clock, store)
        await poll.look()
        await _watch(store, clock, model.references)
        poll.lookout.forget()
        yield Holding(poll, clock)


async def _watch(store: Store, clock: FastClock, references: int) -> None:
    wishes = [Wish("T1", "default", "C1", name_of(number), "U1", None, None) for number in range(references)]
    now = clock.now()
    await store.database.write(lambda connection: [start(connection, wish, now, now) for wish in wishes])


@asynccontextmanager
async def _served(model: Model, seconds: float, clock: FastClock) -> AsyncIterator[str]:
    account = SimulatedAccount(Jobs(model, HISTORY + seconds, seed=1), clock)

    async def answer(asked: web.Request) -> web.Response:
        offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
        page = await account.page(reference_id=asked.query.get("reference_id"), offset=offset, limit=limit)
        body = {
            "data": [as_json(row) for row in page.requests],
            "pagination": {"limit": page.limit, "offset": page.offset, "total": page.total},
        }
        date = format_datetime(page.read_at.replace(microsecond=0), usegmt=True)
        return web.Response(text=json.dumps(body), content_type="application/json", headers={"Date": date})

    application = web.Application()
    application.router.add_get(f"{PREFIX}/v1/lipsync/requests", answer)
    runner, url = await listen(application)
    yield url + PREFIX
    await runner.cleanup()
