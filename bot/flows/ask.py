"""Answer a question: how is it doing, what failed, where are the links, who watches what."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.domain.answer import (
    AboutAnswer,
    GlobAnswer,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StillReading,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.budget import Purpose
from bot.domain.counts_only import counted_glob, counted_line, counted_status
from bot.domain.glob import Glob, compiled, is_glob
from bot.domain.history import unreadable
from bot.domain.lineup import LineupAnswer, as_of, hidden
from bot.domain.overview import MOST_IN_A_TABLE
from bot.domain.policy import is_shown
from bot.domain.sheet import Gathered, gathered
from bot.domain.stale import stale_after
from bot.errors import ChamelaionError
from bot.flows.figures import Figures
from bot.flows.gate import Gate
from bot.flows.identity import Identity
from bot.flows.itself import about
from bot.flows.read import Readings, Run, is_uuid, request_by_uuid
from bot.flows.rules import Rules
from bot.flows.shared import Sharing
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

PATIENCE_SECONDS = 3.0
_SECONDS_PER_CALL = 0.3  # what a page takes when the budget does not hold it back


class Ask:
    """The questions people ask; iterators give one answer, or first one that says "still reading", then the last."""

    def __init__(
        self,
        *,
        readings: Readings,
        source: Source,
        store: Store,
        clock: Clock,
        vitals: Vitals,
        identity: Identity,
        rules: Rules,
        gate: Gate,
        sharing: Sharing,
    ) -> None:
        self._readings = readings
        self._source = source
        self._store = store
        self._clock = clock
        self._vitals = vitals
        self._identity = identity
        self._rules = rules
        self._gate = gate
        self._figures = Figures(source, store, clock, rules)
        self._sharing = sharing

    async def status(
        self, reference: str, *, place: str | None = None, fresh: bool = False
    ) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Read a reference live; a UUID is asked for as a request first. `fresh` reads every page.

        `place` is where it is asked: what its own watch expects and its deadline count there, and nowhere else, and
        where only counts are shown nothing else is in the answer; a single request is no count (`CountsOnlyError`).
        Raises a `NotAllowedError` for what that place may not hear of.
        """
        try:
            one = await self._request_for(place, reference)
        except ChamelaionError as error:
            yield await self.recall(reference, place=place, trouble=str(error))
            return
        if one is not None:
            await self._sharing.refuse(place)
            yield one
            return
        async for answer in self.reference(reference, place=place, fresh=fresh):
            yield answer

    async def glob(self, text: str) -> Glob | None:
        """The pattern that a text stands for; None when it is the name of a reference, whatever signs that has.

        Raises a `BadCommandError` for a pattern that is too costly.
        """
        if not is_glob(text) or await self._store.references.knows(self._rules.account_id, text):
            return None
        return compiled(text)

    async def overview(self, glob: Glob, *, most: int = MOST_IN_A_TABLE, place: str | None = None) -> GlobAnswer:
        """How all references under a glob are doing, as our memory has it: nothing is read.

        Of those that the `place` may hear of; a `NotAllowedError` where that is nothing of it.
        """
        if place is not None:
            await self._gate.allow_glob(place, glob)
        account_id, only = self._rules.account_id, await self._gate.only(place)
        found = await self._store.references.overview(account_id, glob, most=most, only=only)
        near = () if found.references else await self.nearest(glob.letters, place=place)
        answer = GlobAnswer(found, self._source.api_now(), near)
        return counted_glob(answer) if await self._sharing.counts_only(place) else answer

    async def lineup(self, *, place: str | None = None) -> LineupAnswer:
        """The queue of the whole account, as our memory has it: nothing is read. Not where only counts are shown."""
        await self._sharing.refuse(place)
        account_id, api_now = self._rules.account_id, self._source.api_now()
        looked_at = await self._store.ledger.looked_at(account_id)
        old = stale_after(self._rules.gap_after)
        until = as_of(api_now, now=self._clock.now(), looked_at=looked_at, stale_after=old)
        budget, seconds = self._source.budget, self._clock.monotonic()
        return LineupAnswer(
            lineup=hidden(await self._store.ledger.lineup(account_id, until), await self._gate.only(place)),
            stale=until < api_now,
            trouble=self._vitals.api_trouble,
            calls=budget.used(seconds),
            calls_limit=budget.limit,
            allowed=budget.allowed(seconds),
        )

    async def nearest(self, text: str, *, place: str | None = None) -> tuple[str, ...]:
        """The references that may have been meant by a text that none is called, of those the place may hear of."""
        return await self._store.references.nearest(self._rules.account_id, text, await self._gate.only(place))

    async def failures(
        self, reference: str, *, place: str | None = None
    ) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Like status, for its failure kinds with their ids; not where only counts are shown."""
        await self._sharing.refuse(place)
        async for answer in self.status(reference, place=place):
            yield answer

    async def gather(
        self, reference: str, *, place: str | None = None
    ) -> AsyncIterator[StatusAnswer | RequestAnswer | Gathered]:
        """Like status, reading every page; the last answer has only what this reading has shown.

        That is a `StatusAnswer` where it has shown nothing. Not where only counts are shown.
        """
        await self._sharing.refuse(place)
        try:
            one = await self._request_for(place, reference)
        except ChamelaionError as error:
            yield await self.recall(reference, place=place, trouble=str(error))
            return
        if one is not None:
            yield one
            return
        run = await self._readings.start(reference, Purpose.QUESTION, whole=True)
        if not await self._done_in_time(run):
            yield await self.recall(reference, place=place, still=self._still(run))
        found = await self._gathered(reference, run)
        if found.rows:
            yield found
        else:
            yield await self.recall(reference, place=place, trouble=found.trouble, complete=found.complete)

    async def _gathered(self, reference_id: str, run: Run) -> Gathered:
        trouble: str | None = None
        try:
            await asyncio.shield(run.task)
        except ChamelaionError as error:
            trouble = str(error)
        spread = run.spread
        found = partial(gathered, complete=spread.complete, trouble=trouble)
        return await asyncio.to_thread(
            found, reference_id, tuple(spread.seen.values()), spread.total, self._clock.now()
        )

    async def reference(
        self, reference_id: str, *, place: str | None = None, fresh: bool = False
    ) -> AsyncIterator[StatusAnswer]:
        """Read a reference live from the list endpoint; over 3 s, first what is known with its age."""
        await self._gate.allow_asked(place, reference_id)
        run = await self._readings.start(reference_id, Purpose.QUESTION, whole=fresh)
        if not await self._done_in_time(run):
            yield await self.recall(reference_id, place=place, still=self._still(run))
        try:
            await asyncio.shield(run.task)
        except ChamelaionError as error:
            yield await self.recall(reference_id, place=place, trouble=str(error))
        else:
            yield await self.recall(reference_id, place=place, complete=run.spread.complete)

    async def stuck(self, reference_id: str, *, place: str | None = None) -> AsyncIterator[StatusAnswer]:
        """The same, for the ids of what is stuck; not where only counts are shown."""
        await self._sharing.refuse(place)
        async for answer in self.reference(reference_id, place=place):
            yield answer

    async def _done_in_time(self, run: Run) -> bool:
        patience = asyncio.create_task(self._clock.sleep(PATIENCE_SECONDS), name="patience")
        await asyncio.wait({run.task, patience}, return_when=asyncio.FIRST_COMPLETED)
        patience.cancel()
        await asyncio.gather(patience, return_exceptions=True)
        return run.task.done()

    def _still(self, run: Run) -> StillReading:
        left, spread = run.pages_left, run.spread
        return StillReading(left, self._time_for(left), len(spread.seen), spread.total or None)

    def _time_for(self, pages: int) -> timedelta:
        return timedelta(seconds=max(pages * 60 / self._source.budget.limit, pages * _SECONDS_PER_CALL, 1))

    async def request(self, reference: str) -> RequestAnswer | None:
        """The request of this UUID; None when it is no UUID or no request has it. Raises a `ChamelaionError`."""
        return await request_by_uuid(self._source, reference)

    async def _request_for(self, place: str | None, text: str) -> RequestAnswer | None:
        """The same, for a place that may hear of its reference."""
        await self._gate.allow_asked(place, text)
        one = await self.request(text)
        if place is not None and is_uuid(text):
            await self._gate.allow(place, one.request.reference_id if one is not None else text)
        return one

    async def recall(
        self,
        reference_id: str,
        *,
        place: str | None = None,
        complete: bool = True,
        trouble: str | None = None,
        still: StillReading | None = None,
    ) -> StatusAnswer:
        """What our memory has of a reference, with its age; nothing is read. `place` as for `status`."""
        await self._gate.allow_asked(place, reference_id)
        batch = await self._store.ledger.batch(self._rules.account_id, reference_id)
        own = None if place is None else await self._store.watches.at(self._identity.workspace_id, place, reference_id)
        expected = own.expected if own else None
        progress, state, went = await self._figures.counted(batch, expected)
        is_unknown = not (batch.requests or batch.vanished or still)
        is_current = complete and not trouble and not still and batch.read_at is not None
        view = await self._figures.view(batch, expected) if progress.open and is_current else None
        answer = StatusAnswer(
            progress=progress,
            read_at=batch.read_at,
            settlement=state,
            complete=complete,
            trouble=trouble,
            still=still,
            requests=batch.requests,
            nearest=await self.nearest(reference_id, place=place) if is_unknown else (),
            stuck=batch.stuck,
            cleared=batch.triage.cleared,
            prospect=view.prospect if view else None,
            curve=went if is_current else None,
            is_watched=None if place is None else own is not None,
            due=self._figures.due(own, view),
        )
        return counted_status(answer) if await self._sharing.counts_only(place) else answer

    async def watches(self, scope: Scope, *, place: str, user: str) -> WatchesAnswer:
        """The watches of this place, of this person, or all public ones and this person's.

        Where only counts are shown, those of other places are not (`CountsOnlyError`).
        """
        workspace_id = self._identity.workspace_id
        if scope is not Scope.HERE:
            await self._sharing.refuse(place)
        listing = self._store.watches.listing
        if scope is Scope.HERE:
            lines = await listing(workspace_id, place=place)
        elif scope is Scope.MINE:
            lines = await listing(workspace_id, author=user)
        else:
            lines = await listing(workspace_id, public_or_author=user)
        if await self._sharing.counts_only(place):
            lines = tuple(map(counted_line, lines))
        policy = await self._gate.policy(place)
        shown = [line for line in lines if line.watch.place == place or is_shown(policy, line.watch)]
        return WatchesAnswer(scope, tuple(map(self._with_history, shown)), len(lines) - len(shown))

    def _with_history(self, line: WatchLine) -> WatchLine:
        """What the token may do is known before anything was looked for in vain."""
        place, public = line.watch.place, line.watch.public
        granted = self._identity.scopes
        return replace(line, no_history=unreadable(place, public=public, granted=granted, learnt=line.no_history))

    async def about(self) -> AboutAnswer:
        """Version, freshness, alert latency, budget, health."""
        return await about(self._store, self._source, self._clock, self._vitals, self._identity, self._rules)
