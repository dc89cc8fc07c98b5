"""What makes the bot do what it does not do in an undisturbed life."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from bot.domain.watch import Placement
from bot.sandbox.slack_entities import Draft
from bot.sandbox.workspace import BOT
from bot.store.schema import accounts, announcements, watches
from tests.crash.drama import PLACES, Drama
from tests.crash.told import delivery_of

Fault = dict[str, Any]
_LOST: Fault = {"kind": "drop_after"}
POSTS_GO_WRONG: dict[str, Fault] = {
    "outbox.doubt": _LOST,
    "outbox.settle_doubt": _LOST,
    "chat.find": _LOST,
    "conversations.history": _LOST,
    "outbox.again": {"kind": "ratelimited", "retry_after": 1},
    "outbox.without_thread": {"kind": "error", "code": "thread_not_found"},
}
"""Four times in five, on the way to these points."""
A_GAP = ("fall_behind", "caught_up")
COPIES = ("chat.delete", "outbox.audited")
MOST_COPIES = 5  # in one place, so that its history is one page
AWAY = timedelta(minutes=10)


def is_one_of(names: Iterable[str], point: str) -> bool:
    """Whether the point is at one of these."""
    return any(name in point for name in names)


async def set_up(drama: Drama, point: str, hit: int) -> None:
    """What leads to the point: the step of an undisturbed life, or something that goes wrong."""
    if is_one_of(A_GAP, point) and not drama.lives.begun:
        await drama.prepare(1)
        await drama.live_on()
    if "without_thread" in point:
        drama.placement = Placement.THREAD
    drama.grows = "edits." in point
    await drama.prepare(hit + 2)
    for name, fault in POSTS_GO_WRONG.items():
        if name in point:
            drama.slack.faults.add("chat.postMessage", times=None, probability=0.8, **fault)
    await _make_trouble(drama, point, hit)


async def _make_trouble(drama: Drama, point: str, hit: int) -> None:
    if "outbox.park" in point:
        for place in PLACES:
            drama.slack.workspace.kick(place, BOT.id)
    elif is_one_of(A_GAP, point):
        await be_away(drama)
    elif is_one_of(COPIES, point):
        await copies_show_up(drama, min(hit, MOST_COPIES))


async def be_away(drama: Drama, how_long: timedelta = AWAY) -> None:
    """What is remembered becomes so much older."""

    def work(connection: Connection) -> None:
        looked_at = connection.execute(select(accounts.c.looked_at)).scalar_one()
        if looked_at is not None:
            connection.execute(update(accounts).values(looked_at=looked_at - how_long))
        times = (watches.c.created_at, watches.c.started_at, watches.c.baseline_at)
        for row in connection.execute(select(watches.c.id, *times)).mappings().all():
            older = {name: row[name] - how_long for name in row if name != "id" and row[name] is not None}
            connection.execute(update(watches).where(watches.c.id == row["id"]).values(older))

    await drama.store.database.write(work)


async def copies_show_up(drama: Drama, number: int) -> None:
    """Slack shows so many messages of a place once more, and it is time to look for such copies."""
    place = drama.unspoilt.pop()
    while len(drama.messages([place])) < MOST_COPIES:
        if place not in drama.batches:
            await drama.begin_batch(place)
        for _ in range(MOST_COPIES):
            drama.next_event(place)
        await drama.live_on()
    copied = drama.messages([place])[:number]
    for message in copied:
        drama.slack.workspace.post(place, BOT.id, Draft(message.text, message.blocks, metadata=message.metadata))
    deliveries = [delivery for delivery in map(delivery_of, copied) if delivery]
    due = update(announcements).where(announcements.c.id.in_(deliveries)).values(audit_at=drama.clock.now())
    await drama.store.database.write(lambda connection: connection.execute(due))
