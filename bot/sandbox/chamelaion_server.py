"""The Chamelaion API on loopback, over a made-up account, with every fault that a real server can have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from itertools import takewhile
from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.domain.request import LipsyncRequest
from bot.ports import Clock
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_faults import Faults, drop, spoiled

PREFIX = "/api"
DEFAULT_LIMIT = 20
_Answer = dict[str, object]
_View = Callable[[web.Request], _Answer]


@dataclass(slots=True)
class Call:
    """One call as the server saw it; `status` stays 0 while, or because, it is not answered."""

    at: datetime
    path: str
    query: Mapping[str, str]
    status: int = 0


class _RefusedError(Exception):
    """A call that gets the documented error body."""

    def __init__(self, status: int, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}


class ChamelaionSandbox:
    """`async with ChamelaionSandbox(account, clock) as api:` serves `api.base_url`; `api.calls` has every call.

    `max_page` clamps the page size, or with `refuse_large` answers 400 above it; `date_offset` sets the server's
    clock wrong; beyond `calls_per_minute` it answers 429, with `retry_after` when set; `down` drops every
    connection; without `key_ok` every key is refused; `faults` takes single faults.
    """

    def __init__(
        self,
        account: Account,
        clock: Clock,
        *,
        key: str = "sandbox-key",
        max_page: int = 100,
        refuse_large: bool = False,
        date_offset: timedelta = timedelta(0),
        calls_per_minute: int | None = None,
        seed: int = 0,
    ) -> None:
        self.account = account
        self.key = key
        self.max_page = max_page
        self.refuse_large = refuse_large
        self.date_offset = date_offset
        self.calls_per_minute = calls_per_minute
        self.down = False
        self.key_ok = True
        self.retry_after: str | None = None
        self.faults = Faults(seed)
        self.calls: list[Call] = []
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def base_url(self) -> str:
        """What to give as `CHAMELAION_BASE_URL`."""
        return f"http://127.0.0.1:{self._port}{PREFIX}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        self.add_to(app)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def add_to(self, app: web.Application) -> None:
        """Serve the API under `/api` of a larger application."""
        for path, view in (
            ("/health", self._health),
            ("/v1/users/me", self._me),
            ("/v1/lipsync/requests", self._list),
            ("/v1/lipsync/requests/{key}", self._retrieve),
        ):
            app.router.add_get(PREFIX + path, self._watched(view))

    def _watched(self, view: _View) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            call = Call(self._clock.now(), request.path, dict(request.query))
            self.calls.append(call)
            response = await self._respond(request, call, view)
            response.headers["Date"] = format_datetime(self._clock.now() + self.date_offset, usegmt=True)
            return response

        return handle

    async def _respond(self, request: web.Request, call: Call, view: _View) -> web.StreamResponse:
        fault = self.faults.strike()
        if self.down or (fault and fault.kind == "drop_before"):
            return await drop(request)
        if fault and fault.kind == "slow":
            await self._clock.sleep(fault.seconds)
        response = self._answer(request, view)
        if fault and fault.kind == "drop_after":
            return await drop(request, response.text or "")
        if fault and fault.kind != "slow":
            response = spoiled(fault, response.text or "")
        call.status = response.status
        return response

    def _answer(self, request: web.Request, view: _View) -> web.Response:
        try:
            if request.path != f"{PREFIX}/health":
                self._admit(request)
            return web.json_response(view(request))
        except _RefusedError as refused:
            return web.json_response({"error": str(refused)}, status=refused.status, headers=refused.headers)

    def _admit(self, request: web.Request) -> None:
        key, bearer = request.headers.get("x-api-key"), request.headers.get("Authorization")
        if key is None:
            key = _token(bearer)
        if key != self.key or not self.key_ok:
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "invalid token")
        since = self._clock.now() - timedelta(minutes=1)
        recent = sum(1 for _ in takewhile(lambda call: call.at > since, reversed(self.calls)))
        if self.calls_per_minute is not None and recent > self.calls_per_minute:
            raise _RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "rate limit exceeded", self.retry_after)

    def _list(self, request: web.Request) -> _Answer:
        limit = _whole(request, "limit", DEFAULT_LIMIT, at_least=1)
        offset = _whole(request, "offset", 0, at_least=0)
        if limit > self.max_page and self.refuse_large:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, f"limit must be at most {self.max_page}")
        limit = min(limit, self.max_page)
        found = self.account.requests(self._clock.now(), request.query.get("reference_id"))
        return {
            "data": [as_json(one) for one in found[offset : offset + limit]],
            "pagination": {"limit": limit, "offset": offset, "total": len(found)},
        }

    def _retrieve(self, request: web.Request) -> _Answer:
        found = self.account.find(request.match_info["key"], self._clock.now())
        if found is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "lipsync request not found")
        return as_json(found)

    def _me(self, _request: web.Request) -> _Answer:
        return {"name": "sandbox"}

    def _health(self, _request: web.Request) -> _Answer:
        return {"status": "ok"}


def as_json(request: LipsyncRequest) -> _Answer:
    """A request in the documented shape: no absent fields, times with a Z."""
    values = {field.name: getattr(request, field.name) for field in fields(request)}
    return {name: _z(value) for name, value in values.items() if value is not None}


def _z(value: object) -> object:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _token(authorization: str | None) -> str:
    """The token of an `Authorization: Bearer` header."""
    if authorization is None:
        raise _RefusedError(HTTPStatus.UNAUTHORIZED, "missing authorization header")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise _RefusedError(HTTPStatus.UNAUTHORIZED, "invalid authorization format")
    if not token.strip():
        raise _RefusedError(HTTPStatus.UNAUTHORIZED, "missing token")
    return token.strip()


def _whole(request: web.Request, name: str, default: int, *, at_least: int) -> int:
    text = request.query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and int(text) >= at_least):
        raise _RefusedError(HTTPStatus.BAD_REQUEST, f"invalid {name}")
    return int(text)
