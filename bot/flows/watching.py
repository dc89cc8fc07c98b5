"""Start, change and stop a watch."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from bot.domain.answer import StoppedAnswer, WatchAnswer, Wish
from bot.domain.watch import Watch
from bot.errors import BadCommandError, ChamelaionError
from bot.flows.ask import Ask
from bot.flows.identity import Identity
from bot.flows.source import Source
from bot.ports import Clock
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Watching:
    """What people do with watches."""

    ask: Ask
    source: Source
    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    on_change: Callable[[], None]

    async def start(self, wish: Wish) -> AsyncIterator[WatchAnswer]:
        """Create or change the watch at once, then read its reference and tell how it stands."""
        wish = await self._of_request(wish)
        now = self.clock.now()
        api_now = self.source.api_now(now) if self.source.knows_api_clock else None
        watch, is_new = await self.store.watches.start(wish, now=now, api_now=api_now)
        self.on_change()
        async for status in self.ask.reference(watch.reference_id, place=watch.place):
            trouble = await self.store.outbox.trouble(watch.workspace_id, watch.place)
            yield WatchAnswer(watch, is_new, status, trouble)

    async def _of_request(self, wish: Wish) -> Wish:
        """A UUID watches the reference of that request."""
        try:
            one = await self.ask.request(wish.reference_id)
        except ChamelaionError as error:
            raise BadCommandError(
                f"I could not ask which reference this request belongs to: {error}."
                " Nothing was changed; try again soon."
            ) from error
        if one is None:
            return wish
        if one.request.reference_id is None:
            raise BadCommandError("That request was sent without a reference, so there is no batch to watch.")
        return replace(wish, reference_id=one.request.reference_id)

    async def stop(self, place: str, reference: str) -> StoppedAnswer:
        """Stop this place's watch of a reference."""
        watch = await self._stop(place, reference)
        if watch is None and (batch := await self._reference_of(reference)) is not None:
            watch = await self._stop(place, batch)
        self.on_change()
        return StoppedAnswer(reference, watch)

    async def _stop(self, place: str, reference_id: str) -> Watch | None:
        return await self.store.watches.stop(self.identity.workspace_id, place, reference_id, now=self.clock.now())

    async def _reference_of(self, request_id: str) -> str | None:
        known = await self.store.ledger.request(self.account_id, request_id.lower())
        return known.reference_id if known else None

    async def visited(self, place: str) -> None:
        """A command was typed here: if the place was in trouble, it is tried again now."""
        if await self.store.outbox.trouble(self.identity.workspace_id, place) is None:
            return
        await self.store.outbox.retry_place(self.identity.workspace_id, place, now=self.clock.now())
        self.on_change()
