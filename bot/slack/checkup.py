"""What `doctor` asks Slack: who the tokens are. Nothing is posted."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.finding import Greeting
from bot.errors import InDoubtError
from bot.ports import Clock
from bot.slack.outcome import FAULTS, error_of


@dataclass(frozen=True, slots=True)
class SlackCheckup:
    """The port `FrontDesk` on a client that does not retry; no call takes longer than `timeout_seconds`."""

    client: AsyncWebClient
    app_token: str = field(repr=False)
    clock: Clock
    timeout_seconds: float = 10

    async def greet(self) -> Greeting:
        """Who the bot token is, and what it may do."""
        asked_at = self.clock.now()
        answer = await self._answered(self.client.auth_test())
        granted = str(answer.headers.get("x-oauth-scopes", "")).split(",")
        return Greeting(
            workspace=str(answer.get("team", "")),
            workspace_id=str(answer.get("team_id", "")),
            bot=str(answer.get("user", "")),
            scopes=frozenset(scope.strip() for scope in granted if scope.strip()),
            asked_at=asked_at,
            read_at=self.clock.now(),
            their_now=_moment(str(answer.headers.get("Date", ""))),
        )

    async def offer_socket(self) -> None:
        """Ask for a Socket Mode connection with the app token, without making it."""
        answer = await self._answered(self.client.apps_connections_open(app_token=self.app_token))
        if not str(answer.get("url", "")):
            raise InDoubtError("unreadable_answer")

    async def _answered(self, call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await call
        except FAULTS as fault:
            error = error_of(fault)
        raise error


def _moment(date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
