"""Statements about references as a whole, inside a transaction."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, select, update

from bot.store.columns import key_of
from bot.store.dialect import insert_if_new
from bot.store.schema import batches


def read_whole(
    connection: Connection, account_id: str, reference_id: str, read_at: datetime, api_now: datetime
) -> None:
    """Remember that a reference was read as a whole, and when on both clocks."""
    row = {
        "account_id": account_id,
        "reference_key": key_of(reference_id),
        "reference_id": reference_id,
        "read_at": read_at,
        "api_now": api_now,
    }
    mine = and_(batches.c.account_id == account_id, batches.c.reference_key == row["reference_key"])
    again = update(batches).where(mine).values(read_at=read_at, api_now=api_now)
    if connection.execute(again).rowcount == 0:
        insert_if_new(connection, batches, row)


def last_read(connection: Connection, account_id: str, reference_id: str) -> RowMapping | None:
    """When a reference was last read as a whole; None when it never was."""
    query = select(batches).where(batches.c.account_id == account_id, batches.c.reference_key == key_of(reference_id))
    return connection.execute(query).mappings().one_or_none()
