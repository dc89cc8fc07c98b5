"""Every reference that our memory has, as a list to search in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from bot.domain.glob import Allowed, Covering, Glob
from bot.domain.match import Matching
from bot.domain.nearness import nearest
from bot.domain.overview import Overview, Standing
from bot.domain.past import Past
from bot.domain.preview import Recent
from bot.domain.watch import Watch
from bot.store.database import Database
from bot.store.overviews import is_known, matching, names, overview, overview_of, standing
from bot.store.pasts import pasts_of, recent


@dataclass(frozen=True, slots=True)
class References:
    """The references of all accounts; every method is one transaction and may raise `StoreError`."""

    database: Database

    async def knows(self, account_id: str, reference_id: str) -> bool:
        """Whether a request was ever seen under exactly this reference."""
        return await self.database.read(partial(is_known, account_id=account_id, reference_id=reference_id))

    async def overview(self, account_id: str, glob: Glob, *, most: int, only: Allowed | None = None) -> Overview:
        """How all references under a glob are doing; the `most` at risk one by one.

        `only` is what whoever asks may hear of, here and below.
        """
        covering = Covering.within(glob, only)
        return await self.database.read(lambda connection: overview(connection, account_id, covering, most=most))

    async def overview_of(self, watch: Watch, *, most: int) -> Overview:
        """The same for the watch of a glob, without the references that it excepts."""
        return await self.database.read(lambda connection: overview_of(connection, watch, most=most))

    async def standing(self, account_id: str, reference_id: str) -> Standing | None:
        """How one reference stands, in numbers; None when no request was ever seen under it."""
        return await self.database.read(partial(standing, account_id=account_id, reference_id=reference_id))

    async def matching(self, account_id: str, glob: Glob, only: Allowed | None = None) -> Matching:
        """How many references a glob covers, and how many of them go on."""
        covering = Covering.within(glob, only)
        return await self.database.read(lambda connection: matching(connection, account_id, covering))

    async def nearest(self, account_id: str, text: str, only: Allowed | None = None) -> tuple[str, ...]:
        """The references that may have been meant by a text, the nearest first; searched beside the event loop."""

        def work(connection: Connection) -> tuple[str, ...]:
            every = names(connection, account_id)
            return nearest(text, every if only is None else filter(only.covers, every))

        return await self.database.read(work)

    async def recent(
        self, account_id: str, wanted: Glob | str, *, since: datetime, most: int, only: Allowed | None = None
    ) -> Recent:
        """The references under a glob, or the one of this name, that have news since then (our clock)."""
        these = Covering.within(wanted, only) if isinstance(wanted, Glob) else wanted
        return await self.database.read(lambda connection: recent(connection, account_id, these, since, most))

    async def pasts(self, account_id: str, references: Sequence[str]) -> dict[str, list[Past]]:
        """All requests of these references with every move that was recorded, by reference."""
        return await self.database.read(lambda connection: pasts_of(connection, account_id, references))
