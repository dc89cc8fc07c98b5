"""Socket Mode: a socket that the bot opens to Slack, watched, and built anew when it has fallen silent."""

import asyncio
import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp import ClientError, WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackBusyError, SlackError, TokenRefusedError
from bot.ports import Clock
from bot.slack.outcome import FAULTS, error_of

log = structlog.get_logger(__name__)
SILENT = timedelta(seconds=40)
BETWEEN_ATTEMPTS = timedelta(seconds=10)
_LONGEST_GOODBYE = 2.0
_TICKET = re.compile(r"\bwss?://\S+|\bxapp-\S+")


@dataclass(slots=True)
class SocketMode:
    """One socket at a time. `client` asks for its address (with `app_token`); `proxy` is the only proxy used."""

    app: AsyncApp
    app_token: str = field(repr=False)
    client: AsyncWebClient
    clock: Clock
    proxy: str | None = field(default=None, repr=False)
    patience_seconds: float = 15.0
    _handler: AsyncSocketModeHandler | None = None
    _heard_at: datetime | None = None
    _not_before: datetime | None = None
    _trouble: str | None = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def connect(self) -> None:
        """Open the socket. Slack away or busy: logged, and tried again by `tend`. Raises `TokenRefusedError`."""
        async with self._one_at_a_time:
            await self._connect()

    async def _connect(self) -> None:
        await self._drop()
        try:
            await self._open()
        except FAULTS as fault:
            self._failed(error_of(fault))
        else:
            if self._trouble:
                log.info("the socket to Slack is back")
            self._trouble = self._not_before = None

    def alive(self, now: datetime) -> bool:
        """Whether the socket is open and was heard lately."""
        if self._handler is None:
            return False
        session = self._handler.client.current_session
        return session is not None and not session.closed and not self._is_silent(now)

    async def tend(self) -> None:
        """Build a silent or missing socket anew; the library mends shorter breaks by itself."""
        async with self._one_at_a_time:
            now = self.clock.now()
            if not self._is_silent(now) or (self._not_before and now < self._not_before):
                return
            if self._handler is not None:
                log.warning("the socket to Slack is silent and is built anew")
            try:
                await self._connect()
            except TokenRefusedError as error:
                self._say_once(error.code)

    async def close(self) -> None:
        """Close the socket and wait for everything that served it."""
        async with self._one_at_a_time:
            await self._drop()

    async def _drop(self) -> None:
        handler, self._handler, self._heard_at = self._handler, None, None
        if handler is not None:
            await _closed(handler)

    async def _open(self) -> None:
        answer = await self.client.apps_connections_open(app_token=self.app_token)
        url = str(answer["url"])
        handler = AsyncSocketModeHandler(self.app, self.app_token, logger=_logger(), web_client=self.client)
        handler.client.proxy = self.proxy  # what the environment says is not obeyed
        handler.client.wss_uri = url
        handler.client.on_message_listeners.append(self._heard)
        try:
            async with asyncio.timeout(self.patience_seconds):
                await handler.client.connect()  # type: ignore[no-untyped-call] # the library leaves it without types
        except BaseException:
            await _closed(handler)
            raise
        self._handler, self._heard_at = handler, self.clock.now()

    async def _heard(self, _: WSMessage) -> None:
        self._heard_at = self.clock.now()

    def _is_silent(self, now: datetime) -> bool:
        if self._handler is None or self._heard_at is None:
            return True
        pong = self._handler.client.last_ping_pong_time
        heard_at = max(self._heard_at, datetime.fromtimestamp(pong, UTC)) if pong else self._heard_at
        return now - heard_at > SILENT

    def _failed(self, error: SlackError) -> None:
        wait = error.retry_after if isinstance(error, SlackBusyError) else BETWEEN_ATTEMPTS
        self._not_before = self.clock.now() + wait
        if isinstance(error, TokenRefusedError):
            raise error
        self._say_once(error.code)

    def _say_once(self, why: str) -> None:
        if self._trouble != why:
            log.warning("no socket to Slack; it is tried again", why=why)
        self._trouble = why


async def _closed(handler: AsyncSocketModeHandler) -> None:
    client = handler.client
    client.closed, client.auto_reconnect_enabled = True, False
    tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
    serving = [task for task in tasks if task is not None]
    for task in serving:
        task.cancel()
    try:
        async with asyncio.timeout(_LONGEST_GOODBYE):
            await client.disconnect()  # type: ignore[no-untyped-call] # the library leaves it without types
    except (ClientError, OSError) as error:
        log.info("the socket to Slack did not say goodbye", why=type(error).__name__)
    await client.aiohttp_client_session.close()
    await asyncio.gather(*serving, return_exceptions=True)


def _logger() -> logging.Logger:
    """The library's log without tracebacks and addresses, which hold tickets."""
    logger = logging.getLogger("slack_sdk.socket_mode.lipsync")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_without_tickets)
    return logger


def _without_tickets(record: logging.LogRecord) -> bool:
    record.msg, record.args = _TICKET.sub("…", record.getMessage()), None
    record.exc_info = record.exc_text = None
    return True
