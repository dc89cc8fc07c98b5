"""Which places other organisations read, and what must be edited when that changes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, union, update

from bot.domain.delivery import State
from bot.domain.finding import SHARED, Blocked
from bot.domain.sharing import Openness, may_be_shared
from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.queue import is_unsent
from bot.store.schema import announcements, cards, watches
from bot.store.schema_sharing import sharings

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # what has been shown since then may be edited now
_MAYBE_SHOWN = (State.SENDING, State.IN_DOUBT, State.SENT)
_HARMLESS = ("card", "test", "access")  # cards are edited on their own; the others tell nothing of real failures


@dataclass(frozen=True, slots=True)
class Sharings:
    """The places of all workspaces; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def known(self, workspace_id: str, place: str) -> Openness | None:
        """What is known of a place; None when nobody has asked yet."""
        return await self.database.read(lambda connection: openness(connection, workspace_id, place))

    async def learn(self, workspace_id: str, place: str, *, shared: bool, now: datetime) -> bool:
        """Slack has said whether the place is shared. Returns whether what was posted there has to be edited now."""
        return await self.database.write(lambda connection: _learn(connection, workspace_id, place, shared, now))

    async def unanswered(self, workspace_id: str, place: str, why: str) -> None:
        """Slack could not say, for this reason in its word: what was known stays, else only counts are shown."""

        def work(connection: Connection) -> None:
            if not insert_if_new(connection, sharings, {"workspace_id": workspace_id, "place": place, "why": why}):
                connection.execute(update(sharings).where(_is(workspace_id, place)).values(why=why))

        await self.database.write(work)

    async def doubt(self, workspace_id: str, place: str) -> None:
        """Something has happened that may have changed it: Slack is asked again."""
        mine = update(sharings).where(_is(workspace_id, place)).values(doubted=True)
        await self.database.write(lambda connection: connection.execute(mine))

    async def due(self, workspace_id: str, *, learnt_before: datetime) -> tuple[str, ...]:
        """The places to ask about: where something is watched or waits to be posted, and it is not known or long ago.

        Also those of which it is doubted, whatever is there.
        """
        return await self.database.read(lambda connection: _due(connection, workspace_id, learnt_before))

    async def watched(self, workspace_id: str) -> tuple[Blocked, ...]:
        """Every place with watches where only counts are shown; `why` is `SHARED`, or why Slack could not say."""
        return await self.database.read(lambda connection: _watched(connection, workspace_id))


def openness(connection: Connection, workspace_id: str, place: str) -> Openness | None:
    """What is known of a place, inside a transaction; None when nobody has asked yet."""
    row = connection.execute(select(sharings).where(_is(workspace_id, place))).mappings().one_or_none()
    return Openness(row["shared"], row["learnt_at"], row["doubted"], row["why"]) if row else None


def _is(workspace_id: str, place: str) -> ColumnElement[bool]:
    return and_(sharings.c.workspace_id == workspace_id, sharings.c.place == place)


def _learn(connection: Connection, workspace_id: str, place: str, shared: bool, now: datetime) -> bool:
    """Of a place that nobody knew before, all was shown as long as nobody asked, and counts since."""
    values = {"shared": shared, "learnt_at": now, "doubted": False, "why": None}
    if insert_if_new(connection, sharings, {"workspace_id": workspace_id, "place": place, **values}):
        is_other = shared
    else:
        mine = select(sharings.c.shared).where(_is(workspace_id, place)).with_for_update()
        is_other = connection.execute(mine).scalar_one() is not shared
        connection.execute(update(sharings).where(_is(workspace_id, place)).values(values))
    return is_other and _show_otherwise(connection, workspace_id, place)


def _show_otherwise(connection: Connection, workspace_id: str, place: str) -> bool:
    """Everything that was posted in a place is to be edited at once; returns whether there is anything."""
    here = select(watches.c.id).where(watches.c.workspace_id == workspace_id, watches.c.place == place)
    card = update(cards).where(cards.c.watch_id.in_(here))
    its_cards = connection.execute(card.values(dirty=True, urgent=True, changes=cards.c.changes + 1))
    message = update(announcements).where(
        announcements.c.workspace_id == workspace_id,
        announcements.c.place == place,
        announcements.c.state.in_(_MAYBE_SHOWN),
        announcements.c.kind.not_in(_HARMLESS),
    )
    changed = {"outdated": True, "shown_at": _LONG_AGO, "changes": announcements.c.changes + 1}
    its_messages = connection.execute(message.values(changed))
    return its_cards.rowcount + its_messages.rowcount > 0


def _due(connection: Connection, workspace_id: str, learnt_before: datetime) -> tuple[str, ...]:
    used = union(
        select(watches.c.place).where(watches.c.workspace_id == workspace_id, watches.c.ended_at.is_(None)),
        select(announcements.c.place).where(announcements.c.workspace_id == workspace_id, is_unsent(announcements)),
    ).subquery()
    is_known = and_(sharings.c.workspace_id == workspace_id, sharings.c.place == used.c.place)
    unknown = (
        select(used.c.place)
        .select_from(used.outerjoin(sharings, is_known))
        .where(or_(sharings.c.shared.is_(None), sharings.c.learnt_at < learnt_before))
    )
    doubted = select(sharings.c.place).where(sharings.c.workspace_id == workspace_id, sharings.c.doubted == true())
    found = connection.execute(union(unknown, doubted)).scalars()
    return tuple(sorted(place for place in found if may_be_shared(place)))


def _watched(connection: Connection, workspace_id: str) -> tuple[Blocked, ...]:
    here = and_(watches.c.workspace_id == sharings.c.workspace_id, watches.c.place == sharings.c.place)
    query = (
        select(sharings.c.place, func.max(watches.c.place_name), sharings.c.shared, sharings.c.why)
        .join_from(sharings, watches, here)
        .where(
            sharings.c.workspace_id == workspace_id,
            watches.c.ended_at.is_(None),
            or_(sharings.c.shared.is_(None), sharings.c.shared == true()),
        )
        .group_by(sharings.c.place, sharings.c.shared, sharings.c.why)
        .order_by(sharings.c.place)
    )
    rows = connection.execute(query).all()
    return tuple(Blocked(place, name, SHARED if shared else why or "") for place, name, shared, why in rows)
