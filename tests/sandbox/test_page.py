"""The page's server: one person's view, what they do, and nobody else's requests."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientPayloadError, ClientResponse, ClientSession, web

from bot.sandbox.deeds import Choice, Chosen, Deed
from bot.sandbox.page import FILES, Page
from bot.sandbox.slack_entities import Draft
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.fakes import HastyClock

DE, AURORA, ANA_DM, ANA_BEN = "C0DUBBINGDE", "C0AURORA", "D0ANA", "D0ANABEN"
PRODUCERS = "C0PRODUCERS"
HOSTILE = '</script><img src=x onerror="alert(1)">'
BUTTON = {"type": "button", "action_id": "stop", "value": "batch-1", "text": {"type": "plain_text", "text": "Stop"}}
MENU = {
    "type": "overflow",
    "action_id": "more",
    "options": [{"text": {"type": "plain_text", "text": "All"}, "value": "all"}],
}
BLOCKS = [{"type": "actions", "elements": [BUTTON, MENU]}]


class Bot:
    """Takes what it is sent, and keeps it."""

    def __init__(self) -> None:
        self.forms: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.answer: Callable[[], web.Response] = web.Response

    async def handle(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            self.events.append((await request.json())["event"])
        else:
            self.forms.append(dict(await request.post()))
        return self.answer()

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(form["payload"]) for form in self.forms]

    @property
    def clicks(self) -> list[dict[str, Any]]:
        return [each["actions"][0] for each in self.payloads]


class Browser:
    """The page's own requests."""

    def __init__(self, http: ClientSession, url: str) -> None:
        self.http, self.url = http, url

    async def state(self, user: str = ANA.id) -> dict[str, Any]:
        async with self.http.get(f"{self.url}state", params={"user": user}) as response:
            assert response.status == 200
            found: dict[str, Any] = await response.json()
            return found

    async def texts(self, user: str = ANA.id) -> list[str]:
        return [each["text"] for each in (await self.state(user))["messages"]]

    async def does(self, path: str, /, **fields: object) -> tuple[int, dict[str, Any]]:
        headers = {"Origin": self.url.rstrip("/")}
        async with self.http.post(f"{self.url}{path}", json=fields, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=HastyClock()) as sandbox:
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
async def page(slack: SlackSandbox) -> AsyncIterator[Page]:
    commands = [("status <ref>", "how it is doing")]
    async with Page(slack, commands, lambda: ["batch-1"], {DE: "German dubs"}) as page:
        yield page


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def browser(http: ClientSession, page: Page) -> Browser:
    return Browser(http, page.url)


def say(slack: SlackSandbox, text: str, draft: Draft | None = None) -> str:
    """Let the bot say something in #dubbing-de; its ts."""
    return slack.workspace.post(DE, BOT.id, replace(draft or Draft(), text=text)).ts


# --- what one person sees ---


async def test_an_ephemeral_answer_is_shown_to_nobody_else(slack: SlackSandbox, browser: Browser) -> None:
    say(slack, "for Ana", Draft(ephemeral_to=ANA.id))
    say(slack, "for all")
    assert await browser.texts(ANA.id) == ["for Ana", "for all"]
    assert await browser.texts(BEN.id) == ["for all"]


async def test_a_private_channel_is_shown_to_its_members_only(slack: SlackSandbox, browser: Browser) -> None:
    slack.workspace.post(AURORA, ANA.id, Draft("secret"))
    assert "secret" in await browser.texts(ANA.id)
    state = await browser.state(BEN.id)
    assert AURORA not in [each["id"] for each in state["channels"]]
    assert state["messages"] == []


async def test_the_state_names_people_places_topics_and_what_can_be_typed(browser: Browser) -> None:
    state = await browser.state()
    assert {each["id"] for each in state["users"]} == {BOT.id, ANA.id, BEN.id, "USLACKBOT"}
    place = next(each for each in state["channels"] if each["id"] == DE)
    assert (place["name"], place["kind"], place["joined"], place["topic"]) == (
        "dubbing-de",
        "public",
        True,
        "German dubs",
    )
    assert state["offers"] == {"commands": [["status <ref>", "how it is doing"]], "references": ["batch-1"]}


async def test_hostile_text_stays_text(slack: SlackSandbox, browser: Browser) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}}]
    say(slack, HOSTILE, Draft(blocks=blocks))
    shown = (await browser.state())["messages"][0]
    assert shown["text"] == HOSTILE
    assert shown["blocks"][0]["text"]["text"] == HOSTILE


async def test_the_page_never_makes_markup_or_code_from_text() -> None:
    scripts = [path.read_text() for path in FILES.glob("*.js")]
    assert scripts
    dangerous = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc")
    assert [found for script in scripts for found in dangerous.findall(script)] == []


async def test_a_message_is_shown_with_its_thread_reactions_edits_and_files(
    slack: SlackSandbox, browser: Browser
) -> None:
    slack.workspace.files["F1"] = {"id": "F1", "name": "rows.csv", "title": "Rows", "size": 3, "content": "a,b"}
    root = say(slack, "first", Draft(files=("F1",)))
    say(slack, "reply", Draft(thread_ts=root, reply_broadcast=True))
    slack.workspace.react(DE, root, BEN.id, "eyes")
    slack.workspace.react(DE, root, ANA.id, "eyes")
    slack.workspace.update(DE, root, Draft("edited"))
    first, reply = (await browser.state())["messages"]
    assert (first["text"], first["edits"], first["reactions"]) == ("edited", 1, {"eyes": [BEN.id, ANA.id]})
    assert first["files"][0]["content"] == "a,b"
    assert (reply["thread_ts"], reply["broadcast"]) == (root, True)


async def test_the_bot_cannot_be_a_person_on_the_page(page: Page, http: ClientSession) -> None:
    async with http.get(f"{page.url}state", params={"user": BOT.id}) as response:
        assert response.status == 400
    async with http.get(f"{page.url}state", params={"user": "U0NOBODY"}) as response:
        assert response.status == 409
    async with http.get(f"{page.url}state") as response:
        assert response.status == 400


# --- what happens, as it happens ---


class Stream:
    """The changes that one person's page hears of."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> dict[str, Any]:
        while True:
            line: bytes = await self.response.content.readline()
            if line.startswith(b"data: "):
                found: dict[str, Any] = json.loads(line.removeprefix(b"data: "))
                return found


async def test_a_new_message_an_edit_and_a_deletion_reach_the_page_at_once(
    slack: SlackSandbox, page: Page, http: ClientSession, browser: Browser
) -> None:
    n = (await browser.state())["n"]
    async with http.get(f"{page.url}changes", params={"user": ANA.id, "since": str(n)}) as response:
        assert response.content_type == "text/event-stream"
        stream = Stream(response)
        ts = say(slack, "new")
        assert [each["text"] for each in (await stream.next())["messages"]] == ["new"]
        slack.workspace.update(DE, ts, Draft("edited"))
        assert [each["text"] for each in (await stream.next())["messages"]] == ["edited"]
        slack.workspace.delete(DE, ts)
        assert (await stream.next())["gone"] == [[DE, ts]]


async def test_a_page_that_connects_again_goes_on_after_the_last_event_it_got(
    slack: SlackSandbox, page: Page, http: ClientSession
) -> None:
    say(slack, "known")
    n = len(slack.workspace.log)
    say(slack, "missed")
    headers = {"Last-Event-ID": str(n)}
    async with http.get(f"{page.url}changes", params={"user": ANA.id, "since": "0"}, headers=headers) as response:
        change = await Stream(response).next()
    assert [each["text"] for each in change["messages"]] == ["missed"]


async def test_another_persons_ephemeral_answer_is_not_among_the_changes(
    slack: SlackSandbox, page: Page, http: ClientSession
) -> None:
    n = len(slack.workspace.log)
    say(slack, "for Ana", Draft(ephemeral_to=ANA.id))
    async with http.get(f"{page.url}changes", params={"user": BEN.id, "since": str(n)}) as response:
        assert (await Stream(response).next())["messages"] == []


async def test_changes_since_something_that_is_no_number_are_refused(page: Page, http: ClientSession) -> None:
    async with http.get(f"{page.url}changes", params={"user": ANA.id, "since": "x"}) as response:
        assert response.status == 400


async def test_a_quiet_stream_says_that_it_is_alive(slack: SlackSandbox, http: ClientSession) -> None:
    async with Page(slack, heartbeat_seconds=0.01) as page:
        params = {"user": ANA.id, "since": str(len(slack.workspace.log))}
        async with http.get(f"{page.url}changes", params=params) as response:
            for _ in range(2):
                assert await response.content.readuntil(b"\n\n") == b": quiet\n\n"


# --- what a person does ---


async def test_a_typed_command_reaches_the_bot_and_its_answer_the_person(bot: Bot, browser: Browser) -> None:
    bot.answer = lambda: web.json_response({"text": "21% finished"})
    assert await browser.does("command", user=ANA.id, channel=DE, text="/lipsync status batch-1") == (
        200,
        {"ok": True, "error": None},
    )
    assert (bot.forms[0]["command"], bot.forms[0]["text"]) == ("/lipsync", "status batch-1")
    assert await browser.texts(ANA.id) == ["21% finished"]
    assert await browser.texts(BEN.id) == []


async def test_a_command_to_a_bot_that_is_down_is_told_to_the_person_only(
    slack: SlackSandbox, browser: Browser
) -> None:
    slack.bot_url = None
    _, answer = await browser.does("command", user=ANA.id, channel=DE, text="/lipsync help")
    assert answer == {"ok": False, "error": "dispatch_failed"}
    assert await browser.texts(ANA.id) == ['/lipsync failed with the error "dispatch_failed"']
    assert await browser.texts(BEN.id) == []


@pytest.mark.parametrize(("action", "value", "key"), [("stop", None, "value"), ("more", "all", "selected_option")])
async def test_a_pressed_button_and_a_chosen_option_reach_the_bot(
    slack: SlackSandbox, bot: Bot, browser: Browser, action: str, value: str | None, key: str
) -> None:
    ts = say(slack, "card", Draft(blocks=BLOCKS))
    block = (await browser.state())["messages"][0]["blocks"][0]["block_id"]
    chosen = {} if value is None else {"value": value}
    about = {"user": ANA.id, "channel": DE, "ts": ts, "action_id": action, "block_id": block}
    assert (await browser.does("click", **about, **chosen))[0] == 200
    assert bot.clicks[0]["action_id"] == action
    assert key in bot.clicks[0]


async def test_a_button_that_is_not_there_or_not_theirs_cannot_be_pressed(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    ts = say(slack, "for Ben", Draft(blocks=BLOCKS, ephemeral_to=BEN.id))
    about = {"channel": DE, "ts": ts, "block_id": "b0"}
    status, answer = await browser.does("click", user=ANA.id, action_id="stop", **about)
    assert (status, answer["error"]) == (409, "message_not_found")
    assert (await browser.does("click", user=BEN.id, action_id="gone", **about))[0] == 404
    assert bot.forms == []


async def test_a_plain_message_is_said(bot: Bot, browser: Browser) -> None:
    await browser.does("say", user=ANA.id, channel=DE, text="a < b & @lipsync")
    assert await browser.texts(BEN.id) == [f"a &lt; b &amp; <@{BOT.id}>"]
    assert bot.events[0]["type"] == "app_mention"


async def test_inviting_and_putting_out_the_bot_changes_the_place_and_is_told(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    here = {"user": ANA.id, "channel": PRODUCERS, "who": BOT.id}
    for _ in range(2):
        assert (await browser.does("invite", **here))[0] == 200
    assert BOT.id in slack.workspace.channel(PRODUCERS).members
    for _ in range(2):
        assert (await browser.does("kick", **here))[0] == 200
    assert BOT.id not in slack.workspace.channel(PRODUCERS).members
    assert [each["type"] for each in bot.events] == ["member_joined_channel", "channel_left"]
    assert await browser.texts() == [
        f"was added to #producers by <@{ANA.id}>.",
        f"was removed from #producers by <@{ANA.id}>.",
    ]


async def test_nobody_is_invited_to_a_conversation_between_people(bot: Bot, browser: Browser) -> None:
    status, answer = await browser.does("invite", user=ANA.id, channel=ANA_BEN, who=BOT.id)
    assert (status, answer["error"]) == (409, "method_not_supported_for_channel_type")
    assert bot.events == []


async def test_a_place_that_a_person_cannot_see_cannot_be_used(slack: SlackSandbox, browser: Browser) -> None:
    status, answer = await browser.does("say", user=BEN.id, channel=AURORA, text="hello")
    assert (status, answer["error"]) == (409, "channel_not_found")
    assert slack.workspace.messages(AURORA) == []


async def test_the_surroundings_can_be_changed_by_name(slack: SlackSandbox, http: ClientSession) -> None:
    done: list[Chosen] = []

    async def add(chosen: Chosen) -> None:
        done.append(chosen)

    batch = Choice("batch", "Batch", lambda: ["batch-1", "batch-2"])
    deed = Deed("Clips", "add", "Add clips", "They are counted.", add, (batch,), lambda: bool(done))
    async with Page(slack, world=(deed,)) as page:
        browser = Browser(http, page.url)
        (shown,) = (await browser.state())["world"]
        assert shown["takes"] == [{"name": "batch", "label": "Batch", "options": ["batch-1", "batch-2"]}]
        assert (shown["name"], shown["group"], shown["then"], shown["on"]) == (
            "add",
            "Clips",
            "They are counted.",
            False,
        )
        assert await browser.does("world", what="add", batch="batch-2") == (200, {"ok": True, "error": None})
        for wrong in ({"what": "explode"}, {"what": "add"}, {"what": "add", "batch": "batch-3"}):
            assert (await browser.does("world", **wrong))[0] == 400
        async with http.get(f"{page.url}world") as response:
            assert (await response.json())["world"][0]["on"] is True
    assert done == [{"batch": "batch-2"}]


async def test_the_gallery_is_served_where_there_is_one(
    slack: SlackSandbox, http: ClientSession, browser: Browser
) -> None:
    async with http.get(f"{browser.url}gallery") as response:
        assert response.status == 404
    assert (await browser.state())["gallery"] is False
    async with Page(slack, gallery="<!doctype html>all of them") as page, http.get(f"{page.url}gallery") as response:
        assert await response.text() == "<!doctype html>all of them"
        assert response.headers["Content-Security-Policy"] == "frame-ancestors 'none'"


# --- nobody else's requests ---


async def test_a_request_from_another_site_is_refused(slack: SlackSandbox, page: Page, http: ClientSession) -> None:
    fields = {"user": ANA.id, "channel": DE, "text": "hello"}
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        async with http.post(f"{page.url}say", json=fields, headers={"Origin": origin}) as response:
            assert response.status == 403
    assert slack.workspace.messages(DE) == []


async def test_a_request_for_another_host_name_is_refused(page: Page, http: ClientSession) -> None:
    for path in ("", "state?user=U0ANA"):
        async with http.get(f"{page.url}{path}", headers={"Host": "evil.example"}) as response:
            assert response.status == 403


@pytest.mark.parametrize(
    ("body", "content"),
    [
        ('{"user": "U0ANA", "channel": "C0DUBBINGDE", "text": "x"}', "text/plain"),
        ("user=U0ANA&channel=C0DUBBINGDE&text=x", "application/x-www-form-urlencoded"),
        ("not JSON", "application/json"),
        ("[]", "application/json"),
        ("{}", "application/json"),
        ('{"user": "U0ANA", "channel": "C0DUBBINGDE", "text": ""}', "application/json"),
        ('{"user": "U0ANA", "channel": "C0DUBBINGDE", "text": 5}', "application/json"),
    ],
)
async def test_a_body_that_the_page_never_sends_is_refused(
    slack: SlackSandbox, page: Page, http: ClientSession, body: str, content: str
) -> None:
    async with http.post(f"{page.url}say", data=body, headers={"Content-Type": content}) as response:
        assert response.status == 400
    assert slack.workspace.messages(DE) == []


# --- its files ---


@pytest.mark.parametrize("path", ["", "page/style.css", "page/app.js", "page/icon.svg"])
async def test_every_answer_forbids_foreign_scripts_and_frames(page: Page, http: ClientSession, path: str) -> None:
    async with http.get(f"{page.url}{path}") as response:
        assert response.status == 200
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["page/", "page/none.js", "page/..%2fpage.py", "page/%2e%2e%2fdemo.py", "x"])
async def test_nothing_but_the_pages_own_files_is_served(page: Page, http: ClientSession, path: str) -> None:
    async with http.get(f"{page.url}{path}") as response:
        assert response.status in (403, 404)


def imported(script: str) -> list[str]:
    return re.findall(r'^import .* from "\./([\w-]+\.js)";$', script, re.MULTILINE)


def test_every_module_that_the_page_imports_is_there() -> None:
    every = {path.name: path.read_text() for path in FILES.glob("*.js")}
    assert {name for script in every.values() for name in imported(script)} | {"app.js", "gallery.js"} == set(every)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    texts = {path.name: path.read_text() for path in FILES.iterdir()}
    found = {name: re.findall(r"https?://[^\s\"')]+", text) for name, text in texts.items()}
    assert {url for urls in found.values() for url in urls} == {"http://www.w3.org/2000/svg"}


async def test_the_page_ends_while_somebody_listens(slack: SlackSandbox, http: ClientSession) -> None:
    async with AsyncExitStack() as stack:
        async with Page(slack) as page:
            response = await stack.enter_async_context(http.get(f"{page.url}changes", params={"user": ANA.id}))
            await Stream(response).next()
        async with asyncio.timeout(5):
            with pytest.raises(ClientPayloadError):  # cut, so that the browser connects again when the demo is back
                await response.content.read()
