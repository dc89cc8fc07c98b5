"""A place can have quiet hours, in which mutes come and go by themselves, and a digest every day.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two tables, and which mutes are quiet hours."""
    op.add_column("mutes", sa.Column("by_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "quiets",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("begin_at", sa.String(5), nullable=False),
        sa.Column("end_at", sa.String(5), nullable=False),
        sa.Column("days", sa.String(16), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.Column("begun", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "place"),
    )
    op.create_table(
        "digests",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("days", sa.String(16), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.Column("told_on", sa.String(10), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "place"),
    )
