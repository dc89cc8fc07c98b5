"""The words for what people have done about failures."""

from bot.domain.failure import FailureKind
from bot.domain.progress import Progress
from bot.domain.triage import Care
from bot.domain.words import At, Person, Words, joined, number, words


def failed(progress: Progress) -> str:
    """Such as "6 failed", "6 failed, 2 open" or "6 failed, none open"; empty when none failed."""
    if not progress.failed:
        return ""
    return f"{number(progress.failed)} failed{_of_which_open(progress.open_failures, progress.cleared)}"


def _of_which_open(still_open: int, cleared: int) -> str:
    if not cleared:
        return ""
    return f", {number(still_open)} open" if still_open else ", none open"


def state(count: int, cleared: int, care: Care, *, named: bool = False) -> str:
    """What is behind "no face detected ×5": such as ", 2 open" or ", handled"; nothing when all of it is open.

    Where people are `named` besides, that tells that all is handled.
    """
    if cleared < count:
        return _of_which_open(count - cleared, cleared)
    if care.handled is None:
        return ", recovered"
    return "" if named else ", handled"


def who(kind: FailureKind) -> Words:
    """Who is on it, and who has handled it and when; nothing when nobody is or has."""
    return who_cares(kind.count, kind.cleared, kind.care)


def who_cares(count: int, cleared: int, care: Care) -> Words:
    """The same for so many failures, of which so many are not open any more."""
    parts: list[Words] = []
    if care.assigned is not None and cleared < count:
        parts.append(words(Person(care.assigned.to), " is on it"))
    if care.handled is not None and cleared:
        every = "" if cleared == count else f"{number(cleared)} "
        parts.append(words(f"{every}handled by ", Person(care.handled.by), " ", At(care.handled.at, "day")))
    return joined(parts, " · ")
