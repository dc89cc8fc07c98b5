"""Help somebody to fill in a form about a watch, from our memory alone: nothing is read from the API."""

from dataclasses import dataclass

from bot.domain.glob import Glob, is_glob
from bot.domain.match import Match
from bot.domain.watch import Events, Watch
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.read import is_uuid
from bot.flows.shared import Sharing
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Filling:
    """What a form shows; a place is empty where none is chosen yet."""

    ask: Ask
    store: Store
    identity: Identity
    account_id: str
    gate: Gate
    sharing: Sharing

    async def match(self, text: str, *, place: str, at: str) -> Match:
        """What is known under a reference, a request's UUID or a pattern, told in a `place`, to be watched `at` one.

        Raises a `BadCommandError` for a pattern that is too costly, and for what the place may not hear of.
        """
        glob = await self.ask.glob(text)
        if glob is not None:
            return await self._pattern(glob, place, at)
        name = await self._reference(text)
        if place:
            await self.gate.allow(place, name)
        standing = await self.store.references.standing(self.account_id, name)
        near = () if standing is not None else await self._nearest(name, place)
        return Match(text, standing=standing, nearest=near, watch=await self._own(at, name))

    async def _pattern(self, glob: Glob, place: str, at: str) -> Match:
        if place:
            await self.gate.allow_glob(place, glob)
        only = await self.gate.only(place or None)
        found = await self.store.references.matching(self.account_id, glob, only)
        near = () if found.references else await self._nearest(glob.letters, place)
        watch = await self._own(at, glob.pattern, is_glob=True)
        return Match(glob.pattern, matching=found, nearest=near, watch=watch)

    async def _nearest(self, text: str, place: str) -> tuple[str, ...]:
        """Names that nobody has typed are not shown to another organisation."""
        if place and await self.sharing.counts_only(place):
            return ()
        return await self.ask.nearest(text, place=place or None)

    async def _reference(self, text: str) -> str:
        """A request's UUID stands for its reference, where that is known."""
        known = await self.store.ledger.request(self.account_id, text.lower()) if is_uuid(text) else None
        return (known.reference_id if known else None) or text

    async def events(self, place: str) -> Events:
        """What a new watch is told of there, when it does not say so itself."""
        policy = await self.gate.policy(place) if place else None
        return (policy.events if policy else None) or Events.PROBLEMS

    async def watch(self, place: str, reference: str) -> Watch | None:
        """The place's own watch of this reference or pattern; None where it has none. An exact name comes first."""
        watch = await self._own(place, reference)
        if watch is None and is_glob(reference):
            watch = await self._own(place, reference, is_glob=True)
        return watch

    async def _own(self, place: str, reference: str, *, is_glob: bool = False) -> Watch | None:
        """Not one that a pattern made."""
        if not place:
            return None
        there = await self.store.watches.at(self.identity.workspace_id, place, reference, is_glob=is_glob)
        return there if there is not None and there.glob_id is None else None
