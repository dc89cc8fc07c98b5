"""Stopping a watch, and excepting a reference from a glob, inside one transaction."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.watch import Watch
from bot.store.accounts import lock_account
from bot.store.finding import watch_at
from bot.store.handing import cover_again, covering, end_under, leave_out
from bot.store.moves import UNWATCHED
from bot.store.queue import drop_unsent_of
from bot.store.watching import save, touch_card


def stop(
    connection: Connection, workspace_id: str, place: str, reference_id: str, now: datetime, *, is_glob: bool
) -> Watch | None:
    """End a watch that a person began; what is only under a glob is none."""
    watch = watch_at(connection, workspace_id, place, reference_id, is_glob=is_glob)
    if watch is None:
        return None
    readings = lock_account(connection, watch.account_id)
    watch = watch_at(connection, workspace_id, place, reference_id, is_glob=is_glob)  # a replica may have been faster
    if watch is None or watch.glob_id is not None:
        return None
    return end(connection, watch, readings, now)


def end(connection: Connection, watch: Watch, readings: int, now: datetime, *, by_itself: bool = False) -> Watch:
    """End a watch that is active; returns it as it is now."""
    watch = replace(watch, ended_at=now, ended_by_itself=by_itself)
    save(connection, watch)
    if watch.is_glob:
        end_under(connection, watch, readings, now)
    else:
        cover_again(connection, watch, readings)
    drop_unsent_of(connection, watch.id, UNWATCHED)
    touch_card(connection, watch.id, urgent=True)
    return watch


def except_from_globs(
    connection: Connection,
    account_id: str,
    workspace_id: str,
    place: str,
    reference_id: str,
    author: str,
    now: datetime,
) -> tuple[Watch, ...]:
    """Except a reference from every glob of the place that covers it; returns those globs, the most specific first."""
    lock_account(connection, account_id)
    found = covering(connection, account_id, workspace_id, place, reference_id)
    for one in found:
        leave_out(connection, one, reference_id, author, now)
    return tuple(one.watch for one in found)
