"""The edge that shows something below messages of people."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.unfurl import Glimpse
from bot.slack.outcome import FAULTS, error_of
from bot.slack.views import unfurl


@dataclass(frozen=True, slots=True)
class SlackUnfurler:
    """The port `Unfurler` on a client that does not retry; a call takes no longer than `timeout_seconds`."""

    client: AsyncWebClient
    timeout_seconds: float = 10

    async def unfurl(self, place: str, ts: str, glimpses: Sequence[Glimpse]) -> None:
        """Show this below a message that was posted, named by its place and time, which always works there."""
        shown = {each.url: {"blocks": list(unfurl.blocks(each))} for each in glimpses}
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.client.chat_unfurl(channel=place, ts=ts, unfurls=shown)
        except FAULTS as fault:
            error = error_of(fault)
        else:
            return
        raise error
