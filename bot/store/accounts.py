"""The account's row: the number of its readings, and the lock that puts its writers in line."""

from datetime import datetime

from sqlalchemy import Connection, case, update

from bot.store.dialect import insert_if_new
from bot.store.schema import accounts


def next_reading(connection: Connection, account_id: str, read_at: datetime) -> int:
    """The number of a new reading, greater than all before; other writers of the account wait from here on."""
    later = case((accounts.c.looked_at > read_at, accounts.c.looked_at), else_=read_at)
    return _changed(connection, account_id, {"readings": accounts.c.readings + 1, "looked_at": later})


def lock_account(connection: Connection, account_id: str) -> int:
    """The number of the newest reading; other writers of the account wait from here on."""
    return _changed(connection, account_id, {"readings": accounts.c.readings})


def _changed(connection: Connection, account_id: str, values: dict[str, object]) -> int:
    statement = (
        update(accounts).where(accounts.c.account_id == account_id).values(values).returning(accounts.c.readings)
    )
    number: int | None = connection.execute(statement).scalar_one_or_none()
    if number is not None:
        return number
    insert_if_new(connection, accounts, {"account_id": account_id, "readings": 0, "looked_at": None})
    first: int = connection.execute(statement).scalar_one()
    return first
