"""Statements about the ledger's entries, inside a transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, true, update

from bot.domain.change import Entry
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.rows import ENTRY, Row, entry_of, entry_row
from bot.store.schema import requests

_KEYS = ("account_id", "id")


def of_reference(account_id: str, reference_id: str) -> ColumnElement[bool]:
    """The condition that picks a reference's requests."""
    return and_(requests.c.account_id == account_id, requests.c.reference_key == key_of(reference_id))


def by_ids(connection: Connection, account_id: str, ids: Iterable[str]) -> dict[str, Entry]:
    """The entries that there are, by request id."""
    found: dict[str, Entry] = {}
    for part in chunks(ids):
        query = select(*ENTRY).where(requests.c.account_id == account_id, requests.c.id.in_(part))
        found |= {row[0]: entry_of(row) for row in connection.execute(query)}
    return found


def whole(connection: Connection, account_id: str, reference_id: str) -> list[Entry]:
    """Everything our memory has of a reference, oldest creation first."""
    query = select(*ENTRY).where(of_reference(account_id, reference_id))
    query = query.order_by(requests.c.created_at, requests.c.id)
    return [entry_of(row) for row in connection.execute(query)]


def failed(connection: Connection, account_id: str, reference_id: str) -> list[Entry]:
    """What is listed of a reference and has failed, or is not an open failure any more, oldest creation first."""
    mine = (of_reference(account_id, reference_id), requests.c.listed == true())
    query = select(*ENTRY).where(*mine, or_(requests.c.status == "failed", requests.c.cleared == true()))
    query = query.order_by(requests.c.created_at, requests.c.id)
    return [entry_of(row) for row in connection.execute(query)]


def add(connection: Connection, account_id: str, new: Sequence[Entry]) -> None:
    """Write entries that were not there."""
    if new:
        connection.execute(insert(requests), [entry_row(account_id, entry) for entry in new])


def change(connection: Connection, account_id: str, changed: Sequence[Entry]) -> None:
    """Write entries that were there."""
    if changed:
        connection.execute(_CHANGE, [_renamed(entry_row(account_id, entry)) for entry in changed])


def _renamed(row: Row) -> Row:
    return {f"the_{name}": value for name, value in row.items()}


def _new_values() -> dict[str, Any]:
    return {column.name: bindparam(f"the_{column.name}") for column in requests.c if column.name not in _KEYS}


_CHANGE = (
    update(requests).where(*(requests.c[name] == bindparam(f"the_{name}") for name in _KEYS)).values(_new_values())
)
