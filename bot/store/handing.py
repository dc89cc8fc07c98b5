"""Who tells about a reference when watches of a place begin and end, inside a transaction."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, select, true, update

from bot.domain.delivery import State
from bot.domain.watch import Watch
from bot.store import watching
from bot.store.catching_up import tell_no_more
from bot.store.columns import key_of
from bot.store.covering import Cover, Covers, begin, room, under
from bot.store.dialect import chunks, insert_if_new, unindexed
from bot.store.moves import UNWATCHED
from bot.store.passing_on import pass_on
from bot.store.queue import UNTOUCHED, drop_unsent_of
from bot.store.rows import watch_of, watch_row
from bot.store.schema import IS_OPEN, announcements, exceptions, requests, watches
from bot.store.vigil_states import copy_states
from bot.store.watching import touch_card


def cover_open(connection: Connection, glob: Watch) -> None:
    """Begin at once with what is open: nobody else may look at it, and then it would never be touched."""
    names = [name for name in connection.execute(open_references(glob.account_id)).scalars() if name is not None]
    here = Covers.of(connection, glob.account_id).within(room(glob))
    covered = [name for name in names if here.deciding(name)]
    watched: dict[str, list[Watch]] = {}
    for watch in watching.active_of_references(connection, glob.account_id, covered):
        watched.setdefault(watch.reference_id, []).append(watch)
    here.watch(connection, covered, watched)


def open_references(account_id: str) -> Select[Any]:
    """The references with something open, found by the index of open ones."""
    return select(requests.c.reference_id).where(unindexed(requests.c.account_id) == account_id, IS_OPEN).distinct()


def take_over(connection: Connection, glob: Watch, readings: int) -> None:
    """A new glob takes from the vaguer ones of its place what it covers."""
    here = Covers.of(connection, glob.account_id).within(room(glob))
    for other in here.globs:
        if other.watch.id != glob.id:
            _hand_over(connection, here, _under(connection, other.watch), readings)


def _hand_over(connection: Connection, here: Covers, kept: Iterable[Watch], readings: int) -> None:
    """What another glob of the place decides about from now on goes on under that one."""
    globs: dict[str, Watch] = {}
    given: dict[str, list[str]] = {}
    for watch in kept:
        decides = here.deciding(watch.reference_id).get(room(watch))
        if decides is not None and decides.id != watch.glob_id:
            globs[decides.id] = decides
            given.setdefault(decides.id, []).append(watch.id)
    for glob_id, ids in given.items():
        for part in chunks(ids):
            mine = update(watches).where(watches.c.id.in_(part))
            connection.execute(mine.values(_renewed(globs[glob_id], readings)))
        if globs[glob_id].only_failures:
            _drop_unwanted(connection, select(watches.c.id).where(watches.c.glob_id == glob_id))


def _renewed(glob: Watch, readings: int) -> dict[str, object]:
    """The same watch for a new reason: what our memory has already was told, or was not to be told.

    The messages of its failures go on to grow, so these count since it began.
    """
    kept = ("since_reading", "started_at", "start_is_ours", "told", "messages")
    own = ("id", "reference_id", "reference_key", "generation", *kept)
    new = replace(under(glob, ""), generation_reading=readings, clips_reading=readings)
    taken = {name: value for name, value in watch_row(new).items() if name not in own}
    return {**taken, "generation": watches.c.generation + 1}


def _under(connection: Connection, glob: Watch) -> list[Watch]:
    query = select(watches).where(watches.c.glob_id == glob.id, watches.c.ended_at.is_(None))
    return [watch_of(row) for row in connection.execute(query).mappings()]


def change_under(connection: Connection, glob: Watch) -> None:
    """What was changed about a glob holds for what is under it."""
    if glob.is_glob:
        row = watch_row(glob)
        values = {name: row[name] for name in ("events", "place_name", "public", "placement", "mention")}
        connection.execute(
            update(watches).where(watches.c.glob_id == glob.id, watches.c.ended_at.is_(None)).values(values)
        )


def end_under(connection: Connection, glob: Watch, readings: int, now: datetime) -> None:
    """Nothing is told any more of what an ended glob covered, unless another glob of the place covers it too."""
    here = Covers.of(connection, glob.account_id).within(room(glob))
    if here.globs:
        _hand_over(connection, here, _under(connection, glob), readings)
    mine = select(watches.c.id).where(watches.c.glob_id == glob.id, watches.c.ended_at.is_(None))
    connection.execute(
        update(announcements)
        .where(announcements.c.watch_id.in_(mine), announcements.c.state.in_(UNTOUCHED))
        .values(state=State.DROPPED, why=UNWATCHED, version=announcements.c.version + 1)
    )
    names = select(watches.c.reference_id).where(watches.c.id.in_(mine))
    tell_no_more(connection, room(glob), frozenset(connection.execute(names).scalars()), UNWATCHED)
    ended = update(watches).where(watches.c.glob_id == glob.id, watches.c.ended_at.is_(None))
    connection.execute(ended.values(ended_at=now))


def cover_again(connection: Connection, ended: Watch, readings: int) -> None:
    """After a reference's own watch has ended, the glob that covers it goes on, with the news that still wait.

    What was told of failures stays told, and their messages go on to grow, so these count since either began.
    """
    here = Covers.of(connection, ended.account_id).within(room(ended))
    glob = here.deciding(ended.reference_id).get(room(ended))
    if glob is None:
        tell_no_more(connection, room(ended), frozenset({ended.reference_id}), UNWATCHED)
        return
    first = min(glob, ended, key=lambda watch: watch.started_at)
    again = replace(
        under(glob, ended.reference_id),
        since_reading=ended.since_reading,
        started_at=first.started_at,
        start_is_ours=first.start_is_ours,
        generation_reading=readings,
        clips_reading=readings,
        alerts=ended.alerts,
    )
    (begun,) = begin(connection, [again])
    copy_states(connection, ended.id, begun.id)
    drop_unsent_of(connection, ended.id, UNWATCHED, kind="risk")  # the glob has no deadline
    pass_on(connection, ended.id, begun.id)
    if glob.only_failures:
        _drop_unwanted(connection, select(watches.c.id).where(watches.c.id == begun.id))
    touch_card(connection, glob.id, urgent=False)


def _drop_unwanted(connection: Connection, of: Select[str]) -> None:
    """Of what waits for these watches only failures are wanted."""
    connection.execute(
        update(announcements)
        .where(
            announcements.c.watch_id.in_(of),
            announcements.c.kind.not_in(("failure", "ping")),
            announcements.c.state.in_(UNTOUCHED),
        )
        .values(state=State.DROPPED, why=UNWATCHED, version=announcements.c.version + 1)
    )


# --- exceptions ---


def covering(connection: Connection, account_id: str, workspace_id: str, place: str, reference_id: str) -> list[Cover]:
    """The globs of a place that cover a reference, the most specific first."""
    here = Covers.of(connection, account_id).within((workspace_id, place))
    return [one for one in here.globs if one.covers(reference_id)]


def leave_out(connection: Connection, cover: Cover, reference_id: str, author: str, now: datetime) -> None:
    """Except a reference from a glob: nothing more of it is told for the glob, what waits is dropped."""
    row = {
        "watch_id": cover.watch.id,
        "reference_key": key_of(reference_id),
        "reference_id": reference_id,
        "author": author,
        "created_at": now,
    }
    insert_if_new(connection, exceptions, row)
    kept = select(watches.c.id).where(
        watches.c.glob_id == cover.watch.id,
        watches.c.reference_key == key_of(reference_id),
        watches.c.ended_at.is_(None),
    )
    for watch_id in connection.execute(kept).scalars().all():
        connection.execute(update(watches).where(watches.c.id == watch_id).values(ended_at=now))
        drop_unsent_of(connection, watch_id, UNWATCHED)
    tell_no_more(connection, room(cover.watch), frozenset({reference_id}), UNWATCHED)
    touch_card(connection, cover.watch.id, urgent=True)


def lift_exceptions(connection: Connection, watch: Watch) -> None:
    """A reference that is watched by its name is excepted no more."""
    is_here = exists().where(
        watches.c.id == exceptions.c.watch_id,
        watches.c.workspace_id == watch.workspace_id,
        watches.c.place == watch.place,
        watches.c.is_glob == true(),
    )
    connection.execute(delete(exceptions).where(exceptions.c.reference_key == key_of(watch.reference_id), is_here))
