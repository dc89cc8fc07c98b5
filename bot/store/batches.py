"""The list of every reference ever seen, and when each was read as a whole; inside a transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, insert, select, update

from bot.store.columns import key_of
from bot.store.dialect import chunks, insert_if_new
from bot.store.schema import batches

PARTLY = -1  # stands for the reading of a reference of which something was forgotten since


def read_whole(
    connection: Connection, account_id: str, reference_id: str, number: int, read_at: datetime, api_now: datetime
) -> None:
    """Remember that a reference was read as a whole, in which reading, and when on both clocks."""
    row = {
        "account_id": account_id,
        "reference_key": key_of(reference_id),
        "reference_id": reference_id,
        "read_at": read_at,
        "api_now": api_now,
        "reading": number,
    }
    mine = and_(batches.c.account_id == account_id, batches.c.reference_key == row["reference_key"])
    again = update(batches).where(mine).values(read_at=read_at, api_now=api_now, reading=number)
    if connection.execute(again).rowcount == 0:
        insert_if_new(connection, batches, row)


def last_read(connection: Connection, account_id: str, reference_id: str) -> RowMapping | None:
    """When a reference was last read as a whole; None when it never was."""
    mine = and_(batches.c.account_id == account_id, batches.c.reference_key == key_of(reference_id))
    query = select(batches).where(mine, batches.c.read_at.is_not(None))
    return connection.execute(query).mappings().one_or_none()


def unread(connection: Connection, account_id: str, references: Iterable[str]) -> frozenset[str]:
    """Those of the references that were never read as a whole."""
    names = {key_of(name): name for name in references}
    for part in chunks(tuple(names)):
        is_read = and_(batches.c.reference_key.in_(part), batches.c.read_at.is_not(None))
        query = select(batches.c.reference_key).where(batches.c.account_id == account_id, is_read)
        for key in connection.execute(query).scalars():
            del names[key]
    return frozenset(names.values())


def saw(connection: Connection, account_id: str, references: Iterable[str], read_at: datetime) -> None:
    """Note that these references have requests which are new or have changed; other writers of the account wait."""
    names = {key_of(name): name for name in references}
    for part in chunks(names):
        these = and_(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        there = set(connection.execute(select(batches.c.reference_key).where(these)).scalars())
        if there:
            connection.execute(update(batches).where(these).values(changed_at=read_at))
        mine = {"account_id": account_id, "changed_at": read_at}
        if new := [mine | {"reference_key": key, "reference_id": names[key]} for key in part if key not in there]:
            connection.execute(insert(batches), new)


def still_true(
    connection: Connection,
    account_id: str,
    references: Iterable[str],
    number: int,
    read_at: datetime,
    api_now: datetime,
) -> None:
    """What our memory has of these references whole is as good as a reading of that time."""
    values = {"read_at": read_at, "api_now": api_now, "reading": number}
    for part in chunks(map(key_of, references)):
        these = and_(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        connection.execute(update(batches).where(these).values(values))
