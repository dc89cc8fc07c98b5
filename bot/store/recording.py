"""What recording a part of a reading does, step by step, inside one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert

from bot.domain.change import Entry, Transition, first_sight, knows_better, seen_again, transition
from bot.domain.reading import Reading, Recorded
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch
from bot.store import entries, watching
from bot.store.accounts import next_reading
from bot.store.awaiting import awaited
from bot.store.batches import read_whole, saw, still_true, unread
from bot.store.caring import mark_recovered
from bot.store.counting import Change, count
from bot.store.coverage import accounted_for, coverage_of, save_coverage
from bot.store.covering import Covers
from bot.store.ending_steps import Awaited, settle_awaited
from bot.store.kinds import saw as saw_kinds
from bot.store.noticing import Circumstances, NoticedAll, notice_all
from bot.store.rows import transition_row
from bot.store.schema import transitions


@dataclass(slots=True)
class _Found:
    """What a reading has changed, by reference."""

    added: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    news: set[str] = field(default_factory=set)
    counts: list[Change] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    reasons: list[str | None] = field(default_factory=list)
    vanished: bool = False

    def touch(self, entry: Entry, *, news: bool) -> None:
        """Something about the entry has changed; `news` when it was the request itself."""
        reference_id = entry.request.reference_id
        if reference_id is None:
            return
        self.touched.add(reference_id)
        if news:
            self.news.add(reference_id)
            if entry.request.status == "failed":
                self.failed.add(reference_id)


def record(connection: Connection, account_id: str, reading: Reading, longest_settle: timedelta) -> Recorded:
    """Write what a part of a reading has shown, and queue what is worth saying of it."""
    number = next_reading(connection, account_id, reading.read_at)
    shown = _shown(reading)
    affected = {request.reference_id for request in shown.values()} | {reading.reference_id} | reading.closes
    watched = watching.active_of_references(connection, account_id, [each for each in affected if each is not None])
    watches = _by_reference(watched)
    covers = Covers.of(connection, account_id).on_api_clock(connection, reading.ahead)
    found = _compare(connection, account_id, reading, number, shown, covers.since(shown.values(), watches))
    _find_vanished(connection, account_id, reading, found)
    _write(connection, account_id, number, found)
    saw(connection, account_id, found.news, reading.read_at)
    count(connection, account_id, found.counts)
    mark_recovered(connection, account_id, found.news)
    covers.watch(connection, found.touched, watches)
    ended, complete = _ended(connection, account_id, reading)
    first_read = _write_progress(connection, account_id, reading, number, complete)
    circumstances = Circumstances(
        account_id,
        reading,
        number,
        longest_settle,
        touched=frozenset(found.touched),
        failed=frozenset(found.failed),
        ended=ended,
        complete=complete,
        steady=not found.vanished,
        unseen=_unseen(connection, account_id, found, reading.read_at),
    )
    noticed = notice_all(connection, circumstances, watches)
    watching.touch_cards(
        connection, {each.id for each in watched if each.reference_id in first_read and not each.glob_id}
    )
    waiting = awaited(connection, account_id)
    waits = settle_awaited(connection, circumstances, waiting)
    unaccounted = ((ended & {*watches, *waiting.values()}) | reading.fresh.keys()) - complete
    return _recorded(number, found, noticed, waits, unaccounted)


def _recorded(number: int, found: _Found, noticed: NoticedAll, waits: Awaited, unaccounted: frozenset[str]) -> Recorded:
    settles = {
        name: min(each[name] for each in (noticed.settles, waits.settles) if name in each)
        for name in {*noticed.settles, *waits.settles}
    }
    news = frozenset(found.news)
    return Recorded(number, tuple(found.moves), noticed.announced, news, settles, unaccounted, waits.ended)


def _unseen(connection: Connection, account_id: str, found: _Found, seen_at: datetime) -> frozenset[str]:
    """The failure kinds that the account never had; nobody knows as long as not all of its list was read."""
    if not found.reasons:
        return frozenset()
    unseen = saw_kinds(connection, account_id, found.reasons, seen_at)
    coverage = coverage_of(connection, account_id) if unseen else None
    return unseen if coverage is not None and coverage.filled == 1 else frozenset()


def _write_progress(
    connection: Connection, account_id: str, reading: Reading, number: int, complete: frozenset[str]
) -> frozenset[str]:
    """Remember what was read of the account's list, and of which references our memory is true since when.

    Returns those that were never read as a whole before: their cards have said so.
    """
    whole = {reading.reference_id} if reading.complete and reading.reference_id is not None else set()
    first_read = unread(connection, account_id, whole | (complete & reading.fresh.keys()))
    if reading.complete and reading.reference_id is not None:
        read_whole(connection, account_id, reading.reference_id, number, reading.read_at, reading.api_now)
    if reading.coverage is not None:
        save_coverage(connection, account_id, reading.coverage, number)
    _freshen(connection, account_id, reading, number, complete)
    return first_read


def _ended(connection: Connection, account_id: str, reading: Reading) -> tuple[frozenset[str], frozenset[str]]:
    """The references whose reading ends with this part, and those of them that it accounts for."""
    if reading.reference_id is not None:
        this = frozenset({reading.reference_id})
        return (this if reading.ended else frozenset(), this if reading.ended and reading.complete else frozenset())
    wanted = reading.closes | reading.fresh.keys()
    coverage = coverage_of(connection, account_id) if wanted else None
    return reading.closes, accounted_for(connection, account_id, coverage, wanted)


def _freshen(connection: Connection, account_id: str, reading: Reading, number: int, complete: frozenset[str]) -> None:
    """What the account's list has shown of a whole reference is as good as a reading of it."""
    by_moment: dict[datetime, list[str]] = {}
    for reference_id in sorted(complete & reading.fresh.keys()):
        by_moment.setdefault(reading.fresh[reference_id], []).append(reference_id)
    for as_of, references in by_moment.items():
        api_now = reading.api_now - (reading.read_at - as_of)
        still_true(connection, account_id, references, number, as_of, api_now)


def _shown(reading: Reading) -> dict[str, LipsyncRequest]:
    """The rows by id; those of a filtered reading belong to its reference."""
    if reading.reference_id is None:
        return {request.id: request for request in reading.requests}
    return {
        request.id: request
        if request.reference_id == reading.reference_id
        else replace(request, reference_id=reading.reference_id)
        for request in reading.requests
    }


def _by_reference(watches: Iterable[Watch]) -> dict[str, list[Watch]]:
    grouped: dict[str, list[Watch]] = {}
    for watch in watches:
        grouped.setdefault(watch.reference_id, []).append(watch)
    return grouped


def _compare(
    connection: Connection,
    account_id: str,
    reading: Reading,
    number: int,
    shown: dict[str, LipsyncRequest],
    since: dict[str, int],
) -> _Found:
    found = _Found()
    known = entries.by_ids(connection, account_id, shown)
    places = dict(zip((request.id for request in reading.requests), reading.places or (), strict=False))
    for request in shown.values():
        before = known.get(request.id)
        if before is None:
            after = first_sight(request, number, reading.read_at, places.get(request.id))
            found.added.append(after)
        else:
            after = seen_again(
                before,
                request,
                number,
                asked_at=reading.asked_at,
                read_at=reading.read_at,
                open_since=since.get(request.reference_id or "", 0),
                place=places.get(request.id),
            )
            if after is before:
                continue
            found.changed.append(after)
        found.touch(after, news=before is None or before.request != after.request)
        if before is None or (before.request, before.listed) != (after.request, after.listed):
            found.counts.append((before, after))
        if after.request.status == "failed" and (before is None or before.request.status != "failed"):
            found.reasons.append(after.request.error_message)
        if move := transition(before, after, reading.read_at):
            found.moves.append(move)
    return found


def _find_vanished(connection: Connection, account_id: str, reading: Reading, found: _Found) -> None:
    """Of what was known when the reading asked, the API lists no more what is not among all its ids."""
    if reading.listed is None or reading.reference_id is None:
        return
    for entry in entries.whole(connection, account_id, reading.reference_id):
        if entry.listed and entry.request.id not in reading.listed:
            if knows_better(entry, reading.asked_at, reading.read_at):
                continue
            gone = replace(entry, listed=False)
            found.changed.append(gone)
            found.counts.append((entry, gone))
            found.touch(gone, news=False)
            found.vanished = True


def _write(connection: Connection, account_id: str, number: int, found: _Found) -> None:
    entries.add(connection, account_id, found.added)
    entries.change(connection, account_id, found.changed)
    if found.moves:
        rows = [transition_row(account_id, number, move) for move in found.moves]
        connection.execute(insert(transitions), rows)
