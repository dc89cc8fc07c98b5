"""Answer a question: how is it doing, what failed, where are the links, who watches what."""

import asyncio
import statistics
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot import __version__
from bot.domain.answer import (
    AboutAnswer,
    Batch,
    GlobAnswer,
    RequestAnswer,
    Scope,
    StatusAnswer,
    StillReading,
    WatchesAnswer,
    WatchLine,
)
from bot.domain.budget import Purpose
from bot.domain.calibration import calibration
from bot.domain.curve import Curve, curve
from bot.domain.delivery import State
from bot.domain.glob import Glob, compiled, is_glob
from bot.domain.history import unreadable
from bot.domain.lineup import LineupAnswer, as_of
from bot.domain.overview import MOST_IN_A_TABLE
from bot.domain.progress import Progress, Settlement, settlement, summarise
from bot.domain.prospect import Prospect, prospect
from bot.domain.sheet import Gathered, gathered
from bot.domain.stale import stale_after
from bot.errors import ChamelaionError
from bot.flows.identity import Identity
from bot.flows.read import Readings, Run, request_by_uuid
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.ports import Clock
from bot.store import Store

PATIENCE_SECONDS = 3.0
JUDGED = timedelta(days=30)  # whose forecasts `about` speaks of
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
    ) -> None:
        self._readings = readings
        self._source = source
        self._store = store
        self._clock = clock
        self._vitals = vitals
        self._identity = identity
        self._rules = rules

    async def status(
        self, reference: str, *, place: str | None = None, fresh: bool = False
    ) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Read a reference live; a UUID is asked for as a request first. `fresh` reads every page.

        `place` is where it is asked: what its own watch expects counts there, and nowhere else.
        """
        try:
            one = await self.request(reference)
        except ChamelaionError as error:
            yield await self.recall(reference, place=place, trouble=str(error))
            return
        if one is not None:
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

    async def overview(self, glob: Glob, *, most: int = MOST_IN_A_TABLE) -> GlobAnswer:
        """How all references under a glob are doing, as our memory has it: nothing is read."""
        found = await self._store.references.overview(self._rules.account_id, glob, most=most)
        near = () if found.references else await self.nearest(glob.letters)
        return GlobAnswer(found, self._source.api_now(), near)

    async def lineup(self) -> LineupAnswer:
        """The queue of the whole account, as our memory has it: nothing is read."""
        account_id, api_now = self._rules.account_id, self._source.api_now()
        looked_at = await self._store.ledger.looked_at(account_id)
        old = stale_after(self._rules.gap_after)
        until = as_of(api_now, now=self._clock.now(), looked_at=looked_at, stale_after=old)
        budget, seconds = self._source.budget, self._clock.monotonic()
        return LineupAnswer(
            lineup=await self._store.ledger.lineup(account_id, until),
            stale=until < api_now,
            trouble=self._vitals.api_trouble,
            calls=budget.used(seconds),
            calls_limit=budget.limit,
            allowed=budget.allowed(seconds),
        )

    async def nearest(self, text: str) -> tuple[str, ...]:
        """The references that may have been meant by a text that none is called."""
        return await self._store.references.nearest(self._rules.account_id, text)

    async def failures(
        self, reference: str, *, place: str | None = None
    ) -> AsyncIterator[StatusAnswer | RequestAnswer]:
        """Like status, for its failure kinds with their ids."""
        async for answer in self.status(reference, place=place):
            yield answer

    async def gather(
        self, reference: str, *, place: str | None = None
    ) -> AsyncIterator[StatusAnswer | RequestAnswer | Gathered]:
        """Like status, reading every page; the last answer has only what this reading has shown.

        That is a `StatusAnswer` where it has shown nothing.
        """
        try:
            one = await self.request(reference)
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
        run = await self._readings.start(reference_id, Purpose.QUESTION, whole=fresh)
        if not await self._done_in_time(run):
            yield await self.recall(reference_id, place=place, still=self._still(run))
        try:
            await asyncio.shield(run.task)
        except ChamelaionError as error:
            yield await self.recall(reference_id, place=place, trouble=str(error))
        else:
            yield await self.recall(reference_id, place=place, complete=run.spread.complete)

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

    async def recall(
        self,
        reference_id: str,
        *,
        place: str | None = None,
        complete: bool = True,
        trouble: str | None = None,
        still: StillReading | None = None,
    ) -> StatusAnswer:
        """What our memory has of a reference, with its age; nothing is read."""
        batch = await self._store.ledger.batch(self._rules.account_id, reference_id)
        expected = await self._expected(reference_id, place)
        # In a thread: 5,000 failures take 0.2 s to be told apart.
        progress, state, went = await asyncio.to_thread(self._counted, batch, expected, self._source.api_now())
        is_unknown = not (batch.requests or batch.vanished or still)
        is_current = complete and not trouble and not still and batch.read_at is not None
        return StatusAnswer(
            progress=progress,
            read_at=batch.read_at,
            settlement=state,
            complete=complete,
            trouble=trouble,
            still=still,
            requests=batch.requests,
            nearest=await self.nearest(reference_id) if is_unknown else (),
            stuck=batch.stuck,
            cleared=batch.triage.cleared,
            prospect=await self._prospect(batch, expected) if progress.open and is_current else None,
            curve=went if is_current else None,
        )

    async def _prospect(self, batch: Batch, expected: int | None) -> Prospect | None:
        account_id, now = self._rules.account_id, self._source.api_now()
        around = await self._store.forecasts.around(account_id, batch.reference_id, batch.requests)
        longest = self._rules.longest_settle
        found = await asyncio.to_thread(
            prospect, batch.reference_id, batch.requests, around, read_at=now, at=now, expected=expected,
            longest_settle=longest,
        )  # fmt: skip
        return found.prospect if found else None

    def _counted(
        self, batch: Batch, expected: int | None, api_now: datetime
    ) -> tuple[Progress, Settlement, Curve | None]:
        requests, longest, now = batch.requests, self._rules.longest_settle, self._clock.now()
        progress = summarise(
            batch.reference_id, requests, expected=expected, vanished=batch.vanished, triage=batch.triage
        )
        state = settlement(requests, expected=expected, api_now=api_now, longest=longest)
        return progress, state, curve(requests, api_now - (now - (batch.read_at or now)))

    async def _expected(self, reference_id: str, place: str | None) -> int | None:
        if place is None:
            return None
        watch = await self._store.watches.at(self._identity.workspace_id, place, reference_id)
        return watch.expected if watch else None

    async def watches(self, scope: Scope, *, place: str, user: str) -> WatchesAnswer:
        """The watches of this place, of this person, or all public ones and this person's."""
        workspace_id = self._identity.workspace_id
        listing = self._store.watches.listing
        if scope is Scope.HERE:
            lines = await listing(workspace_id, place=place)
        elif scope is Scope.MINE:
            lines = await listing(workspace_id, author=user)
        else:
            lines = await listing(workspace_id, public_or_author=user)
        return WatchesAnswer(scope, tuple(map(self._with_history, lines)))

    def _with_history(self, line: WatchLine) -> WatchLine:
        """What the token may do is known before anything was looked for in vain."""
        place, public = line.watch.place, line.watch.public
        granted = self._identity.scopes
        return replace(line, no_history=unreadable(place, public=public, granted=granted, learnt=line.no_history))

    async def about(self) -> AboutAnswer:
        """Version, freshness, alert latency, budget, health."""
        tally = await self._store.outbox.tally(self._identity.workspace_id, done=False)
        watches = await self._store.watches.active(self._rules.account_id)
        latencies = sorted(tally.latencies)
        foretold = await self._store.forecasts.since(self._clock.now() - JUDGED)
        return AboutAnswer(
            version=__version__,
            started_at=self._vitals.started_at,
            looked_at=await self._store.ledger.looked_at(self._rules.account_id),
            api_trouble=self._vitals.api_trouble,
            watches=len(watches),
            unsent=tally.counts.get(State.PENDING, 0) + tally.counts.get(State.SENDING, 0),
            in_doubt=tally.counts.get(State.IN_DOUBT, 0),
            parked=tally.counts.get(State.PARKED, 0),
            latency_median=statistics.median(latencies) if latencies else None,
            latency_p99=latencies[-1 - len(latencies) // 100] if latencies else None,
            calls=self._source.budget.used(self._clock.monotonic()),
            calls_limit=self._source.budget.limit,
            held=tally.counts.get(State.HELD, 0),
            catching_up_since=await self._store.ledger.catching_up_since(self._rules.account_id),
            filled=self._vitals.filled,
            is_ordered=self._vitals.is_ordered,
            is_sender=self._vitals.is_sender,
            forecasts=await asyncio.to_thread(calibration, foretold),  # of 5,000 that takes 10 ms
            steps=await self._store.workflow.undone(),
        )
