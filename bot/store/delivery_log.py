"""The delivery log, as it is read from the outbox."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select

from bot.domain.delivery import State
from bot.domain.delivery_log import Logged
from bot.store.database import Database
from bot.store.places import names_of_places
from bot.store.schema import announcements, watches

_COLUMNS = tuple(announcements.c[field.name] for field in fields(Logged) if field.name != "place_name")


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """The announcements of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def since(
        self, moment: datetime, *, channel: str | None = None, limit: int | None = None
    ) -> tuple[Logged, ...]:
        """What was recorded since then (our clock), the oldest first; of more than `limit` the newest.

        `channel` is a channel's id or name, or a person's id.
        """
        query = select(*_COLUMNS).where(announcements.c.recorded_at >= moment)
        if channel is not None:
            query = query.where(_is_there(channel))
        query = query.order_by(announcements.c.recorded_at.desc(), announcements.c.number.desc()).limit(limit)

        def work(connection: Connection) -> tuple[Logged, ...]:
            rows = connection.execute(query).mappings().all()
            names = names_of_places(connection)
            return tuple(_logged(row, names) for row in reversed(rows))

        return await self.database.read(work)


def _is_there(channel: str) -> ColumnElement[bool]:
    called_so = select(watches.c.place).where(watches.c.place_name == channel.removeprefix("#"))
    return or_(
        announcements.c.place == channel, announcements.c.channel == channel, announcements.c.place.in_(called_so)
    )


def _logged(row: RowMapping, names: dict[str, str]) -> Logged:
    told = {**row, "state": State(row["state"])}
    return Logged(place_name=names.get(row["place"], ""), **told)
