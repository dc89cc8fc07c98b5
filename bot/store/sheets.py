"""Which requests a person was given in a place, so that the next sheet can have only what is new."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from bot.domain.sheet import LastSheet, marks_of, packed
from bot.store.columns import key_of
from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.schema_sheets import sheets


@dataclass(frozen=True, slots=True)
class Whose:
    """The person, the place and the reference that a sheet is for."""

    workspace_id: str
    place: str
    person: str
    account_id: str
    reference_id: str


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def last(self, whose: Whose) -> LastSheet | None:
        """What was given before; None when nothing was."""
        query = select(sheets.c.given_at, sheets.c.marks).where(_is(whose))

        def work(connection: Connection) -> LastSheet | None:
            row = connection.execute(query).one_or_none()
            return LastSheet(row.given_at, marks_of(row.marks)) if row else None

        return await self.database.read(work)

    async def given(self, whose: Whose, marks: Iterable[bytes], at: datetime) -> None:
        """These requests have reached the person, on top of those before; `at` is when they were read (our clock)."""
        new = frozenset(marks)
        await self.database.write(lambda connection: _add(connection, whose, new, at))


def _add(connection: Connection, whose: Whose, new: frozenset[bytes], at: datetime) -> None:
    row = {
        "workspace_id": whose.workspace_id,
        "place": whose.place,
        "person": whose.person,
        "account_id": whose.account_id,
        "reference_key": key_of(whose.reference_id),
        "given_at": at,
        "marks": packed(new),
    }
    if insert_if_new(connection, sheets, row):
        return
    before = connection.execute(select(sheets.c.given_at, sheets.c.marks).where(_is(whose)).with_for_update()).one()
    values = {"given_at": max(before.given_at, at), "marks": packed(marks_of(before.marks) | new)}
    connection.execute(update(sheets).where(_is(whose)).values(values))


def _is(whose: Whose) -> ColumnElement[bool]:
    return and_(
        sheets.c.workspace_id == whose.workspace_id,
        sheets.c.place == whose.place,
        sheets.c.person == whose.person,
        sheets.c.account_id == whose.account_id,
        sheets.c.reference_key == key_of(whose.reference_id),
    )


def forget_sheets(connection: Connection, before: datetime) -> None:
    """Forget what was given before this."""
    connection.execute(delete(sheets).where(sheets.c.given_at < before))
