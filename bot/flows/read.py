"""Read a reference from the API and record what was seen, once for everybody who asks at the same moment."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.budget import Purpose
from bot.domain.progress import summarise
from bot.domain.prospect import prospect
from bot.domain.queue import NOTHING_AROUND
from bot.domain.reading import Known, Range, Reading, Recorded
from bot.errors import NoSuchRequestError
from bot.flows.rules import Rules
from bot.flows.source import Source
from bot.flows.vitals import Vitals
from bot.store import Store

log = structlog.get_logger(__name__)


async def parts(source: Source, reference_id: str, spread: Range, purpose: Purpose) -> AsyncIterator[Reading]:
    """Read `spread` to its end, page by page; raises a `ChamelaionError` where a page cannot be had."""
    while spread.offset is not None:
        page = await source.page(reference_id, spread.offset, purpose)
        spread.add(page)
        yield Reading(
            reference_id=reference_id,
            requests=page.requests,
            total=page.total,
            asked_at=page.asked_at,
            read_at=page.read_at,
            api_now=source.api_now(page.read_at),
            ended=spread.offset is None,
            complete=spread.complete,
            listed=spread.listed,
            ahead=source.ahead,
        )


@dataclass(slots=True)
class Run:
    """A reading under way; `task` ends with what its last part brought, or raises."""

    spread: Range
    task: asyncio.Task[Recorded]

    @property
    def pages_left(self) -> int:
        """How many more pages, as far as is known; at least one."""
        return max(self.spread.pages_left, 1)


class Readings:
    """Reads references and records each part as it comes; readings of the same reference at the same time are one."""

    def __init__(
        self,
        source: Source,
        store: Store,
        vitals: Vitals,
        *,
        rules: Rules,
        on_news: Callable[[], None],
        on_part: Callable[[Reading, Recorded], None],
    ) -> None:
        self.source = source
        self._store = store
        self._vitals = vitals
        self._rules = rules
        self._on_news = on_news
        self._on_part = on_part
        self._runs: dict[tuple[str, bool], Run] = {}

    async def start(self, reference_id: str, purpose: Purpose, *, whole: bool = False) -> Run:
        """Begin to read a reference, or join the reading of it that is under way; `whole` reads every page."""
        known = await self._store.ledger.known(self._rules.account_id, reference_id)
        key = (reference_id, whole)
        if run := self._runs.get(key):
            return run
        spread = Range(known, whole=whole)
        run = Run(spread, asyncio.create_task(self._read(reference_id, spread, purpose), name=f"read {key}"))
        self._runs[key] = run
        run.task.add_done_callback(lambda task: self._forget(key, task))
        return run

    async def _read(self, reference_id: str, spread: Range, purpose: Purpose) -> Recorded:
        recorded = Recorded(number=0)
        async for part in parts(self.source, reference_id, spread, purpose):
            recorded = await self.record(part)
        return recorded

    async def record(self, part: Reading) -> Recorded:
        """Write what was seen to the ledger; announcements are queued in the same transaction."""
        recorded = await self._store.ledger.record(self._rules.account_id, part, self._rules.longest_settle)
        for move in recorded.transitions:
            self._vitals.transitions[move.new] += 1
            if move.correction:
                log.warning("the API corrected an outcome", request=move.request_id, old=move.old, new=move.new)
        self._on_part(part, recorded)
        if recorded.announced or recorded.references or recorded.ended:
            self._on_news()
        return recorded

    def _forget(self, key: tuple[str, bool], task: asyncio.Task[Recorded]) -> None:
        self._runs.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waits hears of it; when nobody does any more, the log already has it

    async def close(self) -> None:
        """Cancel what is under way and wait for its end."""
        tasks = [run.task for run in self._runs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def request_by_uuid(source: Source, text: str) -> RequestAnswer | None:
    """The request of this UUID; None when it is no UUID or no request has it. Raises a `ChamelaionError`."""
    if not is_uuid(text):
        return None
    try:
        request = await source.retrieve(text, Purpose.QUESTION)
    except NoSuchRequestError:
        return None
    return RequestAnswer(request, source.clock.now())


async def read_once(source: Source, reference: str) -> StatusAnswer | RequestAnswer:
    """Answer without remembering anything: a request by its UUID, else every page of a reference.

    Raises a `ChamelaionError`.
    """
    if (one := await request_by_uuid(source, reference)) is not None:
        return one
    spread = Range(Known(), whole=True)
    async for _ in parts(source, reference, spread, Purpose.QUESTION):
        pass
    requests, now = tuple(spread.seen.values()), source.api_now()
    rest = prospect(reference, requests, NOTHING_AROUND, read_at=now, at=now)
    return StatusAnswer(
        progress=summarise(reference, requests),
        read_at=source.clock.now(),
        complete=spread.complete,
        requests=requests,
        prospect=rest.prospect if rest and spread.complete else None,
    )


def is_uuid(text: str) -> bool:
    """Whether it may be the id of a request."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
