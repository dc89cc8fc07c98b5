"""What a reading means for one watch: what is worth saying, and how the watch moves on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.alerts import Verdict, weigh
from bot.domain.announcement import (
    ONCE,
    Announcement,
    ClipsFacts,
    FailureFacts,
    FinishedFacts,
    Key,
    News,
    PingFacts,
    ReopenedFacts,
    ShortFacts,
)
from bot.domain.change import Entry, triage_of
from bot.domain.failure import FailureKind, kinds
from bot.domain.progress import Progress, Settled, settlement, summarise
from bot.domain.request import LipsyncRequest
from bot.domain.risk import spare
from bot.domain.triage import Care, Triage
from bot.domain.watch import Watch, may_announce, on_api_clock


@dataclass(frozen=True, slots=True)
class Look:
    """The circumstances of a reading: its number, whether it ended and accounts for everything, and the clocks.

    `steady` is False when requests vanished in it: then nothing is called finished before another reading agrees.
    `ahead` is how far the API's clock is ahead of ours, as that went when this process began. `unseen` are the failure
    kinds that the account never had before this reading, `cares` is what people have done about those of the reference.
    """

    number: int
    read_at: datetime
    api_now: datetime
    ended: bool
    complete: bool
    steady: bool
    longest_settle: timedelta
    ahead: timedelta = timedelta()
    unseen: frozenset[str] = frozenset()
    cares: Mapping[str, Care] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noticed:
    """The watch as it is afterwards, and what is to be said, in order."""

    watch: Watch
    announcements: tuple[Announcement, ...]


def notice(watch: Watch, entries: Sequence[Entry], look: Look) -> Noticed:
    """Decide what this place is told; `entries` is the whole memory of the reference after the reading."""
    listed = [e for e in entries if e.listed]
    triage = triage_of(listed, look.cares)
    progress = summarise(
        watch.reference_id,
        [e.request for e in listed],
        expected=watch.expected,
        vanished=len(entries) - len(listed),
        triage=triage,
    )
    watch = on_api_clock(watch, look.ahead)
    watch, reopened = _reopened(watch, listed, progress, look)
    watch, failures = _failures(watch, listed, progress, look, triage)
    if not look.ended:
        return Noticed(watch, (*reopened, *failures))
    if look.complete and watch.baseline_at is None:
        watch = replace(watch, baseline_at=look.read_at)
    watch, clips = _clips(watch, listed, progress, look)
    watch, settled = _settled(watch, listed, progress, look)
    return Noticed(watch, (*reopened, *failures, *clips, *settled))


def _told(watch: Watch, *said: Announcement) -> tuple[Announcement, ...]:
    """What is said besides failures: nothing, where only those are wanted."""
    return () if watch.only_failures else said


def _announcement(
    watch: Watch,
    facts: News,
    look: Look,
    *,
    subject: str,
    level: str = ONCE,
    generation: int = 0,
    happened_at: datetime | None,
) -> Announcement:
    return Announcement(
        key=Key(watch.workspace_id, watch.place, facts.kind, subject, level, generation),
        facts=facts,
        reference_id=watch.reference_id,
        recorded_at=look.read_at,
        happened_at=happened_at,
        watch_id=watch.id,
    )


def _failures(
    watch: Watch, listed: Sequence[Entry], progress: Progress, look: Look, triage: Triage
) -> tuple[Watch, tuple[Announcement, ...]]:
    """The kinds that this reading added to: a message for each new one, its change for a known one, and pings."""
    failed = [e for e in listed if e.request.status == "failed" and may_announce(watch, e)]
    new = {e.request.id for e in failed if e.outcome_reading == look.number}
    if not new:
        return watch, ()
    every = kinds([e.request for e in failed], triage)
    added_to = [kind for kind in every if not new.isdisjoint(kind.ids)]
    pings_are_new = watch.placement.is_broadcast or not watch.placement.has_threads
    verdict = weigh(watch.alerts, added_to, progress, pings_are_new=pings_are_new)
    rate = verdict.rate if verdict.first else None
    said: list[Announcement] = []
    for kind in (*verdict.first, *verdict.grown):
        is_last = kind in verdict.first[-1:] and verdict.after.is_full
        facts = _failure(kind, progress, look)
        facts = replace(facts, rate=rate, unseen=kind.key in look.unseen, is_last=is_last)
        rate = None
        said.append(_of_kind(watch, facts, look, kind))
    told = [kind for kind in every if verdict.after.has_told(kind)]
    watch = replace(watch, alerts=verdict.after)
    return watch, (*said, *_ping(watch, verdict, told, progress, look))


def _failure(kind: FailureKind, progress: Progress, look: Look) -> FailureFacts:
    return FailureFacts(
        progress,
        kind.key,
        kind.name,
        kind.ids,
        kind.first_at,
        kind.last_at,
        look.read_at,
        cleared=kind.cleared,
        care=kind.care,
    )


def key_of_kind(watch: Watch, kind: str) -> Key:
    """What the message about a failure kind (by its key) has as its own key, in the place of a watch."""
    return Key(watch.workspace_id, watch.place, "failure", f"{watch.reference_id}\n{kind}", watch.id)


def _of_kind(watch: Watch, facts: FailureFacts, look: Look, kind: FailureKind) -> Announcement:
    return Announcement(
        key=key_of_kind(watch, kind.key),
        facts=facts,
        reference_id=watch.reference_id,
        recorded_at=look.read_at,
        happened_at=kind.first_at,
        watch_id=watch.id,
    )


def _ping(
    watch: Watch, verdict: Verdict, told: Sequence[FailureKind], progress: Progress, look: Look
) -> tuple[Announcement, ...]:
    """One for all kinds that reached a step in this look; a rate comes with it unless a first message has it."""
    rate = None if verdict.first else verdict.rate
    if not verdict.pinged and rate is None:
        return ()
    about = verdict.pinged or tuple(told[:1])
    said = _announcement(
        watch,
        PingFacts(progress, verdict.pinged, rate, look.read_at),
        look,
        subject=watch.reference_id,
        level=f"{watch.id} {look.number}",
        happened_at=max((kind.last_at for kind in about), default=None),
    )
    return (replace(said, under=key_of_kind(watch, about[0].key) if about else None),)


def _reopened(
    watch: Watch, listed: Sequence[Entry], progress: Progress, look: Look
) -> tuple[Watch, tuple[Announcement, ...]]:
    if watch.settled_reading is None:
        return watch, ()
    settled = watch.settled_reading
    arrived = [e for e in listed if e.first_reading > settled]
    if not arrived:
        return watch, ()
    watch = replace(watch, generation=watch.generation + 1, generation_reading=settled, settled_reading=None)
    facts = ReopenedFacts(progress, len(arrived), look.read_at)
    happened_at = min(e.request.created_at for e in arrived)
    said = _announcement(
        watch, facts, look, subject=watch.reference_id, generation=watch.generation, happened_at=happened_at
    )
    return watch, _told(watch, said)


def _clips(
    watch: Watch, listed: Sequence[Entry], progress: Progress, look: Look
) -> tuple[Watch, tuple[Announcement, ...]]:
    if watch.only_failures or not watch.events.tell_completions:
        return watch, ()
    done = [
        e.request
        for e in listed
        if e.request.status == "completed" and may_announce(watch, e) and (e.outcome_reading or 0) > watch.clips_reading
    ]
    if not done:
        return watch, ()
    done.sort(key=lambda r: (r.ended_at, r.id))
    facts = ClipsFacts(progress, tuple(r.id for r in done), look.read_at)
    said = _announcement(
        watch,
        facts,
        look,
        subject=watch.reference_id,
        level=f"{watch.id} {look.number}",
        happened_at=done[0].ended_at,
    )
    return replace(watch, clips_reading=look.number), (said,)


def _settled(
    watch: Watch, listed: Sequence[Entry], progress: Progress, look: Look
) -> tuple[Watch, tuple[Announcement, ...]]:
    if not (look.complete and look.steady) or watch.settled_reading is not None:
        return watch, ()
    requests = [e.request for e in listed]
    state = settlement(requests, expected=watch.expected, api_now=look.api_now, longest=look.longest_settle)
    if not isinstance(state, Settled):
        return watch, ()
    watch = replace(watch, settled_reading=look.number)
    outcomes = [e for e in listed if may_announce(watch, e) and (e.outcome_reading or 0) > watch.generation_reading]
    if not outcomes:
        return watch, ()
    facts = ShortFacts(progress, look.read_at) if state.short else _finished(watch, progress, requests, look)
    said = _announcement(
        watch,
        facts,
        look,
        subject=watch.reference_id,
        level=str(watch.expected) if state.short else ONCE,
        generation=watch.generation,
        happened_at=progress.last_ended_at,
    )
    return watch, _told(watch, said)


def _finished(watch: Watch, progress: Progress, requests: Sequence[LipsyncRequest], look: Look) -> FinishedFacts:
    due = watch.deadline + (look.api_now - look.read_at) if watch.deadline else None
    left = spare(progress, due) if due else None
    if len(requests) != 1:
        return FinishedFacts(progress, look.read_at, spare=left)
    only = requests[0]
    return FinishedFacts(progress, look.read_at, only.status, only.output_url, only.error_message, left)
