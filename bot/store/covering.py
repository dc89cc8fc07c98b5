"""The globs of an account and the references under them, inside a transaction.

What was told of a reference is kept in a watch of its own, made when something of it is first touched; where several
watches of a place are about one reference, only the most specific has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select

from bot.domain.glob import Covering
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch, on_api_clock
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.patterns import globs_and_coverings
from bot.store.rows import watch_row
from bot.store.schema import watches
from bot.store.watching import save

Room = tuple[str, str]
"""A place in a workspace."""


def room(watch: Watch) -> Room:
    """Where the watch tells."""
    return (watch.workspace_id, watch.place)


@dataclass(frozen=True, slots=True)
class Cover:
    """The watch of a glob, and what it is about."""

    watch: Watch
    covering: Covering

    def covers(self, reference_id: str) -> bool:
        """Whether it is about this reference."""
        return self.covering.covers(reference_id)


@dataclass(frozen=True, slots=True)
class Covers:
    """Every active glob of an account; in each place the most specific comes first, then the older."""

    globs: Sequence[Cover]

    @classmethod
    def of(cls, connection: Connection, account_id: str) -> "Covers":
        """As the transaction sees them; without globs this is one cheap question."""
        usable = [Cover(watch, covering) for watch, covering in globs_and_coverings(connection, account_id)]
        return cls(sorted(usable, key=lambda one: one.covering.glob.specificity, reverse=True))

    def on_api_clock(self, connection: Connection, ahead: timedelta) -> "Covers":
        """The same with their starts by the API's clock, as soon as it has told its time."""
        return Covers([replace(one, watch=_on_api_clock(connection, one.watch, ahead)) for one in self.globs])

    def within(self, where: Room) -> "Covers":
        """Those of one place."""
        return Covers([one for one in self.globs if room(one.watch) == where])

    def deciding(self, reference_id: str) -> dict[Room, Watch]:
        """For each place the glob that tells about this reference, unless a watch of its own does."""
        decides: dict[Room, Watch] = {}
        for one in self.globs:
            if room(one.watch) not in decides and one.covers(reference_id):
                decides[room(one.watch)] = one.watch
        return decides

    def since(self, shown: Iterable[LipsyncRequest], watched: Mapping[str, Sequence[Watch]]) -> dict[str, int]:
        """For each reference the newest watch's first reading, its glob's if it has no watch yet."""
        names = {request.reference_id for request in shown if request.reference_id is not None}
        since: dict[str, int] = {}
        for name in names:
            there = {room(watch): watch for watch in watched.get(name, ())}
            deciding = {**self.deciding(name), **there}
            if deciding:
                since[name] = max(watch.since_reading for watch in deciding.values())
        return since

    def watch(self, connection: Connection, touched: Iterable[str], watched: dict[str, list[Watch]]) -> None:
        """Begin to keep what is told of touched references that globs cover; adds their watches to `watched`."""
        if not self.globs:
            return
        new: list[Watch] = []
        for name in touched:
            taken = {room(watch) for watch in watched.get(name, ())}
            decides = self.deciding(name)
            new += [under(glob, name) for where, glob in decides.items() if where not in taken]
        for watch in begin(connection, new):
            watched.setdefault(watch.reference_id, []).append(watch)


def _on_api_clock(connection: Connection, glob: Watch, ahead: timedelta) -> Watch:
    after = on_api_clock(glob, ahead)
    if after is not glob:
        save(connection, after)
    return after


def under(glob: Watch, reference_id: str) -> Watch:
    """The watch that keeps what a glob's place is told of one reference, as if it had begun with the glob."""
    return replace(
        glob,
        id=str(uuid4()),
        reference_id=reference_id,
        is_glob=False,
        glob_id=glob.id,
        generation=1,
        generation_reading=glob.since_reading,
        clips_reading=glob.since_reading,
        alerts=glob.alerts.only_muted,
    )


def begin(connection: Connection, new: Sequence[Watch]) -> list[Watch]:
    """Write new watches of references under globs; the generations of their places and references go on."""
    begun: list[Watch] = []
    for part in chunks(new):
        past = _generations(connection, part)
        begun += [replace(one, generation=past.get((*room(one), key_of(one.reference_id)), 0) + 1) for one in part]
    if begun:
        connection.execute(insert(watches), [watch_row(watch) for watch in begun])
    return begun


def _generations(connection: Connection, new: Sequence[Watch]) -> dict[tuple[str, str, str], int]:
    of = (watches.c.workspace_id, watches.c.place, watches.c.reference_key)
    query = (
        select(*of, func.max(watches.c.generation))
        .where(
            watches.c.workspace_id.in_({watch.workspace_id for watch in new}),
            watches.c.place.in_({watch.place for watch in new}),
            watches.c.reference_key.in_({key_of(watch.reference_id) for watch in new}),
        )
        .group_by(*of)
    )
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}
