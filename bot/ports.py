"""What flows need from the edges, in the flows' own words."""

from datetime import datetime
from typing import Protocol

from bot.domain.request import LipsyncRequest, Page


class Clock(Protocol):
    """The time, and waiting for it; tests give one that they move by hand."""

    def now(self) -> datetime:
        """The present, aware and in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only yields."""
        ...


class Chamelaion(Protocol):
    """The account at Chamelaion. Every method is one call and raises only `errors.ChamelaionError`s."""

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """One page of the account's requests, or of one reference's."""
        ...

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        """One request by its UUID; `NoSuchRequestError` when there is none."""
        ...
