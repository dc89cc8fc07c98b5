"""Watches: who wants to be told what, and where."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, or_, select, true

from bot.domain.answer import WatchLine, Wish
from bot.domain.progress import summarise
from bot.domain.watch import Events, Watch, Watched
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.batches import last_read
from bot.store.columns import key_of
from bot.store.database import Database
from bot.store.moves import UNWATCHED
from bot.store.queue import drop_unsent_of
from bot.store.rows import watch_of, watch_row
from bot.store.schema import IS_OPEN, batches, cards, places, requests, watches
from bot.store.watching import queue_card, save, touch_card


@dataclass(frozen=True, slots=True)
class Watches:
    """The watches of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def start(self, wish: Wish, *, now: datetime, api_now: datetime | None) -> tuple[Watch, bool]:
        """Create the watch and queue its card, or change the one there is; returns it and whether it is new.

        `api_now` is None as long as the API has not told its time.
        """
        return await self.database.write(lambda connection: _start(connection, wish, now, api_now))

    async def stop(self, workspace_id: str, place: str, reference_id: str, *, now: datetime) -> Watch | None:
        """End a watch and drop what waits for it; returns it as it is now, or None when there was none."""
        return await self.database.write(lambda connection: _stop(connection, workspace_id, place, reference_id, now))

    async def at(self, workspace_id: str, place: str, reference_id: str) -> Watch | None:
        """The active watch of a reference in a place."""
        return await self.database.read(lambda connection: _at(connection, workspace_id, place, reference_id))

    async def active(self, account_id: str) -> tuple[Watch, ...]:
        """The active watches of an account, the oldest first."""
        wanted = watches.c.account_id == account_id
        return await self.database.read(lambda connection: _active(connection, wanted))

    async def watched(self, account_id: str) -> tuple[Watched, ...]:
        """The references that somebody watches, each once, as a look needs them."""
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


def _at(connection: Connection, workspace_id: str, place: str, reference_id: str) -> Watch | None:
    query = select(watches).where(_same(workspace_id, place, reference_id), watches.c.ended_at.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    return watch_of(row) if row else None


def _same(workspace_id: str, place: str, reference_id: str) -> ColumnElement[bool]:
    return and_(
        watches.c.workspace_id == workspace_id,
        watches.c.place == place,
        watches.c.reference_key == key_of(reference_id),
    )


def _active(connection: Connection, wanted: ColumnElement[bool]) -> tuple[Watch, ...]:
    query = select(watches).where(wanted, watches.c.ended_at.is_(None)).order_by(watches.c.created_at, watches.c.id)
    return tuple(watch_of(row) for row in connection.execute(query).mappings())


# --- start and stop ---


def _start(connection: Connection, wish: Wish, now: datetime, api_now: datetime | None) -> tuple[Watch, bool]:
    readings = lock_account(connection, wish.account_id)
    there = _at(connection, wish.workspace_id, wish.place, wish.reference_id)
    if there is not None:
        return _changed(connection, there, wish), False
    earlier = _same(wish.workspace_id, wish.place, wish.reference_id)
    generation = connection.execute(select(func.max(watches.c.generation)).where(earlier)).scalar_one() or 0
    watch = Watch(
        id=str(uuid4()),
        workspace_id=wish.workspace_id,
        account_id=wish.account_id,
        place=wish.place,
        reference_id=wish.reference_id,
        author=wish.author,
        events=wish.events or Events.PROBLEMS,
        expected=wish.expected,
        created_at=now,
        started_at=api_now or now,
        start_is_ours=api_now is None,
        since_reading=readings,
        generation=generation + 1,
        generation_reading=readings,
        place_name=wish.place_name,
        public=wish.public,
        clips_reading=readings,
    )
    connection.execute(insert(watches), watch_row(watch))
    connection.execute(insert(cards), _new_card(watch, now))
    queue_card(connection, watch, 1, now)
    return watch, True


def _new_card(watch: Watch, now: datetime) -> dict[str, object]:
    return {
        "watch_id": watch.id,
        "number": 1,
        "queued_at": now,
        "shown": "",
        "dirty": True,
        "urgent": False,
        "changes": 0,
    }


def _changed(connection: Connection, watch: Watch, wish: Wish) -> Watch:
    changed = replace(
        watch,
        events=wish.events or watch.events,
        expected=watch.expected if wish.expected is None else wish.expected,
        place_name=wish.place_name or watch.place_name,
        public=wish.public,
    )
    if changed.expected != watch.expected:
        changed = _undecided(connection, changed)
    if changed != watch:
        save(connection, changed)
        touch_card(connection, watch.id, urgent=True)
    return changed


def _undecided(connection: Connection, watch: Watch) -> Watch:
    """The next look decides anew whether it is settled; when more is expected than came, a new generation begins."""
    if watch.settled_reading is None:
        return watch
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    came = sum(1 for entry in memory if entry.listed)
    more = watch.expected is not None and watch.expected > came
    return replace(watch, settled_reading=None, generation=watch.generation + 1 if more else watch.generation)


def _stop(connection: Connection, workspace_id: str, place: str, reference_id: str, now: datetime) -> Watch | None:
    watch = _at(connection, workspace_id, place, reference_id)
    if watch is None:
        return None
    lock_account(connection, watch.account_id)
    watch = _at(connection, workspace_id, place, reference_id)  # another replica may have been faster
    if watch is None:
        return None
    watch = replace(watch, ended_at=now)
    save(connection, watch)
    drop_unsent_of(connection, watch.id, UNWATCHED)
    touch_card(connection, watch.id, urgent=True)
    return watch


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
            func.count(case((watches.c.settled_reading.is_(None), 1))).label("unsettled"),
            func.min(batches.c.read_at).label("read_at"),
        )
        .select_from(watches.outerjoin(batches, read))
        .where(watches.c.account_id == account_id, watches.c.ended_at.is_(None))
        .group_by(watches.c.reference_key)
    )
    oldest = _oldest_open(connection, account_id)
    rows = connection.execute(query).mappings()
    found = [
        Watched(row["reference_id"], not row["unsettled"], row["read_at"], oldest.get(row["reference_key"]))
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.reference_id))


def _oldest_open(connection: Connection, account_id: str) -> dict[str, datetime]:
    watched = select(watches.c.reference_key).where(watches.c.account_id == account_id, watches.c.ended_at.is_(None))
    began = func.min(func.coalesce(requests.c.started_at, requests.c.created_at))
    query = (
        select(requests.c.reference_key, began)
        .where(
            requests.c.account_id == account_id,
            IS_OPEN,
            requests.c.reference_key.in_(watched),
        )
        .group_by(requests.c.reference_key)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _lines(connection: Connection, wanted: ColumnElement[bool]) -> tuple[WatchLine, ...]:
    return tuple(_line(connection, watch) for watch in _active(connection, wanted))


def _line(connection: Connection, watch: Watch) -> WatchLine:
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    listed = [entry.request for entry in memory if entry.listed]
    progress = summarise(watch.reference_id, listed, expected=watch.expected, vanished=len(memory) - len(listed))
    read = last_read(connection, watch.account_id, watch.reference_id)
    trouble = select(places.c.trouble).where(places.c.workspace_id == watch.workspace_id, places.c.place == watch.place)
    return WatchLine(
        watch, progress, read["read_at"] if read else None, connection.execute(trouble).scalar_one_or_none()
    )
