"""The few statements that the two databases spell differently."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, func
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
_MOST_IN_A_LIST = 500


def insert_if_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there; returns whether it was inserted."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).on_conflict_do_nothing().returning(*table.primary_key)
    return connection.execute(statement, row).one_or_none() is not None


def letter_by_letter(connection: Connection, text: ColumnElement[str]) -> ColumnElement[str]:
    """The text, to be ordered as Python orders it, whatever language the database speaks."""
    return text.collate("C" if connection.dialect.name == "postgresql" else "BINARY")


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same text, but nothing is looked up by it: SQLite knows no numbers and would choose the wrong index."""
    return func.coalesce(column, "")


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in parts that fit into an IN list."""
    rest = iter(values)
    while part := list(islice(rest, _MOST_IN_A_LIST)):
        yield part
