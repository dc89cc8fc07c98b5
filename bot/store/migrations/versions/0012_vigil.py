"""What rules that go by time have told, and the indexes by which they find what is open and what started last.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_UNSETTLED = sa.text("ended_at IS NULL AND settled_reading IS NULL")
_STARTED = sa.text("started_at IS NOT NULL")


def upgrade() -> None:
    """Add two tables and two indexes."""
    op.create_table(
        "vigils",
        sa.Column("watch_id", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("watch_id", "rule"),
    )
    op.create_table(
        "account_vigils",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "rule"),
    )
    op.create_index(
        "watches_unsettled",
        "watches",
        ["account_id", "reference_key"],
        unique=False,
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )
    op.create_index(
        "requests_started",
        "requests",
        ["account_id", "created_at"],
        unique=False,
        sqlite_where=_STARTED,
        postgresql_where=_STARTED,
    )
