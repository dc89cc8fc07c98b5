"""Holding what is muted, decided when something may be posted, inside a transaction."""

from sqlalchemy import ColumnElement, Connection, RowMapping, select, true, update

from bot.domain.delivery import State
from bot.domain.mute import MUTABLE, Mute
from bot.domain.watch import Watch
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.queue import WAITING, is_unsent
from bot.store.rows import Row, glob_key
from bot.store.schema import announcements
from bot.store.schema_people import mutes
from bot.store.watching import touch_cards

MUTED = "muted"  # why it is held
_EVERYTHING = key_of("all", "of", "a", "place")
_BY_HOURS = key_of("quiet", "hours", "of", "a", "place")  # beside a mute of everything that somebody typed


def hold_muted(connection: Connection, workspace_id: str) -> None:
    """Nothing that waits in a muted place is posted by itself."""
    for mute in mutes_of(connection, workspace_id):
        hold(connection, mute, announcements.c.state.in_(WAITING))


def hold(connection: Connection, mute: Mute, waiting: ColumnElement[bool]) -> None:
    """Hold what a mute covers, until it ends."""
    mine = (
        announcements.c.workspace_id == mute.workspace_id,
        announcements.c.place == mute.place,
        announcements.c.kind.in_(MUTABLE),
        waiting,
        is_unsent(announcements),
    )
    values = {"state": State.HELD, "why": MUTED, "not_before": mute.until, "version": announcements.c.version + 1}
    for covered in _covered(connection, mute, mine):
        connection.execute(update(announcements).where(*mine, covered).values(values))


def _covered(connection: Connection, mute: Mute, mine: tuple[ColumnElement[bool], ...]) -> list[ColumnElement[bool]]:
    if mute.subject is None:
        return [true()]
    if not mute.is_glob:
        return [announcements.c.reference_key == key_of(mute.subject)]
    names = connection.execute(select(announcements.c.reference_id).where(*mine).distinct()).scalars()
    keys = [key_of(name) for name in names if mute.covers(name)]
    return [announcements.c.reference_key.in_(part) for part in chunks(keys)]


def mutes_of(connection: Connection, workspace_id: str | None = None, place: str | None = None) -> list[Mute]:
    """The mutes that have not been ended, of all places or of some; ending one tells what it held."""
    query = select(mutes).order_by(mutes.c.since, mutes.c.id)
    if workspace_id is not None:
        query = query.where(mutes.c.workspace_id == workspace_id)
    if place is not None:
        query = query.where(mutes.c.place == place)
    return [_mute_of(row) for row in connection.execute(query).mappings()]


def _mute_of(row: RowMapping) -> Mute:
    return Mute(
        id=row["id"],
        workspace_id=row["workspace_id"],
        account_id=row["account_id"],
        place=row["place"],
        subject=row["subject"],
        is_glob=row["is_glob"],
        author=row["author"],
        since=row["since"],
        reading=row["reading"],
        until=row["until"],
        by_hours=row["by_hours"],
    )


def mute_row(mute: Mute) -> Row:
    """The row of a mute."""
    return {
        "id": mute.id,
        "workspace_id": mute.workspace_id,
        "account_id": mute.account_id,
        "place": mute.place,
        "subject_key": _BY_HOURS if mute.by_hours else subject_key(mute.subject, is_glob=mute.is_glob),
        "subject": mute.subject,
        "is_glob": mute.is_glob,
        "author": mute.author,
        "since": mute.since,
        "reading": mute.reading,
        "until": mute.until,
        "by_hours": mute.by_hours,
    }


def subject_key(subject: str | None, *, is_glob: bool) -> str:
    """What stands for the subject of a mute in an index."""
    if subject is None:
        return _EVERYTHING
    return glob_key(subject) if is_glob else key_of(subject)


def show_mute(connection: Connection, mute: Mute, watches: list[Watch]) -> None:
    """The cards of what is muted, or is not any more, say so at once."""
    touch_cards(connection, [watch.id for watch in watches if mute.covers_watch(watch)])
