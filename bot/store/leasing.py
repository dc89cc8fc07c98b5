"""Who sends for a workspace, inside a transaction: every write names the term that it continues or ends."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select, update

from bot.domain.lease import Lease
from bot.store.dialect import insert_if_new
from bot.store.schema_sending import senders


def standing(connection: Connection, workspace_id: str) -> RowMapping | None:
    """The last lease of the workspace, over or not."""
    query = select(senders).where(senders.c.workspace_id == workspace_id)
    return connection.execute(query).mappings().one_or_none()


def take(
    connection: Connection, before: RowMapping | None, workspace_id: str, owner: str, *, expires_at: datetime
) -> Lease | None:
    """A new term, unless somebody else did something since `before` was read."""
    if before is None:
        first = {"workspace_id": workspace_id, "owner": owner, "term": 1, "expires_at": expires_at}
        return Lease(workspace_id, owner, 1) if insert_if_new(connection, senders, first) else None
    unchanged = and_(
        senders.c.workspace_id == workspace_id,
        senders.c.owner == before["owner"],
        senders.c.term == before["term"],
        senders.c.expires_at == before["expires_at"],
    )
    term: int = before["term"] + 1
    taken = update(senders).where(unchanged).values(owner=owner, term=term, expires_at=expires_at)
    return Lease(workspace_id, owner, term) if connection.execute(taken).rowcount == 1 else None


def renew(connection: Connection, lease: Lease, now: datetime, length: timedelta) -> bool:
    """It goes on, unless it is over."""
    mine = and_(_of(lease), senders.c.expires_at > now)
    return connection.execute(update(senders).where(mine).values(expires_at=now + length)).rowcount == 1


def release(connection: Connection, lease: Lease, now: datetime) -> None:
    """It is over now, if it was not."""
    connection.execute(update(senders).where(_of(lease), senders.c.expires_at > now).values(expires_at=now))


def holds(connection: Connection, lease: Lease, now: datetime) -> bool:
    """Whether the lease is not over; until this transaction ends nobody takes it."""
    mine = select(senders.c.term).where(_of(lease), senders.c.expires_at > now).with_for_update(read=True)
    return connection.execute(mine).one_or_none() is not None


def _of(lease: Lease) -> ColumnElement[bool]:
    return and_(
        senders.c.workspace_id == lease.workspace_id,
        senders.c.owner == lease.owner,
        senders.c.term == lease.term,
    )
