"""What Slack knows of people: the time zone that each has set."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.zones import is_zone
from bot.errors import SlackError
from bot.ports import Clock
from bot.slack.outcome import FAULTS, error_of

KEPT_SECONDS = 3_600.0  # who travels changes it a few times a year, and sees it in the echo
NO_ZONE = "no_time_zone"


@dataclass(frozen=True, slots=True)
class SlackPeople:
    """The port `People` on a client that does not retry; no call takes longer than `timeout_seconds`."""

    client: AsyncWebClient
    clock: Clock
    timeout_seconds: float = 10
    _kept: dict[str, tuple[str, float]] = field(default_factory=dict, init=False)

    async def zone(self, person: str) -> str:
        """Asked at most once an hour for each person; `no_time_zone` where Slack tells none that is known here."""
        known = self._kept.get(person)
        if known is not None and self.clock.monotonic() < known[1] + KEPT_SECONDS:
            return known[0]
        name = await self._asked(person)
        if not await asyncio.to_thread(is_zone, name):
            raise SlackError(NO_ZONE)
        self._kept[person] = (name, self.clock.monotonic())
        return name

    async def _asked(self, person: str) -> str:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                response = await self.client.users_info(user=person)
        except FAULTS as fault:
            error = error_of(fault)
        else:
            user = response.get("user")
            return str(user.get("tz") or "") if isinstance(user, Mapping) else ""
        raise error
