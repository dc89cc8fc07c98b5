"""The outbox: announcements on their way to Slack, each said once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.announcement import Announcement
from bot.domain.delivery import Delivery, Due, Posted, Suspect, Tally
from bot.domain.finding import Blocked
from bot.domain.lease import Lease
from bot.ports import Clock
from bot.store import claiming, copies, doubts, histories, outcomes, tallies, troubles
from bot.store.database import Database
from bot.store.queue import queue
from bot.store.waits import Quiet


@dataclass(frozen=True, slots=True)
class Outbox:
    """Announcements of all workspaces; every method is one transaction and may raise `StoreError`.

    Methods that take a `Delivery` write only while it is still as it was given out; they return whether it was.
    `clock` is ours; leases and quiet times go by the database's lease clock.
    """

    database: Database
    clock: Clock
    _quiet_times: Quiet = field(init=False)

    def __post_init__(self) -> None:
        """The quiet times go by the same clock."""
        object.__setattr__(self, "_quiet_times", Quiet(self.clock))

    async def queue(self, announcements: Sequence[Announcement]) -> int:
        """Queue announcements; returns how many were never queued before."""
        return await self.database.write(lambda connection: queue(connection, announcements))

    async def claim(
        self, lease: Lease, *, now: datetime, busy: frozenset[str], limit: int = 10
    ) -> tuple[Delivery, ...]:
        """Take what may be posted now, the oldest first, one per place, none in a `busy` place.

        Nothing when the lease is over.
        """
        lease_now = self.database.lease_now
        return await self.database.write(
            lambda connection: claiming.claim(
                connection,
                claiming.Claim(lease, now, lease_now(connection), busy, limit),
            )
        )

    async def sent(self, delivery: Delivery, posted: Posted, *, now: datetime) -> bool:
        """Slack has accepted it; the place's trouble is over."""
        return await self.database.write(lambda connection: outcomes.sent(connection, delivery, posted, now))

    async def again(self, delivery: Delivery, *, not_before: datetime, why: str) -> bool:
        """Nothing was posted for certain: it waits again."""
        return await self.database.write(
            lambda connection: outcomes.wait_again(connection, delivery, why, not_before=not_before)
        )

    async def without_thread(self, delivery: Delivery) -> bool:
        """Slack takes no reply where it belongs: it waits again, to be posted into the place itself."""
        return await self.database.write(lambda connection: outcomes.without_thread(connection, delivery))

    async def doubt(self, delivery: Delivery) -> bool:
        """It may or may not have been posted."""
        return await self.database.write(lambda connection: doubts.doubt(connection, delivery))

    async def park(self, delivery: Delivery, why: str, *, now: datetime, retry_after: timedelta) -> bool:
        """The place may not be posted to: its announcements wait there, its watches' authors are told once."""
        return await self.database.write(
            lambda connection: troubles.park(connection, delivery, why, now, now + retry_after)
        )

    async def shut(self, workspace_id: str, place: str, why: str, *, now: datetime, retry_after: timedelta) -> None:
        """The same, found out without an announcement."""
        await self.database.write(
            lambda connection: troubles.close(connection, workspace_id, place, why, now, now + retry_after)
        )

    async def drop(self, delivery: Delivery, why: str) -> bool:
        """It can never be posted."""
        return await self.database.write(lambda connection: outcomes.drop(connection, delivery, why))

    async def doubtful(self, workspace_id: str, *, quiet: timedelta, limit: int = 10) -> tuple[Delivery, ...]:
        """What was attempted at least `quiet` ago with unknown outcome, the oldest attempt first."""
        lease_now, now = self.database.lease_now, self.clock.now()
        return await self.database.read(
            lambda connection: doubts.doubtful(
                connection,
                workspace_id,
                now,
                limit,
                lease_now=lease_now(connection),
                quiet=quiet,
                quiet_times=self._quiet_times,
            )
        )

    async def settle_doubt(
        self, delivery: Delivery, posted: Posted | None, *, now: datetime, repeat: bool = False
    ) -> bool:
        """It was found in the place's history, or was not and waits again (`repeat`: it may be there after all)."""
        return await self.database.write(lambda connection: doubts.settle(connection, delivery, posted, now, repeat))

    async def doubt_later(self, delivery: Delivery, *, not_before: datetime, why: str) -> bool:
        """The history could not be read now."""
        return await self.database.write(lambda connection: doubts.later(connection, delivery, not_before, why))

    async def doubt_no_more(self, delivery: Delivery, *, why: str) -> bool:
        """Nobody will ever know whether it was posted."""
        return await self.database.write(lambda connection: doubts.never_known(connection, delivery, why))

    async def retry_place(self, workspace_id: str, place: str, *, now: datetime) -> None:
        """Try a place in trouble at once, and look up at once what is in doubt there."""
        await self.database.write(lambda connection: troubles.retry(connection, workspace_id, place, now))

    async def trouble(self, workspace_id: str, place: str) -> str | None:
        """Why a place may not be posted to, in Slack's word; None when it may."""
        return await self.database.read(lambda connection: troubles.trouble(connection, workspace_id, place))

    async def blocked(self, workspace_id: str) -> tuple[Blocked, ...]:
        """Every place with watches that may not be posted to."""
        return await self.database.read(lambda connection: troubles.blocked(connection, workspace_id))

    async def learn_history(self, workspace_id: str, place: str, why: str | None) -> None:
        """The place's history may not be read, for this reason in Slack's word; None: it may."""
        await self.database.write(lambda connection: histories.learn(connection, workspace_id, place, why))

    async def unreadable(self, workspace_id: str) -> tuple[Blocked, ...]:
        """Every place with watches whose history may not be read, as far as that is known."""
        return await self.database.read(lambda connection: histories.unreadable(connection, workspace_id))

    async def suspects(self, workspace_id: str, *, now: datetime) -> tuple[Suspect, ...]:
        """What was sent and may be there twice, if it is time to look for that; the longest due first."""
        return await self.database.read(lambda connection: copies.suspects(connection, workspace_id, now))

    async def suspect(self, delivery_ids: Collection[str], *, now: datetime) -> None:
        """Two messages of each of these were seen."""
        await self.database.write(lambda connection: copies.suspect(connection, delivery_ids, now))

    async def keep(self, suspect: Suspect, posted: Posted) -> bool:
        """Of its messages this one is to stay; returns whether it was still as it was given out."""
        return await self.database.write(lambda connection: copies.keep(connection, suspect, posted))

    async def audited(self, delivery_id: str, *, again_at: datetime | None) -> None:
        """It was looked for copies of; again then, or no more."""
        await self.database.write(lambda connection: copies.audited(connection, delivery_id, again_at))

    async def next_at(self, workspace_id: str, *, quiet: timedelta) -> Due:
        """When, on our clock, something may be done next."""
        now = self.clock.now()
        return await self.database.read(
            lambda connection: tallies.next_at(
                connection,
                workspace_id,
                now,
                lease_now=self.database.lease_now(connection),
                quiet=quiet,
                quiet_times=self._quiet_times,
            )
        )

    async def tally(self, workspace_id: str, *, done: bool = True) -> Tally:
        """How many announcements are in which state (those that are `done` on wish), how long the last hundred took."""
        return await self.database.read(lambda connection: tallies.tally(connection, workspace_id, done=done))
