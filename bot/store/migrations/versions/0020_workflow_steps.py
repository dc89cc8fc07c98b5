"""The steps that workflows have begun.

Revision ID: 0020
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table and its indexes."""
    op.create_table(
        "workflow_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("reference_id", sa.Text()),
        sa.Column("reference_key", sa.String(64)),
        sa.Column("ends_at", _MOMENT),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", _MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("ended_at", _MOMENT),
        sa.PrimaryKeyConstraint("id"),
    )
    waiting = sa.text("phase = 'waiting'")
    undone = sa.text("phase IN ('taken', 'waiting', 'answered')")
    op.create_index(
        "workflow_steps_waiting", "workflow_steps", ["account_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(
        "workflow_steps_undone",
        "workflow_steps",
        ["workspace_id", "due_at"],
        sqlite_where=undone,
        postgresql_where=undone,
    )
    op.create_index("workflow_steps_ended", "workflow_steps", ["ended_at"])
