"""Cards: which must be edited, and what they show."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, false, or_, select, true, update

from bot.domain.announcement import Card, CardFacts, GlobCardFacts
from bot.domain.delivery import CardEdit, Posted
from bot.domain.mute import muted_until
from bot.domain.overview import MOST_ON_A_CARD
from bot.domain.progress import UNFINISHED, settlement, summarise
from bot.domain.watch import Watch
from bot.store import entries
from bot.store.batches import last_read
from bot.store.database import Database
from bot.store.holding import mutes_of
from bot.store.overviews import overview_of
from bot.store.rows import watch_of
from bot.store.schema import accounts, batches, cards, watches
from bot.store.waits import is_ahead


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database
    # Which change of each card `due` has shown to this process: what changes later is still to be edited.
    _seen: dict[str, int] = field(default_factory=dict, init=False)

    async def due(
        self,
        workspace_id: str,
        *,
        now: datetime,
        changed_before: datetime,
        open_before: datetime,
        settled_before: datetime,
        longest_settle: timedelta,
        limit: int = 20,
    ) -> tuple[CardEdit, ...]:
        """The cards to edit now, urgent ones first.

        Changed ones that show what they show since `changed_before`, and those whose reference was read since and that
        show it since `open_before` (`settled_before` once settled). `longest_settle` caps the settle window.
        What is dated later than `now` counts as long ago.
        """
        wanted = _is_due(now, changed_before, open_before, settled_before)
        query = (
            select(watches, *_of_card)
            .select_from(
                cards.join(watches, cards.c.watch_id == watches.c.id)
                .outerjoin(batches, _is_its_batch)
                .outerjoin(accounts, accounts.c.account_id == watches.c.account_id)
            )
            .where(watches.c.workspace_id == workspace_id, cards.c.ts.is_not(None), cards.c.lost_at.is_(None), wanted)
            .order_by(cards.c.urgent.desc(), cards.c.shown_at, cards.c.watch_id)
            .limit(limit)
        )

        def work(connection: Connection) -> list[tuple[int, CardEdit]]:
            rows: Sequence[RowMapping] = connection.execute(query).mappings().all()
            return [(row["card_changes"], _edit(connection, row, longest_settle)) for row in rows]

        found = await self.database.read(work)
        self._seen.update((edit.watch_id, changes) for changes, edit in found)
        return tuple(edit for _, edit in found)

    async def facts(self, watch_id: str, *, longest_settle: timedelta) -> Card | None:
        """What the card of a watch shows at this moment; None when the watch has ended."""

        def work(connection: Connection) -> Card | None:
            query = select(watches).where(watches.c.id == watch_id, watches.c.ended_at.is_(None))
            row = connection.execute(query).mappings().one_or_none()
            return _facts(connection, watch_of(row), longest_settle) if row else None

        return await self.database.read(work)

    async def shown(self, watch_id: str, digest: str, *, now: datetime) -> None:
        """The card shows what `due` has given; it stays to be edited when more has changed since."""
        seen = self._seen.pop(watch_id, None)

        def work(connection: Connection) -> None:
            mine = update(cards).where(cards.c.watch_id == watch_id)
            connection.execute(mine.values(shown=digest, shown_at=now))
            connection.execute(mine.where(cards.c.changes == seen).values(dirty=False, urgent=False))

        await self.database.write(work)

    async def lost(self, watch_id: str, *, now: datetime) -> None:
        """The card's message is gone: it is edited no more, and posted anew with the next important announcement."""
        self._seen.pop(watch_id, None)
        gone = update(cards).where(cards.c.watch_id == watch_id).values(lost_at=now)
        await self.database.write(lambda connection: connection.execute(gone))


_of_card = tuple(cards.c[name].label(f"card_{name}") for name in ("channel", "ts", "shown", "changes"))
_is_its_batch = and_(batches.c.account_id == watches.c.account_id, batches.c.reference_key == watches.c.reference_key)


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


def _is_settled() -> ColumnElement[bool]:
    """Of a glob: everything under it is."""
    under = watches.alias("under")
    unsettled = exists().where(
        under.c.glob_id == watches.c.id, under.c.ended_at.is_(None), under.c.settled_reading.is_(None)
    )
    return or_(watches.c.settled_reading.is_not(None), and_(watches.c.is_glob == true(), ~unsettled))


def _edit(connection: Connection, row: RowMapping, longest_settle: timedelta) -> CardEdit:
    watch = watch_of(row)
    return CardEdit(
        watch_id=watch.id,
        posted=Posted(row["card_channel"], row["card_ts"]),
        facts=_facts(connection, watch, longest_settle),
        shown=row["card_shown"],
    )


def _facts(connection: Connection, watch: Watch, longest_settle: timedelta) -> Card:
    until = muted_until(mutes_of(connection, watch.workspace_id, watch.place), watch)
    if watch.is_glob:
        return GlobCardFacts(watch, overview_of(connection, watch, most=MOST_ON_A_CARD), muted_until=until)
    memory = entries.whole(connection, watch.account_id, watch.reference_id)
    listed = [entry.request for entry in memory if entry.listed]
    read = last_read(connection, watch.account_id, watch.reference_id)
    progress = summarise(watch.reference_id, listed, expected=watch.expected, vanished=len(memory) - len(listed))
    if read is None:
        return CardFacts(watch, progress, UNFINISHED, None, muted_until=until)
    state = settlement(listed, expected=watch.expected, api_now=read["api_now"], longest=longest_settle)
    return CardFacts(watch, progress, state, read["read_at"], muted_until=until)
