"""The sandbox's page: a workspace to read and type in, served on loopback to this machine's browser only."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.errors import LipsyncBotError
from bot.sandbox import page_asked
from bot.sandbox.deeds import Deed
from bot.sandbox.page_acts import Act, Acts
from bot.sandbox.page_asked import WrongError
from bot.sandbox.page_state import seen
from bot.sandbox.slack_delivery import Delivered
from bot.sandbox.slack_entities import Fields, User
from bot.sandbox.slack_server import SlackSandbox

FILES = Path(__file__).with_name("page")
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


@dataclass(slots=True)
class Page:
    """An async context manager that serves the page of a sandbox workspace; `url` is where.

    `commands` are the words to offer after the slash command, each with what it does; `references` gives the batches to
    offer; `topics` is channel id → text; `world` is what may be done to the surroundings;
    `shortcuts` are the app's as in its manifest (`name`, `type`, `callback_id`, `description`); `gallery` is the
    document that shows every message.
    """

    slack: SlackSandbox
    commands: Iterable[tuple[str, str]] = ()
    references: Callable[[], Iterable[str]] = tuple
    topics: Mapping[str, str] = field(default_factory=dict)
    world: Sequence[Deed] = ()
    shortcuts: Sequence[Fields] = ()
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
        for name, do in {**Acts(self.slack).by_name(), "world": self._world}.items():
            app.router.add_post(f"/{name}", _answering(do))
        return app

    # --- reading ---

    async def _file(self, request: web.Request) -> web.Response:
        path = FILES / request.match_info.get("name", "index.html")
        if path.parent != FILES or path.suffix not in _TYPES or not path.is_file():
            raise web.HTTPNotFound(headers=_HEADERS)
        return web.Response(body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=_HEADERS)

    async def _state(self, request: web.Request) -> web.Response:
        user = page_asked.person(self.slack.workspace, request.query)
        state = seen(self.slack.workspace, user.id, topics=self.topics)
        return web.json_response({**state, **self._offered()}, headers=_HEADERS)

    async def _surroundings(self, _request: web.Request) -> web.Response:
        return web.json_response(self._offered(), headers=_HEADERS)

    def _offered(self) -> Fields:
        """What can be typed and what can be done now, whoever asks."""
        offers = {"commands": [list(each) for each in self.commands], "references": list(self.references())}
        world = [each.shown() for each in self.world]
        app = {"shortcuts": list(self.shortcuts), "home_tab": "app_home_opened" in self.slack.happenings.subscribed}
        return {"offers": offers, "world": world, "gallery": bool(self.gallery), **app}

    async def _gallery(self, _request: web.Request) -> web.Response:
        if not self.gallery:
            raise web.HTTPNotFound(headers=_HEADERS)
        headers = {**_HEADERS, "Content-Security-Policy": "frame-ancestors 'none'"}  # the document has the rest itself
        return web.Response(text=self.gallery, content_type="text/html", headers=headers)

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, each with what `/state` shows of what changed; its id goes into `since` to go on."""
        user = page_asked.person(self.slack.workspace, request.query)
        since = request.headers.get("Last-Event-ID") or request.query.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            raise WrongError("since must be a number")
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

    async def _world(self, asked: Fields) -> None:
        name = page_asked.text(asked, "what")
        deed = next((each for each in self.world if each.name == name), None)
        if deed is None:
            raise WrongError("there is no such thing to do")
        chosen = {each.name: page_asked.text(asked, each.name) for each in deed.takes}
        for each in deed.takes:
            if chosen[each.name] not in each.options():
                raise WrongError(f"{each.name} is none of those to choose from")
        await deed.do(chosen)


def _answering(do: Act) -> Handler:
    """Read a JSON object, do it, and say whether the bot took it."""

    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise WrongError("only application/json is taken")
        try:
            asked = json.loads(await request.text())
        except ValueError:
            raise WrongError("the body is not JSON") from None
        if not isinstance(asked, dict):
            raise WrongError("the body is not a JSON object")
        return web.json_response(_outcome(await do(asked)), headers=_HEADERS)

    return handle


def _outcome(delivered: Delivered | None) -> Fields:
    """Whether the bot took it, and of a modal that was sent what is wrong with it, by block."""
    error = delivered.error if delivered else None
    answer = delivered.answer if delivered else {}
    mistakes = {"errors": answer["errors"]} if answer.get("response_action") == "errors" else {}
    return {"ok": error is None, "error": error, **mistakes}


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer only this machine's own page: its address as host, and as origin where one is named."""
    if not _is_own(request):
        return _refusal(403, "this page answers only itself")
    try:
        return await handler(request)
    except WrongError as wrong:
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
