"""Home tabs: who has opened theirs, what it shows, and what it would show now."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from bot.domain.home import HomeFacts, Seen
from bot.domain.mute import Mute
from bot.domain.watch import Watch
from bot.store.composing_home import Wanted, compose
from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.holding import mutes_of
from bot.store.rows import watch_of
from bot.store.schema import watches
from bot.store.schema_home import IS_SOMEBODYS, homes

UNKNOWN = ""  # what a Home shows that has to be drawn anew, whatever it shows
_SEEN = tuple(homes.c[field.name] for field in fields(Seen))


@dataclass(frozen=True, slots=True)
class Homes:
    """The Home tabs of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def opened(self, workspace_id: str, person: str, place: str, *, now: datetime) -> Seen:
        """A person opens their Home, whatever it showed before; `place` is their DM with the bot."""
        mine = {"workspace_id": workspace_id, "person": person}
        again = {"place": place, "opened_at": now, "shown": UNKNOWN, "version": homes.c.version + 1}

        def work(connection: Connection) -> Seen:
            row = {**mine, "place": place, "opened_at": now, "shown": UNKNOWN, "version": 1}
            if not insert_if_new(connection, homes, row):
                connection.execute(update(homes).where(_of(workspace_id, person)).values(again))
            return Seen(*connection.execute(select(*_SEEN).where(_of(workspace_id, person))).one())

        return await self.database.write(work)

    async def begin(self, workspace_id: str, person: str) -> Seen | None:
        """Something is to be shown now: the next version; None for somebody who has not opened Home lately."""
        mine = _of(workspace_id, person)

        def work(connection: Connection) -> Seen | None:
            connection.execute(update(homes).where(mine).values(version=homes.c.version + 1))
            row = connection.execute(select(*_SEEN).where(mine)).one_or_none()
            return Seen(*row) if row else None

        return await self.database.write(work)

    async def shown(self, workspace_id: str, seen: Seen, digest: str, *, now: datetime) -> None:
        """It shows what has this digest, unless somebody else has begun to show something: then nobody knows."""
        mine = _of(workspace_id, seen.person)

        def work(connection: Connection) -> None:
            known = update(homes).where(mine, homes.c.version == seen.version)
            if not connection.execute(known.values(shown=digest, shown_at=now)).rowcount:
                connection.execute(update(homes).where(mine).values(shown=UNKNOWN, version=homes.c.version + 1))

        await self.database.write(work)

    async def leave(self, workspace_id: str, person: str) -> None:
        """Keep this Home up to date no more, until the person opens it again."""
        await self.database.write(lambda c: c.execute(delete(homes).where(_of(workspace_id, person))))

    async def lately(self, workspace_id: str, *, since: datetime) -> tuple[Seen, ...]:
        """Who has opened Home since then, the last first."""
        mine = and_(homes.c.workspace_id == workspace_id, homes.c.opened_at > since)
        query = select(*_SEEN).where(mine).order_by(homes.c.opened_at.desc(), homes.c.person)

        def work(connection: Connection) -> tuple[Seen, ...]:
            return tuple(Seen(*row) for row in connection.execute(query))

        return await self.database.read(work)

    async def facts(self, wanted: Wanted) -> HomeFacts:
        """What the Home of a person shows now."""
        return await self.database.read(lambda connection: compose(connection, wanted))

    async def watch(self, workspace_id: str, watch_id: str, *, ended_since: datetime | None = None) -> Watch | None:
        """A watch that somebody began, by its id: an active one, or one that has ended since then."""
        is_meant = IS_SOMEBODYS
        if ended_since is not None:
            is_meant = or_(IS_SOMEBODYS, and_(watches.c.ended_at >= ended_since, watches.c.glob_id.is_(None)))
        mine = and_(watches.c.workspace_id == workspace_id, watches.c.id == watch_id, is_meant)

        def work(connection: Connection) -> Watch | None:
            row = connection.execute(select(watches).where(mine)).mappings().one_or_none()
            return watch_of(row) if row else None

        return await self.database.read(work)

    async def mute(self, workspace_id: str, mute_id: str) -> Mute | None:
        """A mute that has not ended, by its id."""

        def work(connection: Connection) -> Mute | None:
            return next((mute for mute in mutes_of(connection, workspace_id) if mute.id == mute_id), None)

        return await self.database.read(work)


def forget_homes(connection: Connection, before: datetime) -> None:
    """Forget who has not opened Home since."""
    connection.execute(delete(homes).where(homes.c.opened_at < before))


def _of(workspace_id: str, person: str) -> ColumnElement[bool]:
    return and_(homes.c.workspace_id == workspace_id, homes.c.person == person)
