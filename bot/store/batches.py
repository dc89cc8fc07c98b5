"""The list of every reference ever seen, and when each was read as a whole; inside a transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, bindparam, case, insert, select, update

from bot.domain.request import LipsyncRequest
from bot.store.columns import UtcDateTime, key_of
from bot.store.dialect import chunks, insert_if_new
from bot.store.schema import batches


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


def saw(connection: Connection, account_id: str, news: Iterable[LipsyncRequest], read_at: datetime) -> None:
    """Note which references have these requests, which are new or have changed; other writers of the account wait."""
    newest: dict[str, datetime] = {}
    for request in news:
        name = request.reference_id
        if name is not None and (name not in newest or newest[name] < request.created_at):
            newest[name] = request.created_at
    rows = {
        key_of(name): {
            "the_name": name,
            "the_created_at": created,
            "the_changed_at": read_at,
            "the_account": account_id,
        }
        for name, created in newest.items()
    }
    for part in chunks(rows):
        _note(connection, account_id, {key: rows[key] | {"the_key": key} for key in part})


def _note(connection: Connection, account_id: str, rows: Mapping[str, dict[str, object]]) -> None:
    listed = select(batches.c.reference_key).where(
        batches.c.account_id == account_id, batches.c.reference_key.in_(list(rows))
    )
    there = set(connection.execute(listed).scalars())
    if there:
        connection.execute(_CHANGED, [rows[key] for key in there])
    if new := [row for key, row in rows.items() if key not in there]:
        connection.execute(_NEW, new)


_CREATED_AT = bindparam("the_created_at", type_=UtcDateTime())
_CHANGED_AT = bindparam("the_changed_at", type_=UtcDateTime())
_NEW = insert(batches).values(
    account_id=bindparam("the_account"),
    reference_key=bindparam("the_key"),
    reference_id=bindparam("the_name"),
    last_created_at=_CREATED_AT,
    changed_at=_CHANGED_AT,
)
_CHANGED = (
    update(batches)
    .where(batches.c.account_id == bindparam("the_account"), batches.c.reference_key == bindparam("the_key"))
    .values(
        last_created_at=case((batches.c.last_created_at > _CREATED_AT, batches.c.last_created_at), else_=_CREATED_AT),
        changed_at=_CHANGED_AT,
    )
)


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
