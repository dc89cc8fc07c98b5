"""How a payload reaches the bot: over signed HTTP, or over a websocket when the bot has connected one."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession

from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_sockets import EnvelopeType, Sockets


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the bot took a payload.

    `status` is the HTTP status (200 for an ack over a websocket, None when there was no answer), `body` the raw
    answer, `seconds` the real time it took, `error` None, `operation_timeout`, `dispatch_failed`, or Slack's word for
    why what it said cannot be shown.
    """

    status: int | None
    body: str
    seconds: float
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it was acknowledged in time."""
        return self.error is None

    @property
    def answer(self) -> Fields:
        """The message or view in the acknowledgement; a plain text is one."""
        if not self.body.strip():
            return {}
        try:
            parsed = json.loads(self.body)
        except ValueError:
            return {"text": self.body}
        return parsed if isinstance(parsed, dict) else {"text": self.body}


@dataclass(slots=True)
class Delivery:
    """Sends to `bot_url` or to a websocket; `ack_seconds` and `signed_at` are real time, as the bot's own check is."""

    session: ClientSession
    sockets: Sockets
    signing_secret: str
    bot_url: str | None = None
    ack_seconds: float = 3.0
    signed_at: Callable[[], float] = field(default=time.time)

    async def form(self, kind: EnvelopeType, fields: Fields) -> Delivered:
        """A command or an interaction: fields over a websocket, a form over HTTP (an interaction in one field)."""
        body = fields if kind == "slash_commands" else {"payload": json.dumps(fields)}
        return await self._send(kind, fields, urlencode(body), "application/x-www-form-urlencoded")

    async def event(self, fields: Fields, retry: tuple[int, str] | None = None) -> Delivered:
        """An event, as JSON; `retry` is which repetition it is (1 to 3) and why."""
        return await self._send("events_api", fields, json.dumps(fields), "application/json", retry)

    async def _send(
        self, kind: EnvelopeType, fields: Fields, body: str, content: str, retry: tuple[int, str] | None = None
    ) -> Delivered:
        start = time.perf_counter()
        status, text, error = None, "", None
        try:
            async with asyncio.timeout(self.ack_seconds):
                if self.sockets.connections:
                    status, text = 200, await self._over_socket(kind, fields, retry)
                else:
                    status, text = await self._over_http(body, content, retry)
        except TimeoutError:
            error = "operation_timeout"
        except (ClientError, OSError):
            error = "dispatch_failed"
        if status is not None and not 200 <= status < 300:
            error = "dispatch_failed"
        return Delivered(status, text, time.perf_counter() - start, error)

    async def _over_socket(self, kind: EnvelopeType, fields: Fields, retry: tuple[int, str] | None) -> str:
        payload = await self.sockets.deliver(kind, fields, retry)
        return json.dumps(payload) if payload else ""

    async def _over_http(self, body: str, content: str, retry: tuple[int, str] | None) -> tuple[int, str]:
        if self.bot_url is None:
            raise ConnectionRefusedError("the bot has no URL and no websocket")
        headers = {
            "Content-Type": content,
            "User-Agent": "Slackbot 1.0",
            **signature(self.signing_secret, body, self.signed_at()),
        }
        if retry is not None:
            headers |= {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]}
        url = f"{self.bot_url.rstrip('/')}/slack/events"
        async with self.session.post(url, data=body.encode(), headers=headers) as response:
            return response.status, await response.text()


def signature(secret: str, body: str, at: float) -> dict[str, str]:
    """The headers that prove a body to be Slack's; `at` is a Unix time in seconds."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}
