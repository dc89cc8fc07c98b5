"""How each reference stands, written down in the transaction that changes it: nobody has to count a whole account."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, select, true, update

from bot.domain.change import Entry
from bot.domain.request import DOCUMENTED_OPEN, DOCUMENTED_TERMINAL
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.rows import Row
from bot.store.schema import IS_OPEN, batches, requests
from bot.store.standings import COUNTS, MOMENTS

Change = tuple[Entry | None, Entry]
"""An entry before (None: it was not there) and after."""
_Group = Sequence[Any]
"""So many requests of a reference with one status: terminal, listed, created first and last, ended last, cleared."""

_DOCUMENTED = (*DOCUMENTED_OPEN, *DOCUMENTED_TERMINAL)


def count(connection: Connection, account_id: str, changes: Iterable[Change]) -> None:
    """Write down what entries that were just written have changed about their references, which are all listed."""
    simple: dict[str | None, list[Change]] = defaultdict(list)
    anew: set[str | None] = set()
    for before, after in changes:
        if _is_simple(before, after):
            simple[after.request.reference_id].append((before, after))
        else:
            anew |= {after.request.reference_id, before.request.reference_id if before else None}
    names = [name for name in simple.keys() - anew if name is not None]
    _add(connection, account_id, {name: simple[name] for name in names})
    recount(connection, account_id, [key_of(name) for name in anew if name is not None])


def recount(connection: Connection, account_id: str, keys: Iterable[str]) -> None:
    """Write down anew how these references stand, from all that our memory has of them."""
    for part in chunks(keys):
        groups = _groups(connection, account_id, part)
        rows = [_counted(groups.get(key, ())) | {"the_account": account_id, "the_key": key} for key in part]
        connection.execute(_SET, rows)


def _is_simple(before: Entry | None, after: Entry) -> bool:
    """Whether it can be added to what was counted: a request that is new, or of which something open went on."""
    if not after.listed or after.cleared or after.request.status not in _DOCUMENTED:
        return False
    if before is None:
        return True
    then, now = before.request, after.request
    is_same = (then.reference_id, then.created_at) == (now.reference_id, now.created_at)
    return is_same and before.listed and then.status in DOCUMENTED_OPEN


# --- adding ---


def _add(connection: Connection, account_id: str, changes: Mapping[str, Sequence[Change]]) -> None:
    if not changes:
        return
    rows = {key_of(name): _growth(these) for name, these in changes.items()}
    connection.execute(_GROW, [row | {"the_account": account_id, "the_key": key} for key, row in rows.items()])
    started = [key_of(name) for name, these in changes.items() if any(map(_has_left_queue, these))]
    for part in chunks(started):
        these = and_(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        connection.execute(update(batches).where(these).values(waiting_since=_OLDEST_QUEUED))


def _has_left_queue(change: Change) -> bool:
    before, after = change
    return before is not None and before.request.status == "queued" != after.request.status


def _growth(changes: Sequence[Change]) -> Row:
    counts: Counter[str] = Counter()
    for before, after in changes:
        counts[after.request.status] += 1
        if before is None:
            counts["total"] += 1
        else:
            counts[before.request.status] -= 1
    now = [after.request for _, after in changes]
    new = [after.request for before, after in changes if before is None]
    return {
        **{f"the_{name}": counts[name] for name in COUNTS},
        "the_first_created_at": min((one.created_at for one in new), default=None),
        "the_last_created_at": max((one.created_at for one in new), default=None),
        "the_last_ended_at": max((one.ended_at for one in now if one.is_terminal), default=None),
        "the_waiting_since": min((one.created_at for one in now if one.status == "queued"), default=None),
    }


_MINE = and_(batches.c.account_id == bindparam("the_account"), batches.c.reference_key == bindparam("the_key"))
_OLDEST_QUEUED = (
    select(func.min(requests.c.created_at))
    .where(
        requests.c.account_id == batches.c.account_id,
        requests.c.reference_key == batches.c.reference_key,
        requests.c.status == "queued",
        IS_OPEN,
    )
    .correlate(batches)
    .scalar_subquery()
)


def _given(name: str) -> ColumnElement[Any]:
    return bindparam(f"the_{name}", type_=batches.c[name].type)


def _first(name: str) -> ColumnElement[datetime]:
    known, given = batches.c[name], _given(name)
    return case((known.is_(None), given), (given < known, given), else_=known)


def _last(name: str) -> ColumnElement[datetime]:
    known, given = batches.c[name], _given(name)
    return case((known.is_(None), given), (given > known, given), else_=known)


_GROW = (
    update(batches)
    .where(_MINE)
    .values(
        **{name: batches.c[name] + _given(name) for name in COUNTS},
        first_created_at=_first("first_created_at"),
        last_created_at=_last("last_created_at"),
        last_ended_at=_last("last_ended_at"),
        waiting_since=_first("waiting_since"),
    )
)


# --- counting anew ---

_SET = (
    update(batches).where(_MINE).values({name: _given(name) for name in (*COUNTS, *MOMENTS, "other", "waiting_since")})
)


def _groups(connection: Connection, account_id: str, keys: Sequence[str]) -> dict[str, list[_Group]]:
    query = (
        select(
            requests.c.reference_key,
            requests.c.status,
            requests.c.terminal,
            requests.c.listed,
            func.count(),
            func.min(requests.c.created_at),
            func.max(requests.c.created_at),
            func.max(func.coalesce(requests.c.finished_at, requests.c.created_at)),
            func.count(case((requests.c.cleared == true(), 1))),
        )
        .where(requests.c.account_id == account_id, requests.c.reference_key.in_(keys))
        .group_by(requests.c.reference_key, requests.c.status, requests.c.terminal, requests.c.listed)
    )
    groups: dict[str, list[_Group]] = defaultdict(list)
    for row in connection.execute(query):
        groups[row[0]].append(row)
    return groups


def _counted(groups: Iterable[_Group]) -> Row:
    every = list(groups)
    listed = [row for row in every if row[3]]
    by_status: Counter[str] = Counter()
    for row in listed:
        by_status[row[1]] += row[4]
    other = {status: n for status, n in by_status.items() if status not in _DOCUMENTED}
    return {
        "the_total": by_status.total(),
        **{f"the_{status}": by_status[status] for status in _DOCUMENTED},
        "the_ended_otherwise": sum(row[4] for row in listed if row[2] and row[1] not in DOCUMENTED_TERMINAL),
        "the_vanished": sum(row[4] for row in every if not row[3]),
        "the_cleared": sum(row[8] for row in listed if row[1] == "failed"),
        "the_other": json.dumps(other) if other else None,
        "the_first_created_at": _of(min, (row[5] for row in listed)),
        "the_last_created_at": _of(max, (row[6] for row in listed)),
        "the_last_ended_at": _of(max, (row[7] for row in listed if row[2])),
        "the_waiting_since": _of(min, (row[5] for row in listed if row[1] == "queued")),
    }


def _of(which: Callable[..., Any], moments: Iterable[datetime]) -> datetime | None:
    found: datetime | None = which(moments, default=None)
    return found
