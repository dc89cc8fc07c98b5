"""Finding the watch of a reference or of a glob in a place, inside a transaction."""

from sqlalchemy import ColumnElement, Connection, and_, select

from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.rows import glob_key, watch_of
from bot.store.schema import watches


def watch_at(
    connection: Connection, workspace_id: str, place: str, reference_id: str, *, is_glob: bool = False
) -> Watch | None:
    """The active watch of a reference (its own, or the one under a glob), or of a glob."""
    mine = same(workspace_id, place, reference_id, is_glob=is_glob)
    row = connection.execute(select(watches).where(mine, watches.c.ended_at.is_(None))).mappings().one_or_none()
    return watch_of(row) if row else None


def same(workspace_id: str, place: str, reference_id: str, *, is_glob: bool) -> ColumnElement[bool]:
    """The condition that picks the watches of a reference or of a glob in a place, active and ended."""
    return and_(
        watches.c.workspace_id == workspace_id,
        watches.c.place == place,
        watches.c.reference_key == (glob_key(reference_id) if is_glob else key_of(reference_id)),
    )
