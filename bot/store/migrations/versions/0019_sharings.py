"""Which places other organisations read.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table; of no place it is known yet."""
    op.create_table(
        "sharings",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=True),
        sa.Column("learnt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("doubted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "place"),
    )
