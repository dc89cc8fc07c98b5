"""What a digest tells: everything that is watched in a place, as it was last read, inside a transaction."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, and_, false, or_, select, true

from bot.domain.digest import Moments, Seen, digest, open_kinds
from bot.domain.digest_facts import DigestFacts, DigestLine
from bot.domain.stuck import Told
from bot.domain.watch import Watch
from bot.store.caring import batch_of, progress_of
from bot.store.rows import watch_of
from bot.store.schema import accounts, batches, watches
from bot.store.schema_vigil import vigils
from bot.store.standings import COUNTS, MOMENTS, others_of
from bot.store.standings import progress_of as totals_of
from bot.store.watching import with_own_card

_COUNTED = tuple(batches.c[name].label(f"of_{name}") for name in (*COUNTS, *MOMENTS, "other", "read_at"))


def looked_at(connection: Connection, account_id: str) -> datetime | None:
    """Our clock at the newest reading of the account."""
    query = select(accounts.c.looked_at).where(accounts.c.account_id == account_id)
    return connection.execute(query).scalar_one_or_none()


def compose(connection: Connection, account_id: str, room: tuple[str, str], moments: Moments) -> DigestFacts:
    """The digest of a place: of patterns all references that were touched since they are watched."""
    workspace_id, place = room
    found = connection.execute(_watched(workspace_id, place, moments.since)).mappings().all()
    stuck = _stuck(connection, room)
    own = with_own_card(connection, workspace_id, place)
    facts = digest(_seen(found, stuck), moments, len(own))
    lines = tuple(_with_kinds(connection, account_id, line) for line in facts.needs.lines)
    return replace(facts, needs=replace(facts.needs, lines=lines))


def _watched(workspace_id: str, place: str, since: datetime) -> Select[tuple[object, ...]]:
    """The watches of references, also those that have ended by themselves since then; people's own ones first."""
    is_its_batch = and_(
        batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key
    )
    ended_since = and_(watches.c.ended_by_itself == true(), watches.c.ended_at > since)
    return (
        select(watches, *_COUNTED)
        .select_from(watches.join(batches, is_its_batch))
        .where(
            watches.c.workspace_id == workspace_id,
            watches.c.place == place,
            watches.c.is_glob == false(),
            or_(watches.c.ended_at.is_(None), ended_since),
        )
        .order_by(watches.c.ended_at.is_not(None), watches.c.glob_id.is_not(None), watches.c.created_at, watches.c.id)
    )


def _stuck(connection: Connection, room: tuple[str, str]) -> dict[str, int]:
    """How many requests of a watch are stuck, by the watch's id, where somebody was told."""
    query = (
        select(vigils.c.watch_id, vigils.c.state)
        .select_from(vigils.join(watches, watches.c.id == vigils.c.watch_id))
        .where(watches.c.workspace_id == room[0], watches.c.place == room[1], vigils.c.rule == "stuck")
    )
    return {watch_id: len(Told.of_text(state).stuck) for watch_id, state in connection.execute(query)}


def _seen(rows: Iterable[RowMapping], stuck: dict[str, int]) -> list[Seen]:
    """Each reference once."""
    found: dict[str, Seen] = {}
    for row in rows:
        watch = watch_of(row)
        if watch.reference_id not in found:
            found[watch.reference_id] = _one(row, watch, stuck.get(watch.id, 0))
    return list(found.values())


def _one(row: RowMapping, watch: Watch, stuck: int) -> Seen:
    counts = {name.removeprefix("of_"): value for name, value in row.items() if name.startswith("of_")}
    progress = totals_of(watch.reference_id, counts, others_of(counts["other"]))
    return Seen(
        progress=replace(progress, expected=watch.expected),
        read_at=counts["read_at"],
        settled=watch.settled_reading is not None,
        stuck=stuck if progress.open else 0,
        deadline=watch.deadline,
        zone=watch.deadline_zone,
        told=watch.risk.told[-1] if watch.risk.told else None,
    )


def _with_kinds(connection: Connection, account_id: str, line: DigestLine) -> DigestLine:
    if not line.progress.open_failures:
        return line
    batch = batch_of(connection, account_id, line.progress.reference_id)
    kinds, more = open_kinds(progress_of(batch, line.progress.expected).kinds)
    return replace(line, kinds=kinds, more_kinds=more)
