"""Messages that show older facts than there are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, or_, select, update

from bot.domain.delivery import MessageEdit, Posted
from bot.store.database import Database
from bot.store.manners import manner_of_edit
from bot.store.queue import spoken_of
from bot.store.schema import IS_OUTDATED, announcements
from bot.store.troubles import is_shut
from bot.store.waits import is_ahead


@dataclass(frozen=True, slots=True)
class Edits:
    """The messages of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def due(
        self, workspace_id: str, *, now: datetime, shown_before: datetime, limit: int = 20
    ) -> tuple[MessageEdit, ...]:
        """The messages to edit now: outdated, and as they are since `shown_before`; the longest unchanged first."""
        query = (
            select(announcements)
            .where(
                announcements.c.workspace_id == workspace_id,
                IS_OUTDATED,
                ~is_shut(announcements),
                or_(announcements.c.shown_at <= shown_before, is_ahead(announcements.c.shown_at, now)),
            )
            .order_by(announcements.c.shown_at, announcements.c.number)
            .limit(limit)
        )

        def work(connection: Connection) -> tuple[MessageEdit, ...]:
            return tuple(_edit(connection, row) for row in connection.execute(query).mappings().all())

        return await self.database.read(work)

    async def done(self, edit: MessageEdit, *, now: datetime) -> None:
        """The message shows these facts; it stays to be edited when they have changed since."""

        def work(connection: Connection) -> None:
            mine = update(announcements).where(announcements.c.id == edit.id)
            connection.execute(mine.values(shown_at=now))
            connection.execute(mine.where(announcements.c.changes == edit.change).values(outdated=False))

        await self.database.write(work)

    async def gone(self, edit: MessageEdit) -> None:
        """The message cannot be edited any more: somebody deleted it, or the place is closed."""
        mine = update(announcements).where(announcements.c.id == edit.id)
        await self.database.write(lambda connection: connection.execute(mine.values(outdated=False)))


def _edit(connection: Connection, row: RowMapping) -> MessageEdit:
    manner, posted = manner_of_edit(connection, row["watch_id"]), Posted(row["channel"], row["ts"])
    return MessageEdit(row["id"], row["place"], posted, spoken_of(row), manner, row["changes"], row["repeat"])
