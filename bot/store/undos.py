"""What can be taken back, for a while."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.domain.people_answer import UndoneAnswer
from bot.store.database import Database
from bot.store.schema_people import undos
from bot.store.undoing import take_back


@dataclass(frozen=True, slots=True)
class Undos:
    """The deeds that can be taken back; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def knows(self, undo_id: str) -> bool:
        """Whether a deed can be taken back by this id: not when it has changed nothing."""
        query = select(select(undos.c.number).where(undos.c.id == undo_id).exists())
        return await self.database.read(lambda connection: bool(connection.execute(query).scalar_one()))

    async def is_of(self, undo_id: str, workspace_id: str, place: str) -> bool:
        """Whether it was done in this place."""
        mine = (undos.c.id == undo_id, undos.c.workspace_id == workspace_id, undos.c.place == place)
        query = select(select(undos.c.number).where(*mine).exists())
        return await self.database.read(lambda connection: bool(connection.execute(query).scalar_one()))

    async def take_back(
        self, undo_id: str, workspace_id: str, place: str, *, now: datetime, person: str
    ) -> UndoneAnswer:
        """Undo a deed of this place, unless more than ten minutes have passed or something else was done since."""

        def work(connection: Connection) -> UndoneAnswer:
            return take_back(connection, undo_id, workspace_id, place, now, person)

        return await self.database.write(work)
