"""Giving what was said for one watch to the one that goes on instead, so that it is not said again."""

from sqlalchemy import Connection, RowMapping, and_, exists, or_, select, update

from bot.domain.announcement import Key
from bot.domain.delivery import State
from bot.store.queue import UNTOUCHED, stored_key
from bot.store.schema import announcements

_TOLD_ALREADY = "told already"  # why it was dropped
_MATTERS = or_(announcements.c.kind == "failure", announcements.c.state != State.SENT)  # the others are done with
_REMEMBERED = ("stuck", "missing")  # their keys stay: what goes by time goes on under them, whoever remembers it


def pass_on(connection: Connection, from_id: str, to_id: str) -> None:
    """Failures, whose messages go on to grow, and what was not sent; each watch keeps its card."""
    mine = and_(announcements.c.watch_id == from_id, announcements.c.kind != "card", _MATTERS)
    for row in connection.execute(select(announcements).where(mine)).mappings().all():
        _pass_on(connection, row, from_id, to_id)


def _pass_on(connection: Connection, row: RowMapping, from_id: str, to_id: str) -> None:
    """A key that carries the watch carries the other one from now on, also where something is to be said under it.

    What is on its way keeps its version, so that whoever sends it goes on.
    """
    level = row["level"] if row["kind"] in _REMEMBERED else row["level"].replace(from_id, to_id)
    key = stored_key(Key(row["workspace_id"], row["place"], row["kind"], row["subject"], level, row["generation"]))
    under = update(announcements).where(
        announcements.c.watch_id.in_((from_id, to_id)), announcements.c.under == row["key"]
    )
    connection.execute(under.values(under=key))
    mine = update(announcements).where(announcements.c.number == row["number"])
    is_told = exists().where(announcements.c.key == key, announcements.c.number != row["number"])
    if not connection.execute(select(is_told)).scalar_one():
        connection.execute(mine.values(watch_id=to_id, level=level, key=key))
        return
    dropped = {"state": State.DROPPED, "why": _TOLD_ALREADY, "version": announcements.c.version + 1}
    connection.execute(mine.where(announcements.c.state.in_(UNTOUCHED)).values(dropped))
