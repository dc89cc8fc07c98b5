"""Ending what a channel watches and may not hear of any more, inside a transaction."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.deed import Deed, Did
from bot.domain.policy import Policy, outside
from bot.domain.watch import Watch
from bot.store.catching_up import tell_no_more
from bot.store.deeds import note
from bot.store.dialect import chunks
from bot.store.moves import UNWATCHED
from bot.store.queue import drop_unsent_of
from bot.store.rows import watch_of
from bot.store.schema import watches
from bot.store.stopping import end
from bot.store.watching import with_own_card

_WHY = "outside the patterns of this place"


def end_outside(
    connection: Connection, workspace_id: str, place: str, policy: Policy, readings: int, person: str, now: datetime
) -> tuple[Watch, ...]:
    """End the watches of a place that have nothing to tell any more, and all that globs keep of what is outside.

    Returns the watches that people began, as they are now. The settings must have been written down.
    """
    ended = []
    for watch in outside(policy, with_own_card(connection, workspace_id, place)):
        ended.append(end(connection, watch, readings, now))
        note(connection, Deed(now, workspace_id, place, person, Did.UNWATCH, watch.reference_id, {"why": _WHY}))
    end_under(connection, workspace_id, place, policy, now)
    return tuple(ended)


def end_under(connection: Connection, workspace_id: str, place: str, policy: Policy, now: datetime) -> None:
    """Nothing more is told of what globs cover and the place may not hear of; what waits is dropped."""
    gone = [watch for watch in _under_globs(connection, workspace_id, place) if not policy.allows(watch.reference_id)]
    for part in chunks(watch.id for watch in gone):
        connection.execute(update(watches).where(watches.c.id.in_(part)).values(ended_at=now))
        for watch_id in part:
            drop_unsent_of(connection, watch_id, UNWATCHED)
    if gone:
        tell_no_more(connection, (workspace_id, place), frozenset(watch.reference_id for watch in gone), UNWATCHED)


def _under_globs(connection: Connection, workspace_id: str, place: str) -> Iterable[Watch]:
    query = select(watches).where(
        watches.c.workspace_id == workspace_id,
        watches.c.place == place,
        watches.c.glob_id.is_not(None),
        watches.c.ended_at.is_(None),
    )
    return [watch_of(row) for row in connection.execute(query).mappings()]
