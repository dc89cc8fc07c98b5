"""What people do is written down, can be muted and taken back, and a watch ends a day after it settled.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_MOMENT = sa.DateTime(timezone=True)
_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add three tables, what a watch needs to end by itself, and what figures and lists are found by."""
    _deeds()
    _mutes()
    _undos()
    op.add_column("watches", sa.Column("settled_at", _MOMENT, nullable=True))
    op.add_column("watches", sa.Column("settled_for", sa.BigInteger(), nullable=True))
    op.add_column("watches", sa.Column("ended_by_itself", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("announcements_recorded", "announcements", ["recorded_at"], unique=False)
    op.create_index("announcements_of_kind", "announcements", ["workspace_id", "kind", "state"], unique=False)


def _deeds() -> None:
    op.create_table(
        "deeds",
        sa.Column("number", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("deeds_done", "deeds", ["done_at"], unique=False)


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.String(64), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("is_glob", sa.Boolean(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("reading", sa.BigInteger(), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "place", "subject_key"),
    )


def _undos() -> None:
    op.create_table(
        "undos",
        sa.Column("number", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("watch_id", sa.String(64), nullable=True),
        sa.Column("done_at", _MOMENT, nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
