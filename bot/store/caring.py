"""What is known of failures besides the requests: who cares, and which are not open any more; inside a transaction."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, and_, delete, exists, select, update

from bot.domain.announcement import FailureFacts
from bot.domain.answer import Batch
from bot.domain.change import triage_of
from bot.domain.delivery import State
from bot.domain.failure import FailureKind, kind_of, kinds
from bot.domain.progress import Progress, summarise
from bot.domain.triage import MOST_ATTEMPTS, Assigned, Care, Handled, Triage, recovered
from bot.store import entries
from bot.store.batches import last_read
from bot.store.columns import key_of
from bot.store.counting import recount
from bot.store.dialect import chunks
from bot.store.queue import announcement_of, renew
from bot.store.schema import announcements, batches, requests
from bot.store.schema_people import cares
from bot.store.traffic import stuck_of
from bot.store.watching import active_of_references


def cares_of(connection: Connection, account_id: str, reference_id: str) -> dict[str, Care]:
    """What people have done about the failure kinds of a reference, by the kind's key."""
    mine = (cares.c.account_id == account_id, cares.c.reference_key == key_of(reference_id))
    rows = connection.execute(select(cares).where(*mine)).mappings()
    return {row["kind"]: _care_of(row) for row in rows}


def _care_of(row: RowMapping) -> Care:
    assigned = Assigned(row["assigned_to"], row["assigned_by"], row["assigned_at"]) if row["assigned_to"] else None
    handled = Handled(row["handled_by"], row["handled_at"]) if row["handled_by"] else None
    return Care(assigned, handled)


def batch_of(connection: Connection, account_id: str, reference_id: str) -> Batch:
    """Our memory of one reference."""
    memory = entries.whole(connection, account_id, reference_id)
    listed = [entry for entry in memory if entry.listed]
    any_failed = any(entry.request.status == "failed" for entry in listed)
    known = cares_of(connection, account_id, reference_id) if any_failed else {}
    read = last_read(connection, account_id, reference_id)
    return Batch(
        reference_id=reference_id,
        requests=tuple(entry.request for entry in listed),
        vanished=len(memory) - len(listed),
        read_at=read["read_at"] if read else None,
        triage=triage_of(listed, known),
    )


def failures_of(connection: Connection, account_id: str, reference_id: str) -> tuple[tuple[FailureKind, ...], Triage]:
    """The failure kinds of a reference, and what is known of them besides; what has not failed is not read."""
    found = entries.failed(connection, account_id, reference_id)
    triage = triage_of(found, cares_of(connection, account_id, reference_id) if found else {})
    return kinds((entry.request for entry in found), triage), triage


def batch_with_stuck(connection: Connection, account_id: str, reference_id: str) -> Batch:
    """The same with what was stuck at its last reading, which takes a look at the whole account's last durations."""
    batch = batch_of(connection, account_id, reference_id)
    read = last_read(connection, account_id, reference_id)
    return replace(batch, stuck=stuck_of(connection, account_id, batch.requests, read["api_now"])) if read else batch


def progress_of(batch: Batch, expected: int | None) -> Progress:
    """The totals of our memory of one reference."""
    return summarise(
        batch.reference_id, batch.requests, expected=expected, vanished=batch.vanished, triage=batch.triage
    )


# --- what came right by itself ---


def mark_recovered(connection: Connection, account_id: str, references: Iterable[str]) -> None:
    """Of one-clip references that have changed: their failures that a newer request has made good are not open."""
    for part in chunks(sorted(references)):
        query = select(batches.c.reference_id).where(
            batches.c.account_id == account_id,
            batches.c.reference_key.in_([key_of(name) for name in part]),
            batches.c.failed > 0,
            batches.c.total.between(2, MOST_ATTEMPTS),
        )
        for name in connection.execute(query).scalars().all():
            _mark_recovered(connection, account_id, name)


def _mark_recovered(connection: Connection, account_id: str, reference_id: str) -> None:
    batch = batch_of(connection, account_id, reference_id)
    before = batch.triage.cleared
    by_people = frozenset(r.id for r in batch.requests if r.id in before and _is_handled(batch.triage, r.error_message))
    after = by_people | recovered(batch.requests)
    clear(connection, account_id, after - before, cleared=True)
    clear(connection, account_id, before - after, cleared=False)
    if after != before:
        show(connection, account_id, reference_id)


def _is_handled(triage: Triage, error_message: str | None) -> bool:
    return triage.care(kind_of(error_message)).handled is not None


# --- both ---


def clear(connection: Connection, account_id: str, ids: Iterable[str], *, cleared: bool) -> None:
    """These failed requests are not open any more, or are again."""
    for part in chunks(sorted(ids)):
        mine = and_(requests.c.account_id == account_id, requests.c.id.in_(part))
        connection.execute(update(requests).where(mine).values(cleared=cleared))


def show(
    connection: Connection, account_id: str, reference_id: str, *, at_once: bool = False
) -> tuple[FailureKind, ...]:
    """Count the open failures of a reference anew, and let the messages about them say how it stands.

    `at_once` where somebody waits to see it. Returns the kinds as they are now.
    """
    recount(connection, account_id, [key_of(reference_id)])
    found, triage = failures_of(connection, account_id, reference_id)
    watching = [watch.id for watch in active_of_references(connection, account_id, [reference_id])]
    query = select(announcements).where(
        announcements.c.watch_id.in_(watching),
        announcements.c.kind == "failure",
        announcements.c.state != State.DROPPED,
    )
    for row in connection.execute(query).mappings().all():
        facts = announcement_of(row).facts
        if isinstance(facts, FailureFacts):
            renew(connection, row["key"], _cared_for(facts, triage), at_once=at_once)
    return found


def _cared_for(facts: FailureFacts, triage: Triage) -> FailureFacts:
    cleared = sum(1 for request_id in facts.ids if request_id in triage.cleared)
    return replace(facts, cleared=cleared, care=triage.care(facts.key))


def forget_cares(connection: Connection, account_id: str) -> None:
    """Forget what was done about references that nothing is remembered of."""
    there = exists().where(batches.c.account_id == cares.c.account_id, batches.c.reference_key == cares.c.reference_key)
    connection.execute(delete(cares).where(cares.c.account_id == account_id, ~there))
