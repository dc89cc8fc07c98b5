"""Who did what, written in the transaction of the deed itself."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from bot.domain.deed import Deed, Did
from bot.store.database import Database
from bot.store.places import names_of_places
from bot.store.schema_people import deeds, undos


@dataclass(frozen=True, slots=True)
class Deeds:
    """What was done in all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def since(self, moment: datetime) -> tuple[Deed, ...]:
        """What was done since then (our clock), the oldest first."""
        query = select(deeds).where(deeds.c.done_at >= moment).order_by(deeds.c.done_at, deeds.c.number)

        def work(connection: Connection) -> tuple[Deed, ...]:
            rows, names = connection.execute(query).mappings().all(), names_of_places(connection)
            return tuple(
                Deed(
                    done_at=row["done_at"],
                    workspace_id=row["workspace_id"],
                    place=row["place"],
                    person=row["person"],
                    did=Did(row["deed"]),
                    subject=row["subject"],
                    details=json.loads(row["details"]),
                    place_name=names.get(row["place"], ""),
                )
                for row in rows
            )

        return await self.database.read(work)


def note(connection: Connection, deed: Deed) -> None:
    """Write down what is done in this transaction."""
    row = {
        "done_at": deed.done_at,
        "workspace_id": deed.workspace_id,
        "place": deed.place,
        "person": deed.person,
        "deed": deed.did.value,
        "subject": deed.subject,
        "details": json.dumps(dict(deed.details), ensure_ascii=False),
    }
    connection.execute(insert(deeds), row)


def forget_deeds(connection: Connection, before: datetime) -> None:
    """Forget what was done before this; it can be taken back no more anyway."""
    connection.execute(delete(deeds).where(deeds.c.done_at < before))
    connection.execute(delete(undos).where(undos.c.done_at < before))
