"""After a gap in which nothing could be read, news is held and told in one message for each place.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_UNSENT = sa.text("state IN ('pending', 'sending', 'in_doubt', 'parked', 'held')")


def upgrade() -> None:
    """Remember the gap that is being caught up with, and find what is held as fast as all that is unsent."""
    op.add_column("accounts", sa.Column("catching_up_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("catching_up_reading", sa.BigInteger(), nullable=True))
    op.drop_index("announcements_unsent", "announcements")
    op.create_index(
        "announcements_unsent",
        "announcements",
        ["workspace_id", "place", "reference_key", "number"],
        unique=False,
        sqlite_where=_UNSENT,
        postgresql_where=_UNSENT,
    )
