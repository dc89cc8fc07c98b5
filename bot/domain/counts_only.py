"""What is left of facts and answers where only counts are shown: counts, times, forecasts and names of references.

No view can show what it is not given, so everything else is taken out here: ids, links, error texts, names of kinds and
of statuses, who takes care of what, and references that nobody named there.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from bot.domain.announcement import (
    AccessFacts,
    AssignedFacts,
    BackFacts,
    CardFacts,
    CatchUpFacts,
    ClipsFacts,
    Example,
    FailureFacts,
    FinishedFacts,
    GlobCardFacts,
    Meanwhile,
    News,
    PingFacts,
    ReopenedFacts,
    Said,
    ShortFacts,
    StaleFacts,
    TrialFacts,
    Trouble,
)
from bot.domain.answer import GlobAnswer, StatusAnswer, WatchLine
from bot.domain.digest_facts import DigestFacts, DigestLine, DigestPart
from bot.domain.failure import FailureKind
from bot.domain.overview import Overview
from bot.domain.progress import Progress
from bot.domain.request import LipsyncRequest
from bot.domain.risk_facts import RiskFacts
from bot.domain.stuck_facts import MissingFacts, StalledFacts, StuckFacts, StuckOne
from bot.domain.triage import UNTOUCHED

A_KIND = "a kind of failure"
OTHER = "other"
TROUBLE = "the API could not be read"
NO_ID = ""
"""Stands for an id, so that they can still be counted."""


def counts_only(said: Said) -> Said:
    """What may be said where only counts are shown."""
    match said:
        case GlobCardFacts():
            return replace(said, overview=counted_overview(said.overview))
        case TrialFacts():
            return replace(said, said=_example(said.said))
        case _:
            return _example(said)


def _example(said: Example) -> Example:
    match said:
        case CardFacts():
            return replace(said, progress=counted(said.progress), stuck=_stuck(said.stuck))
        case AssignedFacts():
            return replace(said, kinds=_kinds(said.kinds))
        case CatchUpFacts():
            return replace(said, references=tuple(map(_meanwhile, said.references)))
        case DigestFacts():
            return counted_digest(said)
        case AccessFacts() | StaleFacts() | BackFacts() | StalledFacts():
            return _trouble(said)
        case _:
            return _news(said)


def _meanwhile(one: Meanwhile) -> Meanwhile:
    return replace(one, progress=counted(one.progress), kinds=_kinds(one.kinds))


def _trouble(said: Trouble) -> Trouble:
    match said:
        case AccessFacts():
            return replace(said, place_name="", references=())
        case StaleFacts():
            return replace(said, why=TROUBLE)
        case BackFacts() | StalledFacts():
            return said
        case _:
            assert_never(said)


def _news(said: News) -> News:
    match said:
        case FailureFacts():
            ids = _no_ids(len(said.ids))
            progress = counted(said.progress)
            return replace(said, progress=progress, key=NO_ID, name=A_KIND, ids=ids, cleared=0, care=UNTOUCHED)
        case PingFacts():
            return replace(said, progress=counted(said.progress), kinds=_kinds(said.kinds))
        case ClipsFacts():
            return replace(said, progress=counted(said.progress), ids=_no_ids(len(said.ids)))
        case FinishedFacts():
            progress = counted(said.progress)
            return replace(said, progress=progress, status=None, output_url=None, error_message=None)
        case StuckFacts():
            return replace(said, progress=counted(said.progress), ones=_stuck(said.ones))
        case ShortFacts() | ReopenedFacts() | MissingFacts() | RiskFacts():
            return replace(said, progress=counted(said.progress))
        case _:
            assert_never(said)


# --- answers ---


def counted_status(answer: StatusAnswer) -> StatusAnswer:
    """How a reference is doing, as far as that may be told."""
    return replace(
        answer,
        progress=counted(answer.progress),
        trouble=answer.trouble and TROUBLE,
        requests=(),
        nearest=(),
        stuck=_stuck(answer.stuck),
        cleared=frozenset(),
    )


def counted_glob(answer: GlobAnswer) -> GlobAnswer:
    """The references that the pattern covers, which was typed there; no others."""
    return replace(answer, overview=counted_overview(answer.overview), nearest=())


def counted_line(line: WatchLine) -> WatchLine:
    """A watch in a list."""
    return replace(line, progress=counted(line.progress))


def counted_digest(facts: DigestFacts) -> DigestFacts:
    """What is watched there, without what failed and who looks at it."""
    return replace(
        facts,
        needs=_part(facts.needs),
        due=_part(facts.due),
        finished=_part(facts.finished),
        running=_part(facts.running),
    )


def counted_overview(overview: Overview) -> Overview:
    """The references that a pattern covers."""
    most = (replace(each, progress=counted(each.progress)) for each in overview.most)
    return replace(overview, totals=counted(overview.totals), most=tuple(most))


# --- parts ---


def counted(progress: Progress) -> Progress:
    """The totals of a reference."""
    others = sum(number for _, number in progress.other)
    return replace(
        progress,
        other=((OTHER, others),) if others else (),
        kinds=_kinds(progress.kinds),
        oldest_waiting=_waiting(progress.oldest_waiting),
    )


def _waiting(request: LipsyncRequest | None) -> LipsyncRequest | None:
    """Only since when it waits."""
    return request and replace(request, id=NO_ID, output_url=None, error_message=None, reference_id=None)


def _kinds(kinds: Iterable[FailureKind]) -> tuple[FailureKind, ...]:
    return tuple(
        replace(kind, key=NO_ID, name=A_KIND, ids=_no_ids(kind.count), cleared=0, care=UNTOUCHED) for kind in kinds
    )


def _no_ids(number: int) -> tuple[str, ...]:
    return (NO_ID,) * number


def _stuck(ones: Iterable[StuckOne]) -> tuple[StuckOne, ...]:
    return tuple(replace(one, id=NO_ID) for one in ones)


def _part(part: DigestPart) -> DigestPart:
    return replace(part, lines=tuple(map(_line, part.lines)))


def _line(line: DigestLine) -> DigestLine:
    kinds = (replace(kind, name=A_KIND, assigned_to=None) for kind in line.kinds)
    return replace(line, progress=counted(line.progress), kinds=tuple(kinds))
