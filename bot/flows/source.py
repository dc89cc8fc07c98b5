"""The account at Chamelaion behind the budget: every call of the bot goes through here."""

import asyncio
import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from bot.domain.budget import Budget, Purpose
from bot.domain.request import LipsyncRequest, Page
from bot.domain.skew import Skew
from bot.errors import (
    BadRequestError,
    ChamelaionError,
    KeyRefusedError,
    NoSuchRequestError,
    RateLimitedError,
    UnavailableError,
)
from bot.flows.vitals import Vitals
from bot.ports import Chamelaion, Clock

log = structlog.get_logger(__name__)
LARGEST_PAGE = 500
SMALLEST_PAGE = 20
_USUAL_PAGE = 100
LONGEST_PATIENCE = timedelta(seconds=10)  # of a person who asks while the API wants to be left alone
_LONGEST_NAP = 5.0
_LATENCY_WEIGHT = 1 / 8  # of the last page; the average of those before has the rest
_MOST_UNUSED = 0.1  # of the budget, before a second call is made at once


class Source:
    """Calls the API when the budget allows, learns the page size and the API's clock, and tells trouble once."""

    def __init__(self, api: Chamelaion, budget: Budget, clock: Clock, vitals: Vitals) -> None:
        self.budget = budget
        self.clock = clock
        self._api = api
        self.vitals = vitals
        self._page_size = LARGEST_PAGE
        self._applied = 0  # the page size of the last answer
        self._taken_size = 0  # the largest page that the API has given us
        self.latency = 0.0  # seconds that a page takes, on average of those that came
        self._skew = Skew()
        self._told = (clock.now(), clock.monotonic())  # the API's clock at the last answer (before: ours), and when
        self.ahead = timedelta()  # of ours, as that went when we began, is the API's clock
        self._troubles: dict[str | None, str] = {}  # by what was asked for; None is the whole account
        self._failed_last = False
        self._lines = {purpose: asyncio.Lock() for purpose in Purpose}

    def api_now(self, at: datetime | None = None) -> datetime:
        """The API's clock when ours showed `at`; now, if that is not given.

        Now is reckoned from the last answer by a clock that nobody can set: ours may have been set since. Before the
        first answer it is ours, as that went when we began.
        """
        if at is not None:
            return at + self._skew.offset
        told, since = self._told
        return told + timedelta(seconds=self.clock.monotonic() - since)

    @property
    def page_size(self) -> int:
        """How many rows a page has, as far as is known."""
        return self._applied or min(self._page_size, _USUAL_PAGE)

    @property
    def at_once(self) -> int:
        """How many calls to make at once: as many as the budget gives while one is under way, of those it has now."""
        now = self.clock.monotonic()
        given = self.latency * self.budget.allowed(now) / 60
        return max(min(math.ceil(given * (1 - _MOST_UNUSED)), self.budget.free(now)), 1)

    @property
    def knows_api_clock(self) -> bool:
        """Whether the API has told its time yet."""
        return self._skew != Skew()

    def our_time(self, api_time: datetime) -> datetime:
        """Our clock when the API's shows this."""
        return self.clock.now() - (self.api_now() - api_time)

    async def page(self, reference_id: str | None, offset: int, purpose: Purpose) -> Page:
        """One page, as large as the API takes; raises a `ChamelaionError`."""
        size = self._page_size
        while True:
            await self._turn(purpose)
            asked_at = self.clock.monotonic()
            try:
                page = await self._api.page(reference_id=reference_id, offset=offset, limit=size)
            except BadRequestError as error:
                self._count(error, reference_id)
                size = self._smaller(size, reference_id, error)
            except ChamelaionError as error:
                self._count(error, reference_id)
                raise
            else:
                self._page_size = self._taken_size = size
                self.latency += _LATENCY_WEIGHT * (self.clock.monotonic() - asked_at - self.latency)
                self._answered(page, reference_id)
                return page

    def _smaller(self, size: int, reference_id: str | None, error: BadRequestError) -> int:
        """The page size to try next, unless it is not the size that the API does not take."""
        if reference_id is not None and size <= max(self._taken_size, SMALLEST_PAGE):
            raise error
        if size <= SMALLEST_PAGE:
            raise UnavailableError(f"the API does not take the simplest question: {error}") from error
        return max(size // 2, SMALLEST_PAGE)

    async def retrieve(self, request_id: str, purpose: Purpose) -> LipsyncRequest:
        """One request by its UUID; raises a `ChamelaionError`."""
        await self._turn(purpose)
        try:
            request = await self._api.retrieve(request_id)
        except ChamelaionError as error:
            self._count(error, request_id)
            raise
        self._works(request_id)
        return request

    async def pages(self, offsets: Iterable[int], purpose: Purpose) -> list[Page | BaseException]:
        """Pages of the account's list, asked for at once; a `ChamelaionError` in place of one that cannot be had."""
        return await asyncio.gather(*(self.page(None, offset, purpose) for offset in offsets), return_exceptions=True)

    async def until_free(self, calls: int = 1) -> None:
        """Wait until so many looks could be made at once, so that what they read is chosen by what is known then."""
        await self._wait(Purpose.LOOK, lambda purpose, now: self.budget.pause(purpose, now, calls))

    async def _turn(self, purpose: Purpose) -> None:
        if purpose is Purpose.QUESTION and self.budget.rests(self.clock.monotonic()) > LONGEST_PATIENCE:
            raise RateLimitedError("the API answered 429 and wants to be left alone for a while")
        await self._wait(purpose, self.budget.take)

    async def _wait(self, purpose: Purpose, ask: Callable[[Purpose, float], float]) -> None:
        self.budget.join(purpose)
        try:
            async with self._lines[purpose]:
                while (pause := ask(purpose, self.clock.monotonic())) > 0:
                    self.vitals.beat_at = self.clock.monotonic()
                    await self.clock.sleep(min(pause, _LONGEST_NAP))
        finally:
            self.budget.leave(purpose)
        self.vitals.beat_at = self.clock.monotonic()

    def all_well(self) -> None:
        """Everything that is watched could be read: whatever was wrong is over, if there was an answer since."""
        if self._failed_last:
            return
        if self._troubles:
            log.info("the API answers again")
        self._troubles.clear()
        self.vitals.api_trouble = None

    def _answered(self, page: Page, asked: str | None) -> None:
        self._applied = page.limit
        if page.api_now is not None:
            reckoned, was_known = self.api_now(), self.knows_api_clock
            self._skew = self._skew.observed(page.asked_at, page.read_at, page.api_now)
            self._told = (self.api_now(page.read_at), self.clock.monotonic())
            if not was_known:
                self.ahead = self.api_now() - reckoned
        self._works(asked)

    def _works(self, asked: str | None) -> None:
        self.vitals.api_calls["ok"] += 1
        self.vitals.key_refused = False
        self.vitals.beat_at = self.clock.monotonic()
        self._failed_last = False
        had = bool(self._troubles)
        for over in (None, asked):
            self._troubles.pop(over, None)
        if had and not self._troubles:
            log.info("the API answers again")
        self._tell()

    def _count(self, error: ChamelaionError, asked: str | None) -> None:
        self.vitals.api_calls[_OUTCOME.get(type(error), "unavailable")] += 1
        self.vitals.beat_at = self.clock.monotonic()
        if isinstance(error, RateLimitedError):
            self.budget.refused(self.clock.monotonic(), error.retry_after)
        if isinstance(error, (NoSuchRequestError, BadRequestError)):
            return
        self._failed_last = True
        if str(error) not in self._troubles.values():
            log.warning("the API cannot be read; every watch is kept", why=str(error), reference=asked)
        self._troubles[asked] = str(error)
        self.vitals.key_refused = isinstance(error, KeyRefusedError)
        self._tell()

    def _tell(self) -> None:
        self.vitals.api_trouble = next(reversed(self._troubles.values()), None)


_OUTCOME: dict[type[ChamelaionError], str] = {
    KeyRefusedError: "key_refused",
    RateLimitedError: "rate_limited",
    BadRequestError: "bad_request",
    NoSuchRequestError: "not_found",
}
