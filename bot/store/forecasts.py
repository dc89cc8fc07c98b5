"""Forecasts: what they are made from, and which were made and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from bot.domain.announcement import CardFacts
from bot.domain.calibration import Foretold, is_kept
from bot.domain.progress import Progress
from bot.domain.prospect import View, prospect
from bot.domain.queue import Around
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch
from bot.store.database import Database
from bot.store.schema import batches, watches
from bot.store.schema_forecasts import PENDING, forecasts
from bot.store.surroundings import around

_COLUMNS = tuple(forecasts.c[field.name] for field in fields(Foretold))
MOST_JUDGED = 5_000


@dataclass(frozen=True, slots=True)
class Forecasts:
    """The forecasts of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def around(self, account_id: str, reference_id: str, requests: Sequence[LipsyncRequest]) -> Around:
        """What of the account a forecast for these requests of a reference must know."""
        last = last_waiting(requests)
        return await self.database.read(lambda connection: around(connection, account_id, reference_id, last))

    async def keep(self, made: Sequence[Foretold]) -> None:
        """Keep these forecasts, as far as it is time for another one of their watch."""

        def work(connection: Connection) -> None:
            new = [each for each in made if is_kept(_last(connection, each.watch_id), each)]
            if new:
                connection.execute(insert(forecasts), [_row(each) for each in new])

        if made:
            await self.database.write(work)

    async def judge(self) -> int:
        """Write down what came of the forecasts whose batch has settled; returns how many these were."""

        def waiting(connection: Connection) -> bool:
            return connection.execute(_settled().limit(1)).first() is not None

        if not await self.database.read(waiting):
            return 0
        return await self.database.write(_judge)

    async def since(self, moment: datetime, *, limit: int | None = MOST_JUDGED) -> tuple[Foretold, ...]:
        """What was foretold since then (our clock), the oldest first; of more than `limit` the newest."""
        query = select(*_COLUMNS).where(forecasts.c.made_at >= moment)
        query = query.order_by(forecasts.c.made_at.desc(), forecasts.c.number.desc()).limit(limit)

        def work(connection: Connection) -> tuple[Foretold, ...]:
            return tuple(Foretold(*row) for row in connection.execute(query).all())[::-1]

        return await self.database.read(work)


def last_waiting(requests: Sequence[LipsyncRequest]) -> datetime | None:
    """When the last of them was created that waits."""
    return max((request.created_at for request in requests if request.status == "queued"), default=None)


def view_of(
    connection: Connection,
    watch: Watch,
    listed: Sequence[LipsyncRequest],
    read: RowMapping,
    longest_settle: timedelta,
    now: datetime | None,
) -> View | None:
    """The rest of a watched batch as it was `read`; what is shown `now` (our clock) is not before that at the API."""
    later = max((now or read["read_at"]) - read["read_at"], timedelta())
    return prospect(
        watch.reference_id,
        listed,
        around(connection, watch.account_id, watch.reference_id, last_waiting(listed)),
        read_at=read["api_now"],
        at=read["api_now"] + later,
        expected=watch.expected,
        longest_settle=longest_settle,
    )


def foretold(watch: Watch, facts: CardFacts, view: View, now: datetime) -> Foretold | None:
    """The forecast on a card as it is kept; None when there is none."""
    progress, found = facts.progress, view.forecast
    if found is None or progress.first_created_at is None:
        return None
    return Foretold(
        watch_id=watch.id,
        generation=watch.generation,
        account_id=watch.account_id,
        reference_id=watch.reference_id,
        made_at=now,
        api_now=found.now,
        began_at=progress.first_created_at,
        done=progress.terminal,
        clips=_clips(progress, view),
        early=found.early,
        likely=found.likely,
        late=found.late,
    )


def _clips(progress: Progress, view: View) -> int:
    return progress.total + view.queue.to_come


def forget_forecasts(connection: Connection, before: datetime) -> None:
    """Forget what was foretold before this."""
    connection.execute(delete(forecasts).where(forecasts.c.made_at < before))


def _last(connection: Connection, watch_id: str) -> Foretold | None:
    query = select(*_COLUMNS).where(forecasts.c.watch_id == watch_id).order_by(forecasts.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return Foretold(*row) if row else None


def _row(each: Foretold) -> dict[str, Any]:
    return {field.name: getattr(each, field.name) for field in fields(Foretold)}


def _settled() -> Select[Any]:
    """Forecasts without an outcome whose watch has seen its batch settle since, and that outcome."""
    same = (batches.c.account_id == watches.c.account_id) & (batches.c.reference_key == watches.c.reference_key)
    return (
        select(forecasts.c.number, batches.c.last_ended_at, batches.c.total)
        .select_from(forecasts.join(watches, watches.c.id == forecasts.c.watch_id).join(batches, same))
        .where(
            PENDING,
            watches.c.settled_reading.is_not(None),
            watches.c.generation == forecasts.c.generation,
            batches.c.last_ended_at.is_not(None),
        )
    )


def _judge(connection: Connection) -> int:
    rows = connection.execute(_settled()).all()
    for number, ended_at, total in rows:
        mine = update(forecasts).where(forecasts.c.number == number)
        connection.execute(mine.values(ended_at=ended_at, ended_clips=total))
    return len(rows)
