"""The tables, as the code of this version knows them; the migrations bring a database there."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    false,
    true,
)

from bot.store.columns import UtcDateTime

# SQLite counts up by itself only in a column that is exactly INTEGER.
COUNTED = BigInteger().with_variant(Integer(), "sqlite")
KEY = String(64)

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("readings", BigInteger, nullable=False),
    Column("looked_at", UtcDateTime),
    Column("coverage", Text),
    Column("catching_up_since", UtcDateTime),
    Column("catching_up_reading", BigInteger),
)

requests = Table(
    "requests",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("reference_id", Text),
    Column("reference_key", KEY),
    Column("created_at", UtcDateTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("output_url", Text),
    Column("error_message", Text),
    Column("terminal", Boolean, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("first_reading", BigInteger, nullable=False),
    Column("open_reading", BigInteger),
    Column("outcome_reading", BigInteger),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("place", BigInteger),
    Column("cleared", Boolean, nullable=False, server_default=false()),
)
Index("requests_of_reference", requests.c.account_id, requests.c.reference_key)
Index("requests_changed", requests.c.account_id, requests.c.changed_at)
IS_OPEN = and_(requests.c.terminal == false(), requests.c.listed == true())
HAS_GONE = and_(requests.c.terminal == false(), requests.c.listed == false())
Index(
    "requests_open",
    requests.c.account_id,
    requests.c.reference_key,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)

ENDED = requests.c.finished_at.is_not(None)
Index(
    "requests_ended",
    requests.c.account_id,
    requests.c.finished_at,
    sqlite_where=ENDED,
    postgresql_where=ENDED,
)

transitions = Table(
    "transitions",
    metadata,
    Column("number", COUNTED, primary_key=True, autoincrement=True),
    Column("account_id", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("reading", BigInteger, nullable=False),
    Column("old", Text),
    Column("new", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("correction", Boolean, nullable=False),
)
Index("transitions_of_request", transitions.c.account_id, transitions.c.request_id)

batches = Table(
    "batches",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("reference_key", KEY, primary_key=True),
    Column("reference_id", Text, nullable=False),
    Column("read_at", UtcDateTime),
    Column("api_now", UtcDateTime),
    Column("reading", BigInteger, nullable=False, server_default="0"),
    Column("last_created_at", UtcDateTime),
    Column("changed_at", UtcDateTime),
    Column("total", BigInteger, nullable=False, server_default="0"),
    Column("completed", BigInteger, nullable=False, server_default="0"),
    Column("failed", BigInteger, nullable=False, server_default="0"),
    Column("processing", BigInteger, nullable=False, server_default="0"),
    Column("queued", BigInteger, nullable=False, server_default="0"),
    Column("ended_otherwise", BigInteger, nullable=False, server_default="0"),
    Column("vanished", BigInteger, nullable=False, server_default="0"),
    Column("other", Text),
    Column("first_created_at", UtcDateTime),
    Column("last_ended_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),
    Column("cleared", BigInteger, nullable=False, server_default="0"),
)

watches = Table(
    "watches",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workspace_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("place_name", Text, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("reference_id", Text, nullable=False),
    Column("reference_key", KEY, nullable=False),
    Column("author", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("expected", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("start_is_ours", Boolean, nullable=False),
    Column("since_reading", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("generation_reading", BigInteger, nullable=False),
    Column("baseline_at", UtcDateTime),
    Column("settled_reading", BigInteger),
    Column("clips_reading", BigInteger, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("is_glob", Boolean, nullable=False, server_default=false()),
    Column("glob_id", String(64)),
    Column("only_failures", Boolean, nullable=False, server_default=false()),
    Column("placement", Text, nullable=False, server_default="default"),
    Column("mention", Text, nullable=False, server_default=""),
    Column("asked_in", Text),
    Column("told", Text, nullable=False, server_default=""),
    Column("messages", Integer, nullable=False, server_default="0"),
    Column("settled_at", UtcDateTime),
    Column("settled_for", BigInteger),
    Column("ended_by_itself", Boolean, nullable=False, server_default=false()),
    Column("deadline", UtcDateTime),
    Column("deadline_zone", Text, nullable=False, server_default=""),
    Column("risk", Text, nullable=False, server_default=""),
)
_is_active = watches.c.ended_at.is_(None)
Index(
    "watches_active",
    watches.c.workspace_id,
    watches.c.place,
    watches.c.reference_key,
    unique=True,
    sqlite_where=_is_active,
    postgresql_where=_is_active,
)
Index(
    "watches_active_of_reference",
    watches.c.account_id,
    watches.c.reference_key,
    sqlite_where=_is_active,
    postgresql_where=_is_active,
)
HAS_DEADLINE = and_(watches.c.deadline.is_not(None), _is_active)
Index("watches_with_deadline", watches.c.account_id, sqlite_where=HAS_DEADLINE, postgresql_where=HAS_DEADLINE)
_is_active_glob = and_(watches.c.is_glob == true(), _is_active)
Index(
    "watches_globs",
    watches.c.account_id,
    sqlite_where=_is_active_glob,
    postgresql_where=_is_active_glob,
)
_is_of_glob = watches.c.glob_id.is_not(None)
Index("watches_of_glob", watches.c.glob_id, sqlite_where=_is_of_glob, postgresql_where=_is_of_glob)
Index("watches_of_place", watches.c.workspace_id, watches.c.place, watches.c.reference_key)

exceptions = Table(
    "exceptions",
    metadata,
    Column("watch_id", String(64), ForeignKey("watches.id", ondelete="CASCADE"), primary_key=True),
    Column("reference_key", KEY, primary_key=True),
    Column("reference_id", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    Column("number", COUNTED, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("key", KEY, nullable=False, unique=True),
    Column("workspace_id", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("reference_id", Text, nullable=False),
    Column("reference_key", KEY, nullable=False),
    Column("watch_id", String(64)),
    Column("facts", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("why", Text),
    Column("owner", Text),
    Column("term", BigInteger),
    Column("not_before", UtcDateTime),
    Column("attempt_at", UtcDateTime),
    Column("repeat", Boolean, nullable=False),
    Column("channel", Text),
    Column("ts", Text),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("happened_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("under", KEY),
    Column("thread_ts", Text),
    Column("outdated", Boolean, nullable=False, server_default=false()),
    Column("changes", Integer, nullable=False, server_default="0"),
    Column("shown_at", UtcDateTime),
    Column("doubted_at", UtcDateTime),
    Column("audit_at", UtcDateTime),
)
_is_unsent = announcements.c.state.in_(("pending", "sending", "in_doubt", "parked", "held"))
Index(
    "announcements_unsent",
    announcements.c.workspace_id,
    announcements.c.place,
    announcements.c.reference_key,
    announcements.c.number,
    sqlite_where=_is_unsent,
    postgresql_where=_is_unsent,
)
IS_OUTDATED = and_(announcements.c.outdated == true(), announcements.c.state == "sent")
Index(
    "announcements_outdated",
    announcements.c.workspace_id,
    announcements.c.shown_at,
    sqlite_where=IS_OUTDATED,
    postgresql_where=IS_OUTDATED,
)
Index("announcements_of_watch", announcements.c.watch_id)
Index("announcements_sent", announcements.c.workspace_id, announcements.c.sent_at)
_is_audited = announcements.c.audit_at.is_not(None)
Index(
    "announcements_audited",
    announcements.c.workspace_id,
    announcements.c.audit_at,
    sqlite_where=_is_audited,
    postgresql_where=_is_audited,
)
Index("announcements_recorded", announcements.c.recorded_at)
Index("announcements_of_kind", announcements.c.workspace_id, announcements.c.kind, announcements.c.state)

places = Table(
    "places",
    metadata,
    Column("workspace_id", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("trouble", Text),
    Column("trouble_at", UtcDateTime),
    Column("retry_at", UtcDateTime),
    Column("troubles", Integer, nullable=False),
    Column("no_history", Text),
)

cards = Table(
    "cards",
    metadata,
    Column("watch_id", String(64), ForeignKey("watches.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("channel", Text),
    Column("ts", Text),
    Column("shown", Text, nullable=False),
    Column("shown_at", UtcDateTime),
    Column("dirty", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("lost_at", UtcDateTime),
)
