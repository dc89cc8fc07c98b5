"""The ledger: what our memory has of the account's requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, true

from bot.domain.answer import Batch
from bot.domain.lineup import Lineup
from bot.domain.reading import Known, Reading, Recorded, Remembered
from bot.domain.request import LipsyncRequest
from bot.domain.stale import Away
from bot.store import entries
from bot.store.batches import last_read
from bot.store.caring import batch_with_stuck
from bot.store.catching_up import catch_up, catching_up_since, fall_behind, gap_of
from bot.store.database import Database
from bot.store.forgetting import forget
from bot.store.lineup import lineup
from bot.store.recording import record
from bot.store.remembering import remembered
from bot.store.rows import REQUEST, request_of
from bot.store.schema import HAS_GONE, accounts, requests
from bot.store.staleness import tell_stale


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account's requests as they were last seen; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def known(self, account_id: str, reference_id: str) -> Known:
        """What a reading of this reference can be compared with."""
        return await self.database.read(partial(_known, account_id=account_id, reference_id=reference_id))

    async def record(self, account_id: str, reading: Reading, longest_settle: timedelta) -> Recorded:
        """Write a part of a reading: what changed, and what is to be announced of it, in one transaction."""
        return await self.database.write(lambda connection: record(connection, account_id, reading, longest_settle))

    async def batch(self, account_id: str, reference_id: str) -> Batch:
        """All that is known of a reference; empty when it was never seen."""
        return await self.database.read(partial(batch_with_stuck, account_id=account_id, reference_id=reference_id))

    async def request(self, account_id: str, request_id: str) -> LipsyncRequest | None:
        """One request as it was last seen."""

        def work(connection: Connection) -> LipsyncRequest | None:
            query = select(*REQUEST).where(requests.c.account_id == account_id, requests.c.id == request_id)
            row = connection.execute(query).one_or_none()
            return request_of(row) if row else None

        return await self.database.read(work)

    async def is_placed(self, account_id: str, request_id: str) -> bool:
        """Whether a page of the account's list has shown the request; one of its reference alone tells no place."""

        def work(connection: Connection) -> bool:
            query = select(requests.c.place).where(requests.c.account_id == account_id, requests.c.id == request_id)
            return connection.execute(query).scalar_one_or_none() is not None

        return await self.database.read(work)

    async def looked_at(self, account_id: str) -> datetime | None:
        """Our clock at the newest reading of anything of the account."""

        def work(connection: Connection) -> datetime | None:
            query = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
            return connection.execute(query).scalar_one_or_none()

        return await self.database.read(work)

    async def remembered(self, account_id: str) -> Remembered:
        """What a look at the account goes by."""
        return await self.database.read(lambda connection: remembered(connection, account_id))

    async def lineup(self, account_id: str, until: datetime) -> Lineup:
        """The queue of the whole account as our memory has it; `until` is the API's clock."""
        return await self.database.read(lambda connection: lineup(connection, account_id, until))

    async def gone(self, account_id: str) -> frozenset[str]:
        """The references with requests that the API listed no more while they were open."""

        def work(connection: Connection) -> frozenset[str]:
            query = select(requests.c.reference_id).where(requests.c.account_id == account_id, HAS_GONE).distinct()
            return frozenset(name for name in connection.execute(query).scalars() if name is not None)

        return await self.database.read(work)

    async def fall_behind(self, account_id: str, *, now: datetime, after: timedelta) -> datetime | None:
        """Begin to catch up if nothing was read for longer than `after` while something was watched.

        Returns since when (our clock) the account has to catch up, now or already; None when it has not.
        """
        return await self.database.write(lambda connection: fall_behind(connection, account_id, now, after))

    async def caught_up(self, account_id: str, *, now: datetime) -> int:
        """Everything was read again: each place is told in one message; returns how many places are told."""
        return await self.database.write(lambda connection: catch_up(connection, account_id, now))

    async def catching_up_since(self, account_id: str) -> datetime | None:
        """Our clock at the last reading before the gap that is being caught up with; None when there is none."""
        return await self.database.read(lambda connection: catching_up_since(connection, account_id))

    async def stale(self, account_id: str, *, before: datetime, away: Away, now: datetime) -> int | None:
        """Tell places whose data is from `before` why, once in a gap; returns how many are told now.

        None when data is younger, or nothing is being caught up with.
        """

        def work(connection: Connection) -> int | None:
            gap = gap_of(connection, account_id)
            return tell_stale(connection, account_id, gap, before, away, now) if gap else None

        return await self.database.write(work)

    async def is_catching_up(self, account_id: str, level: str) -> bool:
        """Whether the gap of this level, which makes it another than any other, is still being caught up with."""

        def work(connection: Connection) -> bool:
            gap = gap_of(connection, account_id)
            return gap is not None and gap.level == level

        return await self.database.read(work)

    async def forget(self, account_id: str, before: datetime) -> int:
        """Forget what ended before (our clock) and no active watch needs; returns how many requests that were."""
        return await self.database.write(lambda connection: forget(connection, account_id, before))


def _known(connection: Connection, account_id: str, reference_id: str) -> Known:
    query = select(requests.c.id, requests.c.terminal).where(
        entries.of_reference(account_id, reference_id), requests.c.listed == true()
    )
    rows = connection.execute(query).all()
    read = last_read(connection, account_id, reference_id)
    return Known(
        listed=frozenset(request_id for request_id, _ in rows),
        open=frozenset(request_id for request_id, terminal in rows if not terminal),
        complete=read is not None,
        read_at=read["read_at"] if read else None,
    )
