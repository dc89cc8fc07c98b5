"""What looks at the account go by, read in one transaction."""

from typing import Any

from sqlalchemy import Connection, Select, select

from bot.domain.reading import Remembered
from bot.store.coverage import coverage_of
from bot.store.dialect import unindexed
from bot.store.rows import REQUEST, request_of
from bot.store.schema import ENDED, IS_OPEN, requests

_LATEST = 1_000  # requests that ended: enough to know how long they take


def remembered(connection: Connection, account_id: str) -> Remembered:
    """Open requests with their places, the latest that ended, and how far the account's list was read."""
    mine = requests.c.account_id == account_id
    latest = select(*REQUEST).where(mine, ENDED).order_by(requests.c.finished_at.desc()).limit(_LATEST)
    return Remembered(
        coverage=coverage_of(connection, account_id),
        open=tuple((request_of(row[:-1]), row[-1]) for row in connection.execute(open_requests(account_id))),
        ended=tuple(request_of(row) for row in connection.execute(latest))[::-1],
    )


def open_requests(account_id: str) -> Select[tuple[Any, ...]]:
    """All that is open with its place, found by the index of open ones: there are few, however many there ever were."""
    return select(*REQUEST, requests.c.place).where(unindexed(requests.c.account_id) == account_id, IS_OPEN)
