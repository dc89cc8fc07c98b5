"""What a person's Home shows: all that they watch, and the failures that they look at, inside a transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, RowMapping, Select, and_, cast, func, select

from bot.domain.home import (
    FORETOLD_FOR,
    MOST_DEADLINES,
    MOST_KINDS,
    MOST_MUTES,
    MOST_WATCHES,
    HomeFacts,
    Mine,
    MutedHere,
    State,
    at_risk_first,
    next_due,
)
from bot.domain.mute import Mute, silence
from bot.domain.progress import Progress
from bot.domain.prospect import Finish, rounded
from bot.domain.stuck import Told
from bot.domain.watch import Watch
from bot.store.assigned import assigned_to
from bot.store.catching_up import catching_up_since
from bot.store.holding import mutes_of
from bot.store.overviews import overview_of
from bot.store.rows import watch_of
from bot.store.schema import accounts, batches, places, watches
from bot.store.schema_forecasts import PENDING, forecasts
from bot.store.schema_home import IS_SOMEBODYS
from bot.store.schema_vigil import vigils
from bot.store.standings import COUNTS, MOMENTS, others_of
from bot.store.standings import progress_of as totals_of

_COUNTED = tuple(batches.c[name].label(f"of_{name}") for name in (*COUNTS, *MOMENTS, "other", "read_at"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose Home is wanted, and when (`now`); what was read before `fresh_after` is old. All are our clock."""

    workspace_id: str
    account_id: str
    person: str
    place: str
    now: datetime
    fresh_after: datetime


def compose(connection: Connection, wanted: Wanted) -> HomeFacts:
    """The whole; references are counted in their batches, so that it takes no longer where these are large."""
    mutes = _mutes(connection, wanted)
    every = [_silenced(one, mutes) for one in _mine(connection, wanted)]
    shown = at_risk_first(every)[:MOST_WATCHES]
    due = next_due(every)
    muted = _muted(every, mutes)
    kinds = assigned_to(connection, wanted.account_id, wanted.person)
    return HomeFacts(
        person=wanted.person,
        place=wanted.place,
        state=_state(connection, wanted),
        watches=tuple(_whole(connection, wanted, one) for one in shown),
        count=len(every),
        deadlines=tuple(due[:MOST_DEADLINES]),
        deadline_count=len(due),
        mutes=tuple(muted[:MOST_MUTES]),
        mute_count=len(muted),
        kinds=kinds[:MOST_KINDS],
        kind_count=len(kinds),
    )


def _state(connection: Connection, wanted: Wanted) -> State:
    query = select(accounts.c.looked_at).where(accounts.c.account_id == wanted.account_id)
    looked_at = connection.execute(query).scalar_one_or_none()
    behind = catching_up_since(connection, wanted.account_id)
    is_old = looked_at is not None and looked_at <= wanted.fresh_after
    return State(looked_at, is_old, catching_up_since=behind)


# --- watches ---


def _mine(connection: Connection, wanted: Wanted) -> list[Mine]:
    under = _under_globs(connection, wanted)
    stuck = _stuck(connection, wanted)
    ends = _foretold(connection, wanted)
    rows = connection.execute(_watched(wanted)).mappings().all()
    return [_one(row, wanted, under, stuck, ends) for row in rows]


def _is_mine(wanted: Wanted) -> ColumnElement[bool]:
    return and_(watches.c.workspace_id == wanted.workspace_id, watches.c.author == wanted.person, IS_SOMEBODYS)


def _is_its_batch() -> ColumnElement[bool]:
    return and_(batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key)


def _watched(wanted: Wanted) -> Select[Any]:
    is_its_place = and_(places.c.workspace_id == watches.c.workspace_id, places.c.place == watches.c.place)
    return (
        select(watches, *_COUNTED, places.c.trouble.label("unable"))
        .select_from(watches.outerjoin(batches, _is_its_batch()).outerjoin(places, is_its_place))
        .where(_is_mine(wanted))
    )


def _one(
    row: RowMapping,
    wanted: Wanted,
    under: Mapping[str, Progress],
    stuck: Mapping[str, int],
    ends: Mapping[tuple[str, int], Finish],
) -> Mine:
    watch = watch_of(row)
    if watch.is_glob:
        return Mine(watch, under.get(watch.id, Progress(watch.reference_id)), stuck=stuck.get(watch.id, 0))
    progress = _progress(row, watch)
    read_at = row["of_read_at"]
    return Mine(
        watch=watch,
        progress=progress,
        read_at=read_at,
        stuck=stuck.get(watch.id, 0) if progress.open else 0,
        settled=watch.settled_reading is not None,
        finish=ends.get((watch.id, watch.generation)) if progress.open else None,
        stale=bool(progress.open) and read_at is not None and read_at <= wanted.fresh_after,
        trouble=row["unable"],
    )


def _progress(row: RowMapping, watch: Watch) -> Progress:
    counts = {name.removeprefix("of_"): value for name, value in row.items() if name.startswith("of_")}
    if counts["total"] is None:  # nothing was ever seen of it
        return Progress(watch.reference_id, expected=watch.expected)
    totals = totals_of(watch.reference_id, counts, others_of(counts["other"]))
    return replace(totals, expected=watch.expected)


def _whole(connection: Connection, wanted: Wanted, one: Mine) -> Mine:
    """Of a glob all that it covers; which takes long where there are many, so only for those that are shown."""
    if not one.watch.is_glob:
        return one
    found = overview_of(connection, one.watch, most=0)
    is_old = found.read_at is not None and found.read_at <= wanted.fresh_after
    unable = select(places.c.trouble).where(
        places.c.workspace_id == wanted.workspace_id, places.c.place == one.watch.place
    )
    return replace(
        one,
        progress=found.totals,
        read_at=found.read_at,
        references=found.references,
        stale=bool(found.totals.open) and is_old,
        trouble=connection.execute(unable).scalar_one_or_none(),
    )


def _under_globs(connection: Connection, wanted: Wanted) -> dict[str, Progress]:
    """What was touched under each glob since it began: enough to know which is most at risk."""
    globs = select(watches.c.id).where(_is_mine(wanted), watches.c.is_glob)
    sums = (cast(func.coalesce(func.sum(batches.c[name]), 0), BigInteger).label(name) for name in COUNTS)
    query = (
        select(watches.c.glob_id, *sums)
        .select_from(watches.join(batches, _is_its_batch()))
        .where(watches.c.glob_id.in_(globs), watches.c.ended_at.is_(None))
        .group_by(watches.c.glob_id)
    )
    rows = connection.execute(query).mappings()
    return {row["glob_id"]: Progress("", **{name: row[name] for name in COUNTS}) for row in rows}


def stuck_of(workspace_id: str, person: str) -> Select[Any]:
    """What was told as stuck of the watches of a person, of globs too.

    Asked so that SQLite reads the active watches, not all that there ever were.
    """
    return (
        select(watches.c.id, watches.c.glob_id, vigils.c.state)
        .select_from(vigils.join(watches, watches.c.id == vigils.c.watch_id))
        .where(
            watches.c.workspace_id.concat("") == workspace_id,
            watches.c.author == person,
            watches.c.ended_at.is_(None),
            vigils.c.rule == "stuck",
        )
    )


def _stuck(connection: Connection, wanted: Wanted) -> dict[str, int]:
    """How many requests are stuck by the id of the watch, of globs too, where somebody was told."""
    found: dict[str, int] = {}
    for watch_id, glob_id, state in connection.execute(stuck_of(wanted.workspace_id, wanted.person)):
        shown = glob_id or watch_id
        found[shown] = found.get(shown, 0) + len(Told.of_text(state).stuck)
    return found


def _foretold(connection: Connection, wanted: Wanted) -> dict[tuple[str, int], Finish]:
    """The last forecasts by watch and generation, as they were told; none that is old, or of a time that is past."""
    recent = and_(forecasts.c.made_at > wanted.now - FORETOLD_FOR, PENDING)
    mine = select(watches.c.id).where(_is_mine(wanted))
    newest = select(func.max(forecasts.c.number)).where(recent, forecasts.c.watch_id.in_(mine))
    query = select(forecasts).where(forecasts.c.number.in_(newest.group_by(forecasts.c.watch_id)))
    found = {}
    for row in connection.execute(query).mappings():
        ahead = row["api_now"] - row["made_at"]
        early, likely, late = (row[name] - ahead for name in ("early", "likely", "late"))
        if likely > wanted.now:
            found[row["watch_id"], row["generation"]] = rounded(Finish(early, likely, late), row["made_at"])
    return found


# --- mutes ---


def _mutes(connection: Connection, wanted: Wanted) -> dict[str, list[Mute]]:
    """Those of each place."""
    found: dict[str, list[Mute]] = {}
    for mute in mutes_of(connection, wanted.workspace_id):
        found.setdefault(mute.place, []).append(mute)
    return found


def _silenced(one: Mine, mutes: Mapping[str, Sequence[Mute]]) -> Mine:
    silent = silence(mutes.get(one.watch.place, ()), one.watch)
    return replace(one, muted_until=silent.until, quiet=silent.quiet) if silent else one


def _muted(every: Iterable[Mine], mutes: Mapping[str, Sequence[Mute]]) -> list[MutedHere]:
    """The mutes that silence something of this person, the first to end first."""
    found = {}
    for one in every:
        for mute in mutes.get(one.watch.place, ()) if one.muted_until else ():
            if mute.id not in found and mute.covers_watch(one.watch):
                found[mute.id] = _as_shown(mute, one.watch.place_name)
    return sorted(found.values(), key=lambda mute: (mute.until, mute.id))


def _as_shown(mute: Mute, place_name: str) -> MutedHere:
    return MutedHere(mute.id, mute.place, place_name, mute.subject, mute.is_glob, mute.until, mute.by_hours)
