"""What state a database is in, found out without leaving a trace."""

import os
from pathlib import Path

from sqlalchemy import URL, Connection, update

from bot.domain.finding import Condition
from bot.errors import StoreError
from bot.store.revision import is_current
from bot.store.schema import accounts


def unmade(url: URL) -> Condition | None:
    """SQLite's file where it is not there but can be made, None where there is one; `StoreError` where it cannot be."""
    file = _file(url)
    if file is None or file.exists():
        return None
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise StoreError(f"{file} cannot be made: its folder must exist and be writable")
    return Condition(str(file), file, False, 0)


def made(url: URL, lacks: int) -> Condition:
    """A database that is there and can be written."""
    file = _file(url)
    return Condition(
        str(file) if file else f"PostgreSQL {url.database} on {url.host or 'this machine'}", file, True, lacks
    )


def is_writable(connection: Connection) -> bool:
    """Write to a table and undo it; False when there is a migration to be done first."""
    if not is_current(connection):
        return False
    undo(connection)
    return True


def undo(connection: Connection) -> None:
    """Write to a table, and undo that with all that was done before in this transaction."""
    connection.execute(update(accounts).values(readings=accounts.c.readings))
    transaction = connection.get_transaction()
    if transaction is not None:
        transaction.rollback()


def _file(url: URL) -> Path | None:
    return Path(url.database or "").resolve() if url.drivername == "sqlite" else None
