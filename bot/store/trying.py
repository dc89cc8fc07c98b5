"""Runs of `test`: made-up messages on the same way as real ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from bot.domain.announcement import Announcement
from bot.domain.deed import Deed
from bot.domain.delivery import State
from bot.store.accounts import lock_account
from bot.store.database import Database
from bot.store.deeds import note
from bot.store.queue import UNTOUCHED, is_unsent, queue
from bot.store.schema import announcements

TEST = "test"
_TOO_OLD = timedelta(minutes=10)  # what could not be posted for so long, nobody waits for


@dataclass(frozen=True, slots=True)
class TrialRuns:
    """The tests of all places; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def begin(self, account_id: str, messages: Sequence[Announcement], deed: Deed) -> bool:
        """Queue a run for the place of the deed; returns False when one is under way there: then nothing was done."""
        return await self.database.write(lambda connection: _begin(connection, account_id, messages, deed))


def _begin(connection: Connection, account_id: str, messages: Sequence[Announcement], deed: Deed) -> bool:
    lock_account(connection, account_id)  # two who ask at once come one after the other
    mine = (
        announcements.c.workspace_id == deed.workspace_id,
        announcements.c.place == deed.place,
        announcements.c.kind == TEST,
        is_unsent(announcements),
    )
    _drop_old(connection, deed.done_at, *mine)
    if connection.execute(select(select(announcements.c.number).where(*mine).exists())).scalar_one():
        return False
    queue(connection, messages)
    note(connection, deed)
    return True


def _drop_old(connection: Connection, now: datetime, *mine: ColumnElement[bool]) -> None:
    stuck = (announcements.c.state.in_(UNTOUCHED), announcements.c.recorded_at < now - _TOO_OLD)
    dropped = {"state": State.DROPPED, "why": "too old", "version": announcements.c.version + 1}
    connection.execute(update(announcements).where(*mine, *stuck).values(dropped))
