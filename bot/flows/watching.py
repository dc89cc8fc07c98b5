"""Start, change and stop a watch."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from bot.domain.answer import ExceptedAnswer, GlobWatchAnswer, StoppedAnswer, WatchAnswer, Wish
from bot.domain.glob import Glob, is_glob
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

    async def start(self, wish: Wish) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        """Create or change the watch at once, then tell how it stands: a reference is read for that, a glob is not."""
        glob = await self.ask.glob(wish.reference_id)
        if glob is not None:
            yield await self._start_glob(glob, replace(wish, is_glob=True))
            return
        wish = await self._of_request(wish)
        watch, is_new = await self._begin(wish)
        async for status in self.ask.reference(watch.reference_id, place=watch.place):
            trouble = await self.store.outbox.trouble(watch.workspace_id, watch.place)
            yield WatchAnswer(watch, is_new, status, trouble)

    async def _start_glob(self, glob: Glob, wish: Wish) -> GlobWatchAnswer:
        if wish.expected is not None:
            raise BadCommandError(
                "`expect` counts the requests of one reference, and this is a pattern for many. Leave `expect` out,"
                " or watch one reference by its name. Nothing was changed."
            )
        watch, is_new = await self._begin(wish)
        overview = await self.store.references.overview_of(watch, most=0)
        near = () if overview.references else await self.ask.nearest(glob.letters)
        trouble = await self.store.outbox.trouble(watch.workspace_id, watch.place)
        return GlobWatchAnswer(watch, is_new, overview, trouble, near)

    async def _begin(self, wish: Wish) -> tuple[Watch, bool]:
        is_ours = not self.source.knows_api_clock
        begun = await self.store.watches.start(
            wish, now=self.clock.now(), api_now=self.source.api_now(), is_ours=is_ours
        )
        self.on_change()
        return begun

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
        """Stop this place's watch of a reference or a glob; tells which globs cover the reference all the same."""
        watch, name = await self._stop(place, reference), reference
        if watch is None and is_glob(reference):
            watch = await self._stop(place, reference, is_glob=True)
        elif watch is None and (batch := await self._reference_of(reference)) is not None:
            watch, name = await self._stop(place, batch), batch
        self.on_change()
        if watch is not None and watch.is_glob:
            return StoppedAnswer(reference, watch)
        return StoppedAnswer(name, watch, await self._covering(place, name))

    async def stop_glob(self, place: str, pattern: str) -> StoppedAnswer:
        """Stop this place's watch of a glob, also where a reference is called the same."""
        watch = await self._stop(place, pattern, is_glob=True)
        self.on_change()
        return StoppedAnswer(pattern, watch)

    async def leave_out(self, place: str, reference: str, author: str) -> ExceptedAnswer:
        """Except a reference from every glob of this place, and stop its own watch if it has one."""
        name = await self._reference_of(reference) or reference
        globs = await self.store.watches.leave_out(
            self.account_id, self.identity.workspace_id, place, name, author=author, now=self.clock.now()
        )
        own = await self._stop(place, name)
        self.on_change()
        return ExceptedAnswer(name, tuple(glob.reference_id for glob in globs), stopped=own is not None)

    async def _covering(self, place: str, reference_id: str) -> tuple[str, ...]:
        found = await self.store.watches.covering(self.account_id, self.identity.workspace_id, place, reference_id)
        return tuple(glob.reference_id for glob in found)

    async def _stop(self, place: str, reference_id: str, *, is_glob: bool = False) -> Watch | None:
        return await self.store.watches.stop(
            self.identity.workspace_id, place, reference_id, now=self.clock.now(), is_glob=is_glob
        )

    async def _reference_of(self, request_id: str) -> str | None:
        known = await self.store.ledger.request(self.account_id, request_id.lower())
        return known.reference_id if known else None

    async def visited(self, place: str) -> None:
        """A command was typed here: if the place was in trouble, it is tried again now."""
        if await self.store.outbox.trouble(self.identity.workspace_id, place) is None:
            return
        await self.store.outbox.retry_place(self.identity.workspace_id, place, now=self.clock.now())
        self.on_change()
