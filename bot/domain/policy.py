"""What a channel has set: which references it may hear of, who sees links, what it is told, and who may change that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.glob import Allowed, Glob, compiled
from bot.domain.overlap import overlap
from bot.domain.watch import Events, Watch
from bot.errors import BadCommandError, NotAllowedError

MOST_PATTERNS = 20  # what a channel is about fits on a screen; braces put several into one line
MOST_MANAGERS = 30  # more than that are everybody
_DIRECT = "D"
_MOST_NAMED = 5
_INSTEAD = "Ask in a channel that is about it, or in my Messages tab. `settings` shows what is set here."


class LinksPolicy(StrEnum):
    """Who sees output links of a place: whoever asks, everybody there, or nobody there."""

    PRIVATE = "private"
    OPEN = "open"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of one channel; the default of each is what holds where nothing was set.

    Without `patterns` it may hear of everything, without `managers` (user ids) everybody there may change things.
    `events` is what a new watch gets that does not say it itself.
    """

    patterns: tuple[str, ...] = ()
    links: LinksPolicy = LinksPolicy.PRIVATE
    events: Events | None = None
    managers: tuple[str, ...] = ()

    @property
    def allowed(self) -> Allowed | None:
        """What the place may hear of; None for everything."""
        return Allowed.of(self.patterns)

    def allows(self, reference_id: str | None) -> bool:
        """Whether the place may hear of this reference; of requests without one only where nothing was set."""
        allowed = self.allowed
        return allowed is None or (reference_id is not None and allowed.covers(reference_id))

    def allows_some_of(self, glob: Glob) -> bool:
        """Whether the place may hear of anything that the glob covers, be it still to come."""
        allowed = self.allowed
        if allowed is None or any(glob.matches(pattern) for pattern in self.patterns):
            return True
        return any(overlap(glob, each) for each in allowed.globs)

    def allows_all_of(self, glob: Glob) -> bool:
        """Whether the glob surely covers nothing that the place may not hear of."""
        return (allowed := self.allowed) is None or allowed.covers_all_of(glob)

    def allows_watch(self, watch: Watch) -> bool:
        """Whether a watch has anything to tell there."""
        if not watch.is_glob:
            return self.allows(watch.reference_id)
        try:
            return self.allows_some_of(compiled(watch.reference_id))
        except BadCommandError:
            return True  # of a pattern that cannot be read any more nothing is told anyway

    def may_change(self, person: str) -> bool:
        """Whether this person (a user id) may change what is watched and set there."""
        return not self.managers or person in self.managers


NOTHING_SET = Policy()


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """The settings of a place, who set them and when (our clock); `version` counts how often that was done."""

    policy: Policy
    version: int
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What holds in a place, and since when; nothing was ever `there` set where that is None.

    `may_change`: whoever asks may change it.
    """

    policy: Policy
    there: SetPolicy | None
    may_change: bool

    @property
    def version(self) -> int:
        """What a change is based on."""
        return self.there.version if self.there else 0


def has_settings(place: str) -> bool:
    """Whether a place is a channel; a conversation of one person, or of two, has no settings."""
    return not place.startswith(_DIRECT)


def patterns_typed(text: str) -> tuple[str, ...]:
    """The patterns in a text, one on each line; raises `BadCommandError` that names the one that cannot be taken."""
    lines = dict.fromkeys(line for each in text.splitlines() if (line := each.strip()))
    if len(lines) > MOST_PATTERNS:
        raise BadCommandError(
            f"That is {len(lines)} patterns, and there can be {MOST_PATTERNS}. Put several into one line with braces,"
            " such as {client-a,client-b}-*."
        )
    for line in lines:
        _usable(line)
    return tuple(lines)


def _usable(line: str) -> None:
    if not line.isprintable():
        raise BadCommandError("A line holds control characters, which no reference has. Type it by hand instead.")
    try:
        compiled(line)
    except BadCommandError as error:
        raise BadCommandError(f"{_cut(line)}: {error}") from error


def _cut(line: str, longest: int = 40) -> str:
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def is_shown(policy: Policy, watch: Watch) -> bool:
    """Whether the watch of another place may be shown under this policy, with all that it counts."""
    if not watch.is_glob:
        return policy.allows(watch.reference_id)
    try:
        return policy.allows_all_of(compiled(watch.reference_id))
    except BadCommandError:
        return not policy.patterns


def not_about(patterns: Sequence[str]) -> NotAllowedError:
    """The error for what a channel with these patterns is not about."""
    names = [_cut(pattern).replace("`", "'") for pattern in patterns[:_MOST_NAMED]]
    more = [f"{len(patterns) - len(names)} more"] if len(patterns) > len(names) else []
    shown = ", ".join([*(f"`{name}`" for name in names), *more])
    return NotAllowedError(f"This channel is only about {shown}. {_INSTEAD}")


def outside(policy: Policy, watches: Sequence[Watch]) -> tuple[Watch, ...]:
    """Those of the watches that have nothing to tell any more under this policy."""
    return tuple(watch for watch in watches if not policy.allows_watch(watch))
