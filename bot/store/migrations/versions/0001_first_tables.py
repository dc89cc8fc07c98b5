"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)
_KEY = sa.String(64)
_COUNTED = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _make_accounts()
    _make_announcements()
    _index_announcements()
    _make_batches()
    _make_places()
    _make_requests()
    _make_transitions()
    _make_watches()
    _index_watches()
    _make_cards()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("readings", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id"),
    )


def _make_announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("number", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", _KEY, nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=False),
        sa.Column("reference_key", _KEY, nullable=False),
        sa.Column("watch_id", _KEY, nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("not_before", _MOMENT, nullable=True),
        sa.Column("attempt_at", _MOMENT, nullable=True),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("key"),
    )


def _index_announcements() -> None:
    op.create_index("announcements_of_watch", "announcements", ["watch_id"], unique=False)
    op.create_index("announcements_sent", "announcements", ["workspace_id", "sent_at"], unique=False)
    op.create_index(
        "announcements_unsent",
        "announcements",
        ["workspace_id", "place", "reference_key", "number"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending', 'in_doubt', 'parked')"),
        postgresql_where=sa.text("state IN ('pending', 'sending', 'in_doubt', 'parked')"),
    )


def _make_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("reference_key", _KEY, nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=False),
        sa.Column("read_at", _MOMENT, nullable=False),
        sa.Column("api_now", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "reference_key"),
    )


def _make_places() -> None:
    op.create_table(
        "places",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("trouble_at", _MOMENT, nullable=True),
        sa.Column("retry_at", _MOMENT, nullable=True),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "place"),
    )


def _make_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=True),
        sa.Column("reference_key", _KEY, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.Column("output_url", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("terminal", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("first_reading", sa.BigInteger(), nullable=False),
        sa.Column("open_reading", sa.BigInteger(), nullable=True),
        sa.Column("outcome_reading", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id"),
    )
    op.create_index("requests_of_reference", "requests", ["account_id", "reference_key"], unique=False)
    op.create_index(
        "requests_open",
        "requests",
        ["account_id", "reference_key"],
        unique=False,
        sqlite_where=sa.text("terminal = 0 AND listed = 1"),
        postgresql_where=sa.text("terminal = false AND listed = true"),
    )


def _make_transitions() -> None:
    op.create_table(
        "transitions",
        sa.Column("number", _COUNTED, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("reading", sa.BigInteger(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("correction", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("transitions_of_request", "transitions", ["account_id", "request_id"], unique=False)


def _make_watches() -> None:
    op.create_table(
        "watches",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("reference_id", sa.Text(), nullable=False),
        sa.Column("reference_key", _KEY, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("start_is_ours", sa.Boolean(), nullable=False),
        sa.Column("since_reading", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("generation_reading", sa.BigInteger(), nullable=False),
        sa.Column("baseline_at", _MOMENT, nullable=True),
        sa.Column("settled_reading", sa.BigInteger(), nullable=True),
        sa.Column("clips_reading", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )


def _index_watches() -> None:
    op.create_index(
        "watches_active",
        "watches",
        ["workspace_id", "place", "reference_key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "watches_active_of_reference",
        "watches",
        ["account_id", "reference_key"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("watches_of_place", "watches", ["workspace_id", "place", "reference_key"], unique=False)


def _make_cards() -> None:
    op.create_table(
        "cards",
        sa.Column("watch_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("ts", sa.Text(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("shown_at", _MOMENT, nullable=True),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("lost_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["watch_id"], ["watches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("watch_id"),
    )
