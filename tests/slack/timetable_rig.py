"""Quiet hours and digests without a store, for tests of what people type."""

from bot.domain.digest_facts import DigestFacts
from bot.domain.hours import DAY, Daily, Hours
from bot.domain.timetable import Digest, DigestAnswer, Quiet, QuietAnswer
from bot.flows.timetabling import Timetabling
from tests.builders import NOON


class CannedTimetabling(Timetabling):
    """Does nothing, and remembers what was wished."""

    wishes: list[tuple[object, ...]]

    def __init__(self) -> None:
        object.__setattr__(self, "wishes", [])  # the original is frozen

    async def quiet(self, place: str) -> QuietAnswer:
        self.wishes.append(("quiet?", place))
        return QuietAnswer("shown", None)

    async def set_quiet(self, place: str, hours: Hours, author: str) -> QuietAnswer:
        self.wishes.append(("quiet", place, hours, author))
        return QuietAnswer("set", Quiet("T1", "default", place, hours, author, NOON))

    async def end_quiet(self, place: str, author: str) -> QuietAnswer:
        self.wishes.append(("quiet off", place, author))
        return QuietAnswer("off", None)

    async def digest(self, place: str) -> DigestAnswer:
        self.wishes.append(("digest?", place))
        return DigestAnswer("shown", None)

    async def set_digest(self, place: str, daily: Daily, author: str) -> DigestAnswer:
        self.wishes.append(("digest", place, daily, author))
        return DigestAnswer("set", Digest("T1", "default", place, daily, author, NOON))

    async def end_digest(self, place: str, author: str) -> DigestAnswer:
        self.wishes.append(("digest off", place, author))
        return DigestAnswer("off", None)

    async def digest_now(self, place: str) -> DigestFacts:
        self.wishes.append(("digest now", place))
        return DigestFacts(NOON - DAY, NOON, NOON, stale=False, watches=1)
