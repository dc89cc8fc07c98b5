"""The ledger's entries, and what a reading changes in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.domain.request import LipsyncRequest
from bot.domain.triage import Care, Triage

_LONGEST_RACE = timedelta(seconds=60)  # that a later answer is recorded before an earlier one


@dataclass(frozen=True, slots=True)
class Entry:
    """A request as our memory has it.

    Readings of an account are numbered one after the other: a clock that no machine can set wrong. `first_reading`
    showed it first, `open_reading` is one that showed it open (not always the newest), `outcome_reading` showed it
    terminal first. `changed_at` is our clock when `request` was last changed; `listed` is False once the API no longer
    lists it, and `place` is where it stood in the account's list when last shown there, counted from the oldest.
    `cleared` when it failed and is not open any more: handled, or recovered.
    """

    request: LipsyncRequest
    first_reading: int
    changed_at: datetime
    open_reading: int | None = None
    outcome_reading: int | None = None
    listed: bool = True
    place: int | None = None
    cleared: bool = False


def triage_of(entries: Iterable[Entry], cares: Mapping[str, Care] = MappingProxyType({})) -> Triage:
    """What is known of the failures of a reference, by its entries and by what people have done."""
    return Triage(frozenset(entry.request.id for entry in entries if entry.cleared), cares)


@dataclass(frozen=True, slots=True)
class Transition:
    """A request's move from one status to another, as the bot saw it; `old` is None at first sight.

    `correction` marks a request that the API itself moved after an outcome: shown and logged, never announced again.
    """

    request_id: str
    old: str | None
    new: str
    seen_at: datetime
    correction: bool = False


def first_sight(request: LipsyncRequest, number: int, read_at: datetime, place: int | None = None) -> Entry:
    """The entry of a request that was never seen, in the reading of this number."""
    return Entry(
        request=request,
        first_reading=number,
        changed_at=read_at,
        open_reading=None if request.is_terminal else number,
        outcome_reading=number if request.is_terminal else None,
        place=place,
    )


def knows_better(entry: Entry, asked_at: datetime, read_at: datetime) -> bool:
    """Whether the entry last changed after this answer was asked for; not because our clock was set back since."""
    return asked_at < entry.changed_at <= read_at + _LONGEST_RACE


def seen_again(
    entry: Entry,
    request: LipsyncRequest,
    number: int,
    *,
    asked_at: datetime,
    read_at: datetime,
    open_since: int,
    place: int | None = None,
) -> Entry:
    """The entry after a reading showed `request`; the same object when nothing worth writing changed.

    A row that was asked for before the entry last changed is old news and changes nothing. `open_since` is the newest
    watch's first reading: seeing the request open after it is remembered once, not at every look. A `place` is written
    the first time, which tells that the list has shown the request, and a new one only while it is open: later nobody
    looks for it.
    """
    if request != entry.request and entry.outcome_reading is not None and knows_better(entry, asked_at, read_at):
        request = entry.request
    changed = entry
    if request != entry.request:
        changed = replace(changed, request=request, changed_at=read_at)
    if not changed.listed:
        changed = replace(changed, listed=True)
    if request.is_terminal and changed.outcome_reading is None:
        changed = replace(changed, outcome_reading=number)
    if not request.is_terminal and (entry.open_reading is None or entry.open_reading <= open_since < number):
        changed = replace(changed, open_reading=number)
    if place is not None and place != changed.place and (changed.place is None or not request.is_terminal):
        changed = replace(changed, place=place)
    return changed


def transition(before: Entry | None, after: Entry, seen_at: datetime) -> Transition | None:
    """The move between two states of an entry, if there was one."""
    old = before.request.status if before else None
    if old == after.request.status:
        return None
    correction = before is not None and before.outcome_reading is not None
    return Transition(after.request.id, old, after.request.status, seen_at, correction)
