"""Start, change and stop a watch."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from bot.domain.answer import StoppedAnswer, WatchAnswer, Wish
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
    on_change: Callable[[], None]

    async def start(self, wish: Wish) -> AsyncIterator[WatchAnswer]:
        """Create or change the watch at once, then read its reference and tell how it stands."""
        wish = await self._of_request(wish)
        watch, is_new = await self.store.watches.start(wish, now=self.clock.now(), api_now=self.source.api_now())
        self.on_change()
        async for status in self.ask.reference(watch.reference_id):
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
        watch = await self.store.watches.stop(self.identity.workspace_id, place, reference, now=self.clock.now())
        self.on_change()
        return StoppedAnswer(reference, watch)

    async def visited(self, place: str) -> None:
        """A command was typed here: if the place was in trouble, it is tried again now."""
        if await self.store.outbox.trouble(self.identity.workspace_id, place) is None:
            return
        await self.store.outbox.retry_place(self.identity.workspace_id, place, now=self.clock.now())
        self.on_change()
