"""A server in a process of its own, so that it shares no event loop with what is measured."""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from aiohttp import web

T = TypeVar("T")
Serve = Callable[..., AbstractAsyncContextManager[T]]
_END_SECONDS = 5


@contextmanager
def beside(serve: Serve[T], *arguments: object) -> Iterator[T]:
    """What `serve(*arguments)` gives, from a process that ends with the block, or with this process however it ends."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(serve, arguments, there), daemon=True)
    process.start()
    there.close()
    try:
        yield here.recv()
    finally:
        here.close()
        process.join(_END_SECONDS)
        process.kill()
        process.join()


def _run(serve: Serve[Any], arguments: tuple[object, ...], pipe: Connection) -> None:
    asyncio.run(_serve_until_left(serve, arguments, pipe))


async def _serve_until_left(serve: Serve[Any], arguments: tuple[object, ...], pipe: Connection) -> None:
    left = asyncio.Event()
    async with serve(*arguments) as told:
        asyncio.get_running_loop().add_reader(pipe.fileno(), left.set)  # readable only when the other end is closed
        pipe.send(told)
        await left.wait()
        asyncio.get_running_loop().remove_reader(pipe.fileno())


async def listen(application: web.Application) -> tuple[web.AppRunner, str]:
    """Serve on a free port of the loopback: the runner to clean up, and the address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"
