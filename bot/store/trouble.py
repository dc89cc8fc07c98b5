"""What the databases' errors mean for a person; no text of theirs is passed on, it may hold what was written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic_core import PydanticSerializationError
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.errors import StoreError

_LOCKED = "the database is locked by another program; nothing was written"
_FULL = "the database is full (or its disk is); nothing was written"
_READ_ONLY = "the database is read-only; nothing was written"
_UNREACHABLE = "the database cannot be reached"
_NOT_SET_UP = "the database has not been set up for this version (the command `migrate` does it)"
_NOT_TEXT = "something was to be stored that is not text (a NUL or half a character); nothing was written"
_UNKNOWN = "the database did not do what it was asked; nothing was written"

_SQLITE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_PERM": _READ_ONLY,
    "SQLITE_CANTOPEN": "the database's file cannot be opened: its folder must exist and be writable",
    "SQLITE_IOERR": "the database's disk fails; nothing was written",
    "SQLITE_CORRUPT": "the database's file is damaged",
    "SQLITE_NOTADB": "the database's file is something else, not a database",
}
_POSTGRESQL = {
    "53100": _FULL,
    "25006": _READ_ONLY,
    "42501": "the database's user lacks a right; nothing was written",
    "55P03": _LOCKED,
    "42P01": _NOT_SET_UP,
    "42703": _NOT_SET_UP,
    "28P01": "the database refuses the password",
    "28000": "the database refuses the user",
    "3D000": "the server has no database of this name",
}
_TRY_AGAIN = ("40001", "40P01")  # serialisation failure, deadlock: the other one went on, this one may too


@contextmanager
def told(driver: DBAPIModule) -> Iterator[None]:
    """Turn what the databases raise into a `StoreError` with a sentence for a person; `driver` is the one in use."""
    try:
        yield
    except (SQLAlchemyError, driver.Error) as error:
        raise StoreError(_sentence(_cause(error), driver)) from error
    except (UnicodeError, PydanticSerializationError) as error:
        raise StoreError(_NOT_TEXT) from error


def may_try_again(error: SQLAlchemyError) -> bool:
    """Whether the transaction was only in the way of another one."""
    return getattr(_cause(error), "sqlstate", None) in _TRY_AGAIN


def _cause(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _sentence(cause: BaseException, driver: DBAPIModule) -> str:
    if isinstance(cause, sqlite3.Error):
        return _sqlite_sentence(cause)
    if not isinstance(cause, driver.Error):
        return _UNKNOWN
    if isinstance(cause, driver.DataError) and cause.sqlstate is None:
        return _NOT_TEXT
    return _postgresql_sentence(cause.sqlstate)


def _sqlite_sentence(cause: sqlite3.Error) -> str:
    name = getattr(cause, "sqlite_errorname", "")  # not there when the module itself complains
    if name == "SQLITE_ERROR" and "no such" in str(cause):
        return _NOT_SET_UP
    return next((text for start, text in _SQLITE.items() if name.startswith(start)), _UNKNOWN)


def _postgresql_sentence(state: str | None) -> str:
    if state is None or state[:2] == "08" or state[:3] == "57P":
        return _UNREACHABLE
    return _POSTGRESQL.get(state, _UNKNOWN)
