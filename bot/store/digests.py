"""Digests: which places have one, which are due, and that each is queued once for each day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from bot.domain.announcement import Announcement, Key
from bot.domain.deed import EVERYTHING, Deed, Did
from bot.domain.digest import Moments
from bot.domain.digest_facts import DigestFacts
from bot.domain.hours import Daily, next_turn, turn_at
from bot.domain.timetable import Digest, DueDigest
from bot.store.accounts import lock_account
from bot.store.composing import compose, looked_at
from bot.store.database import Database
from bot.store.deeds import note
from bot.store.holding import mutes_of
from bot.store.queue import queue, stored_key
from bot.store.quieting import clock_text, days_of, days_text, quiet_of
from bot.store.schema import announcements
from bot.store.schema_timetable import digests

_KIND = "digest"


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of all places; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def set(self, wanted: Digest) -> Digest:
        """Give a place this digest instead of the one that it had; returns it with the last day it was sent."""
        return await self.database.write(lambda connection: _set(connection, wanted))

    async def end(self, workspace_id: str, place: str, *, now: datetime, author: str) -> Digest | None:
        """No digest any more; returns the one that there was."""
        return await self.database.write(lambda connection: _end(connection, workspace_id, place, now, author))

    async def at(self, workspace_id: str, place: str) -> Digest | None:
        """That of a place."""
        return await self.database.read(lambda connection: _at(connection, workspace_id, place))

    async def due(self, account_id: str, *, now: datetime) -> tuple[DueDigest, ...]:
        """Those whose moment has come today, and that were not queued for this day; none of silent places."""
        return await self.database.read(lambda connection: tuple(_due(connection, account_id, now)))

    async def is_fresh(self, account_id: str, *, after: datetime) -> bool:
        """Whether the account was read after this moment (our clock)."""
        read_at = await self.database.read(lambda connection: looked_at(connection, account_id))
        return read_at is not None and read_at > after

    async def queue(self, due: DueDigest, *, now: datetime, fresh_after: datetime) -> bool:
        """Queue it as things are now; False when it is not due any more, or was queued already."""
        return await self.database.write(lambda connection: _queue(connection, due, now, fresh_after))

    async def compose(self, account_id: str, workspace_id: str, place: str, moments: Moments) -> DigestFacts:
        """The digest of a place as things are now, whether it has one or not; `moments.looked_at` is looked up."""

        def work(connection: Connection) -> DigestFacts:
            return _composed(connection, account_id, (workspace_id, place), moments)

        return await self.database.read(work)

    async def next_at(self, account_id: str, *, now: datetime) -> datetime | None:
        """When the next of them is due; None where there are none."""

        def work(connection: Connection) -> datetime | None:
            every = _where(connection, digests.c.account_id == account_id)
            return min((_turn_after(connection, one, now) for one in every), default=None)

        return await self.database.read(work)


def _turn_after(connection: Connection, digest: Digest, now: datetime) -> datetime:
    held = quiet_of(connection, digest.workspace_id, digest.place)
    return next_turn(digest.daily, held.quiet.hours if held else None, now, digest.told_on).due


def _composed(connection: Connection, account_id: str, room: tuple[str, str], moments: Moments) -> DigestFacts:
    return compose(connection, account_id, room, replace(moments, looked_at=looked_at(connection, account_id)))


# --- people ---


def _set(connection: Connection, wanted: Digest) -> Digest:
    lock_account(connection, wanted.account_id)
    there = _at(connection, wanted.workspace_id, wanted.place)
    told_on = there.told_on if there else None
    connection.execute(delete(digests).where(_in(wanted.workspace_id, wanted.place)))
    connection.execute(insert(digests), {**_row(wanted), "told_on": told_on.isoformat() if told_on else None})
    daily = wanted.daily
    details = {"daily": f"{clock_text(daily.at)} {days_text(daily.days)} {daily.zone}"}
    deed = Deed(wanted.set_at, wanted.workspace_id, wanted.place, wanted.author, Did.DIGEST, EVERYTHING, details)
    note(connection, deed)
    return replace(wanted, told_on=told_on)


def _end(connection: Connection, workspace_id: str, place: str, now: datetime, author: str) -> Digest | None:
    there = _at(connection, workspace_id, place)
    if there is not None:
        lock_account(connection, there.account_id)
        connection.execute(delete(digests).where(_in(workspace_id, place)))
        note(connection, Deed(now, workspace_id, place, author, Did.DIGEST_OFF, EVERYTHING))
    return there


# --- the clock ---


def _due(connection: Connection, account_id: str, now: datetime) -> Iterator[DueDigest]:
    for one in _where(connection, digests.c.account_id == account_id):
        if (due := _due_of(connection, one, now)) is not None:
            yield due


def _due_of(connection: Connection, digest: Digest, now: datetime) -> DueDigest | None:
    """It waits while all of the place is muted or quiet, and comes behind the summary then."""
    held = quiet_of(connection, digest.workspace_id, digest.place)
    turn = turn_at(digest.daily, held.quiet.hours if held else None, now, digest.set_at)
    if turn is None or turn.day == digest.told_on or _was_queued(connection, digest, turn.day):
        return None
    is_silent = any(mute.subject is None for mute in mutes_of(connection, digest.workspace_id, digest.place))
    return None if is_silent else DueDigest(digest, turn)


def _was_queued(connection: Connection, digest: Digest, day: date) -> bool:
    mine = announcements.c.key == stored_key(_key(digest, day))
    return connection.execute(select(announcements.c.number).where(mine)).first() is not None


def _queue(connection: Connection, due: DueDigest, now: datetime, fresh_after: datetime) -> bool:
    lock_account(connection, due.digest.account_id)
    digest = _at(connection, due.digest.workspace_id, due.digest.place)
    if digest is None or _due_of(connection, digest, now) != due:
        return False
    moments = Moments(due.turn.since, now, digest.daily.zone, fresh_after)
    facts = _composed(connection, digest.account_id, (digest.workspace_id, digest.place), moments)
    said = queue(connection, [Announcement(_key(digest, due.turn.day), facts, "", recorded_at=now)])
    told = update(digests).where(_in(digest.workspace_id, digest.place)).values(told_on=due.turn.day.isoformat())
    connection.execute(told)
    return bool(said)


def _key(digest: Digest, day: date) -> Key:
    """The day on the calendar of whoever asked for it: one for each day, however often the hour is changed."""
    return Key(digest.workspace_id, digest.place, _KIND, digest.account_id, day.isoformat())


# --- rows ---


def _in(workspace_id: str, place: str) -> ColumnElement[bool]:
    return and_(digests.c.workspace_id == workspace_id, digests.c.place == place)


def _at(connection: Connection, workspace_id: str, place: str) -> Digest | None:
    return next(iter(_where(connection, _in(workspace_id, place))), None)


def _where(connection: Connection, wanted: ColumnElement[bool]) -> list[Digest]:
    query = select(digests).where(wanted).order_by(digests.c.workspace_id, digests.c.place)
    rows = connection.execute(query).mappings()
    return [_digest(row, date.fromisoformat(row["told_on"]) if row["told_on"] else None) for row in rows]


def _row(digest: Digest) -> dict[str, object]:
    return {
        "workspace_id": digest.workspace_id,
        "place": digest.place,
        "account_id": digest.account_id,
        "at": clock_text(digest.daily.at),
        "days": days_text(digest.daily.days),
        "zone": digest.daily.zone,
        "author": digest.author,
        "set_at": digest.set_at,
    }


def _digest(row: RowMapping, told_on: date | None) -> Digest:
    daily = Daily(time.fromisoformat(row["at"]), row["zone"], days_of(row["days"]))
    return Digest(row["workspace_id"], row["account_id"], row["place"], daily, row["author"], row["set_at"], told_on)
