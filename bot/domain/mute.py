"""A mute: for a while a place is told nothing by messages, and everything in one at the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catch_up import Gap
from bot.domain.glob import compiled
from bot.domain.watch import Watch
from bot.errors import BadCommandError

MUTABLE = ("failure", "ping", "clips", "finished", "short", "reopened", "catch_up", "stuck", "missing", "risk")
"""The kinds of announcements that are held: the one summary can tell them. All others are told at once.

That nothing moves in the account is not told to a muted place; if it still is so when the mute ends, it is told then.
"""


@dataclass(frozen=True, slots=True)
class Mute:
    """Messages about `subject` (a reference, a pattern when it `is_glob`, all when None) are held in a place.

    From `since` (our clock; `reading` is the account's newest then) to `until`. One `by_hours` came by itself, with the
    quiet hours of the place, and is of everything.
    """

    id: str
    workspace_id: str
    account_id: str
    place: str
    subject: str | None
    is_glob: bool
    author: str
    since: datetime
    reading: int
    until: datetime
    by_hours: bool = False

    def covers(self, reference_id: str) -> bool:
        """Whether messages about this reference are held."""
        if self.subject is None:
            return True
        if not self.is_glob:
            return self.subject == reference_id
        try:
            return compiled(self.subject).matches(reference_id)
        except BadCommandError:  # a pattern that this version would not take any more
            return False

    def covers_watch(self, watch: Watch) -> bool:
        """Whether a watch of its place is silent: of a glob only when all that it covers is."""
        if watch.is_glob:
            return self.subject is None or (self.is_glob and self.subject == watch.reference_id)
        return self.covers(watch.reference_id)

    @property
    def gap(self) -> Gap:
        """The while in which nothing was told, as if nothing had been read in it."""
        return Gap(self.since, self.reading)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is told before `until`: by a mute, or since these are `quiet` hours of the place."""

    until: datetime
    quiet: bool = False


def silence(mutes: Iterable[Mute], watch: Watch) -> Silence | None:
    """How long a watch is silent in its place, by the mutes of that place; None when it is not."""
    lasting = max((mute for mute in mutes if mute.covers_watch(watch)), key=lambda mute: mute.until, default=None)
    return Silence(lasting.until, lasting.by_hours) if lasting else None


def muted_until(mutes: Iterable[Mute], watch: Watch) -> datetime | None:
    """Until when a watch is silent in its place, by the mutes of that place; None when it is not."""
    found = silence(mutes, watch)
    return found.until if found else None
