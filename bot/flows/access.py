"""What Slack tells by itself of places, and of the app: each event acts once, and is told again until it has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.flows.identity import Identity
from bot.flows.shared import Sharing
from bot.flows.slack_line import SlackLine
from bot.ports import Clock
from bot.store import Store

log = structlog.get_logger(__name__)
CLOSED_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Access:
    """Every method may raise `StoreError`; then the event has not acted.

    `on_news` is called when there may be something to post, `on_doubt` when the token may not be taken any more.
    """

    store: Store
    clock: Clock
    identity: Identity
    line: SlackLine
    on_news: Callable[[], None]
    on_doubt: Callable[[], None]
    sharing: Sharing

    async def joined(self, event_id: str, place: str) -> None:
        """The bot was let into a place."""
        now = self.clock.now()
        if await self.store.happenings.joined(event_id, self.identity.workspace_id, place, now=now):
            log.info("let into a place", place=place)
            self.on_news()
            await self.sharing.doubt(place)

    async def unarchived(self, event_id: str, place: str) -> None:
        """A place was opened again."""
        now = self.clock.now()
        if await self.store.happenings.unarchived(event_id, self.identity.workspace_id, place, now=now):
            log.info("a place is no longer archived", place=place)
            self.on_news()

    async def closed(self, event_id: str, place: str, why: str) -> None:
        """A place may not be posted to any more; `why` is Slack's word for it."""
        if await self.store.happenings.closed(
            event_id, self.identity.workspace_id, place, why, now=self.clock.now(), retry_after=CLOSED_RETRY
        ):
            log.info("a place was closed to the bot", place=place, why=why)
            self.on_news()

    async def shared(self, place: str) -> None:
        """Another organisation reads a place; telling it twice changes nothing."""
        await self.sharing.told(place)

    async def unshared(self, place: str) -> None:
        """One organisation less reads a place; whether there are others, or are to be, Slack is asked."""
        await self.sharing.doubt(place)

    async def revoked(self, event_id: str, why: str) -> None:
        """The app was put out of the workspace, or its token taken back; asking Slack who we are makes sure."""
        if await self.store.happenings.noted(event_id, now=self.clock.now()):
            self.line.refused(why)
            self.on_doubt()
