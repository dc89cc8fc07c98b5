"""Globs: every reference ever seen, watches of patterns, and what they except.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.String(64)


def upgrade() -> None:
    """Grow two tables, make one, and list the references that are there."""
    _grow_batches()
    _list_references()
    _grow_watches()
    _make_exceptions()


def _grow_batches() -> None:
    with op.batch_alter_table("batches") as batches:
        batches.alter_column("read_at", existing_type=_MOMENT, nullable=True)
        batches.alter_column("api_now", existing_type=_MOMENT, nullable=True)
        batches.add_column(sa.Column("last_created_at", _MOMENT, nullable=True))
        batches.add_column(sa.Column("changed_at", _MOMENT, nullable=True))


def _list_references() -> None:
    op.execute(
        "INSERT INTO batches (account_id, reference_key, reference_id)"
        " SELECT account_id, reference_key, min(reference_id) FROM requests AS r WHERE reference_key IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM batches AS b"
        " WHERE b.account_id = r.account_id AND b.reference_key = r.reference_key)"
        " GROUP BY account_id, reference_key"
    )
    theirs = "r.account_id = batches.account_id AND r.reference_key = batches.reference_key"
    op.execute(
        f"UPDATE batches SET last_created_at = (SELECT max(created_at) FROM requests AS r WHERE {theirs}),"  # noqa: S608 - our own words
        f" changed_at = (SELECT max(changed_at) FROM requests AS r WHERE {theirs})"
    )


def _grow_watches() -> None:
    op.add_column("watches", sa.Column("is_glob", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("watches", sa.Column("glob_id", _KEY, nullable=True))
    op.add_column("watches", sa.Column("only_failures", sa.Boolean(), nullable=False, server_default=sa.false()))
    active = {
        "sqlite": sa.text("is_glob = 1 AND ended_at IS NULL"),
        "postgresql": sa.text("is_glob = true AND ended_at IS NULL"),
    }
    op.create_index(
        "watches_globs", "watches", ["account_id"], sqlite_where=active["sqlite"], postgresql_where=active["postgresql"]
    )
    of_glob = sa.text("glob_id IS NOT NULL")
    op.create_index("watches_of_glob", "watches", ["glob_id"], sqlite_where=of_glob, postgresql_where=of_glob)


def _make_exceptions() -> None:
    op.create_table(
        "exceptions",
        sa.Column("watch_id", _KEY, nullable=False),
        sa.Column("reference_key", _KEY, nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("watch_id", "reference_key"),
    )
