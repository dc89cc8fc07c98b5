"""Brings a database's tables to what this version of the code knows: a program of its own, the only one with Alembic.

It reads an order on standard input and answers on standard output: see `bot.store.migrating`, which starts it.
"""

import asyncio
import json
import logging
import sys
from datetime import timedelta

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import NewerDatabaseError, StoreError
from bot.store.condition import undo
from bot.store.database import Database

_ONE_AT_A_TIME = 7_310_524_816  # any number, the same in all replicas


def bring_up_to_date(connection: Connection) -> int:
    """Apply the migrations that the database has not had yet, in the transaction of this connection; how many."""
    if connection.dialect.name == "postgresql":
        # A lock of the transaction, not of the session: it ends with it whatever happens, and poolers keep it.
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every step, also when there is none
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    had = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in scripts.walk_revisions()}
    if not known.issuperset(had):
        raise NewerDatabaseError(
            "the database was written by a newer version of this program: use that version, or a copy made before it"
        )
    command.upgrade(config, "head")
    return len(list(scripts.iterate_revisions("heads", had or "base")))


def rehearse(connection: Connection) -> int:
    """The same, undone: how many migrations the database has not had yet."""
    lacks = bring_up_to_date(connection)
    undo(connection)
    return lacks


async def _done(url: str, busy_seconds: float, rehearsal: bool) -> dict[str, object]:
    database = Database.open(url, busy=timedelta(seconds=busy_seconds))
    try:
        return {"migrations": await database.write(rehearse if rehearsal else bring_up_to_date)}
    except StoreError as error:
        return {"trouble": str(error), "newer": isinstance(error, NewerDatabaseError)}
    finally:
        await database.close()


def main() -> None:
    """Start here."""
    json.dump(asyncio.run(_done(**json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
