"""What Slack tells by itself: of the places that the bot is in, of the app, and of the steps of workflows."""

import re
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp

from bot.flows.access import Access
from bot.flows.identity import Identity
from bot.flows.workflow import Workflow
from bot.slack.guard import Guard
from bot.slack.listeners.home import HomeListener
from bot.slack.payload import Happened

CLOSED_BY = {
    "channel_left": "not_in_channel",
    "group_left": "not_in_channel",
    "channel_archive": "is_archived",
    "group_archive": "is_archived",
    "channel_deleted": "channel_deleted",
    "group_deleted": "channel_deleted",
}
"""Why a place may not be posted to after an event, in the word that Slack refuses with."""
_ANYTHING = re.compile("")


@dataclass(frozen=True, slots=True)
class EventsListener:
    """Bolt lets through what the bot itself has caused here: it may only ever be told that it has joined or left."""

    access: Access
    workflow: Workflow
    guard: Guard
    identity: Identity
    home: HomeListener

    def register(self, app: AsyncApp) -> None:
        """Listen to every event, also to those that nobody asked for: one without an answer is told again."""
        app.event(_ANYTHING)(self.guard.event(self.heard))

    async def heard(self, event: Happened) -> None:
        """Do what follows from an event; raises a `StoreError` when it has to be told again."""
        await self._heard_of_sharing(event)
        match event.kind:
            case "member_joined_channel" if event.user == self.identity.bot_user_id:
                await self.access.joined(event.id, event.place)
            case "channel_unarchive" | "group_unarchive":
                await self.access.unarchived(event.id, event.place)
            case "app_uninstalled":
                await self.access.revoked(event.id, event.kind)
            case "tokens_revoked" if event.lost_token:
                await self.access.revoked(event.id, event.kind)
            case "function_executed" if event.step is not None:
                await self.workflow.taken(event.step.execution_id, event.step.form_id, event.step.inputs)
            case "app_home_opened" if event.tab == "home":
                await self.home.opened(event)
            case kind if kind in CLOSED_BY:
                await self.access.closed(event.id, event.place, CLOSED_BY[kind])
            case _:
                pass

    async def _heard_of_sharing(self, event: Happened) -> None:
        """Every event in a channel tells whether others read it; one that ends that tells how it was before."""
        if event.kind == "channel_unshared":
            await self.access.unshared(event.place)
        elif event.kind == "channel_shared" or event.shared:
            await self.access.shared(event.place)
