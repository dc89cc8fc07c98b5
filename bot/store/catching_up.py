"""Catching up after a gap in which nothing could be read, step by step, each inside one transaction."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, select, update

from bot.domain.announcement import Announcement, CatchUpFacts, Key, Meanwhile, News
from bot.domain.catch_up import Gap, meanwhile, worst_first
from bot.domain.delivery import State
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.holding import hold, mutes_of
from bot.store.queue import UNTOUCHED, announcement_of, facts_text, is_unsent, queue
from bot.store.rows import Row, watch_of
from bot.store.schema import accounts, announcements, watches
from bot.store.staleness import tell_back

CATCH_UP = "catch-up"  # why it is held
TOLD = "told in the catch-up"  # why it was dropped: its key counts as told
_KIND = "catch_up"


# --- beginning ---


def fall_behind(connection: Connection, account_id: str, now: datetime, after: timedelta) -> datetime | None:
    """Since when the account has to catch up; a gap that is not caught up with yet goes on, however often it grew."""
    watched_before = exists().where(
        watches.c.account_id == account_id,
        watches.c.ended_at.is_(None),
        watches.c.created_at <= accounts.c.looked_at,
    )
    connection.execute(
        update(accounts)
        .where(
            accounts.c.account_id == account_id,
            accounts.c.catching_up_since.is_(None),
            accounts.c.looked_at < now - after,
            watched_before,
        )
        .values(catching_up_since=accounts.c.looked_at, catching_up_reading=accounts.c.readings)
    )
    return catching_up_since(connection, account_id)


def catching_up_since(connection: Connection, account_id: str) -> datetime | None:
    """When the gap began; None when the account is not catching up."""
    gap = gap_of(connection, account_id)
    return gap.since if gap else None


def gap_of(connection: Connection, account_id: str) -> Gap | None:
    """The gap that is being caught up with."""
    query = select(accounts.c.catching_up_since, accounts.c.catching_up_reading).where(
        accounts.c.account_id == account_id, accounts.c.catching_up_since.is_not(None)
    )
    row = connection.execute(query).one_or_none()
    return Gap(*row) if row else None


def why_held(connection: Connection, watch: Watch) -> str | None:
    """Why news for this watch must not be posted by itself now; None when it may."""
    gap = gap_of(connection, watch.account_id)
    return CATCH_UP if gap is not None and gap.holds_news_of(watch) else None


# --- the end ---


def catch_up(connection: Connection, account_id: str, now: datetime) -> int:
    """Fold what is held into one announcement for each place; returns how many places are told anything."""
    lock_account(connection, account_id)
    gap = gap_of(connection, account_id)
    if gap is None:
        return 0
    happened = _held(connection, account_id).keys()
    for mute in mutes_of(connection):
        hold(connection, mute, _is_held(account_id))  # told when the mute ends
    held = _held(connection, account_id)
    for (workspace_id, place), theirs in held.items():
        told = _told(connection, theirs, gap)
        facts = CatchUpFacts(gap.since, now, told)
        key = Key(workspace_id, place, _KIND, account_id, gap.level)
        about = told[0].progress.reference_id if len(told) == 1 else ""
        queue(connection, [Announcement(key, facts, about, recorded_at=now)])
    back = tell_back(connection, account_id, gap, now, caught_up=held.keys(), muted=happened - held.keys())
    _count_as_told(connection, account_id)
    ended = {"catching_up_since": None, "catching_up_reading": None}
    connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(ended))
    return len(held) + back


def _held(connection: Connection, account_id: str) -> dict[tuple[str, str], list[Announcement]]:
    """What is held by workspace and place; in each place by watch, then in order."""
    query = select(announcements).where(_is_held(account_id)).order_by(announcements.c.watch_id, announcements.c.number)
    found: dict[tuple[str, str], list[Announcement]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault((row["workspace_id"], row["place"]), []).append(announcement_of(row))
    return found


def _is_held(account_id: str) -> ColumnElement[bool]:
    mine = select(watches.c.id).where(watches.c.account_id == account_id)
    return (
        (announcements.c.state == State.HELD)
        & (announcements.c.why == CATCH_UP)
        & announcements.c.watch_id.in_(mine)
        & is_unsent(announcements)
    )


def _told(connection: Connection, held: Iterable[Announcement], gap: Gap) -> tuple[Meanwhile, ...]:
    by_watch = groupby(held, key=lambda announcement: announcement.watch_id)
    return worst_first(meanwhile_of(connection, watch_id, list(theirs), gap) for watch_id, theirs in by_watch)


def meanwhile_of(connection: Connection, watch_id: str | None, held: Sequence[Announcement], gap: Gap) -> Meanwhile:
    """What happened to the reference of a watch in a gap, of which this was held."""
    watch = watch_of(connection.execute(select(watches).where(watches.c.id == watch_id)).mappings().one())
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    return meanwhile(watch, memory, [said.facts for said in held if isinstance(said.facts, News)], gap)


def _count_as_told(connection: Connection, account_id: str) -> None:
    connection.execute(
        update(announcements)
        .where(_is_held(account_id))
        .values(state=State.DROPPED, why=TOLD, version=announcements.c.version + 1)
    )


def tell_no_more(connection: Connection, room: tuple[str, str], references: AbstractSet[str], why: str) -> None:
    """A catch-up that still waits in a place says nothing of these references, whose watches there have ended."""
    workspace_id, place = room
    query = select(announcements).where(
        announcements.c.workspace_id == workspace_id,
        announcements.c.place == place,
        announcements.c.kind == _KIND,
        announcements.c.state.in_(UNTOUCHED),
        is_unsent(announcements),
    )
    for row in connection.execute(query).mappings().all():
        facts = announcement_of(row).facts
        if isinstance(facts, CatchUpFacts):
            _change_waiting(connection, row, _without(facts, references, why))


def _without(facts: CatchUpFacts, references: AbstractSet[str], why: str) -> Row:
    left = tuple(one for one in facts.references if one.progress.reference_id not in references)
    return {"facts": facts_text(replace(facts, references=left))} if left else {"state": State.DROPPED, "why": why}


def _change_waiting(connection: Connection, row: RowMapping, values: Row) -> None:
    """Nothing is changed of what was claimed meanwhile: it is on its way."""
    connection.execute(
        update(announcements)
        .where(
            announcements.c.number == row["number"],
            announcements.c.version == row["version"],
            announcements.c.state.in_(UNTOUCHED),
        )
        .values({**values, "version": announcements.c.version + 1})
    )
