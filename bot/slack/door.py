"""How Slack reaches the bot: over HTTP, or over a socket that the bot opens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.ports import Clock
from bot.slack.bolt import HttpDoor
from bot.slack.socket import SocketMode


@dataclass(frozen=True, slots=True)
class Door:
    """One of the two ways. `http` answers `POST /slack/events`; it is None where there is no such address."""

    http: Callable[[web.Request], Awaitable[web.StreamResponse]] | None
    connected: Callable[[], bool]
    open: Callable[[], Awaitable[None]]
    tend: Callable[[], Awaitable[None]]
    close: Callable[[], Awaitable[None]]


async def _nothing() -> None:
    """An HTTP door needs neither opening nor tending: the web server does that."""


def http_door(door: HttpDoor) -> Door:
    """Slack calls us."""
    return Door(door.handle, lambda: True, _nothing, _nothing, _nothing)


def socket_door(socket: SocketMode, clock: Clock) -> Door:
    """We open a socket to Slack."""
    return Door(None, lambda: socket.alive(clock.now()), socket.connect, socket.tend, socket.close)
