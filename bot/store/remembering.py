"""What looks at the account go by, read in one transaction."""

from sqlalchemy import Connection, select

from bot.domain.reading import Remembered
from bot.store.coverage import coverage_of
from bot.store.rows import REQUEST, request_of
from bot.store.schema import ENDED, IS_OPEN, requests

_LATEST = 1_000  # requests that ended: enough to know how long they take


def remembered(connection: Connection, account_id: str) -> Remembered:
    """Open requests with their places, the latest that ended, and how far the account's list was read."""
    mine = requests.c.account_id == account_id
    is_open = select(*REQUEST, requests.c.place).where(mine, IS_OPEN)
    latest = select(*REQUEST).where(mine, ENDED).order_by(requests.c.finished_at.desc()).limit(_LATEST)
    return Remembered(
        coverage=coverage_of(connection, account_id),
        open=tuple((request_of(row[:-1]), row[-1]) for row in connection.execute(is_open)),
        ended=tuple(request_of(row) for row in connection.execute(latest))[::-1],
    )
