"""Watches: who wants to be told what, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, false, func, or_, select, true

from bot.domain.answer import WatchLine, Wish
from bot.domain.deed import NOBODY
from bot.domain.glob import Interest
from bot.domain.mute import silence
from bot.domain.watch import Watch, Watched
from bot.store.awaiting import awaited, awaited_keys
from bot.store.caring import batch_of, progress_of
from bot.store.database import Database
from bot.store.dialect import chunks
from bot.store.doing import change_for, leave_out_for, start_for, stop_for
from bot.store.ending import end_settled, may_end
from bot.store.finding import same, watch_at
from bot.store.handing import covering
from bot.store.holding import mutes_of
from bot.store.overviews import overview_of
from bot.store.patterns import interest
from bot.store.presence import all_vanished
from bot.store.rows import watch_of
from bot.store.schema import IS_OPEN, batches, places, requests, watches
from bot.store.sharings import openness


@dataclass(frozen=True, slots=True)
class Watches:
    """The watches of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def start(
        self, wish: Wish, *, now: datetime, api_now: datetime, is_ours: bool = False, undo_id: str | None = None
    ) -> tuple[Watch, bool]:
        """Create the watch and queue its card, or change the one there is; returns it and whether it is new.

        `api_now` is reckoned by our clock when it `is_ours`, as long as the API has not told its time. By `undo_id`
        the deed can be taken back, if it has changed anything.
        """
        undo = undo_id or str(uuid4())
        return await self.database.write(
            lambda connection: start_for(connection, wish, now, api_now, undo, is_ours=is_ours)
        )

    async def change(self, wish: Wish, *, now: datetime, undo_id: str) -> Watch | None:
        """Change the watch that the place has of its own; returns it as it is now, None when there is none.

        By `undo_id` it can be taken back, if it has changed anything.
        """
        return await self.database.write(lambda connection: change_for(connection, wish, now, undo_id))

    async def stop(
        self,
        workspace_id: str,
        place: str,
        reference_id: str,
        *,
        now: datetime,
        is_glob: bool = False,
        author: str = NOBODY,
        undo_id: str | None = None,
    ) -> Watch | None:
        """End a watch and drop what waits for it; returns it as it is now, or None when there was none.

        Where a glob covers the reference, the glob goes on, with what waits. By `undo_id` it can be taken back.
        """
        what, undo = (workspace_id, place, reference_id), undo_id or str(uuid4())
        return await self.database.write(
            lambda connection: stop_for(connection, *what, now, undo, author=author, is_glob=is_glob)
        )

    async def end_settled(self, account_id: str, *, now: datetime) -> tuple[Watch, ...]:
        """End the watches that settled a day ago and have nothing left to tell; returns them as they are now."""
        if not await self.database.read(lambda connection: may_end(connection, account_id, now)):
            return ()
        return await self.database.write(lambda connection: end_settled(connection, account_id, now))

    async def latest(self, workspace_id: str, place: str, reference_id: str) -> Watch | None:
        """The watch of a reference that a place had last, be it active or ended."""
        mine = same(workspace_id, place, reference_id, is_glob=False)
        query = select(watches).where(mine, watches.c.glob_id.is_(None)).order_by(watches.c.created_at.desc()).limit(1)

        def work(connection: Connection) -> Watch | None:
            row = connection.execute(query).mappings().one_or_none()
            return watch_of(row) if row else None

        return await self.database.read(work)

    async def at(self, workspace_id: str, place: str, reference_id: str, *, is_glob: bool = False) -> Watch | None:
        """The active watch of a reference in a place, maybe one that a glob made, or of a glob."""
        return await self.database.read(
            lambda connection: watch_at(connection, workspace_id, place, reference_id, is_glob=is_glob)
        )

    async def covering(self, account_id: str, workspace_id: str, place: str, reference_id: str) -> tuple[Watch, ...]:
        """The globs of a place that cover a reference, the most specific first."""

        def work(connection: Connection) -> tuple[Watch, ...]:
            found = covering(connection, account_id, workspace_id, place, reference_id)
            return tuple(one.watch for one in found)

        return await self.database.read(work)

    async def leave_out(
        self,
        account_id: str,
        workspace_id: str,
        place: str,
        reference_id: str,
        *,
        author: str,
        now: datetime,
        undo_id: str | None = None,
    ) -> tuple[tuple[Watch, ...], Watch | None]:
        """Except a reference from every glob of the place that covers it, and end its own watch; returns them.

        By `undo_id` it can be taken back.
        """
        what, undo = (account_id, workspace_id, place, reference_id), undo_id or str(uuid4())
        return await self.database.write(lambda connection: leave_out_for(connection, *what, author, now, undo))

    async def active(self, account_id: str) -> tuple[Watch, ...]:
        """The active watches that people began, the oldest first."""
        wanted = watches.c.account_id == account_id
        return await self.database.read(lambda connection: _active(connection, wanted))

    async def patterns(self, account_id: str) -> Interest:
        """The active watches of an account as names and globs: what anything that is seen can be held against."""
        return await self.database.read(partial(interest, account_id=account_id))

    async def watched(self, account_id: str) -> tuple[Watched, ...]:
        """The references that somebody watches or a step of a workflow waits for, each once, as a look needs them.

        Under a glob they are those that have something open, or something new since they were last read.
        """
        return await self.database.read(partial(_watched, account_id=account_id))

    async def listing(
        self,
        workspace_id: str,
        *,
        place: str | None = None,
        author: str | None = None,
        public_or_author: str | None = None,
    ) -> tuple[WatchLine, ...]:
        """The active watches of a place, of a person, or all public ones and a person's, the oldest first."""
        wanted = watches.c.workspace_id == workspace_id
        if place is not None:
            wanted &= watches.c.place == place
        if author is not None:
            wanted &= watches.c.author == author
        if public_or_author is not None:
            wanted &= or_(watches.c.public == true(), watches.c.author == public_or_author)
        return await self.database.read(lambda connection: _lines(connection, wanted))


def _active(connection: Connection, wanted: ColumnElement[bool]) -> tuple[Watch, ...]:
    began = and_(wanted, watches.c.glob_id.is_(None), watches.c.ended_at.is_(None))
    query = select(watches).where(began).order_by(watches.c.created_at, watches.c.id)
    return tuple(watch_of(row) for row in connection.execute(query).mappings())


# --- lists ---


def _watched(connection: Connection, account_id: str) -> tuple[Watched, ...]:
    read = and_(
        batches.c.account_id == watches.c.account_id,
        batches.c.reference_key == watches.c.reference_key,
    )
    query = (
        select(
            watches.c.reference_key,
            func.min(watches.c.reference_id).label("reference_id"),
            func.count(case((and_(watches.c.settled_reading.is_(None), ~all_vanished()), 1))).label("unsettled"),
            func.count(case((watches.c.glob_id.is_(None), 1))).label("named"),
            func.count(case((batches.c.changed_at > batches.c.read_at, 1))).label("unread"),
            func.min(batches.c.read_at).label("read_at"),
        )
        .select_from(watches.outerjoin(batches, read))
        .where(watches.c.account_id == account_id, watches.c.is_glob == false(), watches.c.ended_at.is_(None))
        .group_by(watches.c.reference_key)
    )
    oldest, waiting = _oldest_open(connection, account_id), awaited(connection, account_id)
    rows = connection.execute(query).mappings()
    found = [
        Watched(row["reference_id"], not row["unsettled"], row["read_at"], oldest.get(row["reference_key"]))
        for row in rows
        if row["named"] or row["unsettled"] or row["unread"] or row["reference_key"] in oldest
        if row["reference_key"] not in waiting
    ]
    found += _awaited(connection, account_id, waiting, oldest)
    return tuple(sorted(found, key=lambda one: one.reference_id))


def _awaited(
    connection: Connection, account_id: str, waiting: Mapping[str, str], oldest: Mapping[str, datetime]
) -> Iterator[Watched]:
    """What a step waits for is not settled, whatever the watches of it have seen."""
    for part in chunks(waiting):
        these = and_(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        rows = connection.execute(select(batches.c.reference_key, batches.c.read_at).where(these))
        read_at = {row[0]: row[1] for row in rows}
        for key in part:
            yield Watched(waiting[key], settled=False, read_at=read_at.get(key), oldest_open_at=oldest.get(key))


def _oldest_open(connection: Connection, account_id: str) -> dict[str, datetime]:
    watched = select(watches.c.reference_key).where(watches.c.account_id == account_id, watches.c.ended_at.is_(None))
    began = func.min(func.coalesce(requests.c.started_at, requests.c.created_at))
    query = (
        select(requests.c.reference_key, began)
        .where(
            requests.c.account_id == account_id,
            IS_OPEN,
            requests.c.reference_key.in_(watched.union(awaited_keys(account_id))),
        )
        .group_by(requests.c.reference_key)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _lines(connection: Connection, wanted: ColumnElement[bool]) -> tuple[WatchLine, ...]:
    return tuple(_line(connection, watch) for watch in _active(connection, wanted))


def _line(connection: Connection, watch: Watch) -> WatchLine:
    silent = silence(mutes_of(connection, watch.workspace_id, watch.place), watch)
    known = openness(connection, watch.workspace_id, watch.place)
    line = replace(_as_it_goes(connection, watch), counts_only=known.counts_only if known else None)
    return replace(line, muted_until=silent.until, quiet=silent.quiet) if silent else line


def _as_it_goes(connection: Connection, watch: Watch) -> WatchLine:
    known = select(places.c.trouble, places.c.no_history).where(
        places.c.workspace_id == watch.workspace_id, places.c.place == watch.place
    )
    unable, no_history = connection.execute(known).one_or_none() or (None, None)
    if watch.is_glob:
        found = overview_of(connection, watch, most=0)
        return WatchLine(watch, found.totals, found.read_at, unable, found.references, no_history)
    batch = batch_of(connection, watch.account_id, watch.reference_id)
    return WatchLine(watch, progress_of(batch, watch.expected), batch.read_at, unable, no_history=no_history)
