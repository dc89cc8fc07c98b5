"""Give the watch of a place a deadline, or say how many requests it is to expect; or take that away."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from bot.domain.answer import Limit, LimitAnswer, Wish
from bot.domain.natural_time import TypedTime
from bot.errors import BadCommandError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.ports import Clock
from bot.store import Store

FOR_ONE = {
    "deadline": "A deadline is for one reference, and this is a pattern for many, also for those to come.",
    "expect": "`expect` counts the requests of one reference, and this is a pattern for many.",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What people do with watches that are there; `on_change` is called when cards are due."""

    ask: Ask
    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    on_change: Callable[[], None]

    async def deadline(self, place: str, reference: str, due: TypedTime | None, author: str) -> LimitAnswer:
        """When it has to be finished; None: no deadline any more."""
        return await self._change("deadline", place, reference, author, due=due)

    async def expect(self, place: str, reference: str, number: int | None, author: str) -> LimitAnswer:
        """How many requests will come; None: nobody knows."""
        return await self._change("expect", place, reference, author, number=number)

    async def _change(
        self,
        limit: Limit,
        place: str,
        typed: str,
        author: str,
        *,
        due: TypedTime | None = None,
        number: int | None = None,
    ) -> LimitAnswer:
        await self.gate.allow_change(place, author)
        reference, undo = await self._meant(limit, place, typed), str(uuid4())
        await self.gate.allow(place, reference)
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=place,
            reference_id=reference,
            author=author,
            expected=number,
            due=due,
            without=frozenset() if due or number else frozenset({limit}),
        )
        watch = await self.store.watches.change(wish, now=self.clock.now(), undo_id=undo)
        if watch is None:
            covering = await self.store.watches.covering(self.account_id, self.identity.workspace_id, place, reference)
            return LimitAnswer(limit, reference, None, globs=tuple(glob.reference_id for glob in covering))
        self.on_change()
        known = await self.ask.recall(reference, place=place)
        taken_back_by = undo if await self.store.undos.knows(undo) else None
        return LimitAnswer(limit, reference, watch, known.progress, due, taken_back_by)

    async def _meant(self, limit: Limit, place: str, typed: str) -> str:
        """The reference; a request's UUID stands for its reference, unless it is watched itself."""
        if await self.ask.glob(typed) is not None:
            raise BadCommandError(f"{FOR_ONE[limit]} Name one reference. Nothing was changed.")
        if await self.store.watches.at(self.identity.workspace_id, place, typed) is not None:
            return typed
        known = await self.store.ledger.request(self.account_id, typed.lower())
        return (known.reference_id if known else None) or typed
