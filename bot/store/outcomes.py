"""What becomes of a claimed announcement, inside a transaction; every write repeats its version."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, update

from bot.domain.announcement import CardPlaceholder
from bot.domain.delivery import Delivery, Posted, State
from bot.store.copies import audit_after
from bot.store.manners import NO_THREAD
from bot.store.moves import UNWATCHED, is_unwatched, move
from bot.store.rows import Row
from bot.store.schema import announcements, cards
from bot.store.troubles import end_trouble, untried

_SENDING = (State.SENDING,)


def sent(
    connection: Connection,
    delivery: Delivery,
    posted: Posted,
    now: datetime,
    states: Sequence[State] = _SENDING,
) -> bool:
    """It is in Slack; a card is there to be edited from now on."""
    shown = {"channel": posted.channel, "ts": posted.ts, "why": None, "audit_at": audit_after(now)}
    if not move(connection, delivery, states, {"state": State.SENT, "sent_at": now, "shown_at": now, **shown}):
        return False
    key, facts = delivery.announcement.key, delivery.announcement.facts
    end_trouble(connection, key.workspace_id, key.place)
    if isinstance(facts, CardPlaceholder):
        _show_card(connection, facts.watch_id, posted, now)
    return True


def _show_card(connection: Connection, watch_id: str, posted: Posted, now: datetime) -> None:
    values = {
        "channel": posted.channel,
        "ts": posted.ts,
        "shown": "",
        "shown_at": now,
        "dirty": True,
        "changes": cards.c.changes + 1,
        "lost_at": None,
    }
    connection.execute(update(cards).where(cards.c.watch_id == watch_id).values(values))


def wait_again(
    connection: Connection,
    delivery: Delivery,
    why: str | None,
    *,
    not_before: datetime | None = None,
    repeat: bool = False,
    doubted: bool = False,
    states: Sequence[State] = _SENDING,
) -> bool:
    """It is not in Slack, or if it was `doubted` not yet: it waits again, unless its watch has ended meanwhile."""
    if is_unwatched(connection, delivery):
        return move(connection, delivery, states, {"state": State.DROPPED, "why": UNWATCHED})
    values: Row = {
        "state": State.PENDING,
        "why": why,
        "not_before": not_before,
        "owner": None,
        "term": None,
        "repeat": delivery.repeat or repeat,
    }
    if doubted:
        values["doubted_at"] = func.coalesce(announcements.c.doubted_at, delivery.attempt_at)
    if not move(connection, delivery, states, values):
        return False
    if not_before is not None:
        _try_the_place(connection, delivery, not_before)
    return True


def _try_the_place(connection: Connection, delivery: Delivery, retry_at: datetime) -> None:
    """It was not tried: a place whose trouble may be over does not wait as if it had been."""
    key = delivery.announcement.key
    untried(connection, key.workspace_id, key.place, retry_at)


def without_thread(connection: Connection, delivery: Delivery) -> bool:
    """Slack takes no reply there, and nothing was posted: it waits again, to be posted into the place itself."""
    values: Row = {"state": State.PENDING, "thread_ts": NO_THREAD, "owner": None}
    if not move(connection, delivery, _SENDING, values):
        return False
    _try_the_place(connection, delivery, delivery.attempt_at)
    return True


def drop(connection: Connection, delivery: Delivery, why: str) -> bool:
    """It is never posted."""
    if not move(connection, delivery, _SENDING, {"state": State.DROPPED, "why": why}):
        return False
    _try_the_place(connection, delivery, delivery.attempt_at)
    return True
