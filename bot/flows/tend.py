"""Keep house: learn who the bot is in Slack, end what is over, forget what is old, look after the connection."""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.errors import SlackBusyError, SlackError, TokenRefusedError
from bot.flows.identity import Identity
from bot.flows.rules import Rules
from bot.flows.slack_line import SlackLine
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
INTERVAL = timedelta(seconds=10)
UNKNOWN_INTERVAL = timedelta(seconds=2)  # while Slack has not told who the bot is, people wait for an answer
FORGET_EVERY = timedelta(hours=6)


@dataclass(slots=True)
class Tend:
    """Small duties every few seconds; retention a few times a day."""

    store: Store
    clock: Clock
    vitals: Vitals
    identity: Identity
    rules: Rules
    introduce: Callable[[], Awaitable[None]]
    on_introduced: Callable[[], None]
    look_after_connection: Callable[[], Awaitable[None]]
    line: SlackLine
    on_ended: Callable[[], None]
    _forgotten_at: float | None = field(default=None, init=False)
    _introduce_from: float = field(default=-math.inf, init=False)

    async def step(self) -> datetime:
        """Do what is due; returns when to come back."""
        self.vitals.database_ready = await self.store.database.ping()
        if not self.identity.known or self.vitals.token_refused:
            await self._introduce()
        await self.look_after_connection()
        await self._end()
        await self._forget()
        return self.clock.now() + (INTERVAL if self.identity.known else UNKNOWN_INTERVAL)

    async def _introduce(self) -> None:
        if self.clock.monotonic() < self._introduce_from:
            return
        try:
            await self.introduce()
        except SlackError as error:
            self._slack_trouble(error)
        else:
            log.info("connected to Slack", workspace=self.identity.workspace_id)
            self.vitals.slack_trouble = None
            self.vitals.token_refused = False
            self.on_introduced()

    def _slack_trouble(self, error: SlackError) -> None:
        if isinstance(error, SlackBusyError):
            self.vitals.slack_calls[f"introduce {error.code}"] += 1
            self._introduce_from = self.clock.monotonic() + error.retry_after.total_seconds()
        if self.vitals.token_refused or (isinstance(error, TokenRefusedError) and self.identity.known):
            self.line.refused(error.code)
            return
        if self.vitals.slack_trouble != error.code:
            log.warning("Slack cannot be used yet; trying again", why=error.code)
        self.vitals.slack_trouble = error.code

    async def _end(self) -> None:
        """Mutes whose time is over, watches that settled a day ago, and forecasts whose batch has settled."""
        account_id, now = self.rules.account_id, self.clock.now()
        unmuted = await self.store.mutes.end_due(account_id, now=now)
        ended = await self.store.watches.end_settled(account_id, now=now)
        await self.store.forecasts.judge()
        for watch in ended:
            log.info("a watch has ended, a day after it settled", reference=watch.reference_id, place=watch.place)
        if unmuted or ended:
            self.on_ended()

    async def _forget(self) -> None:
        now = self.clock.monotonic()
        if self._forgotten_at is not None and now < self._forgotten_at + FORGET_EVERY.total_seconds():
            return
        gone = await self.store.ledger.forget(self.rules.account_id, self.clock.now() - self.rules.retention)
        self._forgotten_at = now
        if gone:
            log.info("forgot what is old", requests=gone)
