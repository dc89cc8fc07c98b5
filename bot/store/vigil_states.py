"""What rules that go by time remember of a watch, inside a transaction."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, literal, select, update

from bot.store.schema_vigil import vigils

States = dict[tuple[str, str], str]
"""By watch id and rule."""


def states_of(connection: Connection, watch_ids: Iterable[str]) -> States:
    """What there is of these watches; there are as many as troubles that are not over."""
    wanted = frozenset(watch_ids)
    rows = connection.execute(select(vigils)).mappings()
    return {(row["watch_id"], row["rule"]): row["state"] for row in rows if row["watch_id"] in wanted}


def remember(connection: Connection, watch_id: str, rule: str, before: str | None, after: str | None) -> None:
    """Write what a rule wants to be given next time, in the place of what it was given."""
    if after == before:
        return
    mine = (vigils.c.watch_id == watch_id, vigils.c.rule == rule)
    if after is None:
        connection.execute(delete(vigils).where(*mine))
    elif before is None:
        connection.execute(insert(vigils), {"watch_id": watch_id, "rule": rule, "state": after})
    else:
        connection.execute(update(vigils).where(*mine).values(state=after))


def take_states(connection: Connection, later: str, going_on: str) -> None:
    """What was told last for another watch of the place is what the one that goes on knows."""
    connection.execute(delete(vigils).where(vigils.c.watch_id == going_on))
    connection.execute(update(vigils).where(vigils.c.watch_id == later).values(watch_id=going_on))


def copy_states(connection: Connection, old: str, new: str) -> None:
    """What was told for one watch of a place counts for the one that goes on; should the old one come back, it does."""
    theirs = select(literal(new), vigils.c.rule, vigils.c.state).where(vigils.c.watch_id == old)
    connection.execute(insert(vigils).from_select(["watch_id", "rule", "state"], theirs))
