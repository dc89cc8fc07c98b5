"""Messages of failure kinds are edited in place, have pings and threads, and a kind that is new to an account is known.

Revision ID: 0006
Revises: 0005
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from bot.domain.failure import kind_of

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add how watches want to be told and what they were told, and remember every failure kind there was."""
    op.add_column("watches", sa.Column("placement", sa.Text(), nullable=False, server_default="default"))
    op.add_column("watches", sa.Column("mention", sa.Text(), nullable=False, server_default=""))
    op.add_column("watches", sa.Column("asked_in", sa.Text(), nullable=True))
    op.add_column("watches", sa.Column("told", sa.Text(), nullable=False, server_default=""))
    op.add_column("watches", sa.Column("messages", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("announcements", sa.Column("under", sa.String(64), nullable=True))
    op.add_column("announcements", sa.Column("thread_ts", sa.Text(), nullable=True))
    op.add_column("announcements", sa.Column("outdated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("announcements", sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("announcements", sa.Column("shown_at", _MOMENT, nullable=True))
    op.create_index(
        "announcements_outdated",
        "announcements",
        ["workspace_id", "shown_at"],
        unique=False,
        sqlite_where=sa.text("outdated = 1 AND state = 'sent'"),
        postgresql_where=sa.text("outdated = true AND state = 'sent'"),
    )
    op.create_table(
        "kinds",
        sa.Column("account_id", sa.Text(), primary_key=True),
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )
    op.create_index("kinds_by_age", "kinds", ["account_id", "seen_at"], unique=False)
    _remember_kinds()


def _remember_kinds() -> None:
    """Error messages are grouped first: a batch that fails as one has thousands of the same."""
    connection = op.get_bind()
    query = sa.text(
        "SELECT account_id, error_message, max(changed_at) AS changed_at FROM requests WHERE status = 'failed'"
        " GROUP BY account_id, error_message"
    ).columns(account_id=sa.Text(), error_message=sa.Text(), changed_at=_MOMENT)
    latest: dict[tuple[str, str], datetime] = {}
    for account_id, message, changed_at in connection.execute(query):
        key = (account_id, kind_of(message))
        latest[key] = max(latest.get(key, changed_at), changed_at)
    insert = sa.text("INSERT INTO kinds (account_id, key, seen_at) VALUES (:account_id, :key, :seen_at)")
    rows = [{"account_id": account, "key": key, "seen_at": at} for (account, key), at in latest.items()]
    if rows:
        connection.execute(insert.bindparams(sa.bindparam("seen_at", type_=_MOMENT)), rows)
