"""Telling a watch that goes on again what failed while it did not, inside a transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.domain.notice import Look, notice
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.caring import cares_of
from bot.store.catching_up import why_held
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.queue import queue
from bot.store.schema import requests
from bot.store.watching import save

_CLOCKS_DIFFER = timedelta(hours=1)


def tell_missed(
    connection: Connection, account_id: str, revived: Sequence[Watch], reading: int, since: datetime, now: datetime
) -> None:
    """Ask again what each reading after this one would have meant: only failures are told by the reading they came in.

    What else has happened shows at the next look, by how the watch stands.
    """
    of_references = {key_of(watch.reference_id): watch for watch in revived if not watch.is_glob}
    missed = _missed(connection, account_id, of_references, reading, since)
    for key, numbers in missed.items():
        watch = of_references[key]
        memory = entries.whole(connection, account_id, watch.reference_id)
        cares = cares_of(connection, account_id, watch.reference_id)
        for number in sorted(numbers):
            look = Look(
                number,
                now,
                now,
                ended=False,
                complete=False,
                steady=True,
                longest_settle=timedelta(),
                cares=cares,
            )
            noticed = notice(watch, memory, look)
            queue(connection, noticed.announcements, why_held(connection, watch))
            watch = noticed.watch
        save(connection, watch)


def _missed(
    connection: Connection, account_id: str, of_references: dict[str, Watch], reading: int, since: datetime
) -> dict[str, set[int]]:
    """The readings after this one that have shown failures, by reference."""
    found: dict[str, set[int]] = defaultdict(set)
    for part in chunks(of_references):
        query = select(requests.c.reference_key, requests.c.outcome_reading).where(
            requests.c.account_id == account_id,
            requests.c.changed_at >= since - _CLOCKS_DIFFER,
            requests.c.reference_key.in_(part),
            requests.c.status == "failed",
            requests.c.outcome_reading > reading,
        )
        for key, number in connection.execute(query.distinct()):
            found[key].add(number)
    return found
