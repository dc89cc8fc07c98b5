"""Deadlines: which are to be judged, and what is told of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from bot.domain.announcement import Announcement, Key
from bot.domain.deadline import Batch, Due
from bot.domain.progress import summarise
from bot.domain.risk import Risk
from bot.domain.risk_facts import Level, RiskFacts
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.catching_up import why_held
from bot.store.database import Database
from bot.store.forecasts import last_waiting
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import queue
from bot.store.rows import watch_of
from bot.store.schema import HAS_DEADLINE, batches, watches
from bot.store.surroundings import around
from bot.store.watching import save, touch_card, with_card


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines of all watches; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def due(self, account_id: str, *, fresh_after: datetime) -> tuple[Due, ...]:
        """Those to be told of, neither met nor missed, of batches that were read whole after `fresh_after`."""
        return await self.database.read(lambda connection: _due(connection, account_id, fresh_after))

    async def batch(self, due: Due) -> Batch:
        """All that is known of its batch."""
        return await self.database.read(lambda connection: _batch(connection, due.watch))

    async def judged(self, due: Due, risk: Risk, facts: RiskFacts | None, *, now: datetime) -> bool:
        """Remember what is told and queue it; nothing when the watch is another one by now. Whether it is news."""
        return await self.database.write(lambda connection: _judged(connection, due, risk, facts, now))


def _due(connection: Connection, account_id: str, fresh_after: datetime) -> tuple[Due, ...]:
    rows = connection.execute(_open(account_id, fresh_after)).mappings()
    found = []
    for row in rows:
        watch = watch_of(row)
        is_told = watch.events.tell_troubles and Level.MISSED not in watch.risk.told
        if watch.deadline is not None and is_told:
            read_at, ahead = row["batch_read_at"], row["batch_api_now"] - row["batch_read_at"]
            found.append(Due(watch, watch.deadline, row["batch_reading"], read_at, ahead))
    return tuple(found)


def _open(account_id: str, fresh_after: datetime) -> Select[Any]:
    """The watches with deadlines whose batch has not come to its end, with the last reading of it."""
    is_its_batch = and_(
        batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key
    )
    ended = batches.c.completed + batches.c.failed + batches.c.ended_otherwise
    return (
        select(
            watches,
            batches.c.reading.label("batch_reading"),
            batches.c.read_at.label("batch_read_at"),
            batches.c.api_now.label("batch_api_now"),
        )
        .select_from(watches.join(batches, is_its_batch))
        .where(HAS_DEADLINE, watches.c.account_id == account_id, batches.c.read_at > fresh_after, _is_open(ended))
        .order_by(watches.c.created_at, watches.c.id)
    )


def _is_open(ended: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether fewer have ended than there are, or are expected."""
    return (batches.c.total > ended) | (func.coalesce(watches.c.expected, 1) > ended)


def _batch(connection: Connection, watch: Watch) -> Batch:
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    listed = tuple(entry.request for entry in memory if entry.listed)
    gone = len(memory) - len(listed)
    progress = summarise(watch.reference_id, listed, expected=watch.expected, vanished=gone)
    others = around(connection, watch.account_id, watch.reference_id, last_waiting(listed))
    return Batch(progress, listed, others)


def _judged(connection: Connection, due: Due, risk: Risk, facts: RiskFacts | None, now: datetime) -> bool:
    lock_account(connection, due.watch.account_id)
    row = connection.execute(select(watches).where(watches.c.id == due.watch.id)).mappings().one_or_none()
    watch = watch_of(row) if row else None
    if watch is None or watch.ended_at is not None:
        return False
    if (watch.deadline, watch.expected, watch.risk) != (due.deadline, due.watch.expected, due.watch.risk):
        return False  # changed meanwhile: it is judged anew
    save(connection, replace(watch, risk=risk))
    if facts is None:
        return False
    said = queue(connection, [_news(watch, due, facts, now)], why_held(connection, watch))
    touch_card(connection, watch.card_id, urgent=True)
    if said:
        renew_lost_card(connection, with_card(connection, watch), now)
    return bool(said)


def _news(watch: Watch, due: Due, facts: RiskFacts, now: datetime) -> Announcement:
    level = f"{watch.id} {due.deadline.isoformat()} {facts.level}"
    return Announcement(
        key=Key(watch.workspace_id, watch.place, facts.kind, watch.reference_id, level),
        facts=facts,
        reference_id=watch.reference_id,
        recorded_at=now,
        watch_id=watch.id,
    )
