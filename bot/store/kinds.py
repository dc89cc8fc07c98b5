"""The failure kinds that an account ever had, as far as we remember, inside a transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, update

from bot.domain.failure import kind_of
from bot.store.dialect import insert_if_new
from bot.store.schema_sending import kinds


def saw(connection: Connection, account_id: str, messages: Iterable[str | None], seen_at: datetime) -> frozenset[str]:
    """Remember the kinds of these error messages; returns the keys of those that were never seen before."""
    unseen: set[str] = set()
    for key in sorted({kind_of(message) for message in messages}):
        if insert_if_new(connection, kinds, {"account_id": account_id, "key": key, "seen_at": seen_at}):
            unseen.add(key)
            continue
        known = (kinds.c.account_id == account_id, kinds.c.key == key, kinds.c.seen_at < seen_at)
        connection.execute(update(kinds).where(*known).values(seen_at=seen_at))
    return frozenset(unseen)


def forget_kinds(connection: Connection, account_id: str, before: datetime) -> None:
    """Forget those that were not seen since then."""
    connection.execute(delete(kinds).where(kinds.c.account_id == account_id, kinds.c.seen_at < before))
