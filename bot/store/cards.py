"""Cards: which must be edited, and what they show."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, false, or_, select, true, update

from bot.domain.announcement import Card, CardFacts, GlobCardFacts
from bot.domain.chances import chances
from bot.domain.delivery import CardEdit, Posted
from bot.domain.mute import silence
from bot.domain.overview import MOST_ON_A_CARD
from bot.domain.policy import LinksPolicy
from bot.domain.progress import UNFINISHED, settlement
from bot.domain.prospect import View
from bot.domain.watch import Watch
from bot.store.batches import last_read
from bot.store.caring import batch_with_stuck, progress_of
from bot.store.database import Database
from bot.store.forecasts import foretold, view_of
from bot.store.holding import mutes_of
from bot.store.overviews import overview_of
from bot.store.policy_rows import links_at
from bot.store.rows import watch_of
from bot.store.schema import accounts, batches, cards, watches
from bot.store.troubles import is_shut
from bot.store.waits import is_ahead

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database
    # What `due` has shown of each card to this process, as its changes and its message: what changes later is still to
    # be edited, and a message that was posted since is another one.
    _seen: dict[str, tuple[int, Posted]] = field(default_factory=dict, init=False)

    async def due(
        self,
        workspace_id: str,
        *,
        now: datetime,
        changed_before: datetime,
        open_before: datetime,
        settled_before: datetime,
        longest_settle: timedelta,
        stale_before: datetime = _NEVER,
        limit: int = 20,
    ) -> tuple[CardEdit, ...]:
        """The cards to edit now, urgent ones first; none in a place that may not be posted to.

        Changed ones that show what they show since `changed_before`, and those whose reference was read since and that
        show it since `open_before` (`settled_before` once settled), and open ones read before `stale_before` that show
        it since then. `longest_settle` caps the settle window.
        What is dated later than `now` counts as long ago.
        """
        wanted = or_(_is_due(now, changed_before, open_before, settled_before), _has_grown_old(stale_before))
        query = _cards_of(workspace_id, wanted).limit(limit)

        def work(connection: Connection) -> list[tuple[int, CardEdit]]:
            rows: Sequence[RowMapping] = connection.execute(query).mappings().all()
            return [(row["card_changes"], _edit(connection, row, longest_settle, stale_before, now)) for row in rows]

        found = await self.database.read(work)
        self._seen.update((edit.watch_id, (changes, edit.posted)) for changes, edit in found)
        return tuple(edit for _, edit in found)

    async def facts(self, watch_id: str, *, longest_settle: timedelta, now: datetime | None = None) -> Card | None:
        """What the card of a watch shows `now` (our clock), or when it was read; None when the watch has ended."""

        def work(connection: Connection) -> Card | None:
            query = select(watches).where(watches.c.id == watch_id, watches.c.ended_at.is_(None))
            row = connection.execute(query).mappings().one_or_none()
            return _facts(connection, watch_of(row), longest_settle, now)[0] if row else None

        return await self.database.read(work)

    async def shown(self, watch_id: str, digest: str, *, now: datetime) -> None:
        """The card shows what `due` has given; it stays to be edited when more has changed since."""
        seen = self._seen.pop(watch_id, None)

        def work(connection: Connection) -> None:
            mine = update(cards).where(_is_as_seen(watch_id, seen))
            connection.execute(mine.values(shown=digest, shown_at=now))
            changes = seen[0] if seen else None
            connection.execute(mine.where(cards.c.changes == changes).values(dirty=False, urgent=False))

        await self.database.write(work)

    async def lost(self, watch_id: str, *, now: datetime) -> None:
        """The card's message is gone: it is edited no more, and posted anew with the next important announcement."""
        seen = self._seen.pop(watch_id, None)
        gone = update(cards).where(_is_as_seen(watch_id, seen)).values(lost_at=now)
        await self.database.write(lambda connection: connection.execute(gone))


def _is_as_seen(watch_id: str, seen: tuple[int, Posted] | None) -> ColumnElement[bool]:
    """Whether the card is still the message that `due` has shown, if it has."""
    mine = cards.c.watch_id == watch_id
    if seen is None:
        return mine
    return and_(mine, cards.c.channel == seen[1].channel, cards.c.ts == seen[1].ts)


_of_card = (
    *(cards.c[name].label(f"card_{name}") for name in ("channel", "ts", "shown", "changes")),
    accounts.c.looked_at.label("card_looked_at"),
)
_is_its_batch = and_(batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key)


def _cards_of(workspace_id: str, wanted: ColumnElement[bool]) -> Select[Any]:
    """Those that can be edited, urgent ones first."""
    return (
        select(watches, *_of_card)
        .select_from(
            cards.join(watches, cards.c.watch_id == watches.c.id)
            .outerjoin(batches, _is_its_batch)
            .outerjoin(accounts, accounts.c.account_id == watches.c.account_id)
        )
        .where(
            watches.c.workspace_id == workspace_id,
            cards.c.ts.is_not(None),
            cards.c.lost_at.is_(None),
            ~is_shut(watches),
            wanted,
        )
        .order_by(cards.c.urgent.desc(), cards.c.shown_at, cards.c.watch_id)
    )


def _is_due(
    now: datetime, changed_before: datetime, open_before: datetime, settled_before: datetime
) -> ColumnElement[bool]:
    active = watches.c.ended_at.is_(None)
    long_ago = is_ahead(cards.c.shown_at, now)
    read_since = or_(
        batches.c.read_at > cards.c.shown_at,
        and_(watches.c.is_glob == true(), accounts.c.looked_at > cards.c.shown_at),
        long_ago,
    )
    ages = or_(
        long_ago,
        and_(~_is_settled(), cards.c.shown_at <= open_before),
        and_(_is_settled(), cards.c.shown_at <= settled_before),
    )
    changed = or_(cards.c.urgent == true(), cards.c.shown_at.is_(None), cards.c.shown_at <= changed_before, long_ago)
    return or_(
        and_(cards.c.dirty == true(), changed),
        and_(cards.c.dirty == false(), active, read_since, ages),
    )


def _has_grown_old(stale_before: datetime) -> ColumnElement[bool]:
    """Whether it was not read since then, and has requests open; then it must say so, and says so once."""
    counted = batches.c.completed + batches.c.failed + batches.c.ended_otherwise
    old = and_(batches.c.read_at <= stale_before, batches.c.total > counted)
    old_glob = and_(watches.c.is_glob == true(), accounts.c.looked_at <= stale_before)
    return and_(watches.c.ended_at.is_(None), or_(old, old_glob), cards.c.shown_at <= stale_before)


def _is_settled() -> ColumnElement[bool]:
    """Of a glob: everything under it is."""
    under = watches.alias("under")
    unsettled = exists().where(
        under.c.glob_id == watches.c.id, under.c.ended_at.is_(None), under.c.settled_reading.is_(None)
    )
    return or_(watches.c.settled_reading.is_not(None), and_(watches.c.is_glob == true(), ~unsettled))


def _edit(
    connection: Connection, row: RowMapping, longest_settle: timedelta, stale_before: datetime, now: datetime
) -> CardEdit:
    watch = watch_of(row)
    facts, view = _facts(connection, watch, longest_settle, now)
    read_at = row["card_looked_at"] if isinstance(facts, GlobCardFacts) else facts.read_at
    is_open = (facts.overview.totals if isinstance(facts, GlobCardFacts) else facts.progress).open > 0
    return CardEdit(
        watch_id=watch.id,
        posted=Posted(row["card_channel"], row["card_ts"]),
        facts=replace(facts, stale=is_open and read_at is not None and read_at <= stale_before),
        shown=row["card_shown"],
        foretold=foretold(watch, facts, view, now) if view and isinstance(facts, CardFacts) else None,
    )


def _facts(
    connection: Connection, watch: Watch, longest_settle: timedelta, now: datetime | None
) -> tuple[Card, View | None]:
    links = links_at(connection, watch.workspace_id, watch.place) is not LinksPolicy.OFF
    silent = silence(mutes_of(connection, watch.workspace_id, watch.place), watch)
    until, quiet = (silent.until, silent.quiet) if silent else (None, False)
    if watch.is_glob:
        covered = overview_of(connection, watch, most=MOST_ON_A_CARD)
        return GlobCardFacts(watch, covered, muted_until=until, quiet=quiet), None
    shown, view = _shown(connection, watch, longest_settle, now)
    return replace(shown, muted_until=until, quiet=quiet, links=links), view


def _shown(
    connection: Connection, watch: Watch, longest_settle: timedelta, now: datetime | None
) -> tuple[CardFacts, View | None]:
    batch = batch_with_stuck(connection, watch.account_id, watch.reference_id)
    progress = progress_of(batch, watch.expected)
    read = last_read(connection, watch.account_id, watch.reference_id)
    if read is None:
        return CardFacts(watch, progress, UNFINISHED, None), None
    state = settlement(batch.requests, expected=watch.expected, api_now=read["api_now"], longest=longest_settle)
    ahead = read["api_now"] - read["read_at"]
    view = view_of(connection, watch, batch.requests, read, longest_settle, now) if progress.open else None
    rest = view.prospect if view else None
    facts = CardFacts(watch, progress, state, read["read_at"], stuck=batch.stuck, ahead=ahead, prospect=rest)
    if view is None or watch.deadline is None:
        return facts, view
    return replace(facts, odds=chances(view, watch.deadline + ahead).odds), view
