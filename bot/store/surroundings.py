"""What of the account a forecast of one batch must know, inside a transaction."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select

from bot.domain.queue import MOST_HISTORY, Around, Span
from bot.store.columns import key_of
from bot.store.schema import ENDED, IS_OPEN, requests


def around(connection: Connection, account_id: str, reference_id: str, last_waiting: datetime | None) -> Around:
    """What of other references is in work or waits before `last_waiting`, and the account's latest that ended.

    `last_waiting` is the creation of the last waiting request of the batch, None when none waits.
    """
    running: list[float] = []
    ahead = 0
    for others in others_of(account_id, reference_id):
        running += _running(connection, others)
        ahead += _waiting(connection, others, last_waiting) if last_waiting is not None else 0
    return Around(tuple(running), ahead, _latest(connection, account_id))


def others_of(account_id: str, reference_id: str) -> tuple[ColumnElement[bool], ...]:
    """The open requests of all other references: in ranges, so that they are found by the index of open ones only."""
    key, mine = key_of(reference_id), and_(requests.c.account_id == account_id, IS_OPEN)
    column = requests.c.reference_key
    return and_(mine, column < key), and_(mine, column > key), and_(mine, column.is_(None))


def _running(connection: Connection, others: ColumnElement[bool]) -> list[float]:
    query = select(requests.c.created_at, requests.c.started_at).where(others, requests.c.status == "processing")
    return [(started or created).timestamp() for created, started in connection.execute(query)]


def _waiting(connection: Connection, others: ColumnElement[bool], before: datetime) -> int:
    query = select(func.count()).select_from(requests)
    query = query.where(others, requests.c.status == "queued", requests.c.created_at < before)
    return connection.execute(query).scalar_one()


def _latest(connection: Connection, account_id: str) -> tuple[Span, ...]:
    query = select(requests.c.created_at, requests.c.started_at, requests.c.finished_at)
    query = query.where(requests.c.account_id == account_id, ENDED)
    rows = connection.execute(query.order_by(requests.c.finished_at.desc()).limit(MOST_HISTORY))
    return tuple(
        (created.timestamp(), started.timestamp(), finished.timestamp())
        for created, started, finished in rows
        if started is not None
    )
