"""Socket Mode: up to ten websockets, each payload to any one of them, acknowledged by envelope id."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from aiohttp import WSMsgType, web

from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_faults import Faults, cut
from bot.sandbox.workspace import Workspace

MOST_CONNECTIONS = 10
_GOODBYE_SECONDS = 1.0
EnvelopeType = Literal["slash_commands", "interactive", "events_api"]
DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(frozen=True, slots=True)
class Connection:
    """One websocket of the bot, and the request that opened it."""

    socket: web.WebSocketResponse
    request: web.Request


@dataclass(slots=True)
class Sockets:
    """Serves `/socket/{ticket}`; `silent` stops answering pings and sending anything, as a dead peer would.

    `acks` keeps every acknowledgement in order: envelope id and payload (None when there was none).
    """

    workspace: Workspace
    faults: Faults
    random: Random
    base_url: Callable[[], str]
    silent: bool = False
    connections: list[Connection] = field(default_factory=list)
    acks: list[tuple[str, Fields | None]] = field(default_factory=list)
    _tickets: set[str] = field(default_factory=set)
    _awaited: dict[str, asyncio.Future[Fields | None]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """To be added to an application."""
        return [web.get("/socket/{ticket}", self.handle)]

    def open_url(self) -> Fields:
        """apps.connections.open: where to connect, once."""
        ticket = self.workspace.fresh_id("ticket")
        self._tickets.add(ticket)
        return {"url": f"{self.base_url().replace('http', 'ws', 1)}/socket/{ticket}"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello to its end."""
        ticket = request.match_info["ticket"]
        if self.faults.down:
            return cut(request)
        if ticket not in self._tickets:
            return web.Response(status=404, text="no such ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=_GOODBYE_SECONDS)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        connection = Connection(socket, request)
        self.connections.append(connection)
        try:
            await socket.send_json(self._hello())
            self.workspace.note("connected", connections=len(self.connections))
            await self._listen(socket)
        finally:
            self.connections.remove(connection)
            self.workspace.note("disconnected", connections=len(self.connections))
        return socket

    def _hello(self) -> Fields:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 3600},
            "connection_info": {"app_id": self.workspace.app},
        }

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.PING and not self.silent:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledged(json.loads(message.data))

    def _acknowledged(self, ack: Fields) -> None:
        envelope_id = str(ack.get("envelope_id"))
        payload: Fields | None = ack.get("payload") or None
        self.acks.append((envelope_id, payload))
        self.workspace.note("acknowledged", envelope=envelope_id)
        awaited = self._awaited.get(envelope_id)
        if awaited is not None and not awaited.done():
            awaited.set_result(payload)

    async def deliver(self, kind: EnvelopeType, payload: Fields, retry: tuple[int, str] | None = None) -> Fields | None:
        """Send to any one connection and wait, until cancelled, for the acknowledgement; its payload."""
        envelope: Fields = {
            "envelope_id": self.workspace.fresh_id("envelope-"),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            attempt, reason = retry or (0, "")
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        awaited: asyncio.Future[Fields | None] = asyncio.get_running_loop().create_future()
        self._awaited[envelope["envelope_id"]] = awaited
        try:
            if not self.silent:
                await self.random.choice(self.connections).socket.send_json(envelope)
            return await awaited
        finally:
            del self._awaited[envelope["envelope_id"]]

    async def disconnect(self, reason: DisconnectReason, *, close: bool = True) -> None:
        """Tell every connection to go and (unless it is only a warning to be kept) close it."""
        for connection in list(self.connections):
            await self._say_goodbye(connection.socket, reason, close=close)

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str, *, close: bool = True) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
        if close:
            await socket.close()

    async def close(self) -> None:
        """Close every connection as a server does that stops."""
        for connection in list(self.connections):
            await connection.socket.close()

    def abort(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.connections):
            cut(connection.request)
