"""The ledger: what our memory has of the account's requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, true

from bot.domain.answer import Batch
from bot.domain.reading import Known, Reading, Recorded
from bot.domain.request import LipsyncRequest
from bot.store import entries
from bot.store.batches import last_read
from bot.store.database import Database
from bot.store.forgetting import forget
from bot.store.recording import record
from bot.store.rows import REQUEST, request_of
from bot.store.schema import accounts, requests


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
        return await self.database.read(partial(_batch, account_id=account_id, reference_id=reference_id))

    async def request(self, account_id: str, request_id: str) -> LipsyncRequest | None:
        """One request as it was last seen."""

        def work(connection: Connection) -> LipsyncRequest | None:
            query = select(*REQUEST).where(requests.c.account_id == account_id, requests.c.id == request_id)
            row = connection.execute(query).one_or_none()
            return request_of(row) if row else None

        return await self.database.read(work)

    async def looked_at(self, account_id: str) -> datetime | None:
        """Our clock at the newest reading of anything of the account."""

        def work(connection: Connection) -> datetime | None:
            query = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
            return connection.execute(query).scalar_one_or_none()

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


def _batch(connection: Connection, account_id: str, reference_id: str) -> Batch:
    memory = entries.whole(connection, account_id, reference_id)
    listed = tuple(entry.request for entry in memory if entry.listed)
    read = last_read(connection, account_id, reference_id)
    return Batch(reference_id, listed, len(memory) - len(listed), read["read_at"] if read else None)
