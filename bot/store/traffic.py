"""How an account works off its requests, as our memory has it, inside a transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.domain.request import LipsyncRequest
from bot.domain.stuck import stuck_ones
from bot.domain.stuck_facts import StuckOne
from bot.domain.traffic import LAST, Traffic, traffic_of
from bot.store.schema import ENDED, requests
from bot.store.schema_vigil import STARTED

_COMPLETED = "completed"


def recent(connection: Connection, account_id: str) -> tuple[Traffic, list[datetime]]:
    """How the account works off its requests, and when the last ones finished."""
    mine = requests.c.account_id == account_id
    ended = (
        select(requests.c.status, requests.c.started_at, requests.c.finished_at)
        .where(mine, ENDED)
        .order_by(requests.c.finished_at.desc())
        .limit(LAST)
    )
    rows = connection.execute(ended).all()
    begun = (
        select(requests.c.created_at, requests.c.started_at)
        .where(mine, STARTED)
        .order_by(requests.c.created_at.desc())
        .limit(LAST)
    )
    # One that failed tells nothing of how long it takes to do one.
    took = [finished - started for status, started, finished in rows if status == _COMPLETED and started is not None]
    finishes = [finished for _, _, finished in rows]
    starts = [(created, started) for created, started in connection.execute(begun)]
    return traffic_of([max(one, timedelta()) for one in took], finishes, starts), finishes


def stuck_of(
    connection: Connection, account_id: str, listed: Iterable[LipsyncRequest], as_of: datetime
) -> tuple[StuckOne, ...]:
    """Those of the listed requests of a reference that are stuck, as it was read `as_of` the API's clock."""
    still_open = [one for one in listed if not one.is_terminal]
    return stuck_ones(still_open, as_of, recent(connection, account_id)[0]) if still_open else ()
