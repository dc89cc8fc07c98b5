"""The list endpoint with ready-made rows: answering costs the server next to nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from aiohttp import web

from benchmarks.beside import listen
from bot.domain.request import LipsyncRequest
from bot.sandbox.chamelaion_server import PREFIX, as_json

BATCH = "batch-2026-04"
PAGE_SIZE = 100
_START = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def request(number: int, status: str = "completed", *, reference_id: str = BATCH) -> LipsyncRequest:
    """A request by number; the same number has the same id."""
    request_id = str(UUID(int=Random(number).getrandbits(128), version=4))  # noqa: S311 - made-up data, not secrets
    created = _START + timedelta(seconds=number, microseconds=number)
    ended = status in ("completed", "failed")
    return LipsyncRequest(
        id=request_id,
        created_at=created,
        status=status,
        started_at=created + timedelta(seconds=5) if status != "queued" else None,
        finished_at=created + timedelta(seconds=65) if ended else None,
        output_url=f"https://storage.chamelaion.com/output/{request_id}.mp4" if status == "completed" else None,
        error_message="no face detected" if status == "failed" else None,
        reference_id=reference_id,
    )


@asynccontextmanager
async def list_endpoint(total: int) -> AsyncIterator[str]:
    """`CHAMELAION_BASE_URL` of an account with so many requests of one batch, in pages of at most 100."""
    rows = [json.dumps(as_json(request(number, _status(number)))) for number in reversed(range(total))]

    async def answer(asked: web.Request) -> web.Response:
        limit, offset = min(int(asked.query["limit"]), PAGE_SIZE), int(asked.query["offset"])
        data = ", ".join(rows[offset : offset + limit])
        pagination = json.dumps({"limit": limit, "offset": offset, "total": total})
        return web.Response(text=f'{{"data": [{data}], "pagination": {pagination}}}', content_type="application/json")

    application = web.Application()
    application.router.add_get(f"{PREFIX}/v1/lipsync/requests", answer)
    runner, url = await listen(application)
    yield url + PREFIX
    await runner.cleanup()


def _status(number: int) -> str:
    """Mostly completed, some failed, some not yet."""
    return {3: "failed", 7: "processing"}.get(number % 20, "completed")
