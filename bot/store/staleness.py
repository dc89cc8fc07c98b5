"""Telling places that what is watched there cannot be read, and that it can again; inside one transaction."""

from collections import defaultdict
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, false, func, select, update

from bot.domain.announcement import Announcement, BackFacts, Key, StaleFacts
from bot.domain.catch_up import Gap
from bot.domain.delivery import State
from bot.domain.stale import MOST_NAMED, Away
from bot.store.columns import key_of
from bot.store.dialect import chunks
from bot.store.queue import UNTOUCHED, queue
from bot.store.schema import IS_OPEN, accounts, announcements, cards, requests, watches

STALE, BACK = "stale", "back"
OVER = "over before it was told"
Room = tuple[str, str]  # a place in a workspace


def tell_stale(
    connection: Connection, account_id: str, gap: Gap, before: datetime, away: Away, now: datetime
) -> int | None:
    """Queue one notice for each place with open requests; None when something was read after `before`."""
    looked_at = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
    read_at = connection.execute(looked_at).scalar_one()
    if read_at > before:
        return None
    notices = [
        Announcement(
            key=_key(room, STALE, account_id, gap),
            facts=StaleFacts(
                since=read_at,
                why=away.why,
                key_refused=away.key_refused,
                open=sum(references.values()),
                batches=len(references),
                references=tuple(sorted(references, key=lambda name: (-references[name], name))[:MOST_NAMED]),
            ),
            reference_id="",
            recorded_at=now,
        )
        for room, references in sorted(_open(connection, account_id, gap).items())
    ]
    return queue(connection, notices)


def _open(connection: Connection, account_id: str, gap: Gap) -> dict[Room, dict[str, int]]:
    """For each place how many requests of what it watched before the gap are open, by reference."""
    mine = and_(requests.c.account_id == watches.c.account_id, requests.c.reference_key == watches.c.reference_key)
    of = (watches.c.workspace_id, watches.c.place, watches.c.reference_id)
    query = (
        select(*of, func.count())
        .select_from(watches.join(requests, mine))
        .where(
            watches.c.account_id == account_id,
            watches.c.is_glob == false(),
            watches.c.ended_at.is_(None),
            watches.c.created_at <= gap.since,
            IS_OPEN,
        )
        .group_by(*of)
    )
    found: defaultdict[Room, dict[str, int]] = defaultdict(dict)
    for workspace_id, place, reference_id, count in connection.execute(query):
        found[workspace_id, place][reference_id] = count
    return found


def tell_back(
    connection: Connection,
    account_id: str,
    gap: Gap,
    until: datetime,
    *,
    caught_up: AbstractSet[Room],
    muted: AbstractSet[Room],
) -> int:
    """Queue that it is back where it was told that it was away, unless a catch-up says so; counts the places.

    In `muted` ones what happened is told later. A notice that nobody has tried to post yet is dropped: it is over.
    """
    told = 0
    for row in _notices(connection, account_id, gap):
        room = (row["workspace_id"], row["place"])
        _touch_cards(connection, room)
        if row["state"] in UNTOUCHED:
            _drop(connection, row)
        elif row["state"] != State.DROPPED and room not in caught_up:
            facts = BackFacts(since=gap.since, until=until, muted=room in muted)
            told += queue(connection, [Announcement(_key(room, BACK, account_id, gap), facts, "", until)])
    return told


def _notices(connection: Connection, account_id: str, gap: Gap) -> list[RowMapping]:
    """The notices of this gap in places where something is still watched."""
    watched = select(watches.c.workspace_id, watches.c.place).where(
        watches.c.account_id == account_id, watches.c.ended_at.is_(None)
    )
    rooms = sorted((workspace_id, place) for workspace_id, place in connection.execute(watched.distinct()))
    found: list[RowMapping] = []
    for part in chunks(rooms):
        keys = [key_of(*room, STALE, account_id, gap.level, 0) for room in part]
        found += connection.execute(select(announcements).where(announcements.c.key.in_(keys))).mappings()
    return found


def _touch_cards(connection: Connection, room: Room) -> None:
    """What says that its data is old must not say so any longer than that is true."""
    theirs = select(watches.c.id).where(
        watches.c.workspace_id == room[0], watches.c.place == room[1], watches.c.ended_at.is_(None)
    )
    values = {"dirty": True, "urgent": True, "changes": cards.c.changes + 1}
    connection.execute(update(cards).where(cards.c.watch_id.in_(theirs)).values(values))


def _drop(connection: Connection, row: RowMapping) -> None:
    connection.execute(
        update(announcements)
        .where(announcements.c.number == row["number"], announcements.c.state.in_(UNTOUCHED))
        .values(state=State.DROPPED, why=OVER, version=announcements.c.version + 1)
    )


def _key(room: Room, kind: str, account_id: str, gap: Gap) -> Key:
    return Key(*room, kind, account_id, gap.level)
