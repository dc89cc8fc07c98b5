"""The recorded past of references, read inside a transaction that writes nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from bot.domain.glob import Covering
from bot.domain.past import Move, Past
from bot.domain.preview import Recent
from bot.store.columns import key_of
from bot.store.coverage import coverage_of
from bot.store.dialect import chunks, unindexed
from bot.store.overviews import covered
from bot.store.rows import ENTRY, entry_of
from bot.store.schema import batches, requests, transitions


def recent(connection: Connection, account_id: str, wanted: Covering | str, since: datetime, most: int) -> Recent:
    """The references that are meant and have news since then, the latest first, `most` of them by name."""
    parts = _meant(connection, account_id, wanted)
    known = [_count(connection, part) for part in parts]
    found = [row for part in parts for row in _changed(connection, and_(part, batches.c.changed_at >= since), most)]
    changed = [_count(connection, and_(part, batches.c.changed_at >= since)) for part in parts]
    found.sort(key=lambda row: (row[2], row[0]), reverse=True)
    coverage = coverage_of(connection, account_id)
    return Recent(
        names=tuple((name, size) for name, size, _ in found[:most]),
        changed=sum(changed),
        known=sum(known),
        began_at=_began_at(connection, account_id),
        filled=coverage.filled if coverage is not None else 0.0,
    )


def pasts_of(connection: Connection, account_id: str, references: Sequence[str]) -> dict[str, list[Past]]:
    """What our memory has of these references, by name."""
    found: dict[str, list[Past]] = {name: [] for name in references}
    for part in chunks(references):
        keys = [key_of(name) for name in part]
        moves = _moves(connection, account_id, keys)
        mine = (requests.c.account_id == account_id, requests.c.reference_key.in_(keys))
        for row in connection.execute(select(*ENTRY).where(*mine)):
            entry = entry_of(row)
            found[entry.request.reference_id or ""].append(Past(entry, tuple(moves.get(entry.request.id, ()))))
    return found


def _meant(connection: Connection, account_id: str, wanted: Covering | str) -> list[ColumnElement[bool]]:
    if isinstance(wanted, Covering):
        return covered(connection, account_id, wanted)
    seen = (batches.c.account_id == account_id, batches.c.changed_at.is_not(None))
    return [and_(*seen, batches.c.reference_key == key_of(wanted))]


def _count(connection: Connection, these: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(batches).where(these)).scalar_one()


def _changed(connection: Connection, these: ColumnElement[bool], most: int) -> list[tuple[str, int, datetime]]:
    size = batches.c.total + batches.c.vanished
    query = select(batches.c.reference_id, size, batches.c.changed_at).where(these)
    rows = connection.execute(query.order_by(batches.c.changed_at.desc()).limit(most))
    return [(name, many, changed_at) for name, many, changed_at in rows]


def _moves(connection: Connection, account_id: str, keys: Sequence[str]) -> dict[str, list[Move]]:
    """By request, in the order in which they were recorded."""
    query = (
        select(
            transitions.c.request_id,
            transitions.c.reading,
            transitions.c.new,
            transitions.c.seen_at,
            transitions.c.correction,
        )
        .join_from(
            requests,
            transitions,
            and_(transitions.c.account_id == requests.c.account_id, transitions.c.request_id == requests.c.id),
        )
        .where(requests.c.account_id == account_id, requests.c.reference_key.in_(keys))
        .order_by(transitions.c.number)
    )
    found: dict[str, list[Move]] = {}
    for row in connection.execute(query):
        found.setdefault(row.request_id, []).append(Move(row.reading, row.new, row.seen_at, row.correction))
    return found


def _began_at(connection: Connection, account_id: str) -> datetime | None:
    """When the oldest move was seen that is still remembered."""
    return connection.execute(first_move(account_id)).scalar_one_or_none()


def first_move(account_id: str) -> Select[Any]:
    """When the oldest move was seen, found by the order of the table: an index of the account would be sorted whole."""
    mine = unindexed(transitions.c.account_id) == account_id
    return select(transitions.c.seen_at).where(mine).order_by(transitions.c.number).limit(1)
