"""What is watched in an account, as names and patterns, inside a transaction."""

from collections import defaultdict

from sqlalchemy import Connection, false, select, true

from bot.domain.glob import Allowed, Covering, Interest, compiled
from bot.domain.watch import Watch
from bot.errors import BadCommandError
from bot.store.awaiting import awaited
from bot.store.policy_rows import allowed_by_place
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


def covering_of(watch: Watch, without: frozenset[str] = frozenset(), only: Allowed | None = None) -> Covering | None:
    """What the watch of a glob is about; None for a pattern that this version would not take any more.

    `only` is what its place may hear of.
    """
    try:
        return Covering.within(compiled(watch.reference_id), only, without)
    except BadCommandError:
        return None


def globs_and_coverings(connection: Connection, account_id: str) -> list[tuple[Watch, Covering]]:
    """The watches of globs with what each is about, the oldest first; without globs this is one cheap question."""
    found = active_globs(connection, account_id)
    if not found:
        return []
    without, only = excepted(connection, account_id), allowed_by_place(connection)
    every = (
        (watch, covering_of(watch, without.get(watch.id, frozenset()), only.get((watch.workspace_id, watch.place))))
        for watch in found
    )
    return [(watch, covering) for watch, covering in every if covering is not None]


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
    globs = dict.fromkeys(covering for _, covering in globs_and_coverings(connection, account_id))
    exact = {*connection.execute(named).scalars(), *awaited(connection, account_id).values()}
    return Interest(frozenset(exact), tuple(globs))
