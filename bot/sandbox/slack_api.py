"""The fake Slack's Web API as HTTP: `/api/{method}` with tokens, scopes, limits, faults and a log of every call."""

import inspect
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.ports import Clock
from bot.sandbox import slack_chat, slack_conversations, slack_steps, slack_team, slack_views
from bot.sandbox.slack_call import DEFAULT_SCOPES, TIER_1, ApiCall, Method
from bot.sandbox.slack_entities import Fields, RefusedError
from bot.sandbox.slack_faults import Fault, Faults, cut, spoiled
from bot.sandbox.slack_limits import Limits
from bot.sandbox.workspace import Workspace

METHODS: dict[str, Method] = {
    **slack_chat.METHODS,
    **slack_conversations.METHODS,
    **slack_team.METHODS,
    **slack_views.METHODS,
    **slack_steps.METHODS,
}
OPEN_SOCKET = "apps.connections.open"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it went: `answer` is None when it was not even looked at; `fault` names what was done to it."""

    method: str
    args: Fields
    answer: Fields | None
    status: int | None
    at: datetime
    fault: str | None = None

    @property
    def ok(self) -> bool:
        """Whether Slack did what was asked, even if the answer was lost on the way."""
        return bool(self.answer and self.answer.get("ok"))


@dataclass(slots=True)
class Hooks:
    """Called (and awaited) around every method: `before(method, args)`, `after(method, args, answer)`.

    For response URLs the method is `response`. `after` comes before the answer leaves.
    """

    before: Callable[[str, Fields], Awaitable[None] | None] | None = None
    after: Callable[[str, Fields, Fields], Awaitable[None] | None] | None = None


async def hooked(result: Awaitable[None] | None) -> None:
    """Wait for a hook that has to be waited for."""
    if inspect.isawaitable(result):
        await result


@dataclass(slots=True)
class Tokens:
    """Which tokens work and what the bot's may do.

    `refusal` (such as `token_revoked`) makes all of them fail, `bot_refusal` the bot's alone.
    """

    bot: str
    app: str
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    refusal: str | None = None
    bot_refusal: str | None = None

    def check(self, method: str, token: str, allowed: Method) -> None:
        """`not_authed`, `invalid_auth`, `not_allowed_token_type`, `missing_scope`, or the refusal."""
        if not token:
            raise RefusedError("not_authed")
        if token not in (self.bot, self.app):
            raise RefusedError("invalid_auth")
        refusal = self.refusal or (self.bot_refusal if token == self.bot else None)
        if refusal:
            raise RefusedError(refusal)
        if (token == self.app) != (method == OPEN_SOCKET):
            raise RefusedError("not_allowed_token_type")
        if allowed.scopes and not self.scopes.intersection(allowed.scopes):
            needed, provided = ",".join(allowed.scopes), ",".join(sorted(self.scopes))
            raise RefusedError("missing_scope", needed=needed, provided=provided)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a JSON object and its status and headers."""

    body: Fields
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WebApi:
    """Serves `/api/{method}`; `calls` keeps every call in the order they ended."""

    clock: Clock
    workspace: Workspace
    tokens: Tokens
    faults: Faults
    limits: Limits
    hooks: Hooks
    base_url: Callable[[], str]
    open_socket: Callable[[], Fields]
    calls: list[Call] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        """To be added to an application."""
        return [
            web.route("*", "/api/{method}", self.handle),
            web.post("/upload/{file_id}", self.upload),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call, through whatever goes wrong on its way."""
        if self.faults.down:
            return cut(request)
        method = request.match_info["method"]
        try:
            args, token = await read_args(request)
        except RefusedError as refused:
            return web.json_response({"ok": False, "error": refused.code})
        await hooked(self.hooks.before and self.hooks.before(method, args))
        fault = self.faults.take(method)
        early = await spoiled(self.clock, request, fault)
        if early is not None:
            self._note(method, args, None, early.status, fault)
            return early
        answer = self.answer(method, args, token)
        await hooked(self.hooks.after and self.hooks.after(method, args, answer.body))
        self._note(method, args, answer.body, answer.status, fault)
        if fault and fault.kind == "drop_after":
            return cut(request)
        if fault and fault.kind == "slow_after":
            await self.clock.sleep(fault.seconds)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    def answer(self, method: str, args: Fields, token: str) -> Answer:
        """Do it, or refuse it with Slack's word."""
        scopes = {"x-oauth-scopes": ",".join(sorted(self.tokens.scopes))}
        try:
            known = self._known(method)
            if not known.public:
                self.tokens.check(method, token, known)
            posted_to = str(args.get("channel", "")) if method == "chat.postMessage" else None
            seconds = self.limits.wait(method, known.per_minute, posted_to)
            if seconds is not None:
                return Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})
            call = ApiCall(self.workspace, args, frozenset(self.tokens.scopes), self.base_url())
            return Answer({"ok": True, **known.run(call)}, headers=scopes)
        except RefusedError as refused:
            return Answer({"ok": False, "error": refused.code, **refused.extra}, headers=scopes)

    def _known(self, method: str) -> Method:
        if method == OPEN_SOCKET:
            # Slack's tier for this is one a minute, with a burst that lets a bot open its two connections.
            return Method(lambda _: self.open_socket(), (), TIER_1 * 10)
        if method not in METHODS:
            raise RefusedError("unknown_method", req_method=method)
        return METHODS[method]

    def _note(self, method: str, args: Fields, answer: Fields | None, status: int | None, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        call = Call(method, args, answer, status, self.clock.now(), kind)
        self.calls.append(call)
        error = answer.get("error") if answer else kind
        self.workspace.note("call", method=method, ok=call.ok, error=error)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Where a file's bytes go, through what goes wrong on the way (as the method `upload`)."""
        if self.faults.down:
            return cut(request)
        fault = self.faults.take("upload")
        early = await spoiled(self.clock, request, fault)
        if early is not None:
            return early
        file = self.workspace.files.get(request.match_info["file_id"])
        if file is None:
            return web.Response(status=404, text="no such file")
        content = await request.read()
        file["size"], file["content"] = len(content), content.decode(errors="replace")
        if fault and fault.kind == "drop_after":
            return cut(request)
        return web.Response(text=f"OK - {len(content)}")


async def read_args(request: web.Request) -> tuple[Fields, str]:
    """What was asked, from query, form or JSON body alike, and the token from the header or among the arguments."""
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        args |= json_object(await request.text() or "{}")
    else:
        args |= dict(await request.post())
    header = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    in_body = str(args.pop("token", ""))
    return {name: value for name, value in args.items() if value is not None}, header or in_body


def json_object(text: str) -> Fields:
    """The object in a JSON body; `invalid_json`, `json_not_object`."""
    try:
        parsed = json.loads(text)
    except ValueError:
        raise RefusedError("invalid_json") from None
    if not isinstance(parsed, dict):
        raise RefusedError("json_not_object")
    return parsed
