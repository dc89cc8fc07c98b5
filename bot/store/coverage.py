"""Statements about which part of the account's list was read, inside a transaction."""

import json
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import asdict, replace

from sqlalchemy import Connection, select, update

from bot.domain.gaps import Gap
from bot.domain.places import Coverage, Order
from bot.store.batches import PARTLY
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.schema import accounts, batches, requests


def coverage_of(connection: Connection, account_id: str) -> Coverage | None:
    """What was read of the account's list; None when nothing was, or it cannot be relied on."""
    query = select(accounts.c.coverage).where(accounts.c.account_id == account_id)
    text: str | None = connection.execute(query).scalar_one_or_none()
    if text is None:
        return None
    row = json.loads(text)
    return Coverage(**{**row, "order": Order(row["order"]), "gaps": tuple(Gap(**gap) for gap in row["gaps"])})


def save_coverage(connection: Connection, account_id: str, coverage: Coverage, number: int) -> Coverage:
    """Write what is read with the reading of this number; one that has only begun begins with it."""
    if not coverage.since:
        coverage = replace(coverage, since=number)
    text = json.dumps(asdict(coverage), separators=(",", ":"))
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(coverage=text))
    return coverage


def accounted_for(
    connection: Connection, account_id: str, coverage: Coverage | None, references: Iterable[str]
) -> frozenset[str]:
    """Of these references, those of which our memory has every request that the account's list had at the last look.

    Such a reference was read whole since the list is followed without a break, or began after that in a list of which
    our memory has every row; nothing of it was forgotten since.
    """
    if coverage is None or not coverage.contiguous:
        return frozenset()
    wanted = {key_of(name): name for name in references}
    found: set[str] = set()
    for part in chunks(wanted):
        of_part = (batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        read = select(batches.c.reference_key).where(*of_part, batches.c.reading >= coverage.since)
        accounted = set(connection.execute(read).scalars())
        if coverage.filled_from == 1:
            partly = select(batches.c.reference_key).where(*of_part, batches.c.reading == PARTLY)
            unread = set(part) - accounted - set(connection.execute(partly).scalars())
            accounted |= unread - _older(connection, account_id, unread, coverage.since)
        found |= accounted
    return frozenset(wanted[key] for key in found)


def _older(connection: Connection, account_id: str, keys: AbstractSet[str], since: int) -> set[str]:
    """Of these references, those that were seen before this reading."""
    query = select(requests.c.reference_key).where(
        requests.c.account_id == account_id, requests.c.reference_key.in_(keys), requests.c.first_reading < since
    )
    return {key for key in connection.execute(query.distinct()).scalars() if key is not None}
