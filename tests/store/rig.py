"""Short ways to what the store is given."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from bot.domain.announcement import AccessFacts, Announcement, ClipsFacts, Key
from bot.domain.answer import Wish
from bot.domain.delivery import Delivery, Posted
from bot.domain.lease import LONGEST_LEASE, Lease
from bot.domain.progress import Progress
from bot.domain.reading import Reading, Recorded
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Watch
from bot.store import Store
from bot.store.schema import accounts, transitions
from bot.store.schema_sending import senders
from tests.builders import NOON, at

ACCOUNT = "default"
TEAM = "T1"
LONGEST_SETTLE = timedelta(minutes=10)
QUIET = timedelta(seconds=90)
NOBODY: frozenset[str] = frozenset()


def reading(
    requests: Iterable[LipsyncRequest],
    seconds: float = 100,
    *,
    reference: str | None = "batch-1",
    ended: bool = True,
    complete: bool = True,
    whole: bool = True,
    asked: float | None = None,
) -> Reading:
    """A reading so many seconds after noon; `whole` has seen every id."""
    rows = tuple(requests)
    is_whole = whole and complete and reference is not None
    return Reading(
        reference_id=reference,
        requests=rows,
        total=len(rows),
        asked_at=at(seconds if asked is None else asked),
        read_at=at(seconds),
        api_now=at(seconds),
        ended=ended,
        complete=complete and reference is not None,
        listed=frozenset(request.id for request in rows) if is_whole else None,
    )


async def record(store: Store, part: Reading) -> Recorded:
    return await store.ledger.record(ACCOUNT, part, LONGEST_SETTLE)


def wish(
    reference: str = "batch-1",
    *,
    place: str = "C1",
    author: str = "U1",
    events: Events | None = None,
    expected: int | None = None,
    name: str = "",
    public: bool = False,
) -> Wish:
    return Wish(TEAM, ACCOUNT, place, reference, author, events, expected, name, public)


async def start(store: Store, wanted: Wish | None = None, seconds: float = 0) -> Watch:
    watch, _ = await store.watches.start(wanted or wish(), now=at(seconds), api_now=at(seconds))
    return watch


def news(
    name: str,
    *,
    place: str = "C1",
    reference: str = "batch-1",
    watch: Watch | None = None,
    happened: float | None = None,
    recorded: float = 0,
) -> Announcement:
    """Something to be said; equal names are equal keys."""
    return Announcement(
        key=Key(TEAM, place, "clips", reference, name),
        facts=ClipsFacts(Progress(reference), (name,), NOON),
        reference_id=reference,
        recorded_at=at(recorded),
        happened_at=None if happened is None else at(happened),
        watch_id=watch.id if watch else None,
    )


async def lease(store: Store) -> Lease:
    """That of whoever sends now, or a new one."""
    taken = await store.senders.take(TEAM, "me", LONGEST_LEASE)
    if taken is not None:
        return taken
    row = await store.database.read(lambda c: c.execute(select(senders)).mappings().one())
    return Lease(TEAM, row["owner"], row["term"])


async def claim(
    store: Store, seconds: float = 0, *, busy: frozenset[str] = NOBODY, limit: int = 10
) -> tuple[Delivery, ...]:
    return await store.outbox.claim(await lease(store), now=at(seconds), busy=busy, limit=limit)


async def claim_one(store: Store, seconds: float = 0) -> Delivery:
    """The only one that may be posted now."""
    (delivery,) = await claim(store, seconds)
    return delivery


def names(deliveries: Iterable[Delivery]) -> list[str]:
    """The names that `news` gave them, in order."""
    return [delivery.announcement.key.level for delivery in deliveries]


def kinds(deliveries: Iterable[Delivery]) -> list[str]:
    return [delivery.announcement.key.kind for delivery in deliveries]


def posted(number: int = 1, channel: str = "C1") -> Posted:
    return Posted(channel, f"1775044800.{number:06}")


async def next_at(store: Store) -> datetime | None:
    """When something may be claimed or looked up."""
    due = await store.outbox.next_at(TEAM, quiet=QUIET)
    return min((moment for moment in (due.claim_at, due.doubt_at) if moment is not None), default=None)


async def drain(store: Store, seconds: float = 0) -> list[Delivery]:
    """Claims and posts all that can be posted, in order."""
    from_queue: list[Delivery] = []
    while deliveries := await claim(store, seconds):
        for delivery in deliveries:
            from_queue.append(delivery)
            await store.outbox.sent(delivery, posted(len(from_queue)), now=at(seconds))
    return from_queue


def access_facts(delivery: Delivery) -> AccessFacts:
    facts = delivery.announcement.facts
    assert isinstance(facts, AccessFacts)
    return facts


def add_account(connection: Connection) -> None:
    """A row like any other."""
    connection.execute(insert(accounts), {"account_id": "a", "readings": 0, "looked_at": NOON})


def count(connection: Connection) -> int:
    """How many rows `add_account` has made."""
    return len(connection.execute(select(accounts)).all())


async def moves(store: Store) -> list[tuple[str, str | None, str]]:
    """The transitions ever recorded, in order."""
    query = select(transitions).order_by(transitions.c.number)
    rows = await store.database.read(lambda c: c.execute(query).mappings().all())
    return [(row["request_id"], row["old"], row["new"]) for row in rows]
