"""The official Socket Mode client takes the fake websockets for the real ones."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA
from tests.fakes import HastyClock

DE = "C0DUBBINGDE"


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=HastyClock()) as sandbox:
        sandbox.limits.on = False
        yield sandbox


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(slack: SlackSandbox, http: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token="xapp-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])


async def connected(client: AsyncWebClient, http: ClientSession) -> ClientWebSocketResponse:
    """A websocket after its hello."""
    socket = await http.ws_connect((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    hello = await socket.receive_json()
    assert hello["type"] == "hello"
    return socket


async def acknowledge(socket: ClientWebSocketResponse, payload: dict[str, Any] | None = None) -> dict[str, Any]:
    """Take one envelope and acknowledge it; the envelope."""
    envelope: dict[str, Any] = await socket.receive_json()
    answer = {"envelope_id": envelope["envelope_id"]}
    await socket.send_json(answer | ({"payload": payload} if payload else {}))
    return envelope


async def test_the_official_client_connects_and_acknowledges(slack: SlackSandbox, client: AsyncWebClient) -> None:
    seen: list[tuple[str, str]] = []

    async def listen(socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        seen.append((request.type, request.payload["text"]))
        await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id, {"text": "here you are"}))

    official = SocketModeClient(app_token="xapp-sandbox", web_client=client)
    official.socket_mode_request_listeners.append(listen)
    await official.connect()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
    delivered = await slack.command(ANA.id, DE, "status <x>")
    await official.close()  # type: ignore[no-untyped-call] # the SDK leaves it untyped
    assert seen == [("slash_commands", "status &lt;x&gt;")]
    assert (delivered.status, delivered.answer) == (200, {"text": "here you are"})
    assert [each.text for each in slack.workspace.ephemerals(ANA.id)] == ["here you are"]


async def test_hello_tells_how_many_are_connected(client: AsyncWebClient, http: ClientSession) -> None:
    first = await connected(client, http)
    second = await http.ws_connect((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    hello = await second.receive_json()
    assert hello["num_connections"] == 2
    assert hello["debug_info"]["approximate_connection_time"] == 3600
    await first.close()
    await second.close()


async def test_payloads_go_to_any_connection(slack: SlackSandbox, client: AsyncWebClient, http: ClientSession) -> None:
    sockets = [await connected(client, http) for _ in range(2)]
    served = [0, 0]

    async def serve(n: int) -> None:
        while True:
            await acknowledge(sockets[n])
            served[n] += 1

    serving = [asyncio.create_task(serve(n)) for n in range(2)]
    for _ in range(12):
        assert (await slack.command(ANA.id, DE, "help")).ok
    for task in serving:
        task.cancel()
    await asyncio.gather(*serving, return_exceptions=True)
    assert min(served) >= 1


async def test_an_event_arrives_with_its_repetition(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    socket = await connected(client, http)
    delivering = asyncio.create_task(slack.event("app_uninstalled", (1, "timeout")))
    envelope = await acknowledge(socket)
    assert (await delivering).body == ""
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (1, "timeout")
    assert slack.sockets.acks == [(envelope["envelope_id"], None)]


async def test_the_eleventh_connection_is_sent_away(client: AsyncWebClient, http: ClientSession) -> None:
    ten = [await connected(client, http) for _ in range(10)]
    eleventh = await http.ws_connect((await client.apps_connections_open(app_token="xapp-sandbox"))["url"])
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    assert (await eleventh.receive()).type is WSMsgType.CLOSE
    assert not any(each.closed for each in ten)


async def test_a_url_connects_once(client: AsyncWebClient, http: ClientSession) -> None:
    url = (await client.apps_connections_open(app_token="xapp-sandbox"))["url"]
    await (await http.ws_connect(url)).close()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(url)


async def test_a_bots_token_opens_no_connection(slack: SlackSandbox, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=slack.tokens.bot)


async def test_a_warning_leaves_the_connection_open_and_a_refresh_closes_it(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    socket = await connected(client, http)
    await slack.sockets.disconnect("warning", close=False)
    assert (await socket.receive_json())["reason"] == "warning"
    closing = asyncio.create_task(slack.sockets.disconnect("refresh_requested"))
    assert (await socket.receive_json())["reason"] == "refresh_requested"
    assert (await socket.receive()).type is WSMsgType.CLOSE
    await closing
    await slack.workspace.wait_for(lambda w: w.log[-1].what == "disconnected")
    assert slack.sockets.connections == []


async def test_pings_are_answered(client: AsyncWebClient, http: ClientSession) -> None:
    url = (await client.apps_connections_open(app_token="xapp-sandbox"))["url"]
    socket = await http.ws_connect(url, autoping=False)
    await socket.receive_json()
    await socket.ping(b"are you there")
    pong = await socket.receive()
    assert (pong.type, pong.data) == (WSMsgType.PONG, b"are you there")


async def test_a_silent_slack_neither_sends_nor_answers(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    url = (await client.apps_connections_open(app_token="xapp-sandbox"))["url"]
    socket = await http.ws_connect(url, autoping=False)
    await socket.receive_json()
    slack.sockets.silent = True
    await socket.ping(b"are you there")
    slack.ack_seconds = 0.2
    assert (await slack.command(ANA.id, DE, "help")).error == "operation_timeout"
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.01)


async def test_an_acknowledgement_too_late_changes_nothing(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    socket = await connected(client, http)
    slack.ack_seconds = 0.2
    assert (await slack.command(ANA.id, DE, "help")).error == "operation_timeout"
    await acknowledge(socket, {"text": "sorry"})
    await slack.workspace.wait_for(lambda _: slack.sockets.acks)
    assert [each.text for each in slack.workspace.ephemerals(ANA.id)] == [
        '/lipsync failed with the error "operation_timeout"'
    ]


async def test_an_outage_cuts_every_connection_and_lets_nobody_in(
    slack: SlackSandbox, client: AsyncWebClient, http: ClientSession
) -> None:
    socket = await connected(client, http)
    url = (await client.apps_connections_open(app_token="xapp-sandbox"))["url"]
    slack.go_down()
    assert (await socket.receive()).type in (WSMsgType.CLOSED, WSMsgType.CLOSE, WSMsgType.ERROR)
    with pytest.raises(aiohttp.ClientError):
        await http.ws_connect(url)


async def test_a_sandbox_that_stops_says_goodbye_to_every_connection(http: ClientSession) -> None:
    async with SlackSandbox(clock=HastyClock()) as slack:
        client = AsyncWebClient(token="xapp-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])
        socket = await connected(client, http)
        leaving = asyncio.create_task(socket.receive())
    assert (await leaving).type is WSMsgType.CLOSE
