"""The fake Slack is as slow, as strict and as broken as it is told to be."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_faults import Faults
from bot.sandbox.slack_limits import Limits
from bot.sandbox.slack_server import SlackSandbox
from tests.fakes import HastyClock

DE, JP = "C0DUBBINGDE", "C0DUBBINGJP"
POST, UPDATE = "chat.postMessage", "chat.update"


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
async def slack(clock: HastyClock) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncIterator[AsyncWebClient]:
    async with ClientSession() as session:
        yield AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url, session=session, retry_handlers=[])


def said(slack: SlackSandbox, channel: str = DE) -> list[str]:
    return [each.text for each in slack.workspace.history(channel)]


# --- limits ---


def test_a_method_may_be_called_so_often_in_any_minute(clock: HastyClock) -> None:
    limits = Limits(clock)
    assert [limits.wait(UPDATE, 50) for _ in range(50)] == [None] * 50
    clock.pass_time(20)
    assert limits.wait(UPDATE, 50) == 40
    assert limits.wait("chat.delete", 50) is None
    clock.pass_time(40)
    assert limits.wait(UPDATE, 50) is None


def test_a_channel_takes_one_post_a_second_after_a_small_burst(clock: HastyClock) -> None:
    limits = Limits(clock, burst=2)
    assert [limits.wait(POST, 300, DE) for _ in range(3)] == [None, None, 1]
    assert limits.wait(POST, 300, JP) is None
    clock.pass_time(1)
    assert [limits.wait(POST, 300, DE) for _ in range(2)] == [None, 1]


def test_a_tier_can_be_replaced_and_all_limits_switched_off(clock: HastyClock) -> None:
    limits = Limits(clock, per_minute={"conversations.history": 1})
    assert [limits.wait("conversations.history", 50) for _ in range(2)] == [None, 60]
    limits.on = False
    assert limits.wait("conversations.history", 50) is None


async def test_too_many_calls_are_told_when_to_come_back(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.limits.burst = 1
    await client.chat_postMessage(channel=DE, text="first")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=DE, text="second")
    assert (caught.value.response.status_code, caught.value.response["error"]) == (429, "ratelimited")
    assert caught.value.response.headers["Retry-After"] == "1"
    assert said(slack) == ["first"]


# --- faults ---


async def test_a_dropped_connection_may_have_done_nothing(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add(POST, "drop_before")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=DE, text="x")
    assert said(slack) == []
    assert (slack.calls[-1].ok, slack.calls[-1].fault) == (False, "drop_before")


async def test_a_dropped_connection_may_have_done_everything(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add(POST, "drop_after")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=DE, text="x")
    assert said(slack) == ["x"]
    assert (slack.calls[-1].ok, slack.calls[-1].fault) == (True, "drop_after")


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_server_error_does_nothing(slack: SlackSandbox, client: AsyncWebClient, status: int) -> None:
    kinds: dict[int, Any] = {500: "status_500", 502: "status_502", 503: "status_503"}
    slack.faults.add("*", kinds[status])
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=DE, text="x")
    assert caught.value.response.status_code == status
    assert said(slack) == []


@pytest.mark.parametrize("retry_after", [None, 7])
async def test_slack_may_ask_for_patience(slack: SlackSandbox, client: AsyncWebClient, retry_after: int | None) -> None:
    slack.faults.add(POST, "ratelimited", retry_after=retry_after)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=DE, text="x")
    told = caught.value.response.headers.get("Retry-After")
    assert told == (None if retry_after is None else "7")


async def test_slack_may_answer_any_error(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add(POST, "error", code="fatal_error")
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(channel=DE, text="x")


async def test_slack_may_answer_with_garbage(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.faults.add("auth.test", "garbage")
    with pytest.raises(SlackApiError):
        await client.auth_test()


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
async def test_slack_may_be_slow(slack: SlackSandbox, client: AsyncWebClient, clock: HastyClock, kind: Any) -> None:  # noqa: ANN401 - a literal
    before = clock.now()
    slack.faults.add(POST, kind, seconds=8)
    await client.chat_postMessage(channel=DE, text="x")
    done_at = float(slack.workspace.history(DE)[0].ts)
    assert (clock.now() - before).total_seconds() == 8
    assert done_at - before.timestamp() == (8 if kind == "slow" else 0)


async def test_nothing_gets_through_while_slack_is_down(slack: SlackSandbox, client: AsyncWebClient) -> None:
    slack.go_down()
    with pytest.raises(aiohttp.ClientError):
        await client.auth_test()
    slack.faults.clear()
    assert (await client.auth_test())["ok"]


def test_rules_strike_in_order_and_only_so_often() -> None:
    faults = Faults(Random(1))  # noqa: S311 - reproducible, not secret
    faults.add(POST, "garbage", times=2)
    faults.add("*", "error", times=None)
    struck = [faults.take(method) for method in (UPDATE, POST, POST, POST)]
    assert [each and each.kind for each in struck] == ["error", "garbage", "garbage", "error"]
    assert len(faults.rules) == 1


def test_a_rule_may_strike_by_chance_the_same_way_each_time() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults(Random(seed))  # noqa: S311 - reproducible, not secret
        faults.add(POST, "garbage", times=None, probability=0.5)
        return [faults.take(POST) is not None for _ in range(20)]

    assert struck(1) == struck(1) != struck(2)
    assert {*struck(1)} == {True, False}


# --- hooks and the log ---


async def test_hooks_see_every_method_before_and_after(slack: SlackSandbox, client: AsyncWebClient) -> None:
    seen: list[tuple[str, list[str]]] = []

    async def before(method: str, args: dict[str, Any]) -> None:
        seen.append((f"before {method} {args['text']}", said(slack)))

    def after(method: str, _args: dict[str, Any], answer: dict[str, Any]) -> None:
        seen.append((f"after {method} {answer['ok']}", said(slack)))

    slack.hooks.before, slack.hooks.after = before, after
    await client.chat_postMessage(channel=DE, text="x")
    assert seen == [(f"before {POST} x", []), (f"after {POST} True", ["x"])]


async def test_every_call_is_kept_with_its_answer_and_its_time(
    slack: SlackSandbox, client: AsyncWebClient, clock: HastyClock
) -> None:
    await client.chat_postMessage(channel=DE, text="x")
    call = slack.calls[-1]
    assert (call.method, call.args["channel"], call.status, call.at) == (POST, DE, 200, clock.now())
    assert call.answer is not None
    assert call.answer["ts"] == slack.workspace.history(DE)[0].ts
    assert slack.workspace.log[-1].about == {"method": POST, "ok": True, "error": None}
