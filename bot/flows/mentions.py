"""Find the references that a message speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.mentioned import Meant, Mentioned, mentioned
from bot.domain.overview import Standing
from bot.domain.progress import Progress
from bot.errors import ChamelaionError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.store import Store
from bot.store.sightings import Sighted

log = structlog.get_logger(__name__)
MOST_ASKED_FOR = 3  # ids that our memory does not know: each costs a call, and a person waits


@dataclass(frozen=True, slots=True)
class Mentions:
    """Looks up what a text speaks of; ids that are new to us are asked for, a few at most."""

    ask: Ask
    store: Store
    gate: Gate
    account_id: str

    async def of(self, text: str, place: str) -> Meant:
        """The references in a text that stands in this place. Raises a `StoreError`."""
        what = mentioned(text)
        sighted = await self.store.sightings.among(self.account_id, what)
        asked_for, trouble = await self._asked_for(what, sighted)
        of_ids = {**sighted.of_ids, **asked_for}
        found = what.references(sighted.known, of_ids, sighted.of_links)
        policy = await self.gate.policy(place)
        allowed = tuple(each for each in found if policy.allows(each))
        standings = await self.store.sightings.standings(self.account_id, allowed)
        known = {each.progress.reference_id: each for each in standings}
        withheld = len(found) - len(allowed)
        return Meant(tuple(known.get(each) or _unseen(each) for each in allowed), withheld, trouble)

    async def _asked_for(self, what: Mentioned, sighted: Sighted) -> tuple[Mapping[str, str | None], str]:
        """The references of requests that the API knows, and why the others could not be asked for."""
        ids = dict.fromkeys(each.text for each in what.ids)
        unknown = [each for each in ids if each not in sighted.of_ids and each not in sighted.known]
        found: dict[str, str | None] = {}
        for each in unknown[:MOST_ASKED_FOR]:
            try:
                one = await self.ask.request(each)
            except ChamelaionError as error:
                log.info("a request that a message speaks of could not be asked for", why=str(error))
                return found, str(error)
            if one is not None:
                found[each] = one.request.reference_id
        return found, ""


def _unseen(reference_id: str) -> Standing:
    return Standing(Progress(reference_id))
