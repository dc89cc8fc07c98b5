"""The calls to the Chamelaion API, through its official SDK."""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import aiohttp
from chamelaion import (
    ENVIRONMENTS,
    APIConnectionError,
    APIStatusError,
    AsyncChamelaion,
    DefaultAioHttpClient,
    Omit,
    omit,
)

from bot import errors
from bot.chamelaion import answers
from bot.domain.request import LipsyncRequest, Page
from bot.ports import Clock

_KEY = re.compile(r"[!-~]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class _Client(AsyncChamelaion):
    """The SDK's client, deaf to the environment: it would take credentials and headers from there."""

    def __init__(self, api_key: str, base_url: str, timeout: float, proxy: str | None) -> None:
        http = DefaultAioHttpClient(follow_redirects=False, trust_env=False, proxy=proxy)
        super().__init__(
            api_key=api_key, bearer_token="", base_url=base_url, timeout=timeout, max_retries=0, http_client=http
        )
        self.bearer_token = None  # None given to the constructor means "look into the environment"

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        return {"Accept": "application/json", "User-Agent": self.user_agent}


@dataclass(frozen=True, slots=True)
class ChamelaionGateway:
    """The port `Chamelaion`: no redirects, no retries, `timeout` seconds for the whole of a call.

    (aiohttp sends a GET once more by itself when a connection closes before any answer.)
    """

    client: AsyncChamelaion = field(repr=False)
    key: str = field(repr=False)
    clock: Clock
    timeout: float

    @classmethod
    def open(cls, api_key: str, base_url: str | None, timeout: float, clock: Clock, proxy: str | None) -> Self:
        """A gateway to `base_url` (None: production); `SettingsError` for what cannot be a key."""
        if not _KEY.fullmatch(api_key):
            raise errors.SettingsError(["CHAMELAION_API_KEY: not a key; copy it anew"])
        return cls(_Client(api_key, base_url or ENVIRONMENTS["production"], timeout, proxy), api_key, clock, timeout)

    async def aclose(self) -> None:
        """Close the connections; no call may follow."""
        await self.client.close()

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """One page of the account's requests, or of one reference's (exact match), as the server applied it."""
        if reference_id is not None and (not reference_id or answers.UNSTORABLE.search(reference_id)):
            raise errors.BadRequestError("the API takes no empty reference id, and none with unprintable characters")
        asked_at = self.clock.now()
        body, headers = await self._answer(
            self.client.lipsync.requests.with_raw_response.list(
                limit=limit, offset=offset, reference_id=omit if reference_id is None else reference_id
            )
        )
        requests, applied = answers.listing(body)
        api_now = answers.http_date(headers.get("date"))
        return Page(requests, applied.offset, applied.limit, applied.total, asked_at, self.clock.now(), api_now=api_now)

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        """One request by its UUID; `NoSuchRequestError` when there is none, or when the text is no UUID."""
        missing = errors.NoSuchRequestError("no request has this id")
        if not _UUID.fullmatch(request_id):
            raise missing
        body, _ = await self._answer(self.client.lipsync.requests.with_raw_response.retrieve(request_id), missing)
        request = answers.single(body)
        if request.id.lower() != request_id.lower():  # the endpoint also takes reference ids
            raise missing
        return request

    async def whoami(self) -> str:
        """The name of the API token."""
        body, _ = await self._answer(self.client.users.with_raw_response.retrieve_current())
        return answers.token_name(body)

    async def _answer(
        self, call: Awaitable[Any], missing: errors.ChamelaionError | None = None
    ) -> tuple[bytes, Mapping[str, str]]:
        try:
            async with asyncio.timeout(self.timeout):
                answer = await call
                return await answer.read(), answer.headers
        except (TimeoutError, APIConnectionError) as error:
            raise errors.UnavailableError(self._unreached(error)) from None
        except APIStatusError as error:
            said = answers.reason(error.body, self.key)
            if error.status_code == HTTPStatus.NOT_FOUND and missing and said:
                raise missing from None
            raise self._refusal(error, said) from None

    def _unreached(self, error: Exception) -> str:
        root = error.__cause__ and error.__cause__.__cause__  # the SDK calls a refused connection a time-out, too
        if isinstance(error, TimeoutError) or isinstance(root, TimeoutError):
            return f"the API did not answer within {self.timeout:g} s"
        if isinstance(root, aiohttp.ClientPayloadError | zlib.error):
            return "the API's answer broke off in the middle"
        return "the API could not be reached"

    def _refusal(self, error: APIStatusError, said: str) -> errors.ChamelaionError:
        sentence = f"the API answered {error.status_code}{said}"
        match error.status_code:
            case HTTPStatus.BAD_REQUEST:
                return errors.BadRequestError(sentence)
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                return errors.KeyRefusedError(f"the API refused the key{said}")
            case HTTPStatus.TOO_MANY_REQUESTS:
                return errors.RateLimitedError(sentence, answers.retry_after(error.response.headers, self.clock.now()))
        return errors.UnavailableError(sentence)
