"""Forgetting what is old, inside one transaction."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from bot.domain.delivery import State
from bot.store.accounts import lock_account
from bot.store.awaiting import awaited_keys
from bot.store.batches import PARTLY
from bot.store.caring import forget_cares
from bot.store.counting import recount
from bot.store.deeds import forget_deeds
from bot.store.dialect import chunks
from bot.store.forecasts import forget_forecasts
from bot.store.forgetting_globs import end_empty_under_globs, forget_under_globs, needs_announcements, needs_memory
from bot.store.homes import forget_homes
from bot.store.kinds import forget_kinds
from bot.store.schema import announcements, batches, requests, transitions, watches
from bot.store.sheets import forget_sheets
from bot.store.workflow_steps import forget_steps


def forget(connection: Connection, account_id: str, before: datetime) -> int:
    """Returns how many requests were forgotten."""
    lock_account(connection, account_id)
    forget_under_globs(connection, account_id, before)
    gone = _forget_requests(connection, account_id, before)
    _forget_announcements(connection, before)
    forget_kinds(connection, account_id, before)
    end_empty_under_globs(connection, account_id)
    _forget_watches(connection, account_id, before)
    forget_deeds(connection, before)
    forget_forecasts(connection, before)
    forget_sheets(connection, before)
    forget_steps(connection, before)
    forget_homes(connection, before)
    return gone


def _forget_requests(connection: Connection, account_id: str, before: datetime) -> int:
    watched = select(watches.c.reference_key).where(
        watches.c.account_id == account_id, watches.c.ended_at.is_(None), needs_memory()
    )
    unneeded = and_(requests.c.reference_key.not_in(watched), requests.c.reference_key.not_in(awaited_keys(account_id)))
    unwatched = or_(requests.c.reference_key.is_(None), unneeded)
    doomed = and_(
        requests.c.account_id == account_id,
        requests.c.changed_at < before,
        unwatched,
    )
    # What remains of a batch that is partly forgotten accounts for the whole no more.
    partly = select(requests.c.reference_key).where(doomed, requests.c.reference_key.is_not(None)).distinct()
    keys = connection.execute(partly).scalars().all()
    for part in chunks(keys):
        unread = update(batches).where(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        connection.execute(unread.values(read_at=None, api_now=None, reading=PARTLY))
    doomed_ids = select(requests.c.id).where(doomed)
    connection.execute(
        delete(transitions).where(transitions.c.account_id == account_id, transitions.c.request_id.in_(doomed_ids))
    )
    gone = connection.execute(delete(requests).where(doomed)).rowcount
    _forget_empty_batches(connection, account_id, before)
    forget_cares(connection, account_id)
    recount(connection, account_id, filter(None, keys))
    return gone


def _forget_empty_batches(connection: Connection, account_id: str, before: datetime) -> None:
    filled = exists().where(
        requests.c.account_id == batches.c.account_id, requests.c.reference_key == batches.c.reference_key
    )
    still_watched = exists().where(
        watches.c.account_id == batches.c.account_id,
        watches.c.reference_key == batches.c.reference_key,
        watches.c.ended_at.is_(None),
        needs_memory(),
    )
    last = func.coalesce(batches.c.read_at, batches.c.changed_at)
    needed = or_(filled, still_watched, batches.c.reference_key.in_(awaited_keys(account_id)))
    connection.execute(delete(batches).where(batches.c.account_id == account_id, last < before, ~needed))


def _forget_announcements(connection: Connection, before: datetime) -> None:
    active = select(watches.c.id).where(watches.c.ended_at.is_(None), needs_announcements())
    connection.execute(
        delete(announcements).where(
            announcements.c.state.in_((State.SENT, State.DROPPED)),
            func.coalesce(announcements.c.sent_at, announcements.c.recorded_at) < before,
            or_(announcements.c.watch_id.is_(None), announcements.c.watch_id.not_in(active)),
        )
    )


def _forget_watches(connection: Connection, account_id: str, before: datetime) -> None:
    """An ended watch whose announcements are not all forgotten stays: its generation must not be given again."""
    spoken_of = exists().where(announcements.c.watch_id == watches.c.id)
    connection.execute(
        delete(watches).where(watches.c.account_id == account_id, watches.c.ended_at < before, ~spoken_of)
    )
