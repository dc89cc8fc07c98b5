"""A file reaches one person in three steps; only the last can leave a doubt, and no step tells a secret."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.sheet import File
from bot.domain.words import Foreign, words
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BEN
from bot.slack.chat import SlackChat
from bot.slack.session import slack_session
from bot.slack.upload import is_slacks
from tests.fakes import HastyClock

FILE = File("batch-1.csv", "\ufeffid\r\nä\r\n".encode(), words("3 rows of ", Foreign("<!channel> *b*"), "."))
GET, COMPLETE, UPLOAD = "files.getUploadURLExternal", "files.completeUploadExternal", "upload"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=HastyClock()) as sandbox:
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with slack_session(5) as session:
        yield session


def chat_at(url: str, session: ClientSession) -> SlackChat:
    client = AsyncWebClient(token="xoxb-sandbox", base_url=url, session=session, retry_handlers=[])
    return SlackChat(client, "/lipsync", 5, 5)


@pytest.fixture
def chat(slack: SlackSandbox, session: ClientSession) -> SlackChat:
    return chat_at(slack.api_url, session)


def arrived(slack: SlackSandbox) -> list[str]:
    """The texts of messages with files, wherever they are."""
    return [m.text for place in slack.workspace.channels for m in slack.workspace.messages(place) if m.files]


async def test_a_file_comes_into_the_dm_of_the_person_and_nowhere_else(slack: SlackSandbox, chat: SlackChat) -> None:
    await chat.hand(ANA.id, FILE)
    (message,) = slack.workspace.messages("D0ANA")
    assert message.text == "3 rows of &lt;!channel&gt; ∗b∗."
    (file,) = (slack.workspace.files[each] for each in message.files)
    assert (file["name"], file["title"], file["size"]) == ("batch-1.csv", "batch-1.csv", len(FILE.content))
    assert file["content"].encode() == FILE.content
    assert len(arrived(slack)) == 1
    await chat.hand(BEN.id, FILE)
    assert len(slack.workspace.messages("D0BEN")) == 1
    assert [call.method for call in slack.calls].count("chat.postMessage") == 0


async def test_a_large_file_arrives_whole(slack: SlackSandbox, chat: SlackChat) -> None:
    large = replace(FILE, content=b"0123456789abcdef\r\n" * 200_000)
    await chat.hand(ANA.id, large)
    (message,) = slack.workspace.messages("D0ANA")
    assert slack.workspace.files[message.files[0]]["size"] == len(large.content) == 3_600_000


@pytest.mark.parametrize("method", [GET, UPLOAD])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_500", "garbage"])
async def test_before_the_last_step_nothing_has_been_done(
    slack: SlackSandbox, chat: SlackChat, method: str, kind: FaultKind
) -> None:
    slack.faults.add(method, kind)
    if (method, kind) == (UPLOAD, "garbage"):  # it answers 200, and says nothing that anybody needs
        await chat.hand(ANA.id, FILE)
        return
    with pytest.raises(NotSentError):
        await chat.hand(ANA.id, FILE)
    assert arrived(slack) == []


@pytest.mark.parametrize(
    ("kind", "reached"), [("drop_before", 0), ("drop_after", 1), ("status_502", 0), ("garbage", 0)]
)
async def test_a_last_step_without_an_answer_is_in_doubt_and_is_tried_once(
    slack: SlackSandbox, chat: SlackChat, kind: FaultKind, reached: int
) -> None:
    slack.faults.add(COMPLETE, kind)
    with pytest.raises(InDoubtError):
        await chat.hand(ANA.id, FILE)
    assert len(arrived(slack)) == reached
    assert [call.method for call in slack.calls].count(COMPLETE) == 1


@pytest.mark.parametrize("method", [GET, COMPLETE])
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("missing_scope", TokenRefusedError),
        ("token_revoked", TokenRefusedError),
        ("channel_not_found", NoAccessError),
        ("storage_limit_reached", RefusedMessageError),
        ("file_uploads_disabled", RefusedMessageError),
        ("blocked_file_type", RefusedMessageError),
    ],
)
async def test_what_slack_refuses_has_not_been_done(
    slack: SlackSandbox, chat: SlackChat, method: str, code: str, error: type[SlackError]
) -> None:
    slack.faults.add(method, "error", code=code)
    with pytest.raises(error, match=code):
        await chat.hand(ANA.id, FILE)
    assert arrived(slack) == []


async def test_without_the_scope_it_is_named(slack: SlackSandbox, chat: SlackChat) -> None:
    slack.tokens.scopes.discard("files:write")
    with pytest.raises(TokenRefusedError) as caught:
        await chat.hand(ANA.id, FILE)
    assert caught.value.why == "missing_scope files:write"


@pytest.mark.parametrize("method", [GET, COMPLETE])
async def test_a_busy_slack_says_for_how_long(slack: SlackSandbox, chat: SlackChat, method: str) -> None:
    slack.faults.add(method, "ratelimited", retry_after=30)
    with pytest.raises(SlackBusyError) as caught:
        await chat.hand(ANA.id, FILE)
    assert caught.value.retry_after.total_seconds() == 30
    assert arrived(slack) == []


async def test_neither_the_address_nor_the_token_is_in_a_log_or_an_error(
    slack: SlackSandbox, chat: SlackChat, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        slack.faults.add(UPLOAD, "status_500")
        with pytest.raises(NotSentError) as caught:
            await chat.hand(ANA.id, FILE)
        await chat.hand(ANA.id, FILE)
    told = f"{caplog.text} {caught.value!r} {caught.value.__cause__!r}"
    assert "/upload/" not in told
    assert "xoxb" not in told


# --- where the bytes may go ---


async def answering(address: Callable[[str], str], after: Handler) -> TestServer:
    """A Slack whose uploads go to an address, and what is there."""

    async def ticket(request: web.Request) -> web.Response:
        there = address(f"http://{request.host}")
        return web.json_response({"ok": True, "upload_url": there, "file_id": "F1", "channel": {"id": "D1"}})

    app = web.Application()
    app.router.add_route("*", "/api/{method}", ticket)
    app.router.add_post("/upload", after)
    server = TestServer(app)
    await server.start_server()
    return server


async def test_the_token_does_not_go_along_and_no_redirect_is_followed(session: ClientSession) -> None:
    seen: list[dict[str, str]] = []

    async def moved(request: web.Request) -> web.StreamResponse:
        seen.append(dict(request.headers))
        raise web.HTTPTemporaryRedirect("/upload?elsewhere")

    server = await answering(lambda base: f"{base}/upload", moved)
    with pytest.raises(NotSentError, match="upload_http_307"):
        await chat_at(str(server.make_url("/api/")), session).hand(ANA.id, FILE)
    assert len(seen) == 1
    assert not any("xoxb" in value for value in seen[0].values())
    await server.close()


async def test_bytes_go_to_slack_only(session: ClientSession) -> None:
    async def never(_request: web.Request) -> web.StreamResponse:
        raise AssertionError("the file went elsewhere")

    elsewhere = f"http://127.0.0.1:{unused_port()}/upload"
    server = await answering(lambda _: elsewhere, never)
    with pytest.raises(NotSentError, match="odd_upload_url"):
        await chat_at(str(server.make_url("/api/")), session).hand(ANA.id, FILE)
    await server.close()


@pytest.mark.parametrize(
    ("address", "is_theirs"),
    [
        ("https://files.slack.com/upload/v1/abc", True),
        ("https://slack.com/upload", True),
        ("https://files.slack-gov.com/upload", True),
        ("http://files.slack.com/upload", False),
        ("https://files.slack.com:8443/upload", False),
        ("https://files.slack.com@evil.example/upload", False),
        ("https://user@files.slack.com/upload", False),
        ("https://evil-slack.com/upload", False),
        ("https://slack.com.evil.example/upload", False),
        ("https://[x", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_addresses_of_slack_are_taken(address: str, is_theirs: bool) -> None:
    assert is_slacks(address, "https://slack.com/api/") is is_theirs


def test_the_server_that_answers_as_slack_may_take_the_file_itself() -> None:
    assert is_slacks("http://127.0.0.1:5000/upload/F1", "http://127.0.0.1:5000/api/")
    assert not is_slacks("http://127.0.0.1:5001/upload/F1", "http://127.0.0.1:5000/api/")
    assert not is_slacks("http://u:p@127.0.0.1:5000/upload/F1", "http://127.0.0.1:5000/api/")
