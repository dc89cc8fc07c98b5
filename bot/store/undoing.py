"""Taking back what was done with watches, inside one transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, exists, select, update

from bot.domain.deed import UNDO_FOR, Deed, Did
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.domain.policy import Policy
from bot.domain.watch import Watch
from bot.store.accounts import lock_account
from bot.store.deeds import note
from bot.store.finding import watch_at
from bot.store.handing import change_under
from bot.store.outside import end_under
from bot.store.pictures import Journal
from bot.store.policy_rows import policy_at
from bot.store.reviving import put_back, separate
from bot.store.rows import watch_of
from bot.store.schema import exceptions, watches
from bot.store.schema_people import undos
from bot.store.stopping import end
from bot.store.telling_again import tell_missed
from bot.store.watching import touch_card


def take_back(
    connection: Connection, undo_id: str, workspace_id: str, place: str, now: datetime, person: str
) -> UndoneAnswer:
    """Take back a deed of this place, unless it is too late or something else was done since."""
    mine = (undos.c.id == undo_id, undos.c.workspace_id == workspace_id, undos.c.place == place)
    account_id = connection.execute(select(undos.c.account_id).where(*mine)).scalar_one_or_none()
    if account_id is None:
        return UndoneAnswer(Undone.TOO_LATE)
    readings = lock_account(connection, account_id)
    row = connection.execute(select(undos).where(*mine)).mappings().one()
    did, subject = Did(row["deed"]), row["subject"]
    if (why_not := _why_not(connection, row, now)) is not None:
        return UndoneAnswer(why_not, did, subject)
    undoing = _Undoing(connection, row, Journal.of_text(row["journal"]), now, readings)
    there = policy_at(connection, workspace_id, place)
    if there is not None and not undoing.is_allowed(there.policy):
        return UndoneAnswer(Undone.OUTSIDE, did, subject)
    if not undoing.take_back(did):
        return UndoneAnswer(Undone.OVERTAKEN, did, subject)
    if there is not None:
        end_under(connection, workspace_id, place, there.policy, now)
    connection.execute(update(undos).where(*mine).values(used_at=now))
    note(connection, Deed(now, workspace_id, place, person, Did.UNDO, subject, {"of": did.value}))
    return UndoneAnswer(Undone.DONE, did, subject)


def _why_not(connection: Connection, row: RowMapping, now: datetime) -> Undone | None:
    if row["used_at"] is not None:
        return Undone.ALREADY
    if abs(now - row["done_at"]) > UNDO_FOR:
        return Undone.TOO_LATE
    later = exists().where(
        undos.c.workspace_id == row["workspace_id"],
        undos.c.place == row["place"],
        undos.c.subject == row["subject"],
        undos.c.number > row["number"],
        undos.c.used_at.is_(None),
    )
    return Undone.OVERTAKEN if connection.execute(select(later)).scalar_one() else None


@dataclass(frozen=True, slots=True)
class _Undoing:
    """A deed that is taken back; every step returns False when something else was done since, and then does nothing."""

    connection: Connection
    row: RowMapping
    journal: Journal
    now: datetime
    readings: int

    def is_allowed(self, policy: Policy) -> bool:
        """Whether the place may still hear of what the deed was about."""
        watch = self._watch_now()
        return policy.allows(self.row["subject"]) if watch is None else policy.allows_watch(watch)

    def take_back(self, did: Did) -> bool:
        if did is Did.WATCH:
            return self._watch()
        if did is Did.CHANGE:
            return self._change()
        return self._unwatch()

    def _watch(self) -> bool:
        watch = self._watch_now()
        if watch is None or watch.ended_at is not None or watch.glob_id is not None:
            return False
        was_under_glob = any(one.id == watch.id for one in self.journal.watches)
        if was_under_glob:
            separate(self.connection, watch, self.now)
        put_back(self.connection, self.journal)
        if not was_under_glob:
            end(self.connection, watch, self.readings, self.now)
        return True

    def _change(self) -> bool:
        watch = self._watch_now()
        if watch is None or watch.ended_at is not None or watch.glob_id is not None:
            return False
        put_back(self.connection, self.journal)
        after = self._watch_now()
        if after is not None:
            change_under(self.connection, after)
            touch_card(self.connection, after.id, urgent=True)
        return True

    def _unwatch(self) -> bool:
        """Also what an exception ended: the patterns cover the reference again."""
        watch = self._watch_now()
        if watch is not None and self._is_watched_anew(watch):
            return False
        if not all(map(self._is_excepted, self.journal.excepted)):
            return False
        revived = put_back(self.connection, self.journal)
        tell_missed(
            self.connection, self.row["account_id"], revived, self.journal.reading, self.row["done_at"], self.now
        )
        return True

    def _watch_now(self) -> Watch | None:
        query = select(watches).where(watches.c.id == self.row["watch_id"])
        row = self.connection.execute(query).mappings().one_or_none()
        return watch_of(row) if row else None

    def _is_watched_anew(self, watch: Watch) -> bool:
        there = watch_at(self.connection, watch.workspace_id, watch.place, watch.reference_id, is_glob=watch.is_glob)
        return there is not None and there.glob_id is None

    def _is_excepted(self, which: tuple[str, str]) -> bool:
        is_there = exists().where(exceptions.c.watch_id == which[0], exceptions.c.reference_key == which[1])
        return bool(self.connection.execute(select(is_there)).scalar_one())
