"""What recording a part of a reading does, step by step, inside one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection, insert

from bot.domain.change import Entry, Transition, first_sight, seen_again, transition
from bot.domain.reading import Reading, Recorded
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Watch
from bot.store import entries, watching
from bot.store.accounts import next_reading
from bot.store.batches import read_whole
from bot.store.noticing import Circumstances, notice_all
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
    failed: set[str] = field(default_factory=set)
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
    affected = {request.reference_id for request in shown.values()} - {None} | {reading.reference_id} - {None}
    watches = _by_reference(
        watching.active_of_references(connection, account_id, [reference for reference in affected if reference])
    )
    found = _compare(connection, account_id, reading, number, shown, watches)
    _find_vanished(connection, account_id, reading, found)
    _write(connection, account_id, number, found)
    if reading.complete and reading.reference_id is not None:
        read_whole(connection, account_id, reading.reference_id, reading.read_at, reading.api_now)
    announced, settles_at = notice_all(
        connection,
        Circumstances(
            account_id,
            reading,
            number,
            longest_settle,
            touched=frozenset(found.touched),
            failed=frozenset(found.failed),
            steady=not found.vanished,
        ),
        watches,
    )
    return Recorded(number, tuple(found.moves), announced, frozenset(found.news), settles_at)


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
    watches: dict[str, list[Watch]],
) -> _Found:
    found = _Found()
    known = entries.by_ids(connection, account_id, shown)
    since = {name: max(watch.since_reading for watch in these) for name, these in watches.items()}
    for request in shown.values():
        before = known.get(request.id)
        if before is None:
            after = first_sight(request, number, reading.read_at)
            found.added.append(after)
        else:
            after = seen_again(
                before,
                request,
                number,
                asked_at=reading.asked_at,
                read_at=reading.read_at,
                open_since=since.get(request.reference_id or "", 0),
            )
            if after is before:
                continue
            found.changed.append(after)
        found.touch(after, news=before is None or before.request != after.request)
        if move := transition(before, after, reading.read_at):
            found.moves.append(move)
    return found


def _find_vanished(connection: Connection, account_id: str, reading: Reading, found: _Found) -> None:
    """Of what was known when the reading asked, the API lists no more what is not among all its ids."""
    if reading.listed is None or reading.reference_id is None:
        return
    for entry in entries.whole(connection, account_id, reading.reference_id):
        if entry.listed and entry.request.id not in reading.listed and entry.changed_at <= reading.asked_at:
            gone = replace(entry, listed=False)
            found.changed.append(gone)
            found.touch(gone, news=False)
            found.vanished = True


def _write(connection: Connection, account_id: str, number: int, found: _Found) -> None:
    entries.add(connection, account_id, found.added)
    entries.change(connection, account_id, found.changed)
    if found.moves:
        rows = [transition_row(account_id, number, move) for move in found.moves]
        connection.execute(insert(transitions), rows)
