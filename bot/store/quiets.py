"""Quiet hours: when places are silent by the clock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.hours import next_span, span_at
from bot.domain.timetable import Quiet
from bot.store.database import Database
from bot.store.quieting import begin_anew, begin_due, end_quiet, quiet_of, quiets_of, set_quiet


@dataclass(frozen=True, slots=True)
class Quiets:
    """The quiet hours of all places; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def set(self, wanted: Quiet) -> None:
        """Give a place these quiet hours instead of those that it had."""
        await self.database.write(lambda connection: set_quiet(connection, wanted))

    async def end(self, workspace_id: str, place: str, *, now: datetime, author: str) -> tuple[Quiet | None, int]:
        """Take them away; returns those that there were, and how many messages that they had held are told."""
        return await self.database.write(lambda connection: end_quiet(connection, workspace_id, place, now, author))

    async def at(self, workspace_id: str, place: str) -> Quiet | None:
        """Those of a place."""

        def work(connection: Connection) -> Quiet | None:
            held = quiet_of(connection, workspace_id, place)
            return held.quiet if held else None

        return await self.database.read(work)

    async def begin_due(self, account_id: str, *, now: datetime) -> int:
        """Begin those whose time has come, once for each span; returns in how many places."""

        def is_any_due(connection: Connection) -> tuple[bool, bool]:
            every = quiets_of(connection, account_id)
            ahead = any(held.begun is not None and held.begun > now for held in every)
            return ahead, any(held.span_to_begin(now) for held in every)

        def work(connection: Connection) -> int:
            begin_anew(connection, account_id, now)
            return begin_due(connection, account_id, now)

        if not any(await self.database.read(is_any_due)):
            return 0
        return await self.database.write(work)

    async def next_at(self, account_id: str, *, now: datetime) -> datetime | None:
        """When the next of them begin or end; None where there are none."""

        def work(connection: Connection) -> datetime | None:
            moments = []
            for held in quiets_of(connection, account_id):
                span = span_at(held.quiet.hours, now)
                moments += [span.end] if span else []
                moments.append(next_span(held.quiet.hours, now).begin)
            return min(moments, default=None)

        return await self.database.read(work)
