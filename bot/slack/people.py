"""What Slack knows of people: the time zone that each has set, and of which organisation they are."""

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
class _Person:
    zone: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class SlackPeople:
    """The port `People` on a client that does not retry; no call takes longer than `timeout_seconds`."""

    client: AsyncWebClient
    clock: Clock
    timeout_seconds: float = 10
    _kept: dict[str, tuple[_Person, float]] = field(default_factory=dict, init=False)

    async def zone(self, person: str) -> str:
        """Asked at most once an hour for each person; `no_time_zone` where Slack tells none that is known here."""
        name = (await self._known(person)).zone
        if not await asyncio.to_thread(is_zone, name):
            raise SlackError(NO_ZONE)
        return name

    async def organisation(self, person: str) -> str:
        """Asked as often as for the zone, which comes with it."""
        return (await self._known(person)).organisation

    async def _known(self, person: str) -> _Person:
        kept = self._kept.get(person)
        if kept is not None and self.clock.monotonic() < kept[1] + KEPT_SECONDS:
            return kept[0]
        known = _read(await self._asked(person))
        if known.zone:
            self._kept[person] = (known, self.clock.monotonic())
        return known

    async def _asked(self, person: str) -> object:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                response = await self.client.users_info(user=person)
        except FAULTS as fault:
            error = error_of(fault)
        else:
            return response.get("user")
        raise error


def _read(user: object) -> _Person:
    if not isinstance(user, Mapping):
        return _Person()
    above = user.get("enterprise_user")  # of the workspaces of a Grid, which are one organisation
    enterprise = above.get("enterprise_id") if isinstance(above, Mapping) else None
    return _Person(str(user.get("tz") or ""), str(enterprise or user.get("team_id") or ""))
