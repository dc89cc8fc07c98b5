"""The words that Slack and the terminal share: how far a batch is, and what failed."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot.domain.failure import FailureKind
from bot.domain.progress import Progress, Settled, Settlement, Unfinished, Waiting
from bot.domain.triage_wording import failed, state, who
from bot.domain.words import NOTHING, At, Foreign, Words, counted, duration, joined, number, words

CELLS = 24  # a bar as wide as a telephone shows in one line
MOST_KINDS = 5  # of failures on a card: the others are one click away
_MOST_STATUSES = 5
LONGEST_STATUS = 30  # characters: undocumented statuses are words
_DONE, _FAILED, _RUNNING, _WAITING = "█", "▓", "▒", "░"


def bar(progress: Progress, cells: int = CELLS) -> str:
    """Done, failed, running and the rest as cells; whatever is not zero has at least one (4 cells or more)."""
    done = progress.completed + progress.ended_otherwise
    rest = max(progress.of - done - progress.failed - progress.processing, 0)
    shares = _shares((done, progress.failed, progress.processing, rest), cells)
    drawn = "".join(sign * n for sign, n in zip((_DONE, _FAILED, _RUNNING, _WAITING), shares, strict=True))
    return drawn or _WAITING * cells


def _shares(parts: tuple[int, ...], cells: int) -> list[int]:
    """Divide the cells by largest remainder, at least one for each part that is not zero."""
    whole = sum(parts)
    if not whole:
        return [0] * len(parts)
    exact = [part * cells / whole for part in parts]
    shares = [max(int(share), 1) if part else 0 for part, share in zip(parts, exact, strict=True)]
    while (missing := cells - sum(shares)) != 0:
        if missing > 0:
            shares[max(range(len(parts)), key=lambda i: exact[i] - shares[i])] += 1
        else:
            shares[max(range(len(parts)), key=lambda i: (shares[i] > 1, shares[i] - exact[i]))] -= 1
    return shares


def headline(progress: Progress, as_of: datetime | None = None) -> Words:
    """Such as "batch · 73% finished · 6 failed"; `as_of` marks totals that are not of now."""
    parts: list[Words | str] = [words(Foreign(progress.reference_id, strong=True))]
    parts.append(f"{progress.percent}% finished" if progress.total else "no requests yet")
    parts.append(failed(progress))
    if as_of is not None:
        parts.append(words("as of ", At(as_of)))
    return joined(parts, " · ")


def counts(progress: Progress, between: str = " · ", before_total: str = "   ") -> Words:
    """How many are done, failed, running, waiting, …, and of how many; the parts add up to the total named last."""
    return words(joined(_parts(progress), between), before_total, _of(progress), _vanished(progress, between))


def seen_so_far(progress: Progress, between: str = " · ") -> Words:
    """How many are done, failed, running, …, where nobody knows yet of how many."""
    return joined(_states(progress), between)


def _parts(progress: Progress) -> list[Words | str]:
    to_come = progress.of - progress.total
    return [*_states(progress), *([f"{number(to_come)} not submitted yet"] if to_come else [])]


def _states(progress: Progress) -> list[Words | str]:
    parts: list[Words | str] = [f"{number(progress.completed)} done"]
    known = ((progress.failed, "failed"), (progress.processing, "running"), (progress.queued, "waiting"))
    parts += [f"{number(n)} {name}" for n, name in known if n]
    shown_others = progress.other[:_MOST_STATUSES]
    parts += [words(f"{number(n)} ", Foreign(status, LONGEST_STATUS)) for status, n in shown_others]
    more = sum(n for _, n in progress.other[_MOST_STATUSES:])
    if more:
        parts.append(f"{number(more)} in other states")
    return parts


def _of(progress: Progress) -> str:
    if progress.expected is None:
        return f"of {number(progress.total)}"
    if progress.expected < progress.total:
        return f"of {number(progress.total)} ({number(progress.expected)} expected)"
    return f"of {number(progress.expected)} expected"


def _vanished(progress: Progress, between: str) -> str:
    return f"{between}{number(progress.vanished)} no longer listed" if progress.vanished else ""


def settlement_sentence(progress: Progress, settlement: Settlement, *, current: bool = True) -> Words:
    """Whether the batch is finished; nothing while it is not. Unless `current`, it says that this was so then."""
    match settlement:
        case Unfinished():
            return NOTHING
        case _ if not current:
            return words(f"all {number(progress.total)} were finished at that reading")
        case Waiting(until):
            return words(f"all {number(progress.total)} finished, waiting until ", At(until), " for more")
        case Settled(short=True):
            return short_sentence(progress)
        case Settled():
            return words(finished_sentence(progress))
        case _:
            assert_never(settlement)


def waiting_for_more(settlement: Settlement) -> Words:
    """What a sentence about finished requests must add while more may come."""
    return words(", waiting until ", At(settlement.until), " for more") if isinstance(settlement, Waiting) else NOTHING


def finished_sentence(progress: Progress) -> str:
    """Such as "finished with 6 failures open, took 1 h 12 m"."""
    still_open = progress.open_failures
    failures = f" with {counted(still_open or progress.failed, 'failure')}" if progress.failed else ""
    if progress.failed:
        failures += " open" if still_open else ", none open"
    took = f", took {duration(progress.took)}" if progress.took is not None else ""
    return f"finished{failures}{took}"


def short_sentence(progress: Progress) -> Words:
    """Such as "244 of 250 arrived, the last one at 15:10. Are 6 missing?"."""
    missing = max(progress.of - progress.total, 0)
    last = words(", the last one ", At(progress.last_created_at, "day")) if progress.last_created_at else NOTHING
    question = f". {'Is' if missing == 1 else 'Are'} {number(missing)} missing?"
    return words(f"{number(progress.total)} of {number(progress.of)} arrived", last, question)


def no_requests(progress: Progress) -> str:
    """What a card says when nothing is listed under its reference."""
    if progress.vanished:
        return f"no requests under this reference any more ({number(progress.vanished)} no longer listed)"
    expected = f", {number(progress.expected)} expected" if progress.expected else ""
    return f"no requests under this reference yet{expected}"


def body_lines(progress: Progress, settlement: Settlement, *, current: bool = True) -> tuple[Words, ...]:
    """Bar, counts and, when all are finished, the settlement."""
    lines = (words(bar(progress)), counts(progress), settlement_sentence(progress, settlement, current=current))
    return tuple(line for line in lines if line)


def oldest_waiting(progress: Progress) -> tuple[Words, ...]:
    """Since when the oldest waiting request waits, if one does."""
    oldest = progress.oldest_waiting
    if oldest is None:
        return ()
    which = words(": ", Foreign(oldest.id, 60)) if oldest.id else NOTHING
    return (words("Oldest waiting since ", At(oldest.created_at, "day"), which),)


# --- failures ---


def kinds_title(kinds: Sequence[FailureKind]) -> str:
    """Such as "Failures, 2 kinds"."""
    return f"Failures, {counted(len(kinds), 'kind')}"


def kind_line(kind: FailureKind, *, named: bool = False) -> Words:
    """Such as "video URL is not accessible ×5, 2 open"; `named` when who cares is told besides."""
    left = state(kind.count, kind.cleared, kind.care, named=named)
    return words(Foreign(kind.name, 160), f" ×{number(kind.count)}{left}")


def cared_line(kind: FailureKind) -> Words:
    """The same with who is on it, and who has handled it."""
    return joined([kind_line(kind, named=True), who(kind)], " · ")


def kind_lines(kinds: Sequence[FailureKind], most: int = MOST_KINDS, *, named: bool = False) -> tuple[Words, ...]:
    """The largest kinds, and how many more there are; with people's names when `named`."""
    line = cared_line if named else kind_line
    lines = tuple(line(kind) for kind in kinds[:most])
    more = len(kinds) - most
    return (*lines, words(f"and {counted(more, 'more kind')}")) if more > 0 else lines


def first_and_latest(first: datetime, latest: datetime) -> Words:
    """When something happened first and last; one moment where both are the same minute, as people read it."""
    if first.replace(second=0, microsecond=0) == latest.replace(second=0, microsecond=0):
        return words(At(latest, "day"))
    return words("first ", At(first, "day"), " · latest ", At(latest, "day"))
