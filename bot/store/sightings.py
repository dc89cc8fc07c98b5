"""Which of the words, request ids and addresses of a text our memory knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from bot.domain.mentioned import Mentioned, beginnings, plain_address
from bot.domain.overview import Standing
from bot.store.columns import key_of
from bot.store.database import Database
from bot.store.dialect import chunks
from bot.store.schema import batches, requests
from bot.store.standings import STANDING, standing_of

_AFTER_EVERY_DIGIT = "g"  # the letter behind the last that an id can hold, in every language's order
_MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Sighted:
    """`known` are references; `of_ids` and `of_links` the references (None: sent without one) of requests."""

    known: frozenset[str]
    of_ids: Mapping[str, str | None]
    of_links: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Sightings:
    """Looks up what a text speaks of; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def among(self, account_id: str, what: Mentioned) -> Sighted:
        """What of it is known, by as many look-ups as the text has words, however many references there are."""

        def work(connection: Connection) -> Sighted:
            return Sighted(
                known=frozenset(_known(connection, account_id, {each.text for each in what.names})),
                of_ids=_of_ids(connection, account_id, {each.text for each in what.ids}),
                of_links=_of_links(connection, account_id, {each.text for each in what.links}),
            )

        return await self.database.read(work)

    async def standings(self, account_id: str, references: Sequence[str]) -> tuple[Standing, ...]:
        """How these references stand, in numbers and in this order, without those that were never seen."""

        def work(connection: Connection) -> tuple[Standing, ...]:
            by_name = {each.progress.reference_id: each for each in _standings(connection, account_id, references)}
            return tuple(by_name[each] for each in references if each in by_name)

        return await self.database.read(work)


def _known(connection: Connection, account_id: str, names: Iterable[str]) -> Iterable[str]:
    for part in chunks(map(key_of, names)):
        seen = and_(batches.c.account_id == account_id, batches.c.changed_at.is_not(None))
        query = select(batches.c.reference_id).where(seen, batches.c.reference_key.in_(part))
        yield from connection.execute(query).scalars()


def _of_ids(connection: Connection, account_id: str, ids: Iterable[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for part in chunks(ids):
        query = select(requests.c.id, requests.c.reference_id).where(
            requests.c.account_id == account_id, requests.c.id.in_(part)
        )
        found |= {row.id: row.reference_id for row in connection.execute(query)}
    return found


def _of_links(connection: Connection, account_id: str, links: Iterable[str]) -> dict[str, str | None]:
    """By the beginning of an id in the address, which is why no index of addresses is needed."""
    found: dict[str, str | None] = {}
    for link, beginning in [(each, beginning) for each in links for beginning in beginnings(each)]:
        begins = and_(requests.c.id >= beginning, requests.c.id < f"{beginning}{_AFTER_EVERY_DIGIT}")
        query = select(requests.c.output_url, requests.c.reference_id).where(
            requests.c.account_id == account_id, begins, requests.c.output_url.is_not(None)
        )
        for address, reference in connection.execute(query.limit(_MOST_ALIKE)):
            if plain_address(address) == link:
                found[link] = reference
    return found


def _standings(connection: Connection, account_id: str, references: Iterable[str]) -> Iterable[Standing]:
    for part in chunks(map(key_of, references)):
        query = select(*STANDING).where(batches.c.account_id == account_id, batches.c.reference_key.in_(part))
        yield from map(standing_of, connection.execute(query).mappings())
