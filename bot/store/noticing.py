"""Asking the domain what a reading means for each watch, and writing down what it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, select

from bot.domain.change import Entry
from bot.domain.notice import Look, notice
from bot.domain.progress import Settled, Waiting, settlement
from bot.domain.reading import Reading
from bot.domain.triage import Care
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.caring import cares_of
from bot.store.catching_up import why_held
from bot.store.lost_cards import renew_lost_card
from bot.store.queue import queue
from bot.store.schema import IS_OPEN, requests
from bot.store.watching import save, touch_card, with_card

A_LOOK_LATER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The reading that is recorded: its number, and which references it `touched`, which have `failed` requests by it.

    `ended` are the references whose reading ends with it, `complete` those of them that it accounts for. It is `steady`
    unless requests vanished in it. `unseen` are the failure kinds that the account never had before.
    """

    account_id: str
    reading: Reading
    number: int
    longest_settle: timedelta
    touched: frozenset[str]
    failed: frozenset[str]
    ended: frozenset[str]
    complete: frozenset[str]
    steady: bool
    unseen: frozenset[str] = frozenset()

    def look(self, reference_id: str, cares: Mapping[str, Care]) -> Look:
        """The same, as the domain wants to know it for one reference."""
        return Look(
            number=self.number,
            read_at=self.reading.read_at,
            api_now=self.reading.api_now,
            ended=reference_id in self.ended,
            complete=reference_id in self.ended & self.complete,
            steady=self.steady,
            longest_settle=self.longest_settle,
            ahead=self.reading.ahead,
            unseen=self.unseen,
            cares=cares,
        )


@dataclass(slots=True)
class NoticedAll:
    """How much was queued, and by reference when it may be called settled (the API's clock)."""

    announced: int = 0
    settles: dict[str, datetime] = field(default_factory=dict)


def notice_all(connection: Connection, circumstances: Circumstances, watches: dict[str, list[Watch]]) -> NoticedAll:
    """Ask for all watched references what is worth saying, and queue it."""
    all_of_it = NoticedAll()
    for reference_id, these in watches.items():
        changed = reference_id in circumstances.touched
        if _may_matter(connection, circumstances, reference_id, these):
            memory = entries.whole(connection, circumstances.account_id, reference_id)
            look = circumstances.look(reference_id, cares_of(connection, circumstances.account_id, reference_id))
            for watch in these:
                said, after = _notice(connection, watch, memory, look, changed=changed)
                all_of_it.announced += said
                if moments := _settles_at(after, memory, look):
                    all_of_it.settles[reference_id] = min(moments)
        elif changed:
            for watch in these:
                touch_card(connection, watch.card_id, urgent=False)
    return all_of_it


def _may_matter(
    connection: Connection, circumstances: Circumstances, reference_id: str, watches: Sequence[Watch]
) -> bool:
    """Whether something may be worth saying, so that it is worth loading the whole batch.

    In the midst of a reading that is a new failure. At its end it is any change, also one of an earlier part, and time.
    """
    if reference_id not in circumstances.ended:
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
    said = queue(connection, noticed.announcements, why_held(connection, watch)) if noticed.announcements else 0
    if noticed.watch != watch:
        save(connection, noticed.watch)
    settled = (watch.baseline_at, watch.settled_reading) != (noticed.watch.baseline_at, noticed.watch.settled_reading)
    urgent = said > 0 or (settled and watch.glob_id is None)  # of many under one glob each settles some time
    if changed or settled or urgent:
        touch_card(connection, watch.card_id, urgent=urgent)
    if said:
        renew_lost_card(connection, with_card(connection, noticed.watch), look.read_at)
    return said, noticed.watch


def _settles_at(watch: Watch, memory: Sequence[Entry], look: Look) -> list[datetime]:
    if not look.complete or watch.settled_reading is not None:
        return []
    requests_listed = [entry.request for entry in memory if entry.listed]
    state = settlement(requests_listed, expected=watch.expected, api_now=look.api_now, longest=look.longest_settle)
    if isinstance(state, Settled):
        return [look.api_now + A_LOOK_LATER]  # something vanished: the next look must agree
    return [state.until] if isinstance(state, Waiting) else []
