"""Failures can be marked handled, given to somebody, and are made good by a newer request that completed.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add which failed requests are not open any more, how many of each batch, and what people did about each kind."""
    op.add_column("requests", sa.Column("cleared", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("batches", sa.Column("cleared", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "cares",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("reference_key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.Text(), nullable=True),
        sa.Column("assigned_at", _MOMENT, nullable=True),
        sa.Column("handled_by", sa.Text(), nullable=True),
        sa.Column("handled_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", "reference_key", "kind"),
    )
