"""How all references under a glob are doing, in numbers, inside a transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, cast, func, select, true

from bot.domain.glob import Covering, Glob
from bot.domain.match import Matching
from bot.domain.overview import Overview, Standing, joined
from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.coverage import coverage_of
from bot.store.dialect import chunks, letter_by_letter
from bot.store.patterns import covering_of, exceptions_of
from bot.store.policy_rows import allowed_at
from bot.store.schema import accounts, batches
from bot.store.standings import COUNTS, STANDING, others_of, progress_of, standing_of

_MOST_LEFT_OUT = 500


def overview_of(connection: Connection, watch: Watch, *, most: int) -> Overview:
    """What the watch of a glob is about, without its exceptions."""
    only = allowed_at(connection, watch.workspace_id, watch.place)
    covering = covering_of(watch, exceptions_of(connection, watch.id), only)
    if covering is None:
        return joined(watch.reference_id, [], looked_at=None, most=most)
    return overview(connection, watch.account_id, covering, most=most)


def overview(connection: Connection, account_id: str, covering: Covering, *, most: int) -> Overview:
    """All references that our memory has and the glob covers; the `most` at risk one by one."""
    parts = [
        _part(connection, covering.glob.pattern, wanted, most) for wanted in covered(connection, account_id, covering)
    ]
    query = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
    looked_at = connection.execute(query).scalar_one_or_none()
    coverage = coverage_of(connection, account_id)
    found = joined(covering.glob.pattern, parts, looked_at=looked_at, most=most)
    only = covering.only.patterns if covering.only is not None else ()
    return replace(found, filled=coverage.filled if coverage is not None else 0.0, only=only)


def is_known(connection: Connection, account_id: str, reference_id: str) -> bool:
    """Whether a request was ever seen under exactly this reference."""
    mine = and_(_seen(account_id), batches.c.reference_key == key_of(reference_id))
    return connection.execute(select(batches.c.reference_key).where(mine)).one_or_none() is not None


def standing(connection: Connection, account_id: str, reference_id: str) -> Standing | None:
    """How one reference stands, in numbers; None when no request was ever seen under it."""
    mine = and_(_seen(account_id), batches.c.reference_key == key_of(reference_id))
    row = connection.execute(select(*STANDING).where(mine)).mappings().one_or_none()
    return standing_of(row) if row else None


def matching(connection: Connection, account_id: str, covering: Covering) -> Matching:
    """How many references our memory has of those that the glob covers, and how many of them go on."""
    parts = covered(connection, account_id, covering)
    found = [connection.execute(_HOW_MANY.where(wanted)).one() for wanted in parts]
    coverage = coverage_of(connection, account_id)
    return Matching(
        pattern=covering.glob.pattern,
        references=sum(row.many for row in found),
        open=sum(row.going_on for row in found),
        filled=coverage.filled if coverage is not None else 0.0,
    )


def names(connection: Connection, account_id: str) -> Sequence[str]:
    """Every reference that our memory has."""
    return connection.execute(select(batches.c.reference_id).where(_seen(account_id))).scalars().all()


def covered(connection: Connection, account_id: str, covering: Covering) -> list[ColumnElement[bool]]:
    """What picks the references that our memory has and the glob covers, for as few statements as can be."""
    begins = and_(_seen(account_id), _begins(covering.glob))
    if covering.glob.is_prefix and covering.only is None and len(covering.exceptions) <= _MOST_LEFT_OUT:
        return [and_(begins, batches.c.reference_key.not_in([key_of(name) for name in covering.exceptions]))]
    rows = connection.execute(select(batches.c.reference_key, batches.c.reference_id).where(begins))
    covered = [key for key, name in rows if covering.covers(name)]
    return [and_(batches.c.account_id == account_id, batches.c.reference_key.in_(part)) for part in chunks(covered)]


def _seen(account_id: str) -> ColumnElement[bool]:
    """Whether a request was ever seen, not only asked for."""
    return and_(batches.c.account_id == account_id, batches.c.changed_at.is_not(None))


def _begins(glob: Glob) -> ColumnElement[bool]:
    # Collations know nothing of this kind of equality: it is the same in both databases, and exact.
    return func.substr(batches.c.reference_id, 1, len(glob.prefix)) == glob.prefix if glob.prefix else true()


def _part(connection: Connection, pattern: str, wanted: ColumnElement[bool], most: int) -> Overview:
    row = connection.execute(_TOTALS.where(wanted)).mappings().one()
    other: Counter[str] = Counter()
    odd = select(batches.c.other).where(wanted, batches.c.other.is_not(None))
    for text in connection.execute(odd).scalars() if row["odd"] else ():
        other.update(dict(others_of(text)))
    totals = progress_of(pattern, row, tuple(sorted(other.items())))
    riskiest = select(*STANDING).where(wanted).order_by(*_safety(connection)).limit(most)
    found = connection.execute(riskiest).mappings().all() if most else ()
    return Overview(totals, row["many"], tuple(map(standing_of, found)), row["read_at"], row["unread"])


_is_open = batches.c.total > batches.c.completed + batches.c.failed + batches.c.ended_otherwise
_HOW_MANY = select(func.count().label("many"), func.count(case((_is_open, 1))).label("going_on"))
_TOTALS = select(
    *(cast(func.coalesce(func.sum(batches.c[name]), 0), BigInteger).label(name) for name in COUNTS),
    func.count().label("many"),
    func.count(batches.c.other).label("odd"),
    func.min(batches.c.first_created_at).label("first_created_at"),
    func.max(batches.c.last_created_at).label("last_created_at"),
    func.max(batches.c.last_ended_at).label("last_ended_at"),
    func.min(case((_is_open, batches.c.read_at))).label("read_at"),
    func.count(case((and_(_is_open, batches.c.read_at.is_(None)), 1))).label("unread"),
)


def _safety(connection: Connection) -> tuple[ColumnElement[Any], ...]:
    """The domain's order: most open failures, oldest waiting, open ones, newest; then by name."""
    return (
        (batches.c.failed - batches.c.cleared).desc(),
        case((batches.c.waiting_since.is_(None), 1), else_=0),
        batches.c.waiting_since,
        case((_is_open, 0), else_=1),
        case((batches.c.last_created_at.is_(None), 1), else_=0),
        batches.c.last_created_at.desc(),
        letter_by_letter(connection, batches.c.reference_id),
    )
