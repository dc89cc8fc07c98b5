"""M4: an account in which nothing moves, told once to each place, and edited in place when that is over."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.announcement import Announcement, Key
from bot.domain.stale import MOST_NAMED
from bot.domain.stuck_facts import StalledFacts
from bot.domain.traffic import Running, Traffic, is_stalled, silent_since
from bot.domain.vigil import Case

Room = tuple[str, str]  # a place in a workspace


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing has finished since `since` (the API's clock); `level` is of no other stall, `rooms` were told.

    `over_at` is when that ended. What ran in it is given as much time again before it is called stuck.
    """

    since: datetime
    level: str
    rooms: tuple[Room, ...] = ()
    over_at: datetime | None = None

    def text(self) -> str:
        """As it is stored."""
        over_at = self.over_at.isoformat() if self.over_at else None
        return json.dumps([self.since.isoformat(), self.level, self.rooms, over_at])

    @classmethod
    def of_text(cls, text: str) -> "Stall":
        """As it was stored."""
        since, level, rooms, over_at = json.loads(text)
        told = tuple((team, place) for team, place in rooms)
        return cls(datetime.fromisoformat(since), level, told, datetime.fromisoformat(over_at) if over_at else None)


def stall_now(before: Stall | None, traffic: Traffic, running: Running | None, number: int) -> Stall | None:
    """The stall that there is now, by the account's reading of this number; one that began before is not over yet."""
    if before is not None or running is None or not is_stalled(traffic, running):
        return before
    since = silent_since(traffic, running)
    return Stall(since, f"{since.isoformat()} {number}")


def is_aftermath(stall: Stall, traffic: Traffic, running: Running | None) -> bool:
    """Whether a stall ended so recently that what runs now may have been held up by it."""
    return running is not None and stall.over_at is not None and running.as_of < stall.over_at + traffic.slow_after


def moves_since(stall: Stall, finishes: Iterable[datetime]) -> datetime | None:
    """When the first one finished after the stall began; None when none did."""
    return min((finished for finished in finishes if finished > stall.since), default=None)


def key_of_stall(room: Room, account_id: str, stall: Stall) -> Key:
    """The key of what is told to a place."""
    return Key(*room, "stalled", account_id, stall.level)


def told_to(room: Room, cases: Iterable[Case], stall: Stall) -> Announcement:
    """What a place is told; `cases` are what is watched there and has requests open, at least one."""
    open_first = sorted(cases, key=lambda case: (-case.progress.open, case.watch.reference_id))
    facts = StalledFacts(
        since=stall.since,
        as_of=min(case.as_of for case in open_first),
        read_at=min(case.read_at for case in open_first),
        running=sum(case.progress.open - case.progress.queued for case in open_first),
        waiting=sum(case.progress.queued for case in open_first),
        batches=len(open_first),
        references=tuple(case.watch.reference_id for case in open_first[:MOST_NAMED]),
    )
    account_id = open_first[0].watch.account_id
    key = key_of_stall(room, account_id, stall)
    return Announcement(key, facts, "", recorded_at=facts.read_at, happened_at=facts.as_of)


def over(said: Announcement, at: datetime | None, read_at: datetime | None) -> Announcement:
    """The same once the account moves again; `at` is when that began, None when nothing runs any more.

    `read_at` is our clock at the reading that showed it, if that is known.
    """
    facts = said.facts
    if not isinstance(facts, StalledFacts):
        return said
    return replace(said, facts=replace(facts, over_at=at, ended=at is None, read_at=read_at or facts.read_at))
