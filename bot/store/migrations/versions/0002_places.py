"""Where requests stand in the account's list, and which part of it was read.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what was read before counts as read in the account's first reading."""
    op.add_column("accounts", sa.Column("coverage", sa.Text(), nullable=True))
    op.add_column("requests", sa.Column("place", sa.BigInteger(), nullable=True))
    op.add_column("batches", sa.Column("reading", sa.BigInteger(), nullable=False, server_default="0"))
    ended = sa.text("finished_at IS NOT NULL")
    op.create_index(
        "requests_ended", "requests", ["account_id", "finished_at"], sqlite_where=ended, postgresql_where=ended
    )
