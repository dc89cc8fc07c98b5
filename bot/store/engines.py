"""The two kinds of databases, each set up so that transactions mean the same."""

from datetime import timedelta
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

THREADS = 4
_REACH_SECONDS = 5
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


def make_engine(url: str, busy: timedelta) -> Engine:
    """An engine for this URL; nothing is connected yet. `busy` is how long to wait for another program's lock."""
    parsed = _parsed(url)
    if parsed.drivername == "sqlite":
        return _sqlite(parsed, busy)
    return _postgresql(parsed.set(drivername="postgresql+psycopg"))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError("the database's URL cannot be understood") from None
    if parsed.drivername == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise StoreError("the database needs a file: sqlite:///path/to/file.db")
    elif parsed.drivername not in _POSTGRESQL:
        raise StoreError("the database's URL must begin with sqlite:/// or postgresql://")
    return parsed


def _sqlite(url: URL, busy: timedelta) -> Engine:
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": busy.total_seconds()},
        pool_size=THREADS,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # The driver begins no transaction before a SELECT, and a deferred one answers "locked" when it begins to write.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        # Statements prepared on a server connection are in the way of poolers.
        connect_args={"prepare_threshold": None, "connect_timeout": _REACH_SECONDS},
        pool_size=THREADS,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    connection.cursor().execute("SET TIME ZONE 'UTC'")
    connection.commit()
