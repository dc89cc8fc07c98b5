"""A page of 100 requests over HTTP, fetched and validated: the bot's gateway × aiohttp with msgspec."""

from contextlib import AsyncExitStack
from datetime import datetime
from statistics import median

import msgspec
from aiohttp import ClientSession
from chamelaion import AsyncChamelaion, DefaultAioHttpClient

from benchmarks.beside import beside
from benchmarks.listing import BATCH, PAGE_SIZE, list_endpoint
from benchmarks.report import Ceiling, Report, run, times, us
from benchmarks.rounds import Candidate, ratio, side_by_side
from bot.chamelaion import ChamelaionGateway
from bot.scheduler import SystemClock

CEILING = 5.0
BARE, OURS, SDK = "aiohttp + msgspec", "the bot's gateway", "the SDK's own models"
KEY = "benchmark-key"


class Request(msgspec.Struct):
    id: str
    created_at: datetime
    status: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    output_url: str | None = None
    error_message: str | None = None
    reference_id: str | None = None


class Pagination(msgspec.Struct):
    limit: int
    offset: int
    total: int


class Listing(msgspec.Struct):
    data: list[Request]
    pagination: Pagination


async def measured(quick: bool) -> Report:
    rounds, calls = (1, 5) if quick else (15, 100)
    with beside(list_endpoint, PAGE_SIZE) as base_url:
        async with AsyncExitStack() as stack:
            candidates = await _candidates(stack, base_url)
            taken = await side_by_side(candidates, rounds=rounds, calls=calls)
    cpu = {name: [sample.cpu for sample in samples] for name, samples in taken.items()}
    wall = {name: median(sample.wall for sample in samples) for name, samples in taken.items()}
    return Report(
        title="A page of 100 requests, fetched over one connection and validated",
        columns=("", "processor time", "× bare", "on the clock"),
        rows=[(name, us(median(cpu[name])), times(ratio(cpu[name], cpu[BARE])), us(wall[name])) for name in taken],
        ceilings=[Ceiling("a page, processor time", ratio(cpu[OURS], cpu[BARE]), CEILING)],
    )


async def _candidates(stack: AsyncExitStack, base_url: str) -> dict[str, Candidate]:
    session = await stack.enter_async_context(ClientSession(headers={"x-api-key": KEY}))
    decoder = msgspec.json.Decoder(Listing)
    url = f"{base_url}/v1/lipsync/requests"
    query = {"limit": str(PAGE_SIZE), "offset": "0", "reference_id": BATCH}
    gateway = ChamelaionGateway.open(KEY, base_url, 10, SystemClock(), None)
    stack.push_async_callback(gateway.aclose)
    sdk = AsyncChamelaion(api_key=KEY, base_url=base_url, max_retries=0, http_client=DefaultAioHttpClient())
    stack.push_async_callback(sdk.close)

    async def bare() -> int:
        async with session.get(url, params=query) as answer:
            return len(decoder.decode(await answer.read()).data)

    async def ours() -> int:
        return len((await gateway.page(reference_id=BATCH, offset=0, limit=PAGE_SIZE)).requests)

    async def models() -> int:
        return len((await sdk.lipsync.requests.list(limit=PAGE_SIZE, offset=0, reference_id=BATCH)).data or [])

    for fetch in (bare, ours, models):
        assert await fetch() == PAGE_SIZE
    return {BARE: bare, OURS: ours, SDK: models}


if __name__ == "__main__":
    run(measured)
