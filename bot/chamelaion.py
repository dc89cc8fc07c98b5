"""The Chamelaion API: requests come in as our own values, every other outcome as one of our errors."""

import asyncio
import json
import math
import re
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Annotated, Protocol, Self, TypeVar

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
from pydantic import Field, TypeAdapter, ValidationError

from bot import errors
from bot.domain.request import LipsyncRequest, Page
from bot.ports import Clock

LONGEST_RETRY_AFTER = timedelta(hours=1)
LONGEST_QUOTE = 200

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ODD_ESCAPE = re.compile(r"\\u(0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_KEY = re.compile(r"[!-~]+")
_URL = re.compile(r"https?://([!-.0->A-~]*@)?([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?(/[!-~]*)?", re.ASCII | re.IGNORECASE)
_QUERY = re.compile(r"(?<=\S)[?#]\S+")

_T = TypeVar("_T")
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class _Pagination:
    limit: Annotated[_Count, Field(ge=1)]
    offset: _Count
    total: _Count


@dataclass(frozen=True, slots=True)
class _Listing:
    data: list[LipsyncRequest]
    pagination: _Pagination


_LISTING = TypeAdapter(_Listing)
_REQUEST = TypeAdapter(LipsyncRequest)


class _Answer(Protocol):
    """What the SDK's raw responses have in common."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self) -> bytes: ...


class _Client(AsyncChamelaion):
    """The SDK's client, deaf to the environment: it would add credentials and headers from there."""

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
    """The port `Chamelaion` on the official SDK: one call each, no retries, no redirects, `timeout` seconds in all."""

    client: AsyncChamelaion = field(repr=False)
    clock: Clock
    timeout: float

    @classmethod
    def open(cls, api_key: str, base_url: str | None, timeout: float, clock: Clock, proxy: str | None) -> Self:
        """A gateway to `base_url` (None: production); `SettingsError` when a value can never work."""
        base_url = base_url or ENVIRONMENTS["production"]
        fit = {
            "CHAMELAION_API_KEY: not a key; copy it anew": _KEY.fullmatch(api_key),
            "CHAMELAION_BASE_URL: not a URL; it looks like https://host/api": _URL.fullmatch(base_url),
            "HTTP_PROXY_URL: not a URL; it looks like http://host:3128": proxy is None or _URL.fullmatch(proxy),
        }
        if problems := [problem for problem, fits in fit.items() if not fits]:
            raise errors.SettingsError(problems)
        return cls(_Client(api_key, base_url, timeout, proxy), clock, timeout)

    async def aclose(self) -> None:
        """Close the connections; no call may follow."""
        await self.client.close()

    async def page(self, *, reference_id: str | None, offset: int, limit: int) -> Page:
        """One page of the account's requests, or of one reference's (exact match), as the server applied it."""
        if reference_id is not None and (not reference_id or _UNSTORABLE.search(reference_id)):
            raise errors.BadRequestError("the API takes no empty reference id, and none with unprintable characters")
        asked_at = self.clock.now()
        body, headers = await self._answer(
            self.client.lipsync.requests.with_raw_response.list(
                limit=limit, offset=offset, reference_id=omit if reference_id is None else reference_id
            )
        )
        listing, read_at = _understood(_LISTING, body), self.clock.now()
        applied = listing.pagination
        if len(listing.data) > applied.limit:
            raise _odd(f"{len(listing.data)} requests on a page of {applied.limit}")
        requests = tuple(map(_in_utc, listing.data))
        api_now = _http_date(headers.get("date"))
        return Page(requests, applied.offset, applied.limit, applied.total, asked_at, read_at, api_now)

    async def retrieve(self, request_id: str) -> LipsyncRequest:
        """One request by its UUID; `NoSuchRequestError` when there is none, or when the text is no UUID."""
        missing = errors.NoSuchRequestError("no request has this id")
        if not _UUID.fullmatch(request_id):
            raise missing
        body, _ = await self._answer(self.client.lipsync.requests.with_raw_response.retrieve(request_id), missing)
        request = _in_utc(_understood(_REQUEST, body))
        if request.id.lower() != request_id.lower():  # the endpoint also takes reference ids
            raise missing
        return request

    async def _answer(
        self, call: Awaitable[_Answer], missing: errors.ChamelaionError | None = None
    ) -> tuple[bytes, Mapping[str, str]]:
        try:
            async with asyncio.timeout(self.timeout):
                answer = await call
                return await answer.read(), answer.headers
        except (TimeoutError, APIConnectionError) as error:
            raise errors.UnavailableError(self._unreached(error)) from None
        except APIStatusError as error:
            if error.status_code == HTTPStatus.NOT_FOUND and missing and self._said(error):
                raise missing from None
            raise self._refusal(error) from None

    def _unreached(self, error: Exception) -> str:
        root = error.__cause__ and error.__cause__.__cause__  # the SDK calls a refused connection a time-out, too
        if isinstance(error, TimeoutError) or isinstance(root, TimeoutError):
            return f"the API did not answer within {self.timeout:g} s"
        if isinstance(root, aiohttp.ClientPayloadError):
            return "the API's answer broke off in the middle"
        return "the API could not be reached"

    def _refusal(self, error: APIStatusError) -> errors.ChamelaionError:
        said = self._said(error)
        sentence = f"the API answered {error.status_code}{said}"
        match error.status_code:
            case HTTPStatus.BAD_REQUEST:
                return errors.BadRequestError(sentence)
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
                return errors.KeyRefusedError(f"the API refused the key{said}")
            case HTTPStatus.TOO_MANY_REQUESTS:
                wait = _retry_after(error.response.headers, self.clock.now())
                return errors.RateLimitedError(sentence, wait)
        return errors.UnavailableError(sentence)

    def _said(self, error: APIStatusError) -> str:
        reason = error.body.get("error") if isinstance(error.body, dict) else None
        if not isinstance(reason, str):
            return ""
        safe = reason.replace(self.client.api_key or "\0", "…")
        return ": " + _UNSTORABLE.sub("\ufffd", _QUERY.sub("", " ".join(safe.split())))[:LONGEST_QUOTE]


def _understood(adapter: TypeAdapter[_T], body: bytes) -> _T:
    text = body.decode(errors="replace")
    try:
        if not _ODD_ESCAPE.search(text):
            with suppress(ValidationError):  # the mended text gets a second chance, and says what is wrong
                return adapter.validate_json(text, strict=True)
        return adapter.validate_json(json.dumps(_mended(json.loads(text))), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise _odd(f"{where}: {first['msg']}") from None
    except (ValueError, RecursionError):
        raise _odd("it is not JSON") from None


def _mended(value: object) -> object:
    """Storable strings, and no empty times."""
    match value:
        case str():
            return _UNSTORABLE.sub("\ufffd", value)
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {_mended(k): _mended(v) for k, v in value.items() if v != "" or not k.endswith("_at")}
    return value


def _in_utc(row: LipsyncRequest) -> LipsyncRequest:
    if not row.id:
        raise _odd("a request has an empty id")
    try:
        created, started, finished = (t and _utc(t) for t in (row.created_at, row.started_at, row.finished_at))
    except OverflowError:
        raise _odd(f"a time of request {row.id} is out of range") from None
    texts = (row.output_url or None, row.error_message or None, row.reference_id or None)
    return LipsyncRequest(row.id, created or row.created_at, row.status, started, finished, *texts)


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _http_date(text: str | None) -> datetime | None:
    try:
        return _utc(parsedate_to_datetime(text or ""))
    except (ValueError, OverflowError):
        return None


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    text = headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        until = _http_date(text)
        seconds = (until - (_http_date(headers.get("date")) or now)).total_seconds() if until else math.nan
    if not 0 <= seconds < math.inf:
        return None
    return timedelta(seconds=min(seconds, LONGEST_RETRY_AFTER.total_seconds()))


def _odd(what: str) -> errors.UnavailableError:
    return errors.UnavailableError(f"the API's answer was not understood: {what}")
