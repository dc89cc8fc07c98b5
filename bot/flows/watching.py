"""Start, change and stop a watch."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from uuid import uuid4

from bot.domain.answer import ExceptedAnswer, GlobWatchAnswer, StoppedAnswer, WatchAnswer, Wish
from bot.domain.counts_only import counted_overview, counted_status
from bot.domain.deed import CLICKED_TWICE, NOBODY
from bot.domain.glob import Glob, compiled, is_glob
from bot.domain.mute import Silence, silence
from bot.domain.people_answer import Undone, UndoneAnswer
from bot.domain.watch import Watch
from bot.errors import BadCommandError, ChamelaionError, NotAllowedError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.limits import FOR_ONE
from bot.flows.shared import Sharing
from bot.flows.source import Source
from bot.ports import Clock
from bot.store import Store

_KEPT = " Nothing was changed."


@dataclass(frozen=True, slots=True)
class Watching:
    """What people do with watches."""

    ask: Ask
    source: Source
    store: Store
    clock: Clock
    identity: Identity
    account_id: str
    gate: Gate
    on_change: Callable[[], None]
    sharing: Sharing

    async def start(self, wish: Wish) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        """Create or change the watch at once, then tell how it stands: a reference is read for that, a glob is not.

        Where only counts are shown, the answer has no more than that. Raises a `NotAllowedError` for what the settings
        of the place, or of where it was asked for, do not allow.
        """
        await self.gate.allow_change(wish.place, wish.author)
        glob = await self.ask.glob(wish.reference_id)
        if glob is not None:
            yield await self._start_glob(glob, replace(wish, is_glob=True))
            return
        wish = await self._of_request(wish)
        for where in filter(None, (wish.place, wish.asked_in)):
            await self.gate.allow(where, wish.reference_id)
        watch, is_new, undo = await self._begin(wish)
        async for answer in self._told(watch, wish, undo, is_new=is_new):
            yield answer

    async def change(self, wish: Wish) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        """Change the watch that the place has of its own, and tell how it stands; none is begun.

        Raises a `BadCommandError` where there is none any more, and a `NotAllowedError` as `start` does.
        """
        await self.gate.allow_change(wish.place, wish.author)
        if not wish.is_glob:
            await self.gate.allow(wish.place, wish.reference_id)
        undo = str(uuid4())
        watch = await self.store.watches.change(wish, now=self.clock.now(), undo_id=undo)
        if watch is None:
            raise BadCommandError(
                "It is not watched there any more, so nothing was changed. Watch it again to be told of it."
            )
        self.on_change()
        taken_back_by = await self._known(undo)
        if wish.is_glob:
            yield await self._told_glob(watch, taken_back_by, is_new=False)
            return
        async for answer in self._told(watch, wish, taken_back_by, is_new=False):
            yield answer

    async def _told(self, watch: Watch, wish: Wish, undo: str | None, *, is_new: bool) -> AsyncIterator[WatchAnswer]:
        told, why = await self.sharing.counts_only(_asked_in(wish)), await self.sharing.why(watch.place)
        async for status in self.ask.reference(watch.reference_id, place=watch.place):
            trouble = await self.store.outbox.trouble(watch.workspace_id, watch.place)
            shown, silent = counted_status(status) if told else status, await self._silence(watch)
            yield WatchAnswer(watch, is_new, shown, trouble, undo, wish.due, silent, why)

    async def _start_glob(self, glob: Glob, wish: Wish) -> GlobWatchAnswer:
        if wish.expected is not None:
            raise BadCommandError(
                "`expect` counts the requests of one reference, and this is a pattern for many. Leave `expect` out,"
                " or watch one reference by its name. Nothing was changed."
            )
        if wish.due is not None:
            raise BadCommandError(f"{FOR_ONE['deadline']} Leave `by` out, or watch one reference by its name.{_KEPT}")
        await self._allow_glob(glob, wish)
        watch, is_new, undo = await self._begin(wish)
        return await self._told_glob(watch, undo, is_new=is_new)

    async def _told_glob(self, watch: Watch, undo: str | None, *, is_new: bool) -> GlobWatchAnswer:
        overview, letters = await self.store.references.overview_of(watch, most=0), compiled(watch.reference_id).letters
        asked_in = watch.asked_in or watch.place
        near = () if overview.references else await self.ask.nearest(letters, place=asked_in)
        if await self.sharing.counts_only(asked_in):
            overview, near = counted_overview(overview), ()
        trouble = await self.store.outbox.trouble(watch.workspace_id, watch.place)
        why, silent = await self.sharing.why(watch.place), await self._silence(watch)
        return GlobWatchAnswer(watch, is_new, overview, trouble, near, undo, silent, why)

    async def _allow_glob(self, glob: Glob, wish: Wish) -> None:
        """In its place the watch leaves out what that may not hear of; another may be told nothing else of it."""
        await self.gate.allow_glob(wish.place, glob)
        if wish.asked_in is not None and not (await self.gate.policy(wish.asked_in)).allows_all_of(glob):
            raise NotAllowedError(
                "That pattern also covers what this channel is not about, so a watch of your own cannot begin here."
                f" Type the same in my Messages tab.{_KEPT}"
            )

    async def _silence(self, watch: Watch) -> Silence | None:
        return silence(await self.store.mutes.here(watch.workspace_id, watch.place), watch)

    async def _begin(self, wish: Wish) -> tuple[Watch, bool, str | None]:
        """The watch, whether it is new, and by what this can be taken back if anything was changed."""
        is_ours, undo = not self.source.knows_api_clock, str(uuid4())
        watch, is_new = await self.store.watches.start(
            wish, now=self.clock.now(), api_now=self.source.api_now(), is_ours=is_ours, undo_id=undo
        )
        self.on_change()
        return watch, is_new, await self._known(undo)

    async def _known(self, undo: str) -> str | None:
        return undo if await self.store.undos.knows(undo) else None

    async def again(self, place: str, reference: str, author: str) -> AsyncIterator[WatchAnswer | GlobWatchAnswer]:
        """Watch a reference as this place did before."""
        last = await self.store.watches.latest(self.identity.workspace_id, place, reference)
        wish = Wish(
            workspace_id=self.identity.workspace_id,
            account_id=self.account_id,
            place=place,
            reference_id=reference,
            author=author,
            events=last.events if last else None,
            expected=last.expected if last else None,
            place_name=last.place_name if last else "",
            public=last.public if last else False,
            placement=last.placement if last else None,
            mention=last.mention if last else None,
            asked_in=last.asked_in if last else None,
        )
        async for answer in self.start(wish):
            yield answer

    async def undo(self, place: str, undo: str, person: str) -> UndoneAnswer:
        """Take back what was done here; what goes on again is read at once."""
        if await self.store.undos.is_of(undo, self.identity.workspace_id, place):
            await self.gate.allow_change(place, person)
        answer = await self.store.undos.take_back(
            undo, self.identity.workspace_id, place, now=self.clock.now(), person=person
        )
        if answer.outcome is Undone.DONE:
            self.on_change()
        return answer

    async def _of_request(self, wish: Wish) -> Wish:
        """A UUID watches the reference of that request; not where only counts are shown: nobody named it there."""
        try:
            one = await self.ask.request(wish.reference_id)
        except ChamelaionError as error:
            raise BadCommandError(
                f"I could not ask which reference this request belongs to: {error}."
                " Nothing was changed; try again soon."
            ) from error
        if one is None:
            return wish
        await self.sharing.refuse(wish.place)
        if one.request.reference_id is None:
            raise BadCommandError("That request was sent without a reference, so there is no batch to watch.")
        return replace(wish, reference_id=one.request.reference_id)

    async def stop(self, place: str, reference: str, author: str = NOBODY) -> StoppedAnswer:
        """Stop this place's watch of a reference or a glob; tells which globs cover the reference all the same."""
        await self.gate.allow_change(place, author)
        undo, name = str(uuid4()), reference
        watch = await self._stop(place, reference, author, undo)
        if watch is None and is_glob(reference):
            watch = await self._stop(place, reference, author, undo, is_glob=True)
        elif watch is None and (batch := await self._reference_of(reference)) is not None:
            await self.gate.allow(place, batch)
            watch, name = await self._stop(place, batch, author, undo), batch
        self.on_change()
        taken_back_by = undo if watch else None
        if watch is not None and watch.is_glob:
            return StoppedAnswer(reference, watch, undo=taken_back_by)
        return StoppedAnswer(name, watch, await self._covering(place, name), taken_back_by)

    async def stop_glob(self, place: str, pattern: str, author: str = NOBODY) -> StoppedAnswer:
        """Stop this place's watch of a glob, also where a reference is called the same."""
        await self.gate.allow_change(place, author)
        undo = str(uuid4())
        watch = await self._stop(place, pattern, author, undo, is_glob=True)
        self.on_change()
        return StoppedAnswer(pattern, watch, undo=undo if watch else None)

    async def stop_clicked(self, place: str, reference: str, author: str, *, is_glob: bool) -> StoppedAnswer:
        """Stop the watch that a button is about; a second click is answered as the first, with the same way back."""
        stop = self.stop_glob if is_glob else self.stop
        answer = await stop(place, reference, author)
        if answer.watch is not None:
            return answer
        workspace_id, since = self.identity.workspace_id, self.clock.now() - CLICKED_TWICE
        before = await self.store.undos.of_stop(workspace_id, place, reference, is_glob=is_glob, since=since)
        return answer if before is None else replace(answer, watch=before[0], undo=before[1])

    async def leave_out(self, place: str, reference: str, author: str) -> ExceptedAnswer:
        """Except a reference from every glob of this place, and stop its own watch if it has one."""
        await self.gate.allow_change(place, author)
        name, undo = await self._reference_of(reference) or reference, str(uuid4())
        await self.gate.allow(place, name)
        globs, own = await self.store.watches.leave_out(
            self.account_id,
            self.identity.workspace_id,
            place,
            name,
            author=author,
            now=self.clock.now(),
            undo_id=undo,
        )
        self.on_change()
        names, stopped = tuple(glob.reference_id for glob in globs), own is not None
        return ExceptedAnswer(name, names, stopped=stopped, undo=undo if globs or stopped else None)

    async def _covering(self, place: str, reference_id: str) -> tuple[str, ...]:
        found = await self.store.watches.covering(self.account_id, self.identity.workspace_id, place, reference_id)
        return tuple(glob.reference_id for glob in found)

    async def _stop(
        self, place: str, reference_id: str, author: str, undo: str, *, is_glob: bool = False
    ) -> Watch | None:
        return await self.store.watches.stop(
            self.identity.workspace_id,
            place,
            reference_id,
            now=self.clock.now(),
            is_glob=is_glob,
            author=author,
            undo_id=undo,
        )

    async def _reference_of(self, request_id: str) -> str | None:
        known = await self.store.ledger.request(self.account_id, request_id.lower())
        return known.reference_id if known else None

    async def is_watched(self, place: str, text: str) -> bool:
        """Whether a place watches just this reference or pattern, or the reference with a pattern."""
        at, workspace_id = self.store.watches.at, self.identity.workspace_id
        if await at(workspace_id, place, text) is not None:
            return True
        if is_glob(text):
            return await at(workspace_id, place, text, is_glob=True) is not None
        return bool(await self._covering(place, text))

    async def visited(self, place: str) -> None:
        """A command was typed here: if the place was in trouble, it is tried again now."""
        if await self.store.outbox.trouble(self.identity.workspace_id, place) is None:
            return
        await self.store.outbox.retry_place(self.identity.workspace_id, place, now=self.clock.now())
        self.on_change()


def _asked_in(wish: Wish) -> str:
    """Where the answer is read, which for a personal watch is another place than the watch's."""
    return wish.asked_in or wish.place
