"""How each reference stands is kept beside it, and what is old is found: nobody has to go through a whole account.

Revision ID: 0005
Revises: 0004
"""

import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_MOMENT = sa.DateTime(timezone=True)
_COUNTS = {
    "total": "listed",
    "completed": "listed AND status = 'completed'",
    "failed": "listed AND status = 'failed'",
    "processing": "listed AND status = 'processing'",
    "queued": "listed AND status = 'queued'",
    "ended_otherwise": "listed AND terminal AND status NOT IN ('completed', 'failed')",
    "vanished": "NOT listed",
}
_MOMENTS = {
    "first_created_at": "min(CASE WHEN listed THEN created_at END)",
    "last_created_at": "max(CASE WHEN listed THEN created_at END)",
    "last_ended_at": "max(CASE WHEN listed AND terminal THEN coalesce(finished_at, created_at) END)",
    "waiting_since": "min(CASE WHEN listed AND status = 'queued' THEN created_at END)",
}


def upgrade() -> None:
    """Add the columns and count what is there, in one pass over each reference."""
    for name in _COUNTS:
        op.add_column("batches", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("batches", sa.Column("other", sa.Text(), nullable=True))
    for name in ("first_created_at", "last_ended_at", "waiting_since"):
        op.add_column("batches", sa.Column(name, _MOMENT, nullable=True))
    _count()
    _count_other()
    op.create_index("requests_changed", "requests", ["account_id", "changed_at"], unique=False)


def _count() -> None:
    counts = [f"coalesce(sum(CASE WHEN {which} THEN 1 ELSE 0 END), 0)" for which in _COUNTS.values()]
    op.execute(
        f"UPDATE batches SET ({', '.join([*_COUNTS, *_MOMENTS])}) ="  # noqa: S608 - our own words
        f" (SELECT {', '.join([*counts, *_MOMENTS.values()])} FROM requests AS r"
        " WHERE r.account_id = batches.account_id AND r.reference_key = batches.reference_key)"
    )


def _count_other() -> None:
    connection = op.get_bind()
    query = sa.text(
        "SELECT account_id, reference_key, status, count(*) FROM requests WHERE listed AND reference_key IS NOT NULL"
        " AND status NOT IN ('queued', 'processing', 'completed', 'failed') GROUP BY account_id, reference_key, status"
    )
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for account_id, key, status, count in connection.execute(query):
        found[account_id, key][status] = count
    change = sa.text("UPDATE batches SET other = :other WHERE account_id = :account AND reference_key = :key")
    for (account_id, key), other in found.items():
        connection.execute(change, {"other": json.dumps(other), "account": account_id, "key": key})
