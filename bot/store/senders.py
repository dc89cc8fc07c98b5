"""Leases: which process sends for a workspace."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from bot.domain.lease import LONGEST_LEASE, Lease
from bot.ports import Clock
from bot.store import leasing
from bot.store.database import Database
from bot.store.troubles import left_untried

_NONE_LEFT = timedelta()


@dataclass(frozen=True, slots=True)
class Senders:
    """The senders of all workspaces; every method is one transaction and may raise `StoreError`.

    Leases go by the database's lease clock. One that nobody has renewed for the longest time that there is counts as
    over whatever that clock says, which may have been set back: so long is measured by `clock`, which nobody can set.
    """

    database: Database
    clock: Clock
    _found_at: dict[str, tuple[int, datetime, float]] = field(default_factory=dict, init=False)

    async def left(self, workspace_id: str) -> timedelta:
        """How long the workspace has a sender for certain, whoever that is; zero or less when it may have none."""
        return await self.database.read(
            lambda connection: self._left(
                workspace_id, leasing.standing(connection, workspace_id), self.database.lease_now(connection)
            )
        )

    async def take(self, workspace_id: str, owner: str, length: timedelta) -> Lease | None:
        """Become its sender for this long; None while somebody is. What the one before left untried may be tried."""

        def work(connection: Connection) -> Lease | None:
            now, before = self.database.lease_now(connection), leasing.standing(connection, workspace_id)
            if self._left(workspace_id, before, now) > _NONE_LEFT:
                return None
            lease = leasing.take(connection, before, workspace_id, owner, expires_at=now + length)
            if lease is not None:
                left_untried(connection, workspace_id, lease.term - 1, self.clock.now())
            return lease

        return await self.database.write(work)

    async def renew(self, lease: Lease, length: timedelta) -> bool:
        """Stay its sender for this long from now on; False when the lease is over."""
        lease_now = self.database.lease_now
        return await self.database.write(
            lambda connection: leasing.renew(connection, lease, lease_now(connection), length)
        )

    async def release(self, lease: Lease) -> None:
        """Be its sender no more: the next may be at once."""
        lease_now = self.database.lease_now
        await self.database.write(lambda connection: leasing.release(connection, lease, lease_now(connection)))

    def _left(self, workspace_id: str, standing: RowMapping | None, lease_now: datetime) -> timedelta:
        if standing is None:
            return _NONE_LEFT
        now, last = self.clock.monotonic(), (standing["term"], standing["expires_at"])
        term, expires_at, found_at = self._found_at.get(workspace_id, (None, None, now))
        if (term, expires_at) != last:
            found_at = now
            self._found_at[workspace_id] = (*last, now)
        left: timedelta = standing["expires_at"] - lease_now
        return min(left, LONGEST_LEASE - timedelta(seconds=now - found_at))
