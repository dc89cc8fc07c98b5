"""The sandbox's page: a workspace to read and type in, served on loopback to this machine's browser only."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import LipsyncBotError
from bot.sandbox.deeds import Deed
from bot.sandbox.page_state import may_see, seen
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.slack_entities import Channel, Draft, Fields, RefusedError, User
from bot.sandbox.slack_server import SlackSandbox

FILES = Path(__file__).with_name("page")
LONGEST_TEXT = 8_000
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STREAM = {"Content-Type": "text/event-stream"}
_GRACE = 0.2


class _WrongError(Exception):
    """A request that the page itself never makes; the text says what is wrong with it."""


@dataclass(slots=True)
class Page:
    """An async context manager that serves the page of a sandbox workspace; `url` is where.

    `commands` are the words to offer after the slash command, each with what it does; `references` gives the batches to
    offer; `topics` is channel id → text; `world` is what may be done to the surroundings; `gallery` is the
    document that shows every message.
    """

    slack: SlackSandbox
    commands: Iterable[tuple[str, str]] = ()
    references: Callable[[], Iterable[str]] = tuple
    topics: Mapping[str, str] = field(default_factory=dict)
    world: Sequence[Deed] = ()
    gallery: str = ""
    port: int = 0
    heartbeat_seconds: float = 15.0
    url: str = ""
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=_GRACE)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=64 * 1024, middlewares=[_guarded])
        app.router.add_get("/", self._file)
        app.router.add_get("/page/{name}", self._file)
        app.router.add_get("/gallery", self._gallery)
        app.router.add_get("/state", self._state)
        app.router.add_get("/world", self._surroundings)
        app.router.add_get("/changes", self._changes)
        does = {"command": self._command, "click": self._click, "say": self._say, "invite": self._invite}
        for name, do in {**does, "kick": self._kick, "world": self._world}.items():
            app.router.add_post(f"/{name}", _answering(do))
        return app

    # --- reading ---

    async def _file(self, request: web.Request) -> web.Response:
        path = FILES / request.match_info.get("name", "index.html")
        if path.parent != FILES or path.suffix not in _TYPES or not path.is_file():
            raise web.HTTPNotFound(headers=_HEADERS)
        return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=_HEADERS)

    async def _state(self, request: web.Request) -> web.Response:
        user = self._user(request.query)
        state = seen(self.slack.workspace, user.id, topics=self.topics)
        return web.json_response({**state, **self._offered()}, headers=_HEADERS)

    async def _surroundings(self, _request: web.Request) -> web.Response:
        return web.json_response(self._offered(), headers=_HEADERS)

    def _offered(self) -> Fields:
        """What can be typed and what can be done now, whoever asks."""
        offers = {"commands": [list(each) for each in self.commands], "references": list(self.references())}
        return {"offers": offers, "world": [each.shown() for each in self.world], "gallery": bool(self.gallery)}

    async def _gallery(self, _request: web.Request) -> web.Response:
        if not self.gallery:
            raise web.HTTPNotFound(headers=_HEADERS)
        headers = {**_HEADERS, "Content-Security-Policy": "frame-ancestors 'none'"}  # the document has the rest itself
        return web.Response(text=self.gallery, content_type="text/html", headers=headers)

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, each with what `/state` shows of what changed; its id goes into `since` to go on."""
        user = self._user(request.query)
        since = request.headers.get("Last-Event-ID") or request.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            raise _WrongError("since must be a number")
        response = web.StreamResponse(headers={**_HEADERS, **_STREAM})
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the browser is gone
            await self._tell_changes(response, user, int(since))
        return response

    async def _tell_changes(self, response: web.StreamResponse, user: User, n: int) -> NoReturn:
        while True:
            if len(self.slack.workspace.log) > n:
                state = seen(self.slack.workspace, user.id, n, self.topics)
                n = state["n"]
                await response.write(f"id: {n}\ndata: {json.dumps(state)}\n\n".encode())
            else:
                await response.write(b": quiet\n\n")
            await self._something_after(n)

    async def _something_after(self, n: int) -> None:
        try:
            await self.slack.workspace.wait_for(lambda workspace: len(workspace.log) > n, self.heartbeat_seconds)
        except TimeoutError:
            return

    # --- doing ---

    async def _command(self, asked: Fields) -> Delivered:
        user, channel = self._user(asked), self._channel(asked)
        name, _, text = _text(asked, "text").partition(" ")
        return await self.slack.command(user.id, channel.id, text.strip(), name)

    async def _click(self, asked: Fields) -> Delivered:
        user, channel = self._user(asked), self._channel(asked)
        ts, action, block = (_text(asked, name) for name in ("ts", "action_id", "block_id"))
        message = self.slack.workspace.message(channel.id, ts)
        if message.ephemeral_to not in (None, user.id):
            raise RefusedError("message_not_found")
        value = _text(asked, "value") if "value" in asked else None
        return await self.slack.click(user.id, channel.id, ts, action, block_id=block, value=value)

    async def _say(self, asked: Fields) -> None:
        await self.slack.say(self._user(asked).id, self._channel(asked).id, _text(asked, "text"))

    async def _invite(self, asked: Fields) -> None:
        user, channel, who = self._user(asked), self._channel(asked), self._user(asked, "who")
        if who.id not in channel.members:
            self._tell(channel, who, f"was added to #{channel.name} by <@{user.id}>.")
            await self.slack.happenings.invite(channel.id, who.id, user.id)

    async def _kick(self, asked: Fields) -> None:
        user, channel, who = self._user(asked), self._channel(asked), self._user(asked, "who")
        if who.id in channel.members:
            self._tell(channel, who, f"was removed from #{channel.name} by <@{user.id}>.")
            await self.slack.happenings.kick(channel.id, who.id, user.id)

    async def _world(self, asked: Fields) -> None:
        name = _text(asked, "what")
        deed = next((each for each in self.world if each.name == name), None)
        if deed is None:
            raise _WrongError("there is no such thing to do")
        chosen = {each.name: _text(asked, each.name) for each in deed.takes}
        for each in deed.takes:
            if chosen[each.name] not in each.options():
                raise _WrongError(f"{each.name} is none of those to choose from")
        await deed.do(chosen)

    def _tell(self, channel: Channel, who: User, what: str) -> None:
        if channel.is_dm:
            raise RefusedError("method_not_supported_for_channel_type")
        self.slack.workspace.post(channel.id, who.id, Draft(what))

    def _user(self, asked: Mapping[str, object], name: str = "user") -> User:
        user = self.slack.workspace.user(_text(asked, name))
        if user.is_bot and name == "user":
            raise _WrongError("the bot does not use the page")
        return user

    def _channel(self, asked: Fields) -> Channel:
        channel = self.slack.workspace.channel(_text(asked, "channel"))
        if not may_see(channel, self._user(asked).id):
            raise RefusedError("channel_not_found")
        return channel


def _text(asked: Mapping[str, object], name: str) -> str:
    text = asked.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT:
        raise _WrongError(f"{name} must be a text of 1 to {LONGEST_TEXT} characters")
    return text


def _answering(do: Callable[[Fields], Awaitable[Delivered | None]]) -> Handler:
    """Read a JSON object, do it, and say whether the bot took it."""

    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise _WrongError("only application/json is taken")
        try:
            asked = json.loads(await request.text())
        except ValueError:
            raise _WrongError("the body is not JSON") from None
        if not isinstance(asked, dict):
            raise _WrongError("the body is not a JSON object")
        delivered = await do(asked)
        error = delivered.error if delivered else None
        return web.json_response({"ok": error is None, "error": error}, headers=_HEADERS)

    return handle


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only this machine's own page: its address as host, and as origin where one is named."""
    if not _is_own(request):
        return _refusal(403, "this page answers only itself")
    try:
        return await handler(request)
    except _WrongError as wrong:
        return _refusal(400, str(wrong))
    except LipsyncBotError as refused:
        return _refusal(409, str(refused))
    except LookupError as missing:
        return _refusal(404, str(missing))


def _is_own(request: web.Request) -> bool:
    name, _, _ = request.host.partition(":")
    origin = request.headers.get("Origin")
    return name in ("127.0.0.1", "localhost") and origin in (None, f"http://{request.host}")


def _refusal(status: int, why: str) -> web.Response:
    return web.json_response({"ok": False, "error": why}, status=status, headers=_HEADERS)
