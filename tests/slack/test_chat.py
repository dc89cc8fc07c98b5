import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.announcement import AccessFacts, CardFacts, ClipsFacts
from bot.domain.delivery import PLAINLY, HistoryPage, Posted, Shown
from bot.domain.progress import UNFINISHED, Progress
from bot.errors import (
    InDoubtError,
    NoAccessError,
    NoHistoryError,
    NoMessageError,
    NotSentError,
    RefusedMessageError,
    SlackBusyError,
    SlackError,
    TokenRefusedError,
)
from bot.sandbox.slack_entities import Draft, Fields
from bot.sandbox.slack_faults import FaultKind
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.slack_sharing import share, unshare
from bot.sandbox.workspace import ANA, BOT, BOT_ID
from bot.slack.chat import EVENT_TYPE, SlackChat
from bot.slack.session import slack_session
from tests.builders import NOON, watch
from tests.fakes import HastyClock

DE, PRODUCERS = "C0DUBBINGDE", "C0PRODUCERS"
CLIPS = ClipsFacts(Progress("batch-1", total=2, completed=1, queued=1), ("a",), NOON)
CARD = CardFacts(watch(), Progress("batch-1", total=2, completed=1, queued=1), UNFINISHED, NOON)
ACCESS = AccessFacts(DE, "dubbing-de", "not_in_channel", ("batch-1",))
TOKEN = "xoxb-sandbox"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=HastyClock()) as sandbox:
        sandbox.limits.on = False
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with slack_session(5) as session:
        yield session


@pytest.fixture
def chat(slack: SlackSandbox, session: ClientSession) -> SlackChat:
    return chat_with(slack.api_url, session)


def chat_with(url: str, session: ClientSession, timeout_seconds: float = 5) -> SlackChat:
    client = AsyncWebClient(token=TOKEN, base_url=url, session=session, retry_handlers=[])
    return SlackChat(client, "/lipsync", timeout_seconds)


async def post(chat: SlackChat, place: str = DE, *, repeat: bool = False) -> Posted:
    return await chat.post(place, CLIPS, PLAINLY, delivery_id="d1", repeat=repeat)


# --- posting ---


async def test_a_message_is_posted_once_with_its_delivery_id_and_without_previews(
    slack: SlackSandbox, chat: SlackChat
) -> None:
    posted = await post(chat)
    (message,) = slack.workspace.messages(DE)
    assert (posted.channel, posted.ts) == (DE, message.ts)
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"delivery": "d1"}}
    assert message.text.startswith("batch-1: 1 clip finished")
    (call,) = slack.calls
    assert call.args["unfurl_links"] is call.args["unfurl_media"] is False


async def test_a_possible_repeat_says_so_in_its_text_and_in_its_blocks(slack: SlackSandbox, chat: SlackChat) -> None:
    await post(chat, repeat=True)
    (message,) = slack.workspace.messages(DE)
    assert "This may be a repeat: Slack did not confirm the first attempt." in message.text
    assert "This may be a repeat" in str((message.blocks or [])[-1])


async def test_a_person_is_told_in_their_dm_which_is_opened_once(slack: SlackSandbox, chat: SlackChat) -> None:
    first = await chat.post(ANA.id, ACCESS, PLAINLY, delivery_id="d1", repeat=False)
    await chat.post(ANA.id, ACCESS, PLAINLY, delivery_id="d2", repeat=False)
    assert first.channel == "D0ANA"
    assert [call.method for call in slack.calls].count("conversations.open") == 1


async def test_opening_a_dm_is_never_in_doubt(slack: SlackSandbox, chat: SlackChat) -> None:
    slack.faults.add("conversations.open", "drop_after")
    with pytest.raises(NotSentError):
        await post(chat, ANA.id)
    slack.faults.add("conversations.open", "error", code="some_new_rule")
    with pytest.raises(NoAccessError, match="some_new_rule"):
        await post(chat, ANA.id)
    assert slack.workspace.messages("D0ANA") == []


async def test_a_card_is_edited_in_place_and_keeps_its_delivery_id(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await chat.post(DE, CARD, PLAINLY, delivery_id="d1", repeat=False)
    await chat.update(posted, CLIPS, PLAINLY)
    (message,) = slack.workspace.messages(DE)
    assert "1 clip finished" in message.text
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"delivery": "d1"}}


async def test_an_edit_keeps_that_it_may_be_a_repeat(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await post(chat, repeat=True)
    await chat.update(posted, CLIPS, PLAINLY, repeat=True)
    (message,) = slack.workspace.messages(DE)
    assert "This may be a repeat" in message.text
    assert "This may be a repeat" in str((message.blocks or [])[-1])


async def test_a_message_that_is_gone_cannot_be_edited(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await post(chat)
    slack.workspace.delete(posted.channel, posted.ts)
    with pytest.raises(NoMessageError, match="message_not_found"):
        await chat.update(posted, CARD, PLAINLY)


async def test_the_bot_knows_who_it_is_and_what_it_may_do(slack: SlackSandbox, chat: SlackChat) -> None:
    identity = await chat.identity()
    assert (identity.team_id, identity.bot_user_id, identity.bot_id) == (slack.workspace.team, BOT.id, BOT_ID)
    assert identity.scopes == slack.tokens.scopes


# --- outcomes ---


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status_500", "status_502", "status_503", "garbage"])
async def test_whatever_leaves_it_open_whether_the_message_is_there_is_in_doubt(
    slack: SlackSandbox, chat: SlackChat, kind: FaultKind
) -> None:
    slack.faults.add("chat.postMessage", kind)
    with pytest.raises(InDoubtError):
        await post(chat)
    assert sum(1 for call in slack.calls if call.method == "chat.postMessage") <= 1
    assert len(slack.workspace.messages(DE)) == (1 if kind == "drop_after" else 0)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("internal_error", InDoubtError),
        ("fatal_error", InDoubtError),
        ("service_unavailable", InDoubtError),
        ("request_timeout", InDoubtError),
        ("something_new", InDoubtError),
        ("not_in_channel", NoAccessError),
        ("is_archived", NoAccessError),
        ("restricted_action_read_only_channel", NoAccessError),
        ("messages_tab_disabled", NoAccessError),
        ("cannot_dm_bot", NoAccessError),
        ("invalid_auth", TokenRefusedError),
        ("token_revoked", TokenRefusedError),
        ("missing_scope", TokenRefusedError),
        ("invalid_blocks", RefusedMessageError),
        ("msg_blocks_too_long", RefusedMessageError),
        ("no_text", RefusedMessageError),
        ("rate_limited", SlackBusyError),
        ("edit_window_closed", NoMessageError),
    ],
)
async def test_each_refusal_of_slack_becomes_the_error_that_says_what_to_do(
    slack: SlackSandbox, chat: SlackChat, code: str, error: type[SlackError]
) -> None:
    slack.faults.add("chat.postMessage", "error", code=code)
    with pytest.raises(error) as raised:
        await post(chat)
    assert type(raised.value) is error
    assert raised.value.code in (code, "ratelimited")


@pytest.mark.parametrize(("given", "seconds"), [(7, 7), (None, 30), (0, 30), (10**9, 30)])
async def test_a_429_says_when_to_come_back(
    slack: SlackSandbox, chat: SlackChat, given: int | None, seconds: int
) -> None:
    slack.faults.add("chat.postMessage", "ratelimited", retry_after=given)
    with pytest.raises(SlackBusyError) as raised:
        await post(chat)
    assert raised.value.retry_after == timedelta(seconds=seconds)


async def test_a_429_with_an_unreadable_pause_waits_half_a_minute(session: ClientSession) -> None:
    async def busy(_: web.Request) -> web.StreamResponse:
        return web.Response(status=429, text="<html>busy</html>", headers={"Retry-After": "soon"})

    async with serving(busy) as url:
        with pytest.raises(SlackBusyError) as raised:
            await post(chat_with(url, session))
    assert raised.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "ok"},
        {"text": "[]", "content_type": "application/json"},
        {"text": "{", "content_type": "application/json"},
        {"body": b"\xff\xfe{", "content_type": "application/json"},
        {"text": '{"ok": true}', "content_type": "application/json"},
        {"text": '{"ok": true, "channel": 1, "ts": null}', "content_type": "application/json"},
        {"text": '{"ok": false}', "content_type": "application/json"},
        {"text": '{"ok": false, "error": ["x"]}', "content_type": "application/json"},
        {"body": b"", "content_type": "application/gzip"},
    ],
)
async def test_an_answer_that_nobody_can_read_is_in_doubt(session: ClientSession, answer: Fields) -> None:
    async def odd(_: web.Request) -> web.StreamResponse:
        return web.Response(**answer)

    async with serving(odd) as url:
        with pytest.raises(InDoubtError, match="unreadable_answer"):
            await post(chat_with(url, session))


async def test_a_connection_that_was_never_made_has_sent_nothing(session: ClientSession) -> None:
    chat = chat_with(f"http://127.0.0.1:{unused_port()}/api/", session)
    with pytest.raises(NotSentError, match="no_connection"):
        await post(chat)


async def test_a_name_that_does_not_exist_has_sent_nothing(session: ClientSession) -> None:
    with pytest.raises(NotSentError):
        await post(chat_with("http://slack.invalid/api/", session))


async def test_a_call_that_takes_too_long_is_given_up_and_in_doubt(slack: SlackSandbox, session: ClientSession) -> None:
    done = asyncio.Event()

    async def wait(_: str, __: Fields) -> None:
        await done.wait()

    slack.hooks.before = wait
    with pytest.raises(InDoubtError, match="timeout"):
        await post(chat_with(slack.api_url, session, timeout_seconds=0.02))
    done.set()


async def test_a_connection_that_is_given_up_is_reset_so_that_nothing_is_delivered_later(
    session: ClientSession,
) -> None:
    fate: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        except ConnectionResetError:
            fate.set_result("reset")
        else:
            fate.set_result("closed in order")
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(InDoubtError, match="timeout"):
            await post(chat_with(f"http://127.0.0.1:{port}/api/", session, timeout_seconds=0.02))
        assert await asyncio.wait_for(fate, 5) == "reset"


async def test_the_token_is_in_no_error_and_in_no_log(
    slack: SlackSandbox, chat: SlackChat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for kind in ("drop_after", "status_500", "garbage", "ratelimited", "error"):
        slack.faults.add("chat.postMessage", kind)
        with pytest.raises(SlackError) as raised:
            await post(chat)
        assert TOKEN not in repr(raised.value) + str(raised.value)
        assert raised.value.__cause__ is raised.value.__context__ is None
    assert TOKEN not in caplog.text


# --- looking for an attempt in doubt ---

LATER = NOON + timedelta(hours=1)


async def find(chat: SlackChat, place: str = DE, *, since: datetime = NOON) -> HistoryPage:
    return await chat.find(place, since, LATER)


async def test_a_message_whose_answer_was_lost_is_found_by_its_delivery_id(
    slack: SlackSandbox, chat: SlackChat
) -> None:
    slack.faults.add("chat.postMessage", "drop_after")
    with pytest.raises(InDoubtError):
        await post(chat)
    (message,) = slack.workspace.messages(DE)
    assert await find(chat) == HistoryPage((Shown("d1", Posted(DE, message.ts), BOT.id),), None)


async def test_a_message_is_found_in_a_persons_dm(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await chat.post(ANA.id, ACCESS, PLAINLY, delivery_id="d1", repeat=False)
    assert [shown.posted for shown in (await find(chat, ANA.id)).shown] == [posted]
    assert slack.calls[-1].args["channel"] == "D0ANA"


async def test_earlier_and_later_messages_and_those_of_others_are_not_mistaken_for_it(
    slack: SlackSandbox, chat: SlackChat
) -> None:
    foreign = {"event_type": "another_app", "event_payload": {"delivery": "d2"}}
    slack.workspace.post(DE, BOT.id, Draft("x", metadata=foreign))
    await post(chat)
    assert [shown.delivery_id for shown in (await find(chat)).shown] == ["d1"]
    assert (await find(chat, since=NOON + timedelta(seconds=60))).shown == ()
    assert (await chat.find(DE, NOON - timedelta(hours=1), NOON - timedelta(seconds=60))).shown == ()


async def test_pages_have_fifteen_messages_and_a_cursor_to_the_next(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await post(chat)
    for _ in range(20):
        slack.workspace.post(DE, ANA.id, Draft("hello"))
    first = await find(chat)
    assert first.shown == ()
    assert first.cursor is not None
    last = await chat.find(DE, NOON, LATER, cursor=first.cursor)
    assert ([shown.posted for shown in last.shown], last.cursor) == ([posted], None)
    assert slack.calls[-1].args["limit"] == "15"


async def test_a_message_under_another_is_found_in_its_thread(slack: SlackSandbox, chat: SlackChat) -> None:
    root = slack.workspace.post(DE, ANA.id, Draft("how is it going?"))
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"delivery": "d1"}}
    reply = slack.workspace.post(DE, BOT.id, Draft("well", thread_ts=root.ts, metadata=metadata))
    assert (await find(chat)).shown == ()
    found = await chat.find(DE, NOON, LATER, thread_ts=root.ts)
    assert found == HistoryPage((Shown("d1", Posted(DE, reply.ts), BOT.id),), None)
    assert await chat.find(DE, NOON, LATER, thread_ts="1.000001") == HistoryPage((), None)


@pytest.mark.parametrize("code", ["missing_scope", "not_in_channel", "channel_not_found", "is_archived"])
async def test_a_history_that_may_not_be_read_tells_nothing(slack: SlackSandbox, chat: SlackChat, code: str) -> None:
    slack.faults.add("conversations.history", "error", code=code)
    with pytest.raises(NoHistoryError, match=code):
        await find(chat)


async def test_a_token_that_is_refused_while_looking_is_a_matter_for_the_operator(
    slack: SlackSandbox, chat: SlackChat
) -> None:
    slack.tokens.refusal = "token_revoked"
    with pytest.raises(TokenRefusedError, match="token_revoked"):
        await find(chat)


async def test_a_passing_fault_while_looking_tells_nothing_either_way(slack: SlackSandbox, chat: SlackChat) -> None:
    slack.faults.add("conversations.history", "status_503")
    with pytest.raises(InDoubtError, match="http_503"):
        await find(chat)


@pytest.mark.parametrize(
    "answer", [{"ok": True, "has_more": False}, {"ok": True, "messages": [], "has_more": True}], ids=str
)
async def test_a_history_without_messages_or_cursor_is_not_taken_for_an_empty_one(
    session: ClientSession, answer: Fields
) -> None:
    async def odd(_: web.Request) -> web.StreamResponse:
        return web.json_response(answer)

    async with serving(odd) as url:
        with pytest.raises(InDoubtError, match="unreadable_answer"):
            await find(chat_with(url, session))


async def test_whether_others_read_a_channel_or_were_invited_to_is_asked(slack: SlackSandbox, chat: SlackChat) -> None:
    channel = slack.workspace.channel(DE)
    assert not await chat.is_shared(DE)
    channel.invited.add("T1")
    assert await chat.is_shared(DE)
    share(slack.workspace, DE, "T1")
    assert await chat.is_shared(DE)
    unshare(slack.workspace, DE, "T1")
    assert not await chat.is_shared(DE)


@pytest.mark.parametrize(
    ("fault", "code", "kind"),
    [
        ("ratelimited", "", SlackBusyError),
        ("status_500", "", InDoubtError),
        ("drop_before", "", InDoubtError),
        ("garbage", "", InDoubtError),
        ("error", "missing_scope", TokenRefusedError),
        ("error", "channel_not_found", NoAccessError),
        ("error", "some_new_word", InDoubtError),
    ],
)
async def test_whatever_keeps_slack_from_saying_whether_others_read_a_channel_is_an_error(
    slack: SlackSandbox, chat: SlackChat, fault: FaultKind, code: str, kind: type[SlackError]
) -> None:
    slack.faults.add("conversations.info", fault, code=code, times=None)  # a GET is asked again after a cut
    with pytest.raises(kind):
        await chat.is_shared(DE)


@pytest.mark.parametrize(
    "channel", [{}, None, {"id": DE}, {"is_ext_shared": "no"}, {"is_pending_ext_shared": False}], ids=str
)
async def test_an_answer_that_does_not_say_it_is_not_taken_for_a_no(session: ClientSession, channel: object) -> None:
    async def odd(_: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True, "channel": channel})

    async with serving(odd) as url:
        with pytest.raises(InDoubtError, match="unreadable_answer"):
            await chat_with(url, session).is_shared(DE)


async def test_nobody_waits_long_for_slack_to_say_it(session: ClientSession) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    began = asyncio.get_running_loop().time()
    async with serving(never) as url:
        with pytest.raises(InDoubtError, match="timeout"):
            await SlackChat(chat_with(url, session).client, "/lipsync", 60, longest_look=0.05).is_shared(DE)
    assert asyncio.get_running_loop().time() - began < 30


async def test_a_message_of_the_bot_is_deleted_and_no_other(slack: SlackSandbox, chat: SlackChat) -> None:
    posted = await post(chat)
    hers = slack.workspace.post(DE, ANA.id, Draft("hello"))
    await chat.delete(posted)
    with pytest.raises(NoMessageError, match="message_not_found"):
        await chat.delete(posted)
    with pytest.raises(NoMessageError, match="cant_delete_message"):
        await chat.delete(Posted(DE, hers.ts))
    assert [message.ts for message in slack.workspace.messages(DE)] == [hers.ts]


def serving(handler: Handler) -> "OddServer":
    return OddServer(handler)


class OddServer:
    """A server that gives the same answer to every call; its address is what `async with` gives."""

    def __init__(self, handler: Handler) -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        self._server = TestServer(app)

    async def __aenter__(self) -> str:
        await self._server.start_server()
        return f"{self._server.make_url('/api/')}"

    async def __aexit__(self, *_: object) -> None:
        await self._server.close()


async def test_without_its_blocks_a_message_is_its_sentence_alone(chat: SlackChat, slack: SlackSandbox) -> None:
    slack.workspace.unknown.add("rich_text")
    with pytest.raises(RefusedMessageError):
        await post(chat)
    await chat.post(DE, CLIPS, replace(PLAINLY, words_only=True), delivery_id="d1", repeat=False)
    (message,) = slack.workspace.messages(DE)
    assert (message.blocks, message.text[:8]) == (None, "batch-1:")
