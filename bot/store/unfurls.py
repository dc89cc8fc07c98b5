"""Which requests links lead to, and what was shown below links lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from bot.domain.mentioned import plain_address
from bot.domain.request import LipsyncRequest
from bot.domain.unfurl import Link
from bot.store.database import Database
from bot.store.dialect import insert_if_new
from bot.store.entries import by_ids
from bot.store.rows import ENTRY, entry_of
from bot.store.schema import requests
from bot.store.schema_unfurls import unfurls

_REMEMBERED = timedelta(days=1)  # a message that is edited later begins anew
_AFTER_EVERY_DIGIT = "g"  # the letter behind the last that an id can hold, in every language's order
_MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Below:
    """The message, in its place, below which something is shown."""

    workspace_id: str
    place: str
    ts: str


@dataclass(frozen=True, slots=True)
class Unfurls:
    """What is below links; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def linked(self, account_id: str, links: Sequence[Link]) -> Mapping[str, LipsyncRequest]:
        """By its url, the request that each link leads to; links to what our memory does not know are left out."""

        def work(connection: Connection) -> Mapping[str, LipsyncRequest]:
            entries = by_ids(connection, account_id, {each for link in links for each in link.ids})
            found: dict[str, LipsyncRequest] = {}
            for link in links:
                known = next((entries[each].request for each in link.ids if each in entries), None)
                if (request := known or _output_of(connection, account_id, link)) is not None:
                    found[link.url] = request
            return found

        return await self.database.read(work)

    async def claim(
        self, where: Below, request_ids: Sequence[str], *, now: datetime, most: int, cool_down: timedelta
    ) -> tuple[str, ...]:
        """Those of the requests that may be shown below this message now, by nobody else and not again soon.

        At most as many as are left of `most` below one message. What a clock that was wrong has noted counts as old.
        """

        def work(connection: Connection) -> tuple[str, ...]:
            connection.execute(delete(unfurls).where(unfurls.c.shown_at < now - _REMEMBERED))
            _wait_for_others(connection, where, now)
            below = select(func.count()).where(_at(where), unfurls.c.message_ts == where.ts)
            left = most - connection.execute(below).scalar_one()
            taken: list[str] = []
            for request_id in request_ids:
                if len(taken) < left and _take(connection, where, request_id, now, cool_down):
                    taken.append(request_id)
            return tuple(taken)

        return await self.database.write(work)

    async def release(self, where: Below, request_ids: Sequence[str]) -> None:
        """They were not shown after all."""
        mine = and_(_at(where), unfurls.c.message_ts == where.ts, unfurls.c.request_id.in_(request_ids))
        await self.database.write(lambda connection: _forget(connection, mine))


def _output_of(connection: Connection, account_id: str, link: Link) -> LipsyncRequest | None:
    """By the beginning of an id in the address, which is why no index of addresses is needed."""
    for beginning in link.beginnings:
        begins = and_(requests.c.id >= beginning, requests.c.id < f"{beginning}{_AFTER_EVERY_DIGIT}")
        query = select(*ENTRY).where(requests.c.account_id == account_id, begins, requests.c.output_url.is_not(None))
        for row in connection.execute(query.limit(_MOST_ALIKE)):
            request = entry_of(row).request
            if plain_address(request.output_url or "") == link.address:
                return request
    return None


def _wait_for_others(connection: Connection, where: Below, now: datetime) -> None:
    """Who claims for the same message does so one after the other; a row of the message's own is what they wait for."""
    row = {"workspace_id": where.workspace_id, "place": where.place, "request_id": f"message {where.ts}"}
    insert_if_new(connection, unfurls, {**row, "message_ts": "", "shown_at": now})
    mine = select(unfurls.c.shown_at).where(_at(where), unfurls.c.request_id == row["request_id"])
    connection.execute(mine.with_for_update()).all()


def _take(connection: Connection, where: Below, request_id: str, now: datetime, cool_down: timedelta) -> bool:
    row = {"workspace_id": where.workspace_id, "place": where.place, "request_id": request_id}
    if insert_if_new(connection, unfurls, {**row, "message_ts": where.ts, "shown_at": now}):
        return True
    is_old = or_(unfurls.c.shown_at <= now - cool_down, unfurls.c.shown_at > now)
    again = update(unfurls).where(_at(where), unfurls.c.request_id == request_id, is_old)
    return connection.execute(again.values(message_ts=where.ts, shown_at=now)).rowcount > 0


def _at(where: Below) -> ColumnElement[bool]:
    return and_(unfurls.c.workspace_id == where.workspace_id, unfurls.c.place == where.place)


def _forget(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(delete(unfurls).where(which))
