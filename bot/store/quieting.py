"""The beginning and the end of quiet hours: a mute of everything that comes and goes, inside a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from bot.domain.deed import EVERYTHING, Deed, Did
from bot.domain.hours import Hours, Span, span_at
from bot.domain.mute import Mute
from bot.domain.timetable import Quiet
from bot.store.accounts import lock_account
from bot.store.deeds import note
from bot.store.holding import mute_row, mutes_of, show_mute
from bot.store.rows import Row
from bot.store.schema_people import mutes
from bot.store.schema_timetable import quiets
from bot.store.unmuting import end_mutes
from bot.store.watching import with_own_card


@dataclass(frozen=True, slots=True)
class Held:
    """Quiet hours as they are kept; `begun` is when their mute last began, which it does only once for each span."""

    quiet: Quiet
    begun: datetime | None

    def span_to_begin(self, now: datetime) -> Span | None:
        """The span that goes on and has not begun yet."""
        span = span_at(self.quiet.hours, now)
        return span if span is not None and span.begin != self.begun else None


def quiet_of(connection: Connection, workspace_id: str, place: str) -> Held | None:
    """The quiet hours of a place."""
    return next(iter(_where(connection, _in(workspace_id, place))), None)


def quiets_of(connection: Connection, account_id: str) -> list[Held]:
    """Those of all places in which the account may be told of."""
    return _where(connection, quiets.c.account_id == account_id)


def _where(connection: Connection, wanted: ColumnElement[bool]) -> list[Held]:
    query = select(quiets).where(wanted).order_by(quiets.c.workspace_id, quiets.c.place)
    return [Held(_quiet_of(row), row["begun"]) for row in connection.execute(query).mappings()]


def _in(workspace_id: str, place: str) -> ColumnElement[bool]:
    return and_(quiets.c.workspace_id == workspace_id, quiets.c.place == place)


# --- people ---


def set_quiet(connection: Connection, wanted: Quiet) -> None:
    """Give a place these quiet hours, instead of those that it had; they may have begun just now, or have ended."""
    now = wanted.set_at
    lock_account(connection, wanted.account_id)
    connection.execute(delete(quiets).where(_in(wanted.workspace_id, wanted.place)))
    connection.execute(insert(quiets), _row(wanted))
    if not begin(connection, Held(wanted, None), now):
        end_mutes(connection, _going_on(connection, wanted), now)
    details = {"hours": hours_text(wanted.hours)}
    note(connection, Deed(now, wanted.workspace_id, wanted.place, wanted.author, Did.QUIET, EVERYTHING, details))


def end_quiet(
    connection: Connection, workspace_id: str, place: str, now: datetime, author: str
) -> tuple[Quiet | None, int]:
    """No quiet hours any more; returns those that there were, and how much is told that they had held."""
    there = quiet_of(connection, workspace_id, place)
    if there is None:
        return None, 0
    lock_account(connection, there.quiet.account_id)
    connection.execute(delete(quiets).where(_in(workspace_id, place)))
    note(connection, Deed(now, workspace_id, place, author, Did.QUIET_OFF, EVERYTHING))
    return there.quiet, end_mutes(connection, _going_on(connection, there.quiet), now)


def _going_on(connection: Connection, quiet: Quiet) -> Sequence[Mute]:
    return [mute for mute in mutes_of(connection, quiet.workspace_id, quiet.place) if mute.by_hours]


# --- the clock ---


def begin_due(connection: Connection, account_id: str, now: datetime) -> int:
    """Begin the quiet hours whose time has come; returns in how many places."""
    readings = lock_account(connection, account_id)
    return sum(begin(connection, held, now, readings) for held in quiets_of(connection, account_id))


def begin(connection: Connection, held: Held, now: datetime, readings: int | None = None) -> bool:
    """Begin them, once for each span; what still goes on of another span, as nobody was there to end it, lasts on.

    What is said from here on is held, also when it is noticed late.
    """
    quiet, span = held.quiet, held.span_to_begin(now)
    if span is None:
        return False
    connection.execute(update(quiets).where(_in(quiet.workspace_id, quiet.place)).values(begun=span.begin))
    watches = with_own_card(connection, quiet.workspace_id, quiet.place)
    for mute in _going_on(connection, quiet):
        connection.execute(update(mutes).where(mutes.c.id == mute.id).values(until=span.end))
        show_mute(connection, mute, watches)
        return True
    mute = Mute(
        id=str(uuid4()),
        workspace_id=quiet.workspace_id,
        account_id=quiet.account_id,
        place=quiet.place,
        subject=None,
        is_glob=False,
        author=quiet.author,
        since=min(max(span.begin, quiet.set_at), now),
        reading=lock_account(connection, quiet.account_id) if readings is None else readings,
        until=span.end,
        by_hours=True,
    )
    connection.execute(insert(mutes), mute_row(mute))
    show_mute(connection, mute, watches)
    return True


def begin_anew(connection: Connection, account_id: str, now: datetime) -> None:
    """Quiet hours that began at a time which is still to come, before our clock was set back, will begin again then."""
    to_come = and_(quiets.c.account_id == account_id, quiets.c.begun > now)
    connection.execute(update(quiets).where(to_come).values(begun=None))


# --- rows ---


def hours_text(hours: Hours) -> str:
    """Hours as they are written in the audit."""
    return f"{clock_text(hours.begin)}-{clock_text(hours.end)} {days_text(hours.days)} {hours.zone}"


def clock_text(at: time) -> str:
    """A time of the day as it is kept."""
    return f"{at:%H:%M}"


def days_text(days: frozenset[int]) -> str:
    """Days as they are kept."""
    return " ".join(map(str, sorted(days)))


def days_of(text: str) -> frozenset[int]:
    """Days as they were kept."""
    return frozenset(map(int, text.split()))


def _row(quiet: Quiet) -> Row:
    return {
        "workspace_id": quiet.workspace_id,
        "place": quiet.place,
        "account_id": quiet.account_id,
        "begin_at": clock_text(quiet.hours.begin),
        "end_at": clock_text(quiet.hours.end),
        "days": days_text(quiet.hours.days),
        "zone": quiet.hours.zone,
        "author": quiet.author,
        "set_at": quiet.set_at,
        "begun": None,
    }


def _quiet_of(row: RowMapping) -> Quiet:
    hours = Hours(
        time.fromisoformat(row["begin_at"]), time.fromisoformat(row["end_at"]), row["zone"], days_of(row["days"])
    )
    return Quiet(row["workspace_id"], row["account_id"], row["place"], hours, row["author"], row["set_at"])
