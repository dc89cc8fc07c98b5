import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.errors import TokenRefusedError
from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_server import APP_TOKEN
from bot.slack.socket import SocketMode
from tests.fakes import FakeClock
from tests.slack.rig import REF, Rig, rigged

OPEN = "apps.connections.open"


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged(http=False) as made:
        yield made


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))  # the library's own pings carry real time


@pytest.fixture
async def socket(rig: Rig, clock: FakeClock) -> AsyncIterator[SocketMode]:
    made = SocketMode(rig.app, APP_TOKEN, rig.client, clock)
    yield made
    await made.close()


def opened(rig: Rig) -> int:
    return sum(1 for call in rig.slack.calls if call.method == OPEN)


async def connections(rig: Rig, number: int) -> None:
    await rig.slack.workspace.wait_for(lambda _: len(rig.slack.sockets.connections) == number)


async def test_commands_and_clicks_come_over_the_socket_and_are_acknowledged(rig: Rig, socket: SocketMode) -> None:
    await socket.connect()
    await connections(rig, 1)
    await rig.type(REF)
    await rig.click(rig.seen()[0], "status_refresh")
    assert len(rig.slack.sockets.acks) == 2
    assert len(rig.ask.questions) == 2


async def test_twenty_commands_at_once_are_all_acknowledged(rig: Rig, socket: SocketMode) -> None:
    await socket.connect()
    await connections(rig, 1)
    await asyncio.gather(*(rig.type(REF) for _ in range(20)))
    assert len(rig.seen()) == 20


async def test_an_unknown_command_and_a_failing_listener_are_acknowledged_too(rig: Rig, socket: SocketMode) -> None:
    await socket.connect()
    await connections(rig, 1)
    rig.ask.fault = ZeroDivisionError()
    await rig.type(REF)
    await rig.type(REF, command="/other")
    assert len(rig.slack.sockets.acks) == 2


async def test_it_is_alive_while_open_and_heard(rig: Rig, socket: SocketMode, clock: FakeClock) -> None:
    assert not socket.alive(clock.now())
    await socket.connect()
    await connections(rig, 1)
    assert socket.alive(clock.now())
    await socket.tend()
    assert opened(rig) == 1
    await socket.close()
    assert not socket.alive(clock.now())
    await connections(rig, 0)


async def test_opening_and_tending_at_once_make_one_socket(rig: Rig, socket: SocketMode) -> None:
    await asyncio.gather(socket.connect(), socket.tend(), socket.tend())
    await connections(rig, 1)
    assert opened(rig) == 1


async def test_a_silent_socket_is_not_alive_and_is_built_anew(rig: Rig, socket: SocketMode, clock: FakeClock) -> None:
    await socket.connect()
    await connections(rig, 1)
    rig.slack.sockets.silent = True
    clock.pass_time(60)
    assert not socket.alive(clock.now())
    rig.slack.sockets.silent = False
    await socket.tend()
    assert socket.alive(clock.now())
    assert opened(rig) == 2
    await rig.type(REF)
    assert len(rig.seen()) == 1


async def test_after_slack_sent_it_away_the_socket_comes_back_by_itself(rig: Rig, socket: SocketMode) -> None:
    await socket.connect()
    await connections(rig, 1)
    await rig.slack.sockets.disconnect("refresh_requested", close=False)
    await rig.slack.workspace.wait_for(lambda it: [each.what for each in it.log].count("connected") == 2)
    await connections(rig, 1)
    await rig.type(REF)
    assert len(rig.seen()) == 1


@pytest.mark.parametrize("fault", ["status_500", "drop_before", "garbage"])
async def test_while_slack_is_away_the_start_goes_on_and_the_socket_is_tried_again(
    rig: Rig, socket: SocketMode, clock: FakeClock, fault: str
) -> None:
    rig.slack.faults.add(OPEN, fault, times=2)  # type: ignore[arg-type] # a literal by parameter
    await socket.connect()
    assert not socket.alive(clock.now())
    await socket.tend()
    clock.pass_time(11)
    await socket.tend()
    assert not socket.alive(clock.now())
    clock.pass_time(11)
    await socket.tend()
    assert socket.alive(clock.now())


async def test_when_slack_is_busy_it_is_asked_again_only_when_it_said(
    rig: Rig, socket: SocketMode, clock: FakeClock
) -> None:
    rig.slack.faults.add(OPEN, "ratelimited", retry_after=30)
    await socket.connect()
    clock.pass_time(29)
    await socket.tend()
    assert opened(rig) == 1
    clock.pass_time(1)
    await socket.tend()
    assert socket.alive(clock.now())


async def test_a_socket_that_cannot_be_opened_leaves_nothing_behind(
    rig: Rig, socket: SocketMode, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    def nowhere(method: str, _: Fields, answer: Fields) -> None:
        if method == OPEN:
            answer["url"] = f"{answer['url']}-spoiled"

    rig.slack.hooks.after = nowhere
    socket.patience_seconds = 0.2
    await socket.connect()
    assert not socket.alive(clock.now())
    assert "ticket" not in caplog.text
    assert rig.slack.sockets.connections == []


async def test_a_wrong_app_token_is_refused_at_the_start(rig: Rig, clock: FakeClock) -> None:
    socket = SocketMode(rig.app, "xapp-wrong", rig.client, clock)
    with pytest.raises(TokenRefusedError, match="invalid_auth"):
        await socket.connect()
    assert not socket.alive(clock.now())


async def test_a_token_that_is_refused_later_is_no_crash(rig: Rig, socket: SocketMode, clock: FakeClock) -> None:
    await socket.connect()
    rig.slack.tokens.refusal = "token_revoked"
    clock.pass_time(60)
    await socket.tend()
    assert not socket.alive(clock.now())
    rig.slack.tokens.refusal = None
    clock.pass_time(60)
    await socket.tend()
    assert socket.alive(clock.now())


async def test_no_ticket_and_no_token_is_logged(socket: SocketMode, caplog: pytest.LogCaptureFixture) -> None:
    await socket.connect()
    caplog.clear()
    logging.getLogger("slack_sdk.socket_mode.lipsync").error("cannot open %s with %s", "wss://x/ticket", "xapp-1-A")
    assert [record.getMessage() for record in caplog.records] == ["cannot open … with …"]


async def test_the_token_is_not_shown(socket: SocketMode) -> None:
    assert APP_TOKEN not in repr(socket)
