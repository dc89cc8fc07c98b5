"""What an operator is told about one thing that the bot needs: whether it is right, and else how to mend it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath

from bot.domain.history import KINDS, MISSING_SCOPE
from bot.domain.skew import Skew
from bot.domain.words import clean

LARGEST_SKEW = timedelta(seconds=60)  # a history is read from so long before an attempt: more could hide a message
HISTORY = ":history"
NOT_INVITED = ("not_in_channel", "channel_not_found")
SHARED = "shared"
"""What is told of a place that another organisation reads, where else Slack's word stands why it could not say."""
_REINSTALL = "Put the scopes of `lipsync-bot manifest` into your Slack app's manifest and install the app again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `detail` says what was found, `fix` what to do about it in one sentence ("" when nothing is)."""

    check: str
    ok: bool
    detail: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who Slack says that the token is, and when, on our clock and on Slack's (None when it did not tell)."""

    workspace: str
    workspace_id: str
    bot: str
    scopes: frozenset[str]
    asked_at: datetime
    read_at: datetime
    their_now: datetime | None


@dataclass(frozen=True, slots=True)
class Condition:
    """The database: `where` it is (no password), its `file` on SQLite, how many migrations it `lacks`."""

    where: str
    file: PurePath | None
    exists: bool
    lacks: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """A place with watches that may not be posted to; `why` is Slack's word."""

    place: str
    name: str
    why: str


def scopes(granted: Set[str], wanted: Set[str]) -> Finding:
    """Whether the token may do what the manifest asks for, reading histories aside."""
    missing = sorted(scope for scope in wanted - granted if not scope.endswith(HISTORY))
    if missing:
        return Finding("scopes", False, f"missing: {', '.join(missing)}", _REINSTALL)
    return Finding("scopes", True, ", ".join(sorted(wanted & granted)))


def history(granted: Set[str], wanted: Set[str]) -> Finding:
    """Whether a post whose answer was lost can be looked for; where it cannot, it may be said twice."""
    missing = sorted(scope for scope in wanted - granted if scope.endswith(HISTORY))
    if missing:
        where = ", ".join(f"{KINDS.get(scope, scope.removesuffix(HISTORY))} ({scope})" for scope in missing)
        return Finding(
            "history", False, f"may not be read: {where} are told at least once, not exactly once", _REINSTALL
        )
    return Finding("history", True, "may be read where the bot was invited: every place is told exactly once")


def clock(whose: str, asked_at: datetime, read_at: datetime, their_now: datetime | None, fix: str) -> Finding:
    """Whether our clock and another agree within a minute; a `Date` header is cut to whole seconds."""
    check = f"{whose} clock"
    if their_now is None:
        return Finding(check, True, "the answer tells no time, so the clocks cannot be compared")
    offset = Skew().observed(asked_at, read_at, their_now).offset
    if abs(offset) <= LARGEST_SKEW:
        return Finding(check, True, f"within {LARGEST_SKEW.total_seconds():.0f} s of this machine's")
    way = "behind" if offset > timedelta() else "ahead of"
    seconds = abs(offset).total_seconds()
    return Finding(check, False, f"this machine's clock is {seconds:.0f} s {way} {whose}'s", fix)


def persistent(condition: Condition, passing: Iterable[PurePath]) -> Finding:
    """Whether the database is readable and writable, and not in one of the `passing` folders."""
    folder = next((each for each in passing if condition.file and condition.file.is_relative_to(each)), None)
    if folder is not None:
        fix = "Set DATABASE_URL to a file in a folder that is kept, such as sqlite:////data/lipsync.db on a volume."
        return Finding("database", False, f"{condition.where} is in {folder}, which is emptied", fix)
    if not condition.exists:
        return Finding("database", True, f"{condition.where} is not there yet; the first start makes it")
    if condition.lacks:
        return Finding("database", True, f"{condition.where}: {condition.lacks} migrations to do; `run` does them")
    return Finding("database", True, f"{condition.where}: readable, writable and up to date")


def foreign(names: Iterable[str]) -> Finding:
    """Which variables are set that Slack's or Chamelaion's libraries would act on; the bot ignores them."""
    listed = ", ".join(names)
    if not listed:
        return Finding("environment", True, "no variable that has to be ignored")
    return Finding("environment", True, f"ignored: {listed}", "Unset them; a proxy is set with HTTP_PROXY_URL.")


def places(blocked: Iterable[Blocked]) -> Finding:
    """Which watched places cannot be posted to."""
    listed = list(blocked)
    if not listed:
        return Finding("places", True, "no watched place is known to be closed to the bot")
    waiting = [_name(each) for each in listed if each.why in NOT_INVITED]
    closed = [f"{_name(each)} ({each.why})" for each in listed if each.why not in NOT_INVITED]
    said = [f"waiting for an invitation: {', '.join(waiting)}"] if waiting else []
    said += [f"cannot be posted to: {', '.join(closed)}"] if closed else []
    invite = "Type `/invite @lipsync` in each that waits; it starts by itself"
    reopen = "let the bot post in each that is closed, or stop its watches"
    fix = "; ".join([*([invite] if waiting else []), *([reopen] if closed else [])])
    return Finding("places", False, "; ".join(said), f"{fix[0].upper()}{fix[1:]}.")


def histories(unreadable: Iterable[Blocked]) -> Finding:
    """Which watched places are known to be told at least once only; scopes that are missing are told by `history`."""
    listed = [each for each in unreadable if each.why != MISSING_SCOPE]
    if not listed:
        return Finding("histories", True, "no watched place is known whose history cannot be read")
    where = ", ".join(f"{_name(each)} ({each.why})" for each in listed)
    fix = "Invite the bot to each and see that the app has its history scopes; or set IN_DOUBT=hold."
    return Finding("histories", False, f"cannot be read, told at least once, not exactly once: {where}", fix)


def sharings(counted: Iterable[Blocked]) -> Finding:
    """Which watched places are shown only counts; only where Slack could not be asked for long something is wrong."""
    listed = list(counted)
    if not listed:
        return Finding("shared channels", True, "no watched place is known that another organisation reads")
    shared = [_name(each) for each in listed if each.why == SHARED]
    unknown = [f"{_name(each)} ({each.why})" for each in listed if each.why != SHARED]
    said = [f"only counts are shown in {', '.join(shared)}"] if shared else []
    said += [f"not known yet, so only counts are shown in {', '.join(unknown)}"] if unknown else []
    wrong = [each for each in listed if each.why not in (SHARED, *NOT_INVITED)]
    if not wrong:
        return Finding("shared channels", True, "; ".join(said))
    return Finding("shared channels", False, "; ".join(said), _REINSTALL)


def _name(blocked: Blocked) -> str:
    return f"#{clean(blocked.name)} ({blocked.place})" if blocked.name else blocked.place
