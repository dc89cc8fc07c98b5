"""The question of a container's health check."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot import probe
from bot.settings import Settings


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async def well(_: web.Request) -> web.Response:
        return web.json_response({"look": True})

    async def ill(_: web.Request) -> web.Response:
        return web.json_response({"look": False}, status=503)

    app = web.Application()
    app.add_routes([web.get("/healthz", well), web.get("/ill", ill)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_bot_that_is_alive_says_so(server: str) -> None:
    assert await asyncio.to_thread(probe.answer, f"{server}/healthz") == (True, '{"look": true}')


async def test_a_host_alone_is_asked_for_its_health(server: str) -> None:
    assert (await asyncio.to_thread(probe.answer, server))[0] is True


async def test_a_bot_that_is_stuck_is_not_alive(server: str) -> None:
    assert await asyncio.to_thread(probe.answer, f"{server}/ill") == (False, '{"look": false}')


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/healthz", "http://[x", "http://x:y", "https://127.0.0.1:1", "nonsense"]
)
def test_what_does_not_answer_is_not_alive(url: str) -> None:
    alive, said = probe.answer(url)
    assert not alive
    assert said.startswith(f"{url} does not answer")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:3000/healthz"),  # noqa: S104 - what the setting's default says
        ("::", "http://[::1]:3000/healthz"),
        ("10.1.2.3", "http://10.1.2.3:3000/healthz"),
    ],
)
def test_a_bot_is_asked_where_it_listens(host: str, url: str) -> None:
    assert probe.own_url(Settings.read({"HOST": host})) == url
