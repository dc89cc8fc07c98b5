"""Asking the domain what a reading means for each watch, and writing down what it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, select

from bot.domain.change import Entry
from bot.domain.notice import Look, notice
from bot.domain.progress import Waiting, settlement
from bot.domain.reading import Reading
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import queue
from bot.store.schema import IS_OPEN, requests
from bot.store.watching import save, touch_card


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The reading that is recorded: its number, and which references it `touched`, which have `failed` requests by it.

    It is `steady` unless requests vanished in it.
    """

    account_id: str
    reading: Reading
    number: int
    longest_settle: timedelta
    touched: frozenset[str]
    failed: frozenset[str]
    steady: bool

    def ended(self, reference_id: str) -> bool:
        """Whether this was the last part of a reading of this reference."""
        return self.reading.ended and self.reading.reference_id == reference_id

    def look(self, reference_id: str) -> Look:
        """The same, as the domain wants to know it for one reference."""
        ended = self.ended(reference_id)
        return Look(
            number=self.number,
            read_at=self.reading.read_at,
            api_now=self.reading.api_now,
            ended=ended,
            complete=ended and self.reading.complete,
            steady=self.steady,
            longest_settle=self.longest_settle,
        )


def notice_all(
    connection: Connection, circumstances: Circumstances, watches: dict[str, list[Watch]]
) -> tuple[int, datetime | None]:
    """For all watched references: how much was queued, and when the next batch may be called settled."""
    announced, settles = 0, []
    for reference_id, these in watches.items():
        changed = reference_id in circumstances.touched
        if _may_matter(connection, circumstances, reference_id, these):
            memory = entries.whole(connection, circumstances.account_id, reference_id)
            look = circumstances.look(reference_id)
            for watch in these:
                said, after = _notice(connection, watch, memory, look, changed=changed)
                announced += said
                settles += _settles_at(after, memory, look)
        elif changed:
            for watch in these:
                touch_card(connection, watch.id, urgent=False)
    return announced, min(settles, default=None)


def _may_matter(
    connection: Connection, circumstances: Circumstances, reference_id: str, watches: Sequence[Watch]
) -> bool:
    """Whether something may be worth saying, so that it is worth loading the whole batch.

    In the midst of a reading that is a new failure. At its end it is any change, also one of an earlier part, and time.
    """
    if not circumstances.ended(reference_id):
        return reference_id in circumstances.failed
    if reference_id in circumstances.touched:
        return True
    mine = entries.of_reference(circumstances.account_id, reference_id)
    return any(_is_unsaid(connection, mine, watch) for watch in watches)


def _is_unsaid(connection: Connection, mine: ColumnElement[bool], watch: Watch) -> bool:
    if watch.baseline_at is None:
        return True
    if watch.events.tell_completions:
        completed = and_(requests.c.status == "completed", requests.c.outcome_reading > watch.clips_reading)
        if _is_there(connection, and_(mine, completed)):
            return True
    if watch.settled_reading is None:
        return not _is_there(connection, and_(mine, IS_OPEN))
    return _is_there(connection, and_(mine, requests.c.first_reading > watch.settled_reading))


def _is_there(connection: Connection, wanted: ColumnElement[bool]) -> bool:
    return bool(connection.execute(select(select(requests.c.id).where(wanted).exists())).scalar_one())


def _notice(
    connection: Connection, watch: Watch, memory: Sequence[Entry], look: Look, *, changed: bool
) -> tuple[int, Watch]:
    noticed = notice(watch, memory, look)
    said = queue(connection, noticed.announcements)
    if noticed.watch != watch:
        save(connection, noticed.watch)
    settled = (watch.baseline_at, watch.settled_reading) != (noticed.watch.baseline_at, noticed.watch.settled_reading)
    urgent = said > 0 or settled
    if changed or urgent:
        touch_card(connection, watch.id, urgent=urgent)
    if said:
        renew_lost_card(connection, noticed.watch, look.read_at)
    return said, noticed.watch


def _settles_at(watch: Watch, memory: Sequence[Entry], look: Look) -> list[datetime]:
    if not look.complete or watch.settled_reading is not None:
        return []
    requests_listed = [entry.request for entry in memory if entry.listed]
    state = settlement(requests_listed, expected=watch.expected, api_now=look.api_now, longest=look.longest_settle)
    return [state.until] if isinstance(state, Waiting) else []
