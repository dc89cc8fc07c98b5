"""The failures that somebody looks at, in all batches, inside a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, true

from bot.domain.failure import kind_of, shown
from bot.domain.home import MyKind
from bot.store.schema import batches, requests
from bot.store.schema_people import cares

_MOST = 100  # who was given more than that looks them up in their batches
Failed = Sequence[tuple[str, str | None, bool, datetime]]


def assigned_to(connection: Connection, account_id: str, person: str) -> tuple[MyKind, ...]:
    """The kinds with something open that a person looks at, the last one that they were given first."""
    found, batch = [], dict[str, Failed]()
    for care in connection.execute(_cares(account_id, person)):
        if care.reference_key not in batch:
            batch[care.reference_key] = _failed(connection, account_id, care.reference_key)
        kind = _kind(care, batch[care.reference_key])
        if kind is not None:
            found.append(kind)
    return tuple(found)


def _cares(account_id: str, person: str) -> Select[Any]:
    is_its_batch = and_(batches.c.account_id == cares.c.account_id, batches.c.reference_key == cares.c.reference_key)
    return (
        select(cares, batches.c.reference_id)
        .select_from(cares.join(batches, is_its_batch))
        .where(cares.c.account_id == account_id, cares.c.assigned_to == person, batches.c.failed > batches.c.cleared)
        .order_by(cares.c.assigned_at.desc(), cares.c.kind)
        .limit(_MOST)
    )


def _failed(connection: Connection, account_id: str, reference_key: str) -> Failed:
    """The key, the message, whether it is not open any more, and when: of each failed request, the oldest first."""
    query = select(requests.c.error_message, requests.c.cleared, requests.c.finished_at, requests.c.created_at).where(
        requests.c.account_id == account_id,
        requests.c.reference_key == reference_key,
        requests.c.status == "failed",
        requests.c.listed == true(),
    )
    rows = connection.execute(query)
    found = ((kind_of(message), message, cleared, ended or created) for message, cleared, ended, created in rows)
    return sorted(found, key=lambda failed: failed[3])


def _kind(care: Row[Any], failed: Failed) -> MyKind | None:
    alike = [each for each in failed if each[0] == care.kind]
    still_open = [each for each in alike if not each[2]]
    if not still_open:
        return None
    return MyKind(
        reference_id=care.reference_id,
        key=care.kind,
        name=shown(alike[0][1]),
        open=len(still_open),
        count=len(alike),
        first_at=still_open[0][3],
        by=care.assigned_by,
        at=care.assigned_at,
    )
