"""How all references under a glob are doing, in numbers, inside a transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from bot.domain.glob import Covering, Glob
from bot.domain.overview import Overview, Standing, survey
from bot.domain.progress import Progress
from bot.domain.request import DOCUMENTED_OPEN, DOCUMENTED_TERMINAL
from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.patterns import covering_of, exceptions_of
from bot.store.schema import accounts, batches, requests

_MANY = 20_000  # from here on one pass over all requests is faster than asking for each reference
_DOCUMENTED = (*DOCUMENTED_OPEN, *DOCUMENTED_TERMINAL)

References = dict[str, tuple[str, datetime | None]]
"""By key: the name, and our clock at the last complete reading."""
_Row = tuple[str, str, bool, bool, int, datetime, datetime, datetime]
"""So many requests of a reference with one status: terminal, listed, created first and last, ended last."""


def overview_of(connection: Connection, watch: Watch, *, most: int) -> Overview:
    """What the watch of a glob is about, without its exceptions."""
    covering = covering_of(watch, exceptions_of(connection, watch.id))
    if covering is None:
        return survey(watch.reference_id, [], looked_at=None, most=most)
    return overview(connection, watch.account_id, covering, most=most)


def overview(connection: Connection, account_id: str, covering: Covering, *, most: int) -> Overview:
    """All references that our memory has and the glob covers; the `most` at risk one by one."""
    found = matching(connection, account_id, covering)
    counted = _counted(connection, account_id, found)
    standings = [_standing(name, read_at, counted.get(key, ())) for key, (name, read_at) in found.items()]
    looked_at = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
    return survey(
        covering.glob.pattern,
        standings,
        looked_at=connection.execute(looked_at).scalar_one_or_none(),
        most=most,
    )


def is_known(connection: Connection, account_id: str, reference_id: str) -> bool:
    """Whether a request was ever seen under exactly this reference."""
    mine = and_(_seen(account_id), batches.c.reference_key == key_of(reference_id))
    return connection.execute(select(batches.c.reference_key).where(mine)).one_or_none() is not None


def names(connection: Connection, account_id: str) -> Sequence[str]:
    """Every reference that our memory has."""
    return connection.execute(select(batches.c.reference_id).where(_seen(account_id))).scalars().all()


def matching(connection: Connection, account_id: str, covering: Covering) -> References:
    """The references that our memory has and the glob covers."""
    query = select(batches.c.reference_key, batches.c.reference_id, batches.c.read_at).where(
        _seen(account_id), _begins(covering.glob)
    )
    return {key: (name, read_at) for key, name, read_at in connection.execute(query) if covering.covers(name)}


def _seen(account_id: str) -> ColumnElement[bool]:
    """Whether a request was ever seen, not only asked for."""
    return and_(batches.c.account_id == account_id, batches.c.changed_at.is_not(None))


def _begins(glob: Glob) -> ColumnElement[bool]:
    # Collations know nothing of this kind of equality: it is the same in both databases, and exact.
    return func.substr(batches.c.reference_id, 1, len(glob.prefix)) == glob.prefix if glob.prefix else true()


def _counted(connection: Connection, account_id: str, found: References) -> dict[str, list[_Row]]:
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
        )
        .where(requests.c.account_id == account_id)
        .group_by(requests.c.reference_key, requests.c.status, requests.c.terminal, requests.c.listed)
    )
    wanted = (
        (requests.c.reference_key.is_not(None),)
        if len(found) > _MANY
        else (requests.c.reference_key.in_(part) for part in chunks(found))
    )
    rows: dict[str, list[_Row]] = defaultdict(list)
    for condition in wanted:
        for row in connection.execute(query.where(condition)):
            rows[row[0]].append(tuple(row))
    return rows


def _standing(name: str, read_at: datetime | None, rows: Iterable[_Row]) -> Standing:
    every = list(rows)
    listed = [row for row in every if row[3]]
    by_status: Counter[str] = Counter()
    for row in listed:
        by_status[row[1]] += row[4]
    progress = Progress(
        reference_id=name,
        total=by_status.total(),
        completed=by_status["completed"],
        failed=by_status["failed"],
        processing=by_status["processing"],
        queued=by_status["queued"],
        other=tuple(sorted((status, n) for status, n in by_status.items() if status not in _DOCUMENTED)),
        ended_otherwise=sum(row[4] for row in listed if row[2] and row[1] not in DOCUMENTED_TERMINAL),
        vanished=sum(row[4] for row in every if not row[3]),
        first_created_at=min((row[5] for row in listed), default=None),
        last_created_at=max((row[6] for row in listed), default=None),
        last_ended_at=max((row[7] for row in listed if row[2]), default=None),
    )
    return Standing(progress, min((row[5] for row in listed if row[1] == "queued"), default=None), read_at)
