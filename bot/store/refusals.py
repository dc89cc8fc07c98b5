"""What a workspace refused, and when: one row for each kind of block that not every workspace takes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.schema_charts import refusals


@dataclass(frozen=True, slots=True)
class Refusals:
    """The refusals of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def last(self, workspace_id: str, what: str) -> datetime | None:
        """When this was last refused (our clock); None when it never was."""
        query = select(refusals.c.refused_at).where(_is(workspace_id, what))

        def work(connection: Connection) -> datetime | None:
            return connection.execute(query).scalar_one_or_none()

        return await self.database.read(work)

    async def note(self, workspace_id: str, what: str, at: datetime) -> None:
        """It was refused at this moment."""
        row = {"workspace_id": workspace_id, "what": what, "refused_at": at}

        def work(connection: Connection) -> None:
            if not insert_if_new(connection, refusals, row):
                connection.execute(update(refusals).where(_is(workspace_id, what)).values(refused_at=at))

        await self.database.write(work)


def _is(workspace_id: str, what: str) -> ColumnElement[bool]:
    return and_(refusals.c.workspace_id == workspace_id, refusals.c.what == what)
