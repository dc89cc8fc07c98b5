"""What can be taken back, for a while."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from bot.domain.deed import Did
from bot.domain.people_answer import UndoneAnswer
from bot.domain.watch import Watch
from bot.store.database import Database
from bot.store.finding import same
from bot.store.rows import watch_of
from bot.store.schema import watches
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

    async def of_stop(
        self, workspace_id: str, place: str, reference_id: str, *, is_glob: bool, since: datetime
    ) -> tuple[Watch, str] | None:
        """The watch that was stopped last in a place, and by which id that can be taken back.

        None when nobody has done so since then, or it was taken back.
        """
        there = same(workspace_id, place, reference_id, is_glob=is_glob)
        stop = and_(undos.c.deed == Did.UNWATCH, undos.c.used_at.is_(None), undos.c.done_at >= since)
        of_one = undos.c.watch_id == watches.c.id
        query = select(watches, undos.c.id.label("undo_id")).join(undos, of_one).where(there, stop)
        newest = query.order_by(undos.c.number.desc()).limit(1)

        def work(connection: Connection) -> tuple[Watch, str] | None:
            row = connection.execute(newest).mappings().one_or_none()
            return (watch_of(row), row["undo_id"]) if row else None

        return await self.database.read(work)

    async def take_back(
        self, undo_id: str, workspace_id: str, place: str, *, now: datetime, person: str
    ) -> UndoneAnswer:
        """Undo a deed of this place, unless more than ten minutes have passed or something else was done since."""

        def work(connection: Connection) -> UndoneAnswer:
            return take_back(connection, undo_id, workspace_id, place, now, person)

        return await self.database.write(work)
