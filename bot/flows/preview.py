"""Tell what a watch would have posted lately: read what was recorded, and look at it again beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from bot.domain.answer import Wish
from bot.domain.glob import Glob, is_everything
from bot.domain.past import Past
from bot.domain.preview import MANY_REQUESTS, MOST_REFERENCES, WINDOW, PreviewAnswer, PreviewBegun, Recent, Tally
from bot.domain.replay import replay
from bot.domain.watch import Events, Placement, Watch
from bot.errors import BadCommandError
from bot.flows.ask import Ask
from bot.flows.gate import Gate
from bot.flows.rules import Rules
from bot.flows.shared import Sharing
from bot.flows.source import Source
from bot.ports import Clock
from bot.store import Store

_AT_ONCE = 2_000  # requests that are read in one transaction
_MOST_AT_ONCE = 200  # references


@dataclass(frozen=True, slots=True)
class Previewing:
    """Asks the past; nothing is changed and nothing is read from the API. One at a time: it takes a core."""

    ask: Ask
    source: Source
    store: Store
    clock: Clock
    rules: Rules
    gate: Gate
    sharing: Sharing
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def preview(self, wish: Wish) -> AsyncIterator[PreviewBegun | PreviewAnswer]:
        """What this watch would have posted in the last seven days, as far as that was recorded.

        First that it is looked at, where that takes long. Raises a `BadCommandError` for what cannot be watched, and
        where only counts are shown.
        """
        await self.sharing.refuse(wish.place)
        glob = await self.ask.glob(wish.reference_id)
        wish = await self._allowed(wish, glob)
        if glob is not None and wish.expected is not None:
            raise BadCommandError(
                "`expect` counts the requests of one reference, and this is a pattern for many. Leave `expect` out,"
                " or name one reference."
            )
        now = self.clock.now()
        since = now - min(WINDOW, self.rules.retention)
        only = await self.gate.only(wish.place)
        recent = await self.store.references.recent(
            self.rules.account_id, glob or wish.reference_id, since=since, most=MOST_REFERENCES, only=only
        )
        tally = Tally(self._watch(wish), max(since, recent.began_at or now), now)
        if recent.requests > MANY_REQUESTS:
            yield PreviewBegun(tally.watch, recent)
        async with self._turn:
            await self._look_again(tally, recent)
        near = () if recent.known else await self._nearest(wish, glob)
        yield PreviewAnswer(tally.watch, tally.sums(), recent, near)

    async def _look_again(self, tally: Tally, recent: Recent) -> None:
        for part in _parts(recent.names):
            pasts = await self.store.references.pasts(self.rules.account_id, part)
            # In a thread, for a batch of thousands takes seconds.
            await asyncio.to_thread(self._add, tally, pasts)
            if tally.is_full:
                return

    def _add(self, tally: Tally, pasts: dict[str, list[Past]]) -> None:
        again = partial(replay, until=tally.until, ahead=self._ahead, longest=self.rules.longest_settle)
        for name, of_it in pasts.items():
            if tally.is_full:
                return
            tally.add(name, again(self._begun(tally, name), of_it, most=tally.left))

    @property
    def _ahead(self) -> timedelta:
        return self.source.api_now() - self.clock.now()

    def _begun(self, tally: Tally, reference_id: str) -> Watch:
        """The watch of one reference as it would have begun; it tells clips, so that those are known in any case."""
        of_glob = tally.watch.id if tally.watch.is_glob else None
        return replace(
            tally.watch,
            reference_id=reference_id,
            is_glob=False,
            glob_id=of_glob,
            events=Events.EACH,
            created_at=tally.since,
            started_at=tally.since + self._ahead,
        )

    def _watch(self, wish: Wish) -> Watch:
        """The watch as `watch` would make it; it is not written down."""
        return Watch(
            id="preview",
            workspace_id=wish.workspace_id,
            account_id=wish.account_id,
            place=wish.place,
            reference_id=wish.reference_id,
            author=wish.author,
            events=wish.events or Events.PROBLEMS,
            expected=wish.expected,
            created_at=self.clock.now(),
            started_at=self.source.api_now(),
            since_reading=0,
            generation=1,
            generation_reading=0,
            is_glob=wish.is_glob,
            only_failures=wish.is_glob and is_everything(wish.reference_id),
            placement=wish.placement or Placement.DEFAULT,
            mention=wish.mention or (),
            asked_in=wish.asked_in,
        )

    async def _allowed(self, wish: Wish, glob: Glob | None) -> Wish:
        """As the watch would be made in its place; `NotAllowedError` where it could not be."""
        policy = await self.gate.policy(wish.place)
        if glob is None:
            wish = await self._of_request(wish)
            await self.gate.allow(wish.place, wish.reference_id)
        else:
            await self.gate.allow_glob(wish.place, glob)
        return replace(wish, is_glob=glob is not None, events=wish.events or policy.events)

    async def _of_request(self, wish: Wish) -> Wish:
        """A UUID stands for the reference of that request, if our memory has it."""
        known = await self.store.ledger.request(self.rules.account_id, wish.reference_id.lower())
        if known is None:
            return wish
        if known.reference_id is None:
            raise BadCommandError("That request was sent without a reference, so there is no batch to watch.")
        return replace(wish, reference_id=known.reference_id)

    async def _nearest(self, wish: Wish, glob: Glob | None) -> tuple[str, ...]:
        text = glob.letters if glob is not None else wish.reference_id
        return await self.ask.nearest(text, place=wish.place)


def _parts(names: Iterable[tuple[str, int]]) -> Iterator[Sequence[str]]:
    """The references in parts that are read at once."""
    part: list[str] = []
    size = 0
    for name, many in names:
        if part and (size + many > _AT_ONCE or len(part) == _MOST_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(name)
        size += many
    if part:
        yield part
