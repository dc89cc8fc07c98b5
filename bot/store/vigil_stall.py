"""Telling places that nothing moves in the account, and that it does again; inside the vigil's transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot.domain.delivery import State
from bot.domain.mute import muted_until
from bot.domain.stall import Room, Stall, is_aftermath, key_of_stall, moves_since, over, stall_now, told_to
from bot.domain.traffic import Running, Traffic, is_lull
from bot.domain.vigil import Case
from bot.store.holding import mutes_of
from bot.store.queue import UNTOUCHED, announcement_of, queue, stored_key
from bot.store.schema import announcements
from bot.store.schema_vigil import account_vigils

OVER = "over before it was told"
_RULE = "stall"


@dataclass(frozen=True, slots=True)
class Standstill:
    """Whether the account is so still that nothing is told one by one, and how many messages are new or changed."""

    calm: bool
    said: int


def tell_stall(
    connection: Connection,
    account_id: str,
    cases: Sequence[Case],
    traffic: Traffic,
    running: Running | None,
    finishes: Iterable[datetime],
    *,
    may_begin: bool,
) -> Standstill:
    """Tell each place once, and that it is over; `cases` are the fresh ones, `running` is what runs in them."""
    before = stall_of(connection, account_id)
    lasting = before if before is not None and before.over_at is None else None
    if lasting is not None:
        moved_at = moves_since(lasting, finishes)
        if moved_at is not None or (cases and running is None):
            return Standstill(calm=True, said=_end(connection, account_id, lasting, moved_at, cases))
    stall = stall_now(lasting, traffic, running, max((case.number for case in cases), default=0))
    if stall is not None and lasting is None and not may_begin:
        return Standstill(calm=True, said=0)
    if stall is not None:
        return Standstill(calm=True, said=_tell(connection, account_id, stall, cases))
    if before is not None and is_aftermath(before, traffic, running):
        return Standstill(calm=True, said=0)
    if before is not None:
        connection.execute(delete(account_vigils).where(*_mine(account_id)))
    return Standstill(calm=running is not None and is_lull(traffic, running), said=0)


def _tell(connection: Connection, account_id: str, stall: Stall, cases: Iterable[Case]) -> int:
    """Those places that do not know yet."""
    rooms = {room: these for room, these in _rooms(connection, cases).items() if room not in stall.rooms}
    said = queue(connection, [told_to(room, these, stall) for room, these in sorted(rooms.items(), key=_name)])
    _save(connection, account_id, replace(stall, rooms=(*stall.rooms, *sorted(rooms))))
    return said


def _name(item: tuple[Room, list[Case]]) -> Room:
    return item[0]


def _rooms(connection: Connection, cases: Iterable[Case]) -> dict[Room, list[Case]]:
    """What is open in each place; what is muted is left out: if it still stalls when the mute ends, it is told then."""
    mutes = mutes_of(connection)
    found: defaultdict[Room, list[Case]] = defaultdict(list)
    for case in cases:
        room = (case.watch.workspace_id, case.watch.place)
        here = [mute for mute in mutes if (mute.workspace_id, mute.place) == room]
        if case.progress.open and muted_until(here, case.watch) is None:
            found[room].append(case)
    return found


def _end(connection: Connection, account_id: str, stall: Stall, at: datetime | None, cases: Sequence[Case]) -> int:
    """What nobody has tried to post yet is dropped; the rest says that it is over."""
    read_at = max((case.read_at for case in cases), default=None)
    over_at = at or max((case.as_of for case in cases), default=stall.since)
    _save(connection, account_id, replace(stall, rooms=(), over_at=over_at))
    changed = 0
    for room in stall.rooms:
        mine = announcements.c.key == stored_key(key_of_stall(room, account_id, stall))
        row = connection.execute(select(announcements).where(mine).with_for_update()).mappings().one_or_none()
        if row is None:
            continue
        changed += 1
        if row["state"] in UNTOUCHED:
            gone = {"state": State.DROPPED, "why": OVER, "version": announcements.c.version + 1}
            connection.execute(update(announcements).where(mine).values(gone))
        else:
            queue(connection, [over(announcement_of(row), at, read_at)])
    return changed


# --- what was told ---


def _mine(account_id: str) -> tuple[ColumnElement[bool], ...]:
    return (account_vigils.c.account_id == account_id, account_vigils.c.rule == _RULE)


def stall_of(connection: Connection, account_id: str) -> Stall | None:
    """The stall that there is, or that ended a while ago."""
    query = select(account_vigils.c.state).where(*_mine(account_id))
    text: str | None = connection.execute(query).scalar_one_or_none()
    return Stall.of_text(text) if text else None


def _save(connection: Connection, account_id: str, stall: Stall) -> None:
    row = {"account_id": account_id, "rule": _RULE, "state": stall.text()}
    if connection.execute(update(account_vigils).where(*_mine(account_id)).values(row)).rowcount == 0:
        connection.execute(insert(account_vigils), row)
