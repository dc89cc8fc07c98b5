"""The beginning and the end of mutes: what was held is told in one message for each place, inside a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update

from bot.domain.announcement import Announcement, CatchUpFacts, Key, Meanwhile
from bot.domain.catch_up import Gap, together, worst_first
from bot.domain.deed import EVERYTHING, Deed, Did
from bot.domain.delivery import State
from bot.domain.mute import Mute
from bot.domain.spans import LONGEST_MUTE
from bot.store.accounts import lock_account
from bot.store.catching_up import meanwhile_of
from bot.store.deeds import note
from bot.store.dialect import chunks
from bot.store.holding import MUTED, hold, mute_row, mutes_of, show_mute
from bot.store.queue import WAITING, announcement_of, is_unsent, queue, stored_key
from bot.store.schema import announcements
from bot.store.schema_people import mutes
from bot.store.watching import with_own_card

TOLD = "told in the summary after a mute"  # why it was dropped: its key counts as told
_KIND = "catch_up"
_A_STEP = timedelta(minutes=1)  # a clock that is put right by less than this is not set back


def begin_mute(connection: Connection, wanted: Mute) -> Mute:
    """Mute a subject, or change until when; returns the mute as it is now."""
    readings = lock_account(connection, wanted.account_id)
    there = next((one for one in _here(connection, wanted) if _same(one, wanted)), None)
    if there is None:
        mute = replace(wanted, id=str(uuid4()), reading=readings)
        connection.execute(insert(mutes), mute_row(mute))
    else:
        mute = replace(there, until=wanted.until, author=wanted.author)
        connection.execute(update(mutes).where(mutes.c.id == mute.id).values(until=mute.until, author=mute.author))
    show_mute(connection, mute, with_own_card(connection, mute.workspace_id, mute.place))
    details = {"until": mute.until.isoformat(timespec="seconds")}
    _note(connection, wanted.since, mute, wanted.author, Did.MUTE, details)
    return mute


def _here(connection: Connection, mute: Mute) -> list[Mute]:
    return mutes_of(connection, mute.workspace_id, mute.place)


def _same(one: Mute, other: Mute) -> bool:
    return (one.subject, one.is_glob, one.by_hours) == (other.subject, other.is_glob, other.by_hours)


def unmute(connection: Connection, wanted: Sequence[Mute], now: datetime, author: str) -> tuple[tuple[Mute, ...], int]:
    """End these mutes of one place, whatever was typed; returns those that there were, and how much is told."""
    there = {mute.id: mute for mute in mutes_of(connection, wanted[0].workspace_id, wanted[0].place)} if wanted else {}
    ended = tuple(there[mute.id] for mute in wanted if mute.id in there)
    for mute in ended:
        _note(connection, now, mute, author, Did.UNMUTE, {})
    return ended, end_mutes(connection, ended, now)


def end_due(connection: Connection, account_id: str, now: datetime) -> int:
    """End the mutes whose time is over; returns how many those were.

    One that lasts longer than any mute can was begun before our clock was set back.
    """
    lock_account(connection, account_id)
    due = [mute for mute in mutes_of(connection) if mute.account_id == account_id and is_over(mute, now)]
    for _, theirs in groupby(sorted(due, key=_room), key=_room):
        end_mutes(connection, tuple(theirs), now)
    return len(due)


def is_over(mute: Mute, now: datetime) -> bool:
    """Whether the time of a mute has come; quiet hours that are to come yet, after our clock was set back, end too."""
    is_to_come = mute.by_hours and now < mute.since - _A_STEP
    return is_to_come or not now < mute.until <= now + LONGEST_MUTE


def _room(mute: Mute) -> tuple[str, str]:
    return mute.workspace_id, mute.place


def end_mutes(connection: Connection, ended: Sequence[Mute], now: datetime) -> int:
    """Fold what these mutes of one place have held, unless another still holds it; returns how much that was."""
    if not ended:
        return 0
    for mute in ended:
        hold(connection, mute, announcements.c.state.in_(WAITING))  # nobody may have tried to post it
    connection.execute(delete(mutes).where(mutes.c.id.in_([mute.id for mute in ended])))
    others = _here(connection, ended[0])
    held = _held(connection, ended[0])
    _go_on(connection, ended, others, held)
    loose = [said for said in held if not any(mute.covers(said.reference_id) for mute in others)]
    if loose:
        queue(connection, [_summary(connection, ended, loose, now)])
        _count_as_told(connection, loose)
    watches = with_own_card(connection, ended[0].workspace_id, ended[0].place)
    for mute in ended:
        show_mute(connection, mute, watches)
    return len(loose)


def _go_on(connection: Connection, ended: Sequence[Mute], others: Sequence[Mute], held: Sequence[Announcement]) -> None:
    """A mute that takes over what an older one has held begins with that: its summary tells of that time too."""
    for other in others:
        taken = [said for said in held if other.covers(said.reference_id)]
        older = [mute for mute in ended if mute.since < other.since and any(mute.covers(s.reference_id) for s in taken)]
        if older:
            first = min(older, key=lambda mute: mute.since)
            values = {"since": first.since, "reading": first.reading}
            connection.execute(update(mutes).where(mutes.c.id == other.id).values(values))


def _held(connection: Connection, mute: Mute) -> list[Announcement]:
    """What mutes hold in a place, by watch, then in order."""
    query = (
        select(announcements)
        .where(
            announcements.c.workspace_id == mute.workspace_id,
            announcements.c.place == mute.place,
            announcements.c.state == State.HELD,
            announcements.c.why == MUTED,
            is_unsent(announcements),
        )
        .order_by(announcements.c.watch_id, announcements.c.number)
    )
    return [announcement_of(row) for row in connection.execute(query).mappings()]


def _summary(
    connection: Connection, ended: Sequence[Mute], loose: Sequence[Announcement], now: datetime
) -> Announcement:
    first = min(ended, key=lambda mute: (mute.since, mute.id))
    told = together([*_of_watches(connection, ended, loose), *_of_catch_ups(loose)])
    why: Literal["muted", "quiet"] = "quiet" if all(mute.by_hours for mute in ended) else "muted"
    facts = CatchUpFacts(first.since, now, worst_first(told), why=why)
    key = Key(first.workspace_id, first.place, _KIND, first.account_id, f"mute {first.id}")
    about = told[0].progress.reference_id if len(told) == 1 else ""
    return Announcement(key, facts, about, recorded_at=now)


def _of_watches(connection: Connection, ended: Sequence[Mute], loose: Iterable[Announcement]) -> Iterable[Meanwhile]:
    for watch_id, theirs in groupby(loose, key=lambda said: said.watch_id):
        held = list(theirs)
        if watch_id is not None:
            yield meanwhile_of(connection, watch_id, held, _gap(ended, held[0].reference_id))


def _gap(ended: Sequence[Mute], reference_id: str) -> Gap:
    """Since when this reference was silent."""
    covering = [mute for mute in ended if mute.covers(reference_id)]
    return min(covering or ended, key=lambda mute: mute.since).gap


def _of_catch_ups(loose: Iterable[Announcement]) -> Iterable[Meanwhile]:
    """A catch-up that was held is told in the same message."""
    for said in loose:
        if isinstance(said.facts, CatchUpFacts):
            yield from said.facts.references


def _count_as_told(connection: Connection, loose: Sequence[Announcement]) -> None:
    told = {"state": State.DROPPED, "why": TOLD, "not_before": None, "version": announcements.c.version + 1}
    for part in chunks(stored_key(said.key) for said in loose):
        mine = (announcements.c.key.in_(part), announcements.c.state == State.HELD)
        connection.execute(update(announcements).where(*mine).values(told))


def _note(connection: Connection, now: datetime, mute: Mute, author: str, did: Did, details: dict[str, str]) -> None:
    subject = EVERYTHING if mute.subject is None else mute.subject
    note(connection, Deed(now, mute.workspace_id, mute.place, author, did, subject, details))
