"""Unsafe ways to do it, each of which somebody would think of: what proves the bot must find every one of them."""

import asyncio
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from bot.app import Parts
from bot.domain.delivery import Delivery, Posted, State
from bot.domain.lease import Lease
from bot.domain.reading import Reading, Recorded
from bot.errors import InDoubtError
from bot.ports import Chat
from bot.store import Store
from bot.store.dialect import insert_if_new
from bot.store.ledger import Ledger
from bot.store.outbox import Outbox
from bot.store.recording import record
from bot.store.schema import announcements
from bot.store.schema_sending import senders
from bot.store.senders import Senders

T = TypeVar("T")
NO_TIME = timedelta()
RETRIES = 3


@dataclass(frozen=True)
class Alternative:
    """A way to do it that is not safe: what it does, what comes of that, and in which scene it shows."""

    name: str
    does: str
    harm: str
    shows: str
    parts: Parts


# --- the outbox ---


class ForcedOutbox(Outbox):
    """Can put an announcement into a state whatever its version."""

    async def force(self, delivery: Delivery, state: State) -> Delivery:
        """The delivery as if it had just been claimed."""

        def work(connection: Connection) -> RowMapping:
            mine = update(announcements).where(announcements.c.id == delivery.id).values(state=state)
            return connection.execute(mine.returning(announcements)).mappings().one()

        row = await self.database.write(work)
        return replace(delivery, version=row["version"], owner=row["owner"] or "", term=row["term"] or 0)


class MarkedAfterTheCall(ForcedOutbox):
    """Nothing is written before the call."""

    async def claim(self, *args: Any, **options: Any) -> tuple[Delivery, ...]:  # noqa: ANN401 - whatever the real one takes
        taken = await super().claim(*args, **options)
        return tuple([await self.force(delivery, State.PENDING) for delivery in taken])

    async def sent(self, delivery: Delivery, posted: Posted, *, now: datetime) -> bool:
        return await super().sent(await self.force(delivery, State.SENDING), posted, now=now)

    async def again(self, delivery: Delivery, *, not_before: datetime, why: str) -> bool:
        return await super().again(await self.force(delivery, State.SENDING), not_before=not_before, why=why)

    async def doubt(self, delivery: Delivery) -> bool:
        return await super().doubt(await self.force(delivery, State.SENDING))


class MarkedBeforeAndNeverLookedUp(Outbox):
    """What is claimed counts as sent."""

    async def claim(self, *args: Any, **options: Any) -> tuple[Delivery, ...]:  # noqa: ANN401 - as above
        taken = await super().claim(*args, **options)
        for delivery in taken:
            await self.sent(delivery, Posted(delivery.announcement.key.place, "0"), now=options["now"])
        return taken


class NothingCompared(ForcedOutbox):
    """A late answer is written down whoever has the announcement by now."""

    async def again(self, delivery: Delivery, *, not_before: datetime, why: str) -> bool:
        return await super().again(await self.force(delivery, State.SENDING), not_before=not_before, why=why)


class NoQuietTime(Outbox):
    """What is in doubt is looked up at once."""

    async def doubtful(self, *args: Any, **options: Any) -> tuple[Delivery, ...]:  # noqa: ANN401 - as above
        return await super().doubtful(*args, **{**options, "quiet": NO_TIME})


class DoubtIsNotSent(Outbox):
    """What is in doubt is posted again."""

    async def doubt(self, delivery: Delivery) -> bool:
        return await super().again(delivery, not_before=self.clock.now(), why="in doubt")


class DoubtIsSent(Outbox):
    """What is in doubt counts as sent."""

    async def doubt(self, delivery: Delivery) -> bool:
        posted = Posted(delivery.announcement.key.place, "0")
        return await super().sent(delivery, posted, now=self.clock.now())


# --- the sender ---


class LeaseIgnored(Senders):
    """Whoever asks may send, at any time."""

    async def left(self, workspace_id: str) -> timedelta:  # noqa: ARG002 - the shape of the real one
        return NO_TIME

    async def take(self, workspace_id: str, owner: str, length: timedelta) -> Lease | None:
        expires_at = self.clock.now() + length
        row = {"workspace_id": workspace_id, "owner": owner, "term": 1, "expires_at": expires_at}
        again = update(senders).where(senders.c.workspace_id == workspace_id).values(row)

        def work(connection: Connection) -> Lease:
            if not insert_if_new(connection, senders, row):
                connection.execute(again)
            return Lease(workspace_id, owner, 1)

        return await self.database.write(work)

    async def renew(self, lease: Lease, length: timedelta) -> bool:
        return await self.take(lease.workspace_id, lease.owner, length) is not None


# --- the ledger ---


class NoUniqueKey(Ledger):
    """The same news may be queued twice."""

    async def record(self, account_id: str, reading: Reading, longest_settle: timedelta) -> Recorded:
        recorded = await super().record(account_id, reading, longest_settle)
        every = update(announcements).values(key=announcements.c.id)
        await self.database.write(lambda connection: connection.execute(every))
        return recorded


class BaselineOfTheProcess(Ledger):
    """What is there at the first reading after a start counts as old, as in a bot that remembers nothing."""

    async def record(self, account_id: str, reading: Reading, longest_settle: timedelta) -> Recorded:
        recorded = await super().record(account_id, reading, longest_settle)
        known: set[str] = self.__dict__.setdefault("_shown", set())
        first = {request.id for request in reading.requests} - known
        known |= first
        if first:
            news = (announcements.c.recorded_at == reading.read_at, announcements.c.kind != "card")
            old = update(announcements).where(*news).values(state=State.DROPPED)
            await self.database.write(lambda connection: connection.execute(old))
        return recorded


class QueuedInASecondTransaction(Ledger):
    """First what has changed is written down, and after that what is to be said of it."""

    async def record(self, account_id: str, reading: Reading, longest_settle: timedelta) -> Recorded:
        taken: list[dict[str, Any]] = []

        def first(connection: Connection) -> Recorded:
            last = connection.execute(select(func.max(announcements.c.number))).scalar_one() or 0
            recorded = record(connection, account_id, reading, longest_settle)
            new = announcements.c.number > last
            taken.extend(dict(row) for row in connection.execute(select(announcements).where(new)).mappings())
            connection.execute(delete(announcements).where(new))
            return recorded

        recorded = await self.database.write(first)
        if taken:
            await self.database.write(lambda connection: connection.execute(insert(announcements), taken))
        return recorded


# --- the chat ---


@dataclass(frozen=True)
class RetryingClient:
    """Posts again by itself when no answer comes, as many clients do."""

    chat: Chat

    async def post(self, *args: Any, **options: Any) -> Posted:  # noqa: ANN401 - as above
        for _ in range(RETRIES):
            try:
                return await self.chat.post(*args, **options)
            except InDoubtError:
                await asyncio.sleep(0)
        return await self.chat.post(*args, **options)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as in the chat
        return getattr(self.chat, name)


# --- all of them ---


def become(part: T, kind: type[T]) -> T:
    """The same part of the store as one of another kind, whatever fields it has."""
    made = object.__new__(kind)
    for each in fields(part):  # type: ignore[arg-type]  # every part of the store is a dataclass
        object.__setattr__(made, each.name, getattr(part, each.name))
    return made


def outbox(kind: type[Outbox]) -> Parts:
    def exchanged(store: Store) -> Store:
        return replace(store, outbox=become(store.outbox, kind))

    return Parts(store=exchanged)


def ledger(kind: type[Ledger]) -> Parts:
    def exchanged(store: Store) -> Store:
        return replace(store, ledger=become(store.ledger, kind))

    return Parts(store=exchanged)


def lease(kind: type[Senders]) -> Parts:
    def exchanged(store: Store) -> Store:
        return replace(store, senders=become(store.senders, kind))

    return Parts(store=exchanged)


DOUBLES, LOSES = "says it twice", "loses it"
ALTERNATIVES = (
    Alternative(
        "mark after the call",
        "nothing is written before a message is posted; it is marked as sent afterwards",
        DOUBLES,
        "killed after chat.post",
        outbox(MarkedAfterTheCall),
    ),
    Alternative(
        "mark before the call and never look",
        "a message counts as sent from the moment it is taken from the queue",
        LOSES,
        "every second call is lost",
        outbox(MarkedBeforeAndNeverLookedUp),
    ),
    Alternative(
        "no compare-and-set",
        "a late answer is written down although another process has taken over",
        DOUBLES,
        "one is slow and another takes over",
        outbox(NothingCompared),
    ),
    Alternative(
        "lease ignored",
        "every process sends whenever it likes, also what it took before another one took over",
        DOUBLES,
        "one is held up and another takes over",
        lease(LeaseIgnored),
    ),
    Alternative(
        "no quiet time",
        "the history is searched at once, before Slack shows there what it has accepted",
        DOUBLES,
        "every second answer is lost",
        outbox(NoQuietTime),
    ),
    Alternative(
        "doubt is not sent",
        "after a lost answer the message is posted again",
        DOUBLES,
        "every second answer is lost",
        outbox(DoubtIsNotSent),
    ),
    Alternative(
        "doubt is sent",
        "after a lost answer the message counts as posted",
        LOSES,
        "every second call is lost",
        outbox(DoubtIsSent),
    ),
    Alternative(
        "a retrying client",
        "the HTTP client posts again by itself when no answer comes",
        DOUBLES,
        "every second answer is lost",
        Parts(chat=lambda chat: cast("Chat", RetryingClient(chat))),
    ),
    Alternative(
        "no unique key",
        "the same news may be put into the queue twice",
        DOUBLES,
        "every second answer is lost",
        ledger(NoUniqueKey),
    ),
    Alternative(
        "a baseline for each process",
        "what the first reading after a start shows counts as old",
        LOSES,
        "killed after chat.post",
        ledger(BaselineOfTheProcess),
    ),
    Alternative(
        "queued in a second transaction",
        "what changed and what is to be said of it are written one after the other",
        LOSES,
        "killed within ledger.record",
        ledger(QueuedInASecondTransaction),
    ),
)
