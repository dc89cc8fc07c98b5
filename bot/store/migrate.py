"""Bring a database's tables to what this version of the code knows."""

import logging

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.errors import NewerDatabaseError

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
