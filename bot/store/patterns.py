"""What is watched in an account, as names and patterns, inside a transaction."""

from collections import defaultdict

from sqlalchemy import Connection, false, select, true

from bot.domain.glob import Covering, Interest, compiled
from bot.domain.watch import Watch
from bot.errors import BadCommandError
from bot.store.awaiting import awaited
from bot.store.rows import watch_of
from bot.store.schema import exceptions, watches


def active_globs(connection: Connection, account_id: str) -> list[Watch]:
    """The watches of globs, the oldest first."""
    query = (
        select(watches)
        .where(watches.c.account_id == account_id, watches.c.is_glob == true(), watches.c.ended_at.is_(None))
        .order_by(watches.c.created_at, watches.c.id)
    )
    return [watch_of(row) for row in connection.execute(query).mappings()]


def excepted(connection: Connection, account_id: str) -> dict[str, frozenset[str]]:
    """The references that the active globs except, by the globs' watch ids."""
    query = (
        select(exceptions.c.watch_id, exceptions.c.reference_id)
        .select_from(exceptions.join(watches, exceptions.c.watch_id == watches.c.id))
        .where(watches.c.account_id == account_id, watches.c.is_glob == true(), watches.c.ended_at.is_(None))
    )
    found: dict[str, set[str]] = defaultdict(set)
    for watch_id, reference_id in connection.execute(query):
        found[watch_id].add(reference_id)
    return {watch_id: frozenset(names) for watch_id, names in found.items()}


def exceptions_of(connection: Connection, watch_id: str) -> frozenset[str]:
    """The references that one glob excepts."""
    query = select(exceptions.c.reference_id).where(exceptions.c.watch_id == watch_id)
    return frozenset(connection.execute(query).scalars())


def covering_of(watch: Watch, without: frozenset[str] = frozenset()) -> Covering | None:
    """What the watch of a glob is about; None for a pattern that this version would not take any more."""
    try:
        return Covering(compiled(watch.reference_id), without)
    except BadCommandError:
        return None


def interest(connection: Connection, account_id: str) -> Interest:
    """All that somebody watches, and the references that steps of workflows wait for."""
    named = (
        select(watches.c.reference_id)
        .where(
            watches.c.account_id == account_id,
            watches.c.is_glob == false(),
            watches.c.glob_id.is_(None),
            watches.c.ended_at.is_(None),
        )
        .distinct()
    )
    without = excepted(connection, account_id)
    every = (covering_of(watch, without.get(watch.id, frozenset())) for watch in active_globs(connection, account_id))
    globs = dict.fromkeys(each for each in every if each is not None)
    exact = {*connection.execute(named).scalars(), *awaited(connection, account_id).values()}
    return Interest(frozenset(exact), tuple(globs))
