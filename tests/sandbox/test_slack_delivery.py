"""Commands, clicks and events reach the bot the way Slack sends them, and its answers are shown."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession, web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack_entities import Draft, RefusedError
from bot.sandbox.slack_server import SIGNING_SECRET, SlackSandbox
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.fakes import HastyClock

DE, AURORA = "C0DUBBINGDE", "C0AURORA"
OPTIONS = [{"text": {"type": "plain_text", "text": each}, "value": each} for each in ("each", "all")]


async def silence(_request: web.Request) -> web.Response:
    return web.Response()


@dataclass
class Bot:
    """Takes what it is sent, and acknowledges as it is told to."""

    answer: Callable[[web.Request], Awaitable[web.Response]] = silence
    bodies: list[str] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        self.headers.append(dict(request.headers))
        if request.content_type == "application/json":
            self.forms.append(json.loads(self.bodies[-1]))
        else:
            self.forms.append(dict(await request.post()))
        return await self.answer(request)

    def says(self, body: str | dict[str, Any], status: int = 200) -> None:
        async def answer(_request: web.Request) -> web.Response:
            if isinstance(body, str):
                return web.Response(text=body, status=status)
            return web.json_response(body, status=status)

        self.answer = answer

    @property
    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.forms[-1]["payload"])
        return found


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def slack(clock: HastyClock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def bot(slack: SlackSandbox) -> AsyncIterator[Bot]:
    bot = Bot()
    app = web.Application()
    app.router.add_post("/slack/events", bot.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield bot
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def seen_by_ana(slack: SlackSandbox) -> list[str]:
    return [each.text for each in slack.workspace.ephemerals(ANA.id)]


def buttons(slack: SlackSandbox, *elements: dict[str, Any], ephemeral_to: str | None = None) -> str:
    """Post a message of the bot with these elements; its ts."""
    made = [{"text": {"type": "plain_text", "text": "Go"}, **each} for each in elements]
    blocks = [{"type": "actions", "block_id": "row", "elements": made}]
    return slack.workspace.post(DE, BOT.id, Draft("x", blocks, ephemeral_to=ephemeral_to)).ts


# --- commands ---


async def test_a_command_is_signed_so_that_the_official_verifier_accepts_it(slack: SlackSandbox, bot: Bot) -> None:
    await slack.command(ANA.id, DE, "status batch-2026-04")
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(bot.bodies[-1], bot.headers[-1])
    assert not SignatureVerifier("another secret").is_valid_request(bot.bodies[-1], bot.headers[-1])


async def test_a_signature_can_be_made_at_another_time(slack: SlackSandbox, bot: Bot) -> None:
    slack.signed_at = lambda: 1_000_000_000
    await slack.command(ANA.id, DE, "help")
    assert bot.headers[-1]["x-slack-request-timestamp"] == "1000000000"
    assert not SignatureVerifier(SIGNING_SECRET).is_valid_request(bot.bodies[-1], bot.headers[-1])


async def test_a_command_has_the_fields_that_slack_sends(slack: SlackSandbox, bot: Bot) -> None:
    delivered = await slack.command(ANA.id, DE, "status x", command="/clips")
    form = bot.forms[-1]
    assert (delivered.status, delivered.ok) == (200, True)
    assert {name: form[name] for name in ("team_id", "channel_id", "channel_name", "user_id", "command", "text")} == {
        "team_id": "T0SANDBOX",
        "channel_id": DE,
        "channel_name": "dubbing-de",
        "user_id": ANA.id,
        "command": "/clips",
        "text": "status x",
    }
    assert form["response_url"].startswith(f"{slack.base_url}/response/")
    assert {"trigger_id", "api_app_id", "token", "team_domain", "user_name"} <= form.keys()


@pytest.mark.parametrize(
    ("channel", "name"), [("D0ANA", "directmessage"), ("D0ANABEN", "directmessage"), (AURORA, "privategroup")]
)
async def test_only_public_channels_are_named(slack: SlackSandbox, bot: Bot, channel: str, name: str) -> None:
    await slack.command(ANA.id, channel, "help")
    assert bot.forms[-1]["channel_name"] == name


@pytest.mark.parametrize(
    ("typed", "arrived"),
    [
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("tell @ben", f"tell <@{BEN.id}>"),
        ("tell @nobody", "tell @nobody"),
        ("in #dubbing-de", f"in <#{DE}|dubbing-de>"),
        ("in #client-aurora", f"in <#{AURORA}|>"),
        ("in #nowhere", "in #nowhere"),
        ("https://x.example/?a=1&b=2", "<https://x.example/?a=1&amp;b=2>"),
        ("@here", "<!here>"),
    ],
)
async def test_what_is_typed_is_escaped_on_its_way(slack: SlackSandbox, bot: Bot, typed: str, arrived: str) -> None:
    await slack.command(ANA.id, DE, typed)
    assert bot.forms[-1]["text"] == arrived


async def test_escaping_can_be_switched_off(slack: SlackSandbox, bot: Bot) -> None:
    slack.should_escape = False
    await slack.command(ANA.id, DE, "a & @ben")
    assert bot.forms[-1]["text"] == "a & @ben"


@pytest.mark.parametrize("body", ["plainly", {"text": "plainly"}, {"text": "plainly", "response_type": "ephemeral"}])
async def test_an_acknowledgement_with_words_is_shown_to_the_person(
    slack: SlackSandbox, bot: Bot, body: str | dict[str, Any]
) -> None:
    bot.says(body)
    await slack.command(ANA.id, DE, "help")
    assert seen_by_ana(slack) == ["plainly"]
    assert slack.workspace.history(DE) == []


async def test_an_acknowledgement_may_be_shown_to_the_channel(slack: SlackSandbox, bot: Bot) -> None:
    bot.says({"text": "for all", "response_type": "in_channel"})
    await slack.command(ANA.id, DE, "help")
    assert [each.text for each in slack.workspace.history(DE)] == ["for all", "/lipsync help"]


async def test_an_acknowledgement_that_cannot_be_shown_is_reported(slack: SlackSandbox, bot: Bot) -> None:
    bot.says({"text": "x", "blocks": [{"type": "section"}]})
    assert (await slack.command(ANA.id, DE, "help")).error == "invalid_blocks"
    assert seen_by_ana(slack) == ['/lipsync failed with the error "invalid_blocks"']


async def test_a_number_alone_is_words_too(slack: SlackSandbox, bot: Bot) -> None:
    bot.says("42")
    assert (await slack.command(ANA.id, DE, "help")).answer == {"text": "42"}


async def test_a_bot_that_says_nothing_within_its_time_is_reported(slack: SlackSandbox, bot: Bot) -> None:
    never = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    bot.answer, slack.ack_seconds = hang, 0.2
    delivered = await slack.command(ANA.id, DE, "help")
    assert (delivered.status, delivered.error) == (None, "operation_timeout")
    assert seen_by_ana(slack) == ['/lipsync failed with the error "operation_timeout"']


async def test_a_bot_that_fails_is_reported(slack: SlackSandbox, bot: Bot) -> None:
    bot.says("", status=500)
    delivered = await slack.command(ANA.id, DE, "help")
    assert (delivered.status, delivered.error) == (500, "dispatch_failed")
    assert seen_by_ana(slack) == ['/lipsync failed with the error "dispatch_failed"']


async def test_a_bot_that_is_not_there_is_reported(slack: SlackSandbox) -> None:
    assert (await slack.command(ANA.id, DE, "help")).error == "dispatch_failed"
    slack.bot_url = "http://127.0.0.1:9"
    assert (await slack.command(ANA.id, DE, "help")).error == "dispatch_failed"


async def test_nothing_is_sent_before_the_sandbox_is_entered(clock: HastyClock) -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await SlackSandbox(clock=clock).command(ANA.id, DE, "help")


# --- clicks ---


async def test_a_click_carries_the_message_and_the_button(slack: SlackSandbox, bot: Bot) -> None:
    ts = buttons(slack, {"type": "button", "action_id": "stop", "value": "7"})
    await slack.click(ANA.id, DE, ts, "stop")
    payload = bot.payload
    assert (payload["type"], payload["user"]["id"], payload["channel"]["id"]) == ("block_actions", ANA.id, DE)
    assert payload["container"] == {"type": "message", "message_ts": ts, "channel_id": DE, "is_ephemeral": False}
    assert payload["message"]["ts"] == ts
    action = payload["actions"][0]
    assert (action["type"], action["block_id"], action["action_id"], action["value"]) == ("button", "row", "stop", "7")
    assert {"trigger_id", "response_url", "api_app_id", "token", "team"} <= payload.keys()


async def test_a_click_in_an_ephemeral_message_does_not_carry_it(slack: SlackSandbox, bot: Bot) -> None:
    ts = buttons(slack, {"type": "button", "action_id": "share"}, ephemeral_to=ANA.id)
    await slack.click(ANA.id, DE, ts, "share", value="overridden")
    assert bot.payload["container"]["is_ephemeral"] is True
    assert "message" not in bot.payload
    assert bot.payload["actions"][0]["value"] == "overridden"


async def test_a_click_in_a_thread_names_the_thread(slack: SlackSandbox, bot: Bot) -> None:
    root = slack.workspace.post(DE, BOT.id, Draft("root")).ts
    blocks = [{"type": "section", "accessory": {"type": "button", "action_id": "go", "text": {}}}]
    ts = slack.workspace.post(DE, BOT.id, Draft("x", blocks, thread_ts=root)).ts
    await slack.click(ANA.id, DE, ts, "go", block_id="b0")
    assert bot.payload["container"]["thread_ts"] == root


@pytest.mark.parametrize(
    ("element", "value", "expected"),
    [
        ({"type": "overflow", "options": OPTIONS}, "all", {"selected_option": OPTIONS[1]}),
        ({"type": "static_select", "options": OPTIONS}, "each", {"selected_option": OPTIONS[0]}),
        ({"type": "checkboxes", "options": OPTIONS}, ["all"], {"selected_options": [OPTIONS[1]]}),
        ({"type": "users_select"}, BEN.id, {"selected_user": BEN.id}),
        ({"type": "multi_users_select"}, [BEN.id], {"selected_users": [BEN.id]}),
        ({"type": "datepicker"}, "2026-04-01", {"selected_date": "2026-04-01"}),
    ],
)
async def test_a_choice_is_told_in_the_elements_own_way(
    slack: SlackSandbox, bot: Bot, element: dict[str, Any], value: str | list[str], expected: dict[str, Any]
) -> None:
    ts = buttons(slack, {**element, "action_id": "choose"})
    await slack.click(ANA.id, DE, ts, "choose", value=value)
    assert expected.items() <= bot.payload["actions"][0].items()


async def test_what_is_not_there_cannot_be_clicked(slack: SlackSandbox) -> None:
    ts = buttons(slack, {"type": "overflow", "action_id": "more", "options": OPTIONS})
    with pytest.raises(LookupError, match="no 'stop' to click in any block, only \\['more'\\]"):
        await slack.click(ANA.id, DE, ts, "stop")
    with pytest.raises(LookupError, match="no 'more' to click in other"):
        await slack.click(ANA.id, DE, ts, "more", block_id="other")
    with pytest.raises(LookupError, match="no option"):
        await slack.click(ANA.id, DE, ts, "more", value="none of them")
    with pytest.raises(RefusedError, match="message_not_found"):
        await slack.click(ANA.id, DE, "1.000000", "stop")


async def test_a_click_that_fails_is_noted(slack: SlackSandbox, bot: Bot) -> None:
    bot.says("", status=404)
    ts = buttons(slack, {"type": "button", "action_id": "stop"})
    assert (await slack.click(ANA.id, DE, ts, "stop")).error == "dispatch_failed"
    assert slack.workspace.log[-1].what == "click_failed"


# --- events ---


async def test_an_event_arrives_in_its_envelope(slack: SlackSandbox, bot: Bot) -> None:
    await slack.event("app_home_opened", user=ANA.id, tab="home")
    body = bot.forms[-1]
    assert (body["type"], body["event"]["type"], body["event"]["user"]) == ("event_callback", "app_home_opened", ANA.id)
    assert (body["team_id"], body["authorizations"][0]["user_id"]) == ("T0SANDBOX", BOT.id)
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(bot.bodies[-1], bot.headers[-1])


async def test_an_event_may_be_repeated(slack: SlackSandbox, bot: Bot) -> None:
    await slack.event("app_uninstalled", (2, "http_timeout"))
    assert bot.headers[-1]["x-slack-retry-num"] == "2"
    assert bot.headers[-1]["x-slack-retry-reason"] == "http_timeout"


async def test_the_bot_hears_its_dms_and_its_name_and_nothing_else(slack: SlackSandbox, bot: Bot) -> None:
    await slack.say(ANA.id, "D0ANA", "help")
    root = await slack.say(ANA.id, DE, "@lipsync help")
    await slack.say(ANA.id, DE, "just talking", thread_ts=root.ts)
    await slack.say(ANA.id, "D0ANABEN", "between us")
    await slack.happenings.invite("C0PRODUCERS", BOT.id, by=ANA.id)
    assert [each["event"]["type"] for each in bot.forms] == ["message", "app_mention", "member_joined_channel"]
    assert bot.forms[0]["event"]["channel_type"] == "im"
    assert len(slack.workspace.replies(DE, root.ts)) == 2


async def test_a_mention_in_a_thread_names_the_thread(slack: SlackSandbox, bot: Bot) -> None:
    root = await slack.say(ANA.id, DE, "just talking")
    await slack.say(ANA.id, DE, "@lipsync help", thread_ts=root.ts)
    assert bot.forms[-1]["event"]["thread_ts"] == root.ts


# --- response URLs ---


async def webhook(slack: SlackSandbox, bot: Bot, http: ClientSession) -> AsyncWebhookClient:
    await slack.command(ANA.id, DE, "status x")
    return AsyncWebhookClient(bot.forms[-1]["response_url"], session=http, retry_handlers=[])


async def test_an_answer_is_for_who_asked_unless_it_is_for_all(
    slack: SlackSandbox, bot: Bot, http: ClientSession
) -> None:
    url = await webhook(slack, bot, http)
    assert (await url.send(text="for Ana")).body == "ok"
    await url.send(text="for all", response_type="in_channel")
    assert seen_by_ana(slack) == ["for Ana"]
    assert [each.text for each in slack.workspace.history(DE)] == ["for all"]


async def test_an_answer_may_be_replaced_and_taken_away(slack: SlackSandbox, bot: Bot, http: ClientSession) -> None:
    url = await webhook(slack, bot, http)
    await url.send(text="reading")
    await url.send(text="read", replace_original=True, response_type="in_channel")
    assert seen_by_ana(slack) == ["read"]
    assert slack.workspace.history(DE) == []
    await url.send(delete_original=True)
    assert seen_by_ana(slack) == []


async def test_a_sixth_answer_is_refused(slack: SlackSandbox, bot: Bot, http: ClientSession) -> None:
    url = await webhook(slack, bot, http)
    answers = [await url.send(text=str(n)) for n in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"
    assert [each.outcome for each in slack.answers] == ["ok"] * 5 + ["used_url"]


async def test_a_late_answer_is_refused(slack: SlackSandbox, bot: Bot, http: ClientSession, clock: HastyClock) -> None:
    url = await webhook(slack, bot, http)
    clock.pass_time(1860)
    answer = await url.send(text="late")
    assert (answer.status_code, answer.body) == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"text": ""}, "no_text"),
        ({}, "invalid_payload"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "replace_original": True}, "message_not_found"),
    ],
)
async def test_an_answer_that_cannot_be_shown_is_refused(
    slack: SlackSandbox, bot: Bot, http: ClientSession, body: dict[str, Any], word: str
) -> None:
    url = await webhook(slack, bot, http)
    answer = await url.send_dict(body)
    assert (answer.status_code, answer.body) == (400, word)


async def test_an_answer_that_is_no_json_is_refused(slack: SlackSandbox, bot: Bot, http: ClientSession) -> None:
    url = await webhook(slack, bot, http)
    async with http.post(url.url, data="hello") as response:
        assert (response.status, await response.text()) == (400, "invalid_payload")


async def test_a_click_is_answered_in_the_message_that_was_clicked(
    slack: SlackSandbox, bot: Bot, http: ClientSession
) -> None:
    ts = buttons(slack, {"type": "button", "action_id": "stop"})
    await slack.click(ANA.id, DE, ts, "stop")
    url = AsyncWebhookClient(bot.payload["response_url"], session=http, retry_handlers=[])
    await url.send(text="stopped", replace_original=True)
    assert slack.workspace.message(DE, ts).text == "stopped"


async def test_answers_fail_on_demand_too(
    slack: SlackSandbox, bot: Bot, http: ClientSession, clock: HastyClock
) -> None:
    url = await webhook(slack, bot, http)
    slack.faults.add("response", "status_503")
    assert (await url.send(text="refused")).status_code == 503
    slack.faults.add("response", "slow_after", seconds=5)
    before = clock.now()
    await url.send(text="slow")
    assert (clock.now() - before).total_seconds() == 5
    slack.faults.add("response", "drop_after")
    with pytest.raises(aiohttp.ClientError):
        await url.send(text="lost on the way back")
    slack.go_down()
    with pytest.raises(aiohttp.ClientError):
        await url.send(text="down")
    assert seen_by_ana(slack) == ["slow", "lost on the way back"]
    assert [each.outcome for each in slack.answers] == ["status_503", "ok", "ok"]


async def test_hooks_see_answers(slack: SlackSandbox, bot: Bot, http: ClientSession) -> None:
    seen: list[str] = []
    slack.hooks.before = lambda method, body: seen.append(f"{method} {body['text']}")
    slack.hooks.after = lambda _method, _body, answer: seen.append(answer["outcome"])
    url = await webhook(slack, bot, http)
    await url.send(text="x")
    assert seen == ["response x", "ok"]
