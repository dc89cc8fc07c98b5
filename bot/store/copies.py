"""Deliveries of which two messages may be in Slack, inside a transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from bot.domain.delivery import Posted, State, Suspect
from bot.store.dialect import chunks
from bot.store.moves import delivery_of
from bot.store.schema import announcements

FIRST_AUDIT = timedelta(minutes=5)
LONGEST_AUDIT = timedelta(hours=2)  # no audit is farther away, unless the clock was set back
_MOST = 200


def audit_after(now: datetime) -> ColumnElement[datetime]:
    """When to look for copies of what is sent now: only an attempt in doubt before can have left one."""
    return case((announcements.c.doubted_at.is_not(None), now + FIRST_AUDIT), else_=None)


def suspects(connection: Connection, workspace_id: str, now: datetime) -> tuple[Suspect, ...]:
    """Those whose copies are to be looked for, the longest due first."""
    due = or_(announcements.c.audit_at <= now, announcements.c.audit_at > now + LONGEST_AUDIT)
    query = (
        select(announcements)
        .where(_is_audited(workspace_id), due)
        .order_by(announcements.c.audit_at, announcements.c.number)
        .limit(_MOST)
    )
    return tuple(
        Suspect(
            delivery_of(row),
            Posted(row["channel"], row["ts"]),
            row["doubted_at"] or row["attempt_at"],
            row["sent_at"],
        )
        for row in connection.execute(query).mappings()
    )


def next_audit(connection: Connection, workspace_id: str, now: datetime) -> datetime | None:
    """When copies are to be looked for next."""
    query = select(func.min(announcements.c.audit_at)).where(_is_audited(workspace_id))
    found: datetime | None = connection.execute(query).scalar_one()
    return min(found, now + LONGEST_AUDIT) if found else None


def _is_audited(workspace_id: str) -> ColumnElement[bool]:
    return and_(
        announcements.c.workspace_id == workspace_id,
        announcements.c.audit_at.is_not(None),
        announcements.c.state == State.SENT,
    )


def suspect(connection: Connection, delivery_ids: Collection[str], now: datetime) -> None:
    """Look for copies of these soon."""
    for part in chunks(delivery_ids):
        sent = (announcements.c.id.in_(part), announcements.c.state == State.SENT)
        connection.execute(update(announcements).where(*sent).values(audit_at=now))


def keep(connection: Connection, known: Suspect, posted: Posted) -> bool:
    """Another of its messages is the one that stays; returns whether nobody else did something meanwhile."""
    unchanged = (
        announcements.c.id == known.delivery.id,
        announcements.c.version == known.delivery.version,
        announcements.c.state == State.SENT,
        announcements.c.channel == known.kept.channel,
        announcements.c.ts == known.kept.ts,
    )
    new = {"channel": posted.channel, "ts": posted.ts, "version": announcements.c.version + 1}
    return connection.execute(update(announcements).where(*unchanged).values(new)).rowcount == 1


def audited(connection: Connection, delivery_id: str, again_at: datetime | None) -> None:
    """It was looked for; again then, or no more."""
    mine = (announcements.c.id == delivery_id, announcements.c.state == State.SENT)
    connection.execute(update(announcements).where(*mine).values(audit_at=again_at))
