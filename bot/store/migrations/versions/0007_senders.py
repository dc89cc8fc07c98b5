"""One sender for each workspace at a time; what may show up twice is looked for; whose history cannot be read.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)
_AUDITED = sa.text("audit_at IS NOT NULL")


def upgrade() -> None:
    """Add the leases, who made an attempt and in which term, when to look for copies, and what is known of places."""
    op.create_table(
        "senders",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id"),
    )
    op.add_column("announcements", sa.Column("term", sa.BigInteger(), nullable=True))
    op.add_column("announcements", sa.Column("doubted_at", _MOMENT, nullable=True))
    op.add_column("announcements", sa.Column("audit_at", _MOMENT, nullable=True))
    op.create_index(
        "announcements_audited",
        "announcements",
        ["workspace_id", "audit_at"],
        unique=False,
        sqlite_where=_AUDITED,
        postgresql_where=_AUDITED,
    )
    op.add_column("places", sa.Column("no_history", sa.Text(), nullable=True))
