"""What of the account a forecast of one batch must know, inside a transaction."""

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from bot.domain.queue import MOST_HISTORY, Around
from bot.store.columns import key_of
from bot.store.schema import ENDED, IS_OPEN, requests


def around(connection: Connection, account_id: str, reference_id: str, last_waiting: datetime | None) -> Around:
    """What of other references is in work or waits before `last_waiting`, and the account's latest that ended.

    `last_waiting` is the creation of the last waiting request of the batch, None when none waits.
    """
    mine = requests.c.account_id == account_id
    key = key_of(reference_id)
    others = and_(mine, IS_OPEN, or_(requests.c.reference_key.is_(None), requests.c.reference_key != key))
    began = func.coalesce(requests.c.started_at, requests.c.created_at, type_=requests.c.created_at.type)
    running = select(began).where(others, requests.c.status == "processing")
    latest = (
        select(requests.c.created_at, requests.c.started_at, requests.c.finished_at)
        .where(mine, ENDED)
        .order_by(requests.c.finished_at.desc())
        .limit(MOST_HISTORY)
    )
    ahead = 0
    if last_waiting is not None:
        before = select(func.count()).where(others, requests.c.status == "queued", requests.c.created_at < last_waiting)
        ahead = connection.execute(before).scalar_one()
    return Around(
        running=tuple(moment.timestamp() for moment in connection.execute(running).scalars()),
        ahead=ahead,
        latest=tuple(
            (created.timestamp(), started.timestamp(), finished.timestamp())
            for created, started, finished in connection.execute(latest)
            if started is not None
        ),
    )
