"""A watch may have a deadline, and remembers what was told of it.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the deadline, the zone it was typed in, and what was told of it."""
    op.add_column("watches", sa.Column("deadline", sa.DateTime(timezone=True), nullable=True))
    op.add_column("watches", sa.Column("deadline_zone", sa.Text(), nullable=False, server_default=""))
    op.add_column("watches", sa.Column("risk", sa.Text(), nullable=False, server_default=""))
    has_deadline = sa.text("deadline IS NOT NULL AND ended_at IS NULL")
    op.create_index(
        "watches_with_deadline",
        "watches",
        ["account_id"],
        unique=False,
        sqlite_where=has_deadline,
        postgresql_where=has_deadline,
    )
