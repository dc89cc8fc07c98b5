"""Which revision of the tables this version of the code works with, and whether a database has it."""

from sqlalchemy import Connection, inspect, text

REVISION = "0022"
"""The newest of the migrations; known here so that a database that has it needs no Alembic."""


def is_current(connection: Connection) -> bool:
    """Whether no migration is needed; a database without tables, or of any other version, is not current."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [REVISION]
