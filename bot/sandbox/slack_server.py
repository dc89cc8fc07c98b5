"""A whole fake Slack on loopback: one workspace, its Web API, response URLs and websockets, and people who use it."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from types import TracebackType
from typing import Self

from aiohttp import ClientSession, web

from bot.ports import Clock
from bot.sandbox import slack_steps
from bot.sandbox.slack_api import Call, Hooks, Tokens, WebApi
from bot.sandbox.slack_delivery import Delivered, Delivery
from bot.sandbox.slack_entities import Draft, Fields, Message, RefusedError, ResponseUrl, RunningStep
from bot.sandbox.slack_events import Happenings
from bot.sandbox.slack_faults import Faults
from bot.sandbox.slack_limits import Limits
from bot.sandbox.slack_payloads import (
    click_fields,
    clicked,
    command_fields,
    escaped,
    event_fields,
    url_of,
)
from bot.sandbox.slack_response import Answered, ResponseUrls, say
from bot.sandbox.slack_sockets import Sockets
from bot.sandbox.slack_surfaces import Surfaces
from bot.sandbox.workspace import Workspace, furnish

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-sandbox", "xapp-sandbox", "sandbox-secret"
_GRACE = 0.2


class SlackSandbox:
    """An async context manager that serves the fake Slack on loopback (`port=None`: somebody else serves `routes()`).

    `workspace`, `surfaces`, `happenings`, `faults`, `limits`, `hooks`, `tokens`, `sockets` and `ack_seconds` may be
    used and changed at any time. Time in the workspace is the clock's; the bot's `ack_seconds` and the signatures' time
    are real.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        signing_secret: str = SIGNING_SECRET,
        bot_token: str = BOT_TOKEN,
        app_token: str = APP_TOKEN,
        seed: int = 0,
        port: int | None = 0,
        host: str = "127.0.0.1",
    ) -> None:
        random = Random(seed)  # noqa: S311 - reproducible, not secret
        self.clock, self.base_url = clock, f"http://{host}:{port}"
        self.workspace = furnish(Workspace(clock))
        self.faults, self.limits, self.hooks = Faults(random), Limits(clock), Hooks()
        self.tokens = Tokens(bot_token, app_token)
        self.sockets = Sockets(self.workspace, self.faults, random, self._base)
        self.api = WebApi(
            clock=clock,
            workspace=self.workspace,
            tokens=self.tokens,
            faults=self.faults,
            limits=self.limits,
            hooks=self.hooks,
            base_url=self._base,
            open_socket=self.sockets.open_url,
        )
        self.happenings = Happenings(self.workspace, self.tokens, clock, self._told)
        self.surfaces = Surfaces(self.workspace, self._delivery, self._base)
        self.response_urls = ResponseUrls(clock, self.workspace, self.faults, self.hooks)
        self.bot_url: str | None = None
        self.signed_at: Callable[[], float] | None = None
        self.should_escape = True
        self.ack_seconds = 3.0
        self._host, self._port, self._secret = host, port, signing_secret
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None

    def _base(self) -> str:
        return self.base_url

    @property
    def api_url(self) -> str:
        """What the bot is given as SLACK_API_URL."""
        return f"{self.base_url}/api/"

    @property
    def calls(self) -> list[Call]:
        """Every call of the Web API, in the order they ended."""
        return self.api.calls

    @property
    def answers(self) -> list[Answered]:
        """Every use of a response URL, in order."""
        return self.response_urls.answers

    def routes(self) -> list[web.RouteDef]:
        """All paths (`/api`, `/upload`, `/response`, `/socket`); whoever serves them sets `base_url`."""
        return [*self.api.routes(), *self.response_urls.routes(), *self.sockets.routes()]

    async def __aenter__(self) -> Self:
        self._session = ClientSession()
        if self._port is not None:
            app = web.Application(client_max_size=64 * 2**20)
            app.add_routes(self.routes())
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE)
            await self._runner.setup()
            await web.TCPSite(self._runner, self._host, self._port).start()
            self.base_url = f"http://{self._host}:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.happenings.close()
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- what people do ---

    async def command(self, user: str, channel: str, text: str, command: str = "/lipsync") -> Delivered:
        """Type a slash command. What the bot acknowledges with, or that it failed to, is shown to the user."""
        place = self.workspace.channel(channel)
        url = self.workspace.passes.new_response_url(user, place.id)
        typed = escaped(self.workspace, text) if self.should_escape else text
        fields = command_fields(self.workspace, user, place, command, typed, url_of(self.base_url, url))
        delivered = await self._delivery().form("slash_commands", fields)
        if delivered.ok and delivered.answer:
            delivered = self._shown(delivered, url, f"{command} {text}")
        if not delivered.ok:
            failed = f'{command} failed with the error "{delivered.error}"'
            self.workspace.post(place.id, "USLACKBOT", Draft(failed, ephemeral_to=user))
        return delivered

    def _shown(self, delivered: Delivered, url: ResponseUrl, typed: str) -> Delivered:
        """What the bot said in its acknowledgement; for all to see, it comes with what was typed."""
        try:
            if delivered.answer.get("response_type") == "in_channel":
                self.workspace.post(url.channel, url.user, Draft(typed))
            say(self.workspace, url, delivered.answer)
        except RefusedError as refused:
            return replace(delivered, error=refused.code)
        return delivered

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | list[str] | None = None,
    ) -> Delivered:
        """Click an element of a message, or choose values in it; `LookupError` when it is not there."""
        message = self.workspace.message(channel, ts)
        action = clicked(self.workspace, message, action_id, block_id, value)
        url = self.workspace.passes.new_response_url(user, channel, ts)
        fields = click_fields(self.workspace, user, message, action, url_of(self.base_url, url))
        delivered = await self._delivery().form("interactive", fields)
        if not delivered.ok:
            self.workspace.note("click_failed", user=user, ts=ts, action=action_id, error=delivered.error)
        return delivered

    async def event(self, kind: str, retry: tuple[int, str] | None = None, /, **event: object) -> Delivered:
        """Tell the bot of an event; `retry` is which repetition it is (1 to 3) and why."""
        return await self._delivery().event(event_fields(self.workspace, kind, event), retry)

    async def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Write a message, and tell the bot of it where an app is told: in its DMs, and when it is mentioned."""
        message = self.workspace.post(channel, user, Draft(escaped(self.workspace, text), thread_ts=thread_ts))
        await self.happenings.said(message)
        return message

    async def run_step(
        self, callback_id: str, inputs: Fields, user: str, *, times: int = 1, then_posts_to: str | None = None
    ) -> RunningStep:
        """Let a workflow that somebody started come to one of the app's steps; the bot is told `times` times.

        What comes out of it is then posted to a channel, if one is named.
        """
        step = slack_steps.begun(self.workspace, callback_id, inputs, user)
        step.then_posts_to = then_posts_to
        await self.happenings.begin_step(slack_steps.event(self.workspace, step), times)
        return step

    async def _told(self, fields: Fields, retry: tuple[int, str] | None) -> Delivered:
        return await self._delivery().event(fields, retry)

    def go_down(self) -> None:
        """Cut every connection, websockets too, and every new one until `faults.down` is False again."""
        self.faults.down = True
        self.sockets.abort()

    def _delivery(self) -> Delivery:
        if self._session is None:
            raise RuntimeError("use `async with` first")
        delivery = Delivery(self._session, self.sockets, self._secret, self.bot_url, self.ack_seconds)
        if self.signed_at is not None:
            delivery.signed_at = self.signed_at
        return delivery
