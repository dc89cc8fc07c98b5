"""Forecasts are kept, to be judged by what came of them.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_MOMENT = sa.DateTime(timezone=True)
_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add a table, and what its rows are found by."""
    op.create_table(
        "forecasts",
        sa.Column("number", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("watch_id", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("api_now", _MOMENT, nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("clips", sa.BigInteger(), nullable=False),
        sa.Column("early", _MOMENT, nullable=False),
        sa.Column("likely", _MOMENT, nullable=False),
        sa.Column("late", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_clips", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("forecasts_of_watch", "forecasts", ["watch_id", "number"], unique=False)
    op.create_index("forecasts_made", "forecasts", ["made_at"], unique=False)
    pending = sa.text("ended_at IS NULL")
    op.create_index(
        "forecasts_pending", "forecasts", ["watch_id"], unique=False, sqlite_where=pending, postgresql_where=pending
    )
