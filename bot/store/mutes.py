"""Mutes: where nothing is told for a while, and what is told when it ends."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.mute import Mute
from bot.store.database import Database
from bot.store.holding import mutes_of
from bot.store.unmuting import begin_mute, end_due, is_over, unmute
from bot.store.watching import with_own_card


@dataclass(frozen=True, slots=True)
class Mutes:
    """The mutes of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def begin(self, wanted: Mute) -> Mute:
        """Mute a subject, or change until when it is muted; `id` and `reading` of what is wanted are not looked at."""
        return await self.database.write(lambda connection: begin_mute(connection, wanted))

    async def end(
        self, workspace_id: str, place: str, *, only: tuple[Mute, ...] | None, now: datetime, author: str
    ) -> tuple[tuple[Mute, ...], int]:
        """End some mutes of a place (None: all); returns those there were, and how many messages they had held."""

        def work(connection: Connection) -> tuple[tuple[Mute, ...], int]:
            wanted = mutes_of(connection, workspace_id, place) if only is None else only
            return unmute(connection, wanted, now, author)

        return await self.database.write(work)

    async def here(self, workspace_id: str, place: str) -> tuple[Mute, ...]:
        """The mutes of a place that have not been ended, the oldest first."""
        return await self.database.read(lambda connection: tuple(mutes_of(connection, workspace_id, place)))

    async def end_due(self, account_id: str, *, now: datetime) -> int:
        """End the mutes whose time is over, and queue what they held, in one message for each place."""

        def any_is_due(connection: Connection) -> bool:
            return any(is_over(mute, now) for mute in mutes_of(connection) if mute.account_id == account_id)

        if not await self.database.read(any_is_due):
            return 0
        return await self.database.write(lambda connection: end_due(connection, account_id, now))

    async def watched_here(self, workspace_id: str, place: str) -> bool:
        """Whether anything is watched in a place."""
        return await self.database.read(lambda connection: bool(with_own_card(connection, workspace_id, place)))
