"""What Slack tells by itself: each event acts once, in the transaction that remembers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from bot.store import troubles
from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.schema_sending import events

REMEMBERED = timedelta(days=2)  # Slack tells an event again for a day at most


@dataclass(frozen=True, slots=True)
class Happenings:
    """The events of all workspaces; every method is one transaction and may raise `StoreError`.

    An event that could not be written has not acted: told again, it acts. They return whether it acted now.
    """

    database: Database

    async def closed(
        self, event_id: str, workspace_id: str, place: str, why: str, *, now: datetime, retry_after: timedelta
    ) -> bool:
        """A place may not be posted to from now on: what waits stays, the authors of its watches are told once."""

        def act(connection: Connection) -> None:
            troubles.close(connection, workspace_id, place, why, now, now + retry_after)

        return await self._once(event_id, now, act)

    async def joined(self, event_id: str, workspace_id: str, place: str, *, now: datetime) -> bool:
        """The bot was let into a place: what waits there is tried at once."""
        return await self._once(event_id, now, lambda c: troubles.let_in(c, workspace_id, place, now))

    async def unarchived(self, event_id: str, workspace_id: str, place: str, *, now: datetime) -> bool:
        """A place is no longer archived: what waits there goes on in order."""
        return await self._once(event_id, now, lambda c: troubles.unarchived(c, workspace_id, place, now))

    async def noted(self, event_id: str, *, now: datetime) -> bool:
        """Something that changes nothing in our memory."""
        return await self._once(event_id, now, lambda _: None)

    async def _once(self, event_id: str, now: datetime, act: Callable[[Connection], None]) -> bool:
        def work(connection: Connection) -> bool:
            if not insert_if_new(connection, events, {"event_id": event_id, "acted_at": now}):
                return False
            connection.execute(delete(events).where(events.c.acted_at < now - REMEMBERED))
            act(connection)
            return True

        return await self.database.write(work)
