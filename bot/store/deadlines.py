"""Deadlines: which are to be judged, and what is told of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, and_, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.domain.announcement import Announcement, Key
from bot.domain.deadline import Due
from bot.domain.progress import summarise
from bot.domain.risk import Risk
from bot.domain.risk_facts import Level, RiskFacts
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.catching_up import why_held
from bot.store.database import Database
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import queue
from bot.store.rows import watch_of
from bot.store.schema import HAS_DEADLINE, batches, watches
from bot.store.watching import save, touch_card, with_card

Judged = tuple[str, int, bool]
"""A watch, the reading by which its deadline was judged, and whether that was over then."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The deadlines of all watches; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def due(
        self, account_id: str, *, now: datetime, fresh_after: datetime, judged: Collection[Judged]
    ) -> tuple[Due, ...]:
        """Those that are neither met nor told as missed, of batches that were read whole after `fresh_after`.

        Without those that were `judged` by the same reading, unless the deadline has come since.
        """
        return await self.database.read(lambda connection: _due(connection, account_id, now, fresh_after, judged))

    async def judge(self, due: Due, risk: Risk, facts: RiskFacts | None, *, now: datetime) -> bool:
        """Remember what was told and queue the news; nothing when the watch is another one by now."""
        return await self.database.write(lambda connection: _judge(connection, due, risk, facts, now))


def _due(
    connection: Connection, account_id: str, now: datetime, fresh_after: datetime, judged: Collection[Judged]
) -> tuple[Due, ...]:
    found = []
    for row in connection.execute(_open(account_id, fresh_after)).mappings():
        watch = watch_of(row)
        if watch.deadline is None or Level.MISSED in watch.risk.told:
            continue
        if (watch.id, row["batch_reading"], now >= watch.deadline) not in judged:
            found.append(_whole(connection, watch, watch.deadline, row))
    return tuple(found)


def _open(account_id: str, fresh_after: datetime) -> Select[RowMapping]:
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


def _whole(connection: Connection, watch: Watch, deadline: datetime, row: RowMapping) -> Due:
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    listed = tuple(entry.request for entry in memory if entry.listed)
    gone = len(memory) - len(listed)
    return Due(
        watch=watch,
        deadline=deadline,
        progress=summarise(watch.reference_id, listed, expected=watch.expected, vanished=gone),
        requests=listed,
        reading=row["batch_reading"],
        read_at=row["batch_read_at"],
        ahead=row["batch_api_now"] - row["batch_read_at"],
    )


def _judge(connection: Connection, due: Due, risk: Risk, facts: RiskFacts | None, now: datetime) -> bool:
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
