"""Response URLs: how the bot answers a command or a click, 5 times within 30 minutes."""

from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web

from bot.ports import Clock
from bot.sandbox.blockkit import TEXT_IN_POST, block_problems
from bot.sandbox.slack_api import Hooks, hooked, json_object
from bot.sandbox.slack_entities import Draft, Fields, RefusedError, ResponseUrl
from bot.sandbox.slack_faults import Faults, cut, spoiled
from bot.sandbox.workspace import Workspace

_STATUS = {"used_url": 404, "expired_url": 404}


@dataclass(frozen=True, slots=True)
class Answered:
    """One use of a response URL as it went; `outcome` is `ok`, Slack's word for why not, or a fault."""

    url_id: str
    body: Fields
    outcome: str
    at: datetime


@dataclass(slots=True)
class ResponseUrls:
    """Serves `/response/{id}`; `answers` keeps every use."""

    clock: Clock
    workspace: Workspace
    faults: Faults
    hooks: Hooks
    answers: list[Answered] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        """To be added to an application."""
        return [web.post("/response/{id}", self.handle)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One answer, through whatever goes wrong on its way."""
        if self.faults.down:
            return cut(request)
        try:
            body = json_object(await request.text())
        except RefusedError:
            return web.Response(text="invalid_payload", status=400)
        await hooked(self.hooks.before and self.hooks.before("response", body))
        fault = self.faults.take("response")
        early = await spoiled(self.clock, request, fault)
        url_id = request.match_info["id"]
        if fault and early is not None:
            self._note(url_id, body, fault.kind)
            return early
        outcome = self.answer(url_id, body)
        await hooked(self.hooks.after and self.hooks.after("response", body, {"outcome": outcome}))
        if fault and fault.kind == "drop_after":
            return cut(request)
        if fault and fault.kind == "slow_after":
            await self.clock.sleep(fault.seconds)
        return web.Response(text=outcome, status=200 if outcome == "ok" else _STATUS.get(outcome, 400))

    def answer(self, url_id: str, body: Fields) -> str:
        """Show, replace or take away; `ok` or why not."""
        try:
            say(self.workspace, self.workspace.passes.use_response_url(url_id), body)
            outcome = "ok"
        except RefusedError as refused:
            outcome = refused.code
        self._note(url_id, body, outcome)
        return outcome

    def _note(self, url_id: str, body: Fields, outcome: str) -> None:
        self.answers.append(Answered(url_id, body, outcome, self.clock.now()))
        self.workspace.note("response", url=url_id, outcome=outcome)


def say(workspace: Workspace, url: ResponseUrl, body: Fields) -> None:
    """Do what an answer asks for, in the name of the bot, member of the channel or not.

    The original is the message that was clicked, or what was last said through this URL.
    """
    if body.get("delete_original"):
        workspace.delete(url.channel, _original(url))
        return
    if not workspace.knows(body.get("blocks")):
        raise RefusedError("invalid_blocks")
    draft = _draft(url, body)
    if body.get("replace_original"):
        workspace.update(url.channel, _original(url), draft)
        return
    url.original = workspace.post(url.channel, workspace.bot.id, draft).ts


def _original(url: ResponseUrl) -> str:
    if url.original is None:
        raise RefusedError("message_not_found")
    return url.original


def _draft(url: ResponseUrl, body: Fields) -> Draft:
    text, blocks = str(body.get("text") or ""), body.get("blocks") or None
    if not text and not blocks:
        raise RefusedError("no_text")
    if len(text) > TEXT_IN_POST:
        raise RefusedError("msg_too_long")
    if blocks is not None and block_problems(blocks):
        raise RefusedError("invalid_blocks")
    seen_by = None if body.get("response_type") == "in_channel" else url.user
    return Draft(text, blocks, body.get("thread_ts") or None, ephemeral_to=seen_by)
