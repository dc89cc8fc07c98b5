"""The recorded past of requests: what each was at every reading that showed something new of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.change import Entry
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch

SAME_LOOK = timedelta(seconds=5)  # the pages of one look come faster one after the other than two looks


@dataclass(frozen=True, slots=True)
class Move:
    """That the reading of this number showed a request in a new status; `correction` when it had ended before."""

    reading: int
    status: str
    seen_at: datetime
    correction: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A request as our memory has it now, and how it came there, oldest move first."""

    entry: Entry
    moves: tuple[Move, ...]

    def all_moves(self) -> tuple[Move, ...]:
        """The same with a move where nothing but the finish of an undocumented status was seen, or nothing is left."""
        entry, found = self.entry, self.moves
        known = {move.reading for move in found}
        if not found:
            return (Move(entry.first_reading, entry.request.status, entry.changed_at),)
        if entry.outcome_reading is None or entry.outcome_reading in known or not entry.request.is_terminal:
            return found
        ended = Move(entry.outcome_reading, entry.request.status, entry.request.ended_at)
        return tuple(sorted((*found, ended), key=lambda move: move.reading))


@dataclass(frozen=True, slots=True)
class Moment:
    """What one reading has shown of a reference, at `at` (our clock); readings are numbered anew, with gaps.

    `created_from` is when the first of the requests was created that it showed first; None when it showed no new one.
    """

    number: int
    at: datetime
    moves: tuple[tuple[Past, Move], ...]
    created_from: datetime | None

    def brings_what_was_sent_by(self, moment: datetime) -> bool:
        """Whether a request is seen here for the first time that was created by then (the API's clock)."""
        return self.created_from is not None and self.created_from <= moment


def moments(pasts: Iterable[Past]) -> list[Moment]:
    """Every reading that showed something new of these requests, in order; time never runs back."""
    by_reading: dict[int, list[tuple[Past, Move]]] = {}
    for past in pasts:
        for move in past.all_moves():
            by_reading.setdefault(move.reading, []).append((past, move))
    found: list[Moment] = []
    seen: set[str] = set()
    for place, (_, shown) in enumerate(sorted(by_reading.items()), 1):
        at = max([min(move.seen_at for _, move in shown), *(each.at for each in found[-1:])])
        new = [past.entry.request for past, _ in shown if past.entry.request.id not in seen]
        seen.update(request.id for request in new)
        created_from = min((request.created_at for request in new), default=None)
        found.append(Moment(2 * place, at, tuple(shown), created_from))
    return found


def entry_at(past: Past, move: Move, before: Entry | None, number: int, watch: Watch) -> Entry:
    """The entry after this move, as a reading of this number would have left it while `watch` was there."""
    request = _request_at(past, move)
    first = before.first_reading if before is not None else number
    opened = before.open_reading if before is not None else None
    outcome = before.outcome_reading if before is not None else None
    if not request.is_terminal:
        if opened is None or opened <= watch.since_reading < number:
            opened = number
    else:
        outcome = number if outcome is None else outcome
        if before is not None and _was_open_when_begun(before, request, watch) and number > watch.since_reading:
            opened = number
    return replace(
        past.entry,
        request=request,
        first_reading=first,
        open_reading=opened,
        outcome_reading=outcome,
        listed=True,
        cleared=False,
    )


def _was_open_when_begun(before: Entry, request: LipsyncRequest, watch: Watch) -> bool:
    """A new watch reads its reference at once: then it sees what is open, even if nothing moves."""
    if before.outcome_reading is not None or before.first_reading > watch.since_reading:
        return False
    return request.finished_at is None or request.finished_at > watch.started_at


def _request_at(past: Past, move: Move) -> LipsyncRequest:
    """What a request was after a move: what is not recorded of that time is left out."""
    now, moves = past.entry.request, past.all_moves()
    if move == moves[-1]:
        return now
    ended = past.entry.outcome_reading is not None and move.reading >= past.entry.outcome_reading
    return replace(
        now,
        status=move.status,
        finished_at=now.finished_at if ended else None,
        output_url=None,
        error_message=None,
    )


def corrected(pasts: Sequence[Past]) -> int:
    """How many of the requests the API changed after their outcome: what their first one was is not known any more."""
    return sum(1 for past in pasts if any(move.correction for move in past.moves))
