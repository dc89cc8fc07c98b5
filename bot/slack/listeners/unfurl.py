"""Links to requests that somebody posts."""

from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.hearing import Hearing
from bot.flows.unfurling import Unfurling
from bot.slack.guard import Guard
from bot.slack.payload import Linked


@dataclass(frozen=True, slots=True)
class UnfurlListener:
    """Shows how a request is doing below the message that links to it; comes before the listener of all events."""

    unfurling: Unfurling
    hearing: Hearing
    guard: Guard

    def register(self, app: AsyncApp) -> None:
        """Listen to links; each telling of them acts once."""
        app.event("link_shared")(self.guard.links(self._show, self.hearing.is_first))

    async def _show(self, what: Linked) -> None:
        await self.unfurling.show(what.place, what.ts, what.urls)
