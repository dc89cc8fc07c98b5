"""A small app of its own behind the sandbox: it publishes a Home, opens a modal, and keeps what it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_server import SlackSandbox

KNOWN = ("batch-2026-04", "batch-2026-05", "promo-fr")


def plain(text: str) -> Fields:
    return {"type": "plain_text", "text": text}


def said(text: str) -> Fields:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def button(text: str, action: str) -> Fields:
    return {"type": "button", "action_id": action, "text": plain(text)}


def field_of(block: str, label: str, element: Fields, **more: object) -> Fields:
    return {
        "type": "input",
        "block_id": block,
        "label": plain(label),
        "element": {"action_id": block, **element},
        **more,
    }


def option(text: str, value: str) -> Fields:
    return {"text": plain(text), "value": value}


def home(watched: list[str]) -> Fields:
    """What Ana watches, and a way to watch more."""
    lines = "\n".join(watched) or "You watch nothing yet."
    blocks = [
        {"type": "header", "text": plain("Your watches")},
        {"type": "section", "block_id": "lines", "text": said(lines)},
        {"type": "actions", "block_id": "does", "elements": [button("Watch…", "watch")]},
    ]
    return {"type": "home", "blocks": blocks}


def modal(matching: str = "Type a reference.") -> Fields:
    """One field of every kind that is used; the count below the first is updated while one types."""
    typed: Fields = {
        "type": "plain_text_input",
        "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
    }
    events = [option("Failures", "failures"), option("Problems", "problems"), option("All", "all")]
    chosen: Fields = {"type": "radio_buttons", "options": events, "initial_option": events[1]}
    where: Fields = {"type": "conversations_select", "initial_conversation": "C0DUBBINGDE"}
    placed: Fields = {"type": "checkboxes", "options": [option("In its thread", "thread"), option("For all", "all")]}
    number: Fields = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
    blocks = [
        field_of("reference", "Reference", typed, dispatch_action=True, hint=plain("Or a pattern.")),
        {"type": "context", "block_id": "count", "elements": [said(matching)]},
        field_of("events", "Events", chosen),
        field_of("where", "Where", where),
        field_of("mention", "Mention", {"type": "multi_users_select"}, optional=True),
        field_of("expect", "Expected clips", number, optional=True),
        field_of("day", "Deadline", {"type": "datepicker"}, optional=True),
        field_of("place", "Placement", placed, optional=True),
        {"type": "actions", "block_id": "more", "elements": [button("About patterns", "about")]},
    ]
    return {
        "type": "modal",
        "callback_id": "watch",
        "title": plain("Watch"),
        "submit": plain("Start"),
        "blocks": blocks,
    }


def about() -> Fields:
    text = {"type": "section", "text": said("A star stands for any text.")}
    return {"type": "modal", "title": plain("About patterns"), "blocks": [text]}


@dataclass
class App:
    """What it was told, by kind; while `going` is cleared it takes no submission yet."""

    slack: SlackSandbox
    http: ClientSession
    watched: list[str] = field(default_factory=list)
    events: list[Fields] = field(default_factory=list)
    actions: list[Fields] = field(default_factory=list)
    submissions: list[Fields] = field(default_factory=list)
    shortcuts: list[Fields] = field(default_factory=list)
    going: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, method: str, **args: object) -> Fields:
        headers = {"Authorization": f"Bearer {self.slack.tokens.bot}"}
        async with self.http.post(f"{self.slack.api_url}{method}", json=args, headers=headers) as response:
            answer: Fields = await response.json()
        assert answer["ok"], (method, answer)
        return answer

    async def handle(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            await self.hear((await request.json())["event"])
            return web.Response()
        payload = json.loads(str((await request.post())["payload"]))
        if payload["type"] == "view_submission":
            return await self.take(payload)
        if payload["type"] == "block_actions":
            await self.act(payload)
        else:
            self.shortcuts.append(payload)
            await self.call("views.open", trigger_id=payload["trigger_id"], view=modal())
        return web.Response()

    async def hear(self, event: Fields) -> None:
        self.events.append(event)
        if event["type"] == "app_home_opened" and event["tab"] == "home":
            await self.call("views.publish", user_id=event["user"], view=home(self.watched))
        if event["type"] == "app_mention":
            about_thread = {"thread_ts": event["thread_ts"]} if "thread_ts" in event else {}
            answer = {"channel": event["channel"], "user": event["user"], "text": "73% finished, for you alone."}
            await self.call("chat.postEphemeral", **answer, **about_thread)

    async def act(self, payload: Fields) -> None:
        (action,) = payload["actions"]
        self.actions.append(action)
        if action["action_id"] == "watch":
            await self.call("views.open", trigger_id=payload["trigger_id"], view=modal())
        if action["action_id"] == "about":
            await self.call("views.push", trigger_id=payload["trigger_id"], view=about())
        if action["action_id"] == "reference":
            many = sum(each.startswith(action["value"]) for each in KNOWN)
            await self.call("views.update", view_id=payload["view"]["id"], view=modal(f"{many} match."))

    async def take(self, payload: Fields) -> web.Response:
        await self.going.wait()
        self.submissions.append(payload["view"]["state"]["values"])
        reference = self.submissions[-1]["reference"]["reference"]["value"]
        if reference not in KNOWN:
            errors = {"reference": "Nobody has sent this yet."}
            return web.json_response({"response_action": "errors", "errors": errors})
        self.watched.append(reference)
        await self.call("views.publish", user_id=payload["user"]["id"], view=home(self.watched))
        return web.Response()


@asynccontextmanager
async def running(slack: SlackSandbox) -> AsyncIterator[App]:
    """The app, heard and spoken to over HTTP."""
    async with ClientSession() as http:
        app = App(slack, http)
        app.going.set()
        served = web.Application()
        served.router.add_post("/slack/events", app.handle)
        runner = web.AppRunner(served, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slack.happenings.subscribed.add("app_home_opened")
        yield app
        await runner.cleanup()
