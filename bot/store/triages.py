"""What people do about failures: handled, given to somebody, or not to be told of any more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.domain.announcement import Announcement, AssignedFacts, Key
from bot.domain.change import Entry
from bot.domain.deed import Deed, Did
from bot.domain.failure import FailureKind, kind_of
from bot.domain.notice import key_of_kind
from bot.domain.triage import UNTOUCHED, Assigned, Care, Handled
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.accounts import lock_account
from bot.store.caring import cares_of, clear, failures_of, mark_recovered, show
from bot.store.columns import key_of
from bot.store.database import Database
from bot.store.deeds import note
from bot.store.dialect import insert_if_new
from bot.store.finding import watch_at
from bot.store.queue import queue
from bot.store.rows import Row, watch_of
from bot.store.schema import watches
from bot.store.schema_people import cares
from bot.store.watching import active_of_references, save, touch_cards


@dataclass(frozen=True, slots=True)
class Which:
    """Failure kinds of one reference, by their keys; `place` is where somebody does something about them."""

    workspace_id: str
    account_id: str
    place: str
    reference_id: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Triages:
    """What was done about the failures of all accounts; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def kinds(self, account_id: str, reference_id: str) -> tuple[FailureKind, ...]:
        """The failure kinds of a reference as our memory has them, the largest first."""
        return await self.database.read(lambda connection: failures_of(connection, account_id, reference_id)[0])

    async def handle(
        self, which: Which, *, person: str, now: datetime, seen: Mapping[str, int] | None = None
    ) -> tuple[FailureKind, ...]:
        """Mark the failures of these kinds handled; returns the kinds as they are then.

        `seen` tells for a kind how many of its failures the person has seen: later ones stay open.
        """

        def work(connection: Connection) -> tuple[FailureKind, ...]:
            lock_account(connection, which.account_id)
            chosen = _failed(connection, which)
            ids = [
                entry.request.id for key, failed in chosen.items() for entry in _first(failed, (seen or {}).get(key))
            ]
            clear(connection, which.account_id, ids, cleared=True)
            for key in chosen:
                _change(connection, which, key, lambda care: replace(care, handled=Handled(person, now)))
            return _done(connection, which, person, now, Did.HANDLED, {})

        return await self.database.write(work)

    async def open_again(self, which: Which, *, person: str, now: datetime) -> tuple[FailureKind, ...]:
        """Nothing of these kinds is handled any more; returns the kinds as they are then."""

        def work(connection: Connection) -> tuple[FailureKind, ...]:
            lock_account(connection, which.account_id)
            chosen = _failed(connection, which)
            ids = [entry.request.id for failed in chosen.values() for entry in failed]
            clear(connection, which.account_id, ids, cleared=False)
            for key in chosen:
                _change(connection, which, key, lambda care: replace(care, handled=None))
            return _done(connection, which, person, now, Did.OPENED_AGAIN, {})

        return await self.database.write(work)

    async def assign(
        self, which: Which, to: str | None, *, person: str, now: datetime, ask: bool = False
    ) -> tuple[tuple[FailureKind, ...], bool]:
        """Somebody (None: nobody) looks at these kinds; returns the kinds as they are then.

        With `ask` that person is asked in the place, where the reference is watched; returns whether so, too.
        """
        assigned = Assigned(to, person, now) if to is not None else None

        def work(connection: Connection) -> tuple[tuple[FailureKind, ...], bool]:
            lock_account(connection, which.account_id)
            for key in which.keys:
                _change(connection, which, key, lambda care: replace(care, assigned=assigned))
            after = _done(connection, which, person, now, Did.ASSIGNED, {"to": to or "nobody"})
            asked = (
                ask
                and to is not None
                and _ask(connection, which, AssignedFacts(which.reference_id, after, to, person), now)
            )
            return after, asked

        return await self.database.write(work)

    async def mute(self, which: Which, *, muted: bool, person: str, now: datetime) -> Watch | None:
        """Tell nothing of these kinds in the place any more, or tell it again.

        Returns the watch for which that holds, the glob's where one covers the reference; None when nothing watches it.
        """

        def work(connection: Connection) -> Watch | None:
            lock_account(connection, which.account_id)
            watch = watch_at(connection, which.workspace_id, which.place, which.reference_id)
            if watch is None:
                return None
            for one in _family(connection, watch):
                after = one
                for key in which.keys:
                    after = replace(after, alerts=after.alerts.mute_kind(key, muted=muted))
                save(connection, after)
            details = {"kinds": " ".join(which.keys)}
            did = Did.MUTE if muted else Did.UNMUTE
            note(connection, Deed(now, which.workspace_id, which.place, person, did, which.reference_id, details))
            return next(one for one in _family(connection, watch) if one.id == watch.card_id)

        return await self.database.write(work)


def _failed(connection: Connection, which: Which) -> dict[str, list[Entry]]:
    """The failures of these kinds that there are, the oldest first."""
    found: dict[str, list[Entry]] = {}
    every = entries.failed(connection, which.account_id, which.reference_id)
    failed = [entry for entry in every if entry.request.status == "failed"]
    for entry in sorted(failed, key=lambda entry: (entry.request.ended_at, entry.request.id)):
        if (key := kind_of(entry.request.error_message)) in which.keys:
            found.setdefault(key, []).append(entry)
    return found


def _first(failed: Sequence[Entry], most: int | None) -> Iterable[Entry]:
    return failed if most is None else failed[:most]


def _change(connection: Connection, which: Which, key: str, how: Callable[[Care], Care]) -> None:
    care = how(cares_of(connection, which.account_id, which.reference_id).get(key, UNTOUCHED))
    mine: Row = {"account_id": which.account_id, "reference_key": key_of(which.reference_id), "kind": key}
    assigned, handled = care.assigned, care.handled
    values = {
        "assigned_to": assigned.to if assigned else None,
        "assigned_by": assigned.by if assigned else None,
        "assigned_at": assigned.at if assigned else None,
        "handled_by": handled.by if handled else None,
        "handled_at": handled.at if handled else None,
    }
    if not insert_if_new(connection, cares, {**mine, **values}):
        same = [cares.c[name] == value for name, value in mine.items()]
        connection.execute(update(cares).where(*same).values(values))


def _done(
    connection: Connection, which: Which, person: str, now: datetime, did: Did, details: Mapping[str, str]
) -> tuple[FailureKind, ...]:
    """Show it on cards and messages, write it down, and tell how the kinds are now."""
    mark_recovered(connection, which.account_id, [which.reference_id])
    after = show(connection, which.account_id, which.reference_id, at_once=True)
    watching = active_of_references(connection, which.account_id, [which.reference_id])
    touch_cards(connection, {watch.card_id for watch in watching})
    about = {**details, "kinds": " ".join(which.keys)}
    note(connection, Deed(now, which.workspace_id, which.place, person, did, which.reference_id, about))
    return tuple(kind for kind in after if kind.key in which.keys)


def _ask(connection: Connection, which: Which, facts: AssignedFacts, now: datetime) -> bool:
    """Ask in this place, under the message about the failures; where nothing watches them, nobody is asked."""
    watch = watch_at(connection, which.workspace_id, which.place, which.reference_id)
    if watch is None or not facts.kinds:
        return False
    level = f"{facts.to} {now.isoformat()}"
    key = Key(which.workspace_id, which.place, facts.kind, f"{which.reference_id}\n{' '.join(which.keys)}", level)
    under = key_of_kind(watch, facts.kinds[0].key)
    queue(connection, [Announcement(key, facts, which.reference_id, now, watch_id=watch.id, under=under)])
    return True


def _family(connection: Connection, watch: Watch) -> list[Watch]:
    """The watch itself, or the glob that it is under with all that are under it."""
    if watch.glob_id is None:
        return [watch]
    mine = (watches.c.id == watch.glob_id) | (watches.c.glob_id == watch.glob_id)
    rows = connection.execute(select(watches).where(mine, watches.c.ended_at.is_(None))).mappings()
    return [watch_of(row) for row in rows]
