"""What the API's answers mean: bodies, dates and reasons, without any call."""

import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from bot.chamelaion.plain import PlainRequest
from bot.domain.failure import without_queries
from bot.domain.request import LipsyncRequest
from bot.errors import UnavailableError

LONGEST_RETRY_AFTER = timedelta(hours=1)
LONGEST_QUOTE = 200
LONGEST_ID = 40

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL takes in no text: NUL and lone surrogates."""
_ODD_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")

_T = TypeVar("_T")
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class Pagination:
    """The page as the server applied it; `total` counts all matching records."""

    limit: Annotated[_Count, Field(ge=1)]
    offset: _Count
    total: _Count


@dataclass(frozen=True, slots=True)
class _Listing:
    data: list[LipsyncRequest]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class _PlainListing:
    data: list[PlainRequest]
    pagination: Pagination


@dataclass(frozen=True, slots=True)
class _Me:
    name: str


_ME = TypeAdapter(_Me)
_LISTING = TypeAdapter(_Listing)
_PLAIN_LISTING = TypeAdapter(_PlainListing)
_REQUEST = TypeAdapter(LipsyncRequest)


def listing(body: bytes) -> tuple[tuple[LipsyncRequest, ...], Pagination]:
    """The requests and the pagination of a list answer; `UnavailableError` naming the first thing that is wrong."""
    found = _plain(body) or _tidied(_understood(_LISTING, body))
    if len(found.data) > found.pagination.limit:
        raise _odd(f"{len(found.data)} requests on a page of {found.pagination.limit}")
    return tuple(found.data), found.pagination


def single(body: bytes) -> LipsyncRequest:
    """The request of a retrieve answer; `UnavailableError` naming the first thing that is wrong."""
    return _tidy(_understood(_REQUEST, body))


def token_name(body: bytes) -> str:
    """The name in an answer about the API token; `UnavailableError` naming the first thing that is wrong."""
    return _understood(_ME, body).name


def reason(body: object, secret: str) -> str:
    """`": <message>"` of an error body, short, without queries of URLs and without `secret`; else nothing."""
    message = body.get("error") if isinstance(body, dict) else None
    if not isinstance(message, str):
        return ""
    plain = " ".join(message.replace(secret, "…").split())
    return ": " + UNSTORABLE.sub("\ufffd", without_queries(plain))[:LONGEST_QUOTE]


def http_date(text: str | None) -> datetime | None:
    """The moment that a `Date` header tells, if it does."""
    try:
        return _utc(parsedate_to_datetime(text or ""))
    except (ValueError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long `Retry-After` says to wait (seconds or a date), an hour at most; None when it makes no sense."""
    text = headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        until, here = http_date(text), http_date(headers.get("date")) or now
        seconds = (until - here).total_seconds() if until else math.nan
    if not 0 <= seconds < math.inf:
        return None
    return timedelta(seconds=min(seconds, LONGEST_RETRY_AFTER.total_seconds()))


def _plain(body: bytes) -> _PlainListing | None:
    """The page, if nothing on it needs mending or tidying, which costs more than reading it."""
    if not _ODD_ESCAPE.search(body):
        with suppress(ValidationError):  # read again with more patience, which also says what is wrong
            return _PLAIN_LISTING.validate_json(body, strict=True)
    return None


def _understood(adapter: TypeAdapter[_T], body: bytes) -> _T:
    text = body.decode(errors="replace")
    try:
        if not _ODD_ESCAPE.search(body):
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
            return UNSTORABLE.sub("\ufffd", value)
        case list():
            return [_mended(item) for item in value]
        case dict():
            return {_mended(k): _mended(v) for k, v in value.items() if v != "" or not k.endswith("_at")}
    return value


def _tidied(found: _Listing) -> _PlainListing:
    return _PlainListing([_tidy(row) for row in found.data], found.pagination)


def _tidy(row: LipsyncRequest) -> LipsyncRequest:
    """Every time in UTC, and None for what is empty."""
    if not row.id:
        raise _odd("a request has an empty id")
    try:
        created, started, finished = (t and _utc(t) for t in (row.created_at, row.started_at, row.finished_at))
    except OverflowError:
        raise _odd(f"a time of request {row.id[:LONGEST_ID]} is out of range") from None
    texts = (row.output_url or None, row.error_message or None, row.reference_id or None)
    return LipsyncRequest(row.id, created or row.created_at, row.status, started, finished, *texts)


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _odd(what: str) -> UnavailableError:
    return UnavailableError(f"the API's answer was not understood: {what}")
