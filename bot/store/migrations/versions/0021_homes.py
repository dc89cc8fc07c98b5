"""Who has opened Home, so that it is kept up to date, and what is shown there is found quickly.

Revision ID: 0021
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_MOMENT = sa.DateTime(timezone=True)
_IS_SOMEBODYS = sa.text("ended_at IS NULL AND glob_id IS NULL")
_IS_ASSIGNED = sa.text("assigned_to IS NOT NULL")


def upgrade() -> None:
    """Add a table and three indexes."""
    op.create_table(
        "homes",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("shown_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "person"),
    )
    op.create_index("homes_opened", "homes", ["workspace_id", "opened_at"])
    op.create_index(
        "watches_of_author",
        "watches",
        ["workspace_id", "author"],
        sqlite_where=_IS_SOMEBODYS,
        postgresql_where=_IS_SOMEBODYS,
    )
    op.create_index(
        "cares_assigned",
        "cares",
        ["account_id", "assigned_to"],
        sqlite_where=_IS_ASSIGNED,
        postgresql_where=_IS_ASSIGNED,
    )
