"""The bot is told of what happens to channels and to the app as Slack tells it, again until it has heard."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_entities import RefusedError
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.slack_sharing import share, unshare
from bot.sandbox.workspace import ANA, BOT
from tests.fakes import FakeClock

DE, PRODUCERS, AURORA = "C0DUBBINGDE", "C0PRODUCERS", "C0AURORA"


class Bot:
    """Answers each event with the next of its statuses, at last with 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.heard: list[dict[str, Any]] = []
        self.retries: list[tuple[str, str] | None] = []

    async def handle(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        number, why = (request.headers.get(f"x-slack-retry-{name}") for name in ("num", "reason"))
        self.retries.append((number, why) if number and why else None)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What happened, without the moments."""
        return [{name: value for name, value in each["event"].items() if name != "event_ts"} for each in self.heard]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def slack(clock: FakeClock, bot: Bot) -> AsyncIterator[SlackSandbox]:
    app = web.Application()
    app.router.add_post("/slack/events", bot.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with SlackSandbox(clock=clock) as made:
        made.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield made
    await runner.cleanup()


async def test_the_bot_hears_of_its_channels_in_slacks_words(slack: SlackSandbox, bot: Bot) -> None:
    here = slack.happenings
    await here.invite(PRODUCERS, BOT.id, ANA.id)
    await here.kick(PRODUCERS, BOT.id, ANA.id)
    await here.archive(AURORA, ANA.id)
    await here.unarchive(AURORA, ANA.id)
    assert bot.events == [
        {"type": "member_joined_channel", "user": BOT.id, "channel": PRODUCERS, "inviter": ANA.id, "team": "T0SANDBOX"},
        {"type": "channel_left", "channel": PRODUCERS, "actor_id": ANA.id},
        {"type": "group_archive", "channel": AURORA, "user": ANA.id},
        {"type": "group_unarchive", "channel": AURORA, "user": ANA.id},
    ]


async def test_the_bot_hears_that_another_organisation_reads_its_channel_and_every_event_there_says_so(
    slack: SlackSandbox, bot: Bot
) -> None:
    here = slack.happenings
    await here.share(AURORA, "T1")
    await here.share(AURORA, "T2")
    await here.unshare(AURORA, "T1")
    await here.unshare(AURORA, "T2")
    await here.share(PRODUCERS, "T1")  # where the bot is not
    assert bot.events == [
        {"type": "channel_shared", "channel": AURORA, "connected_team_id": "T1"},
        {"type": "channel_shared", "channel": AURORA, "connected_team_id": "T2"},
        {"type": "channel_unshared", "channel": AURORA, "previously_connected_team_id": "T1", "is_ext_shared": True},
        {"type": "channel_unshared", "channel": AURORA, "previously_connected_team_id": "T2", "is_ext_shared": False},
    ]
    assert [each["is_ext_shared_channel"] for each in bot.heard] == [True, True, True, False]


async def test_whoever_asks_about_a_channel_learns_who_reads_it(slack: SlackSandbox) -> None:
    async with ClientSession() as http:
        client = AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])

        async def seen() -> tuple[object, object]:
            shown = (await client.conversations_info(channel=AURORA))["channel"]
            return shown["is_ext_shared"], shown["is_pending_ext_shared"]

        assert await seen() == (False, False)
        slack.workspace.channel(AURORA).invited.add("T1")
        assert await seen() == (False, True)
        share(slack.workspace, AURORA, "T1")
        assert await seen() == (True, False)
        unshare(slack.workspace, AURORA, "T1")
        assert await seen() == (False, False)


async def test_of_channels_that_it_is_not_in_it_hears_nothing(slack: SlackSandbox, bot: Bot) -> None:
    await slack.happenings.archive(PRODUCERS, ANA.id)
    await slack.happenings.kick(PRODUCERS, ANA.id, ANA.id)
    assert bot.heard == []


async def test_a_deleted_channel_is_gone(slack: SlackSandbox, bot: Bot) -> None:
    await slack.happenings.delete(DE)
    assert bot.events == [{"type": "channel_deleted", "channel": DE}]
    with pytest.raises(RefusedError, match="channel_not_found"):
        slack.workspace.channel(DE)


async def test_an_app_that_was_put_out_has_no_token_until_it_is_back(slack: SlackSandbox, bot: Bot) -> None:
    async with ClientSession() as http:
        client = AsyncWebClient(token="xoxb-sandbox", base_url=slack.api_url, session=http, retry_handlers=[])
        await slack.happenings.uninstall()
        with pytest.raises(SlackApiError, match="account_inactive"):
            await client.auth_test()
        assert (await client.apps_connections_open(app_token="xapp-sandbox"))["ok"]
        await slack.happenings.reinstall()
        assert (await client.auth_test())["ok"]
    assert [each["type"] for each in bot.events] == ["tokens_revoked", "app_uninstalled"]


async def test_what_was_not_heard_is_told_again_soon_then_after_one_and_five_minutes(
    slack: SlackSandbox, bot: Bot, clock: FakeClock
) -> None:
    bot.statuses = [503] * 4
    await slack.happenings.archive(DE, ANA.id)
    for number, pause in enumerate((0, 60, 300), 1):
        clock.pass_time(pause)
        await slack.workspace.wait_for(lambda w, n=number: w.log[-1].about.get("number") == n)  # type: ignore[misc] # bound
    clock.pass_time(3_600)
    assert bot.retries == [None, *((str(number), "http_error") for number in (1, 2, 3))]
    assert len({each["event_id"] for each in bot.heard}) == 1


async def test_a_bot_that_cannot_be_reached_is_told_once_it_can(slack: SlackSandbox, bot: Bot) -> None:
    url, slack.bot_url = slack.bot_url, None
    await slack.happenings.archive(DE, ANA.id)
    slack.bot_url = url
    await slack.workspace.wait_for(lambda _: bot.retries)
    assert bot.retries == [("1", "connection_failed")]
