"""Links in the fake workspace: of which the bot is told, and what it may show below them."""

import pytest
from aiohttp import ClientSession

from bot.sandbox.slack_entities import Fields
from bot.sandbox.slack_links import shared_links
from bot.sandbox.slack_server import BOT_TOKEN, SlackSandbox
from bot.sandbox.workspace import ANA
from tests.fakes import FakeClock

URL = "https://storage.chamelaion.com/output/1.mp4?a=1&b=2"
BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "done"}}]
DE = "C0DUBBINGDE"


async def unfurl(slack: SlackSandbox, **args: object) -> Fields:
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    async with (
        ClientSession(headers=headers) as session,
        session.post(f"{slack.api_url}chat.unfurl", json=args) as answer,
    ):
        said: Fields = await answer.json()
        return said


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({}, None),
        ({"unfurls": {"https://storage.chamelaion.com/other": {"blocks": BLOCKS}}}, "cannot_unfurl_url"),
        ({"unfurls": {URL: {"blocks": [{"type": "input"}]}}}, "invalid_blocks"),
        ({"unfurls": {URL: {}}}, "invalid_blocks"),
        ({"unfurls": {}}, "missing_unfurls"),
        ({"channel": "C0NOWHERE"}, "cannot_find_channel"),
        ({"ts": "1.000001"}, "cannot_find_message"),
    ],
)
async def test_only_what_stands_in_the_message_can_be_unfurled(change: Fields, error: str | None) -> None:
    async with SlackSandbox(clock=FakeClock()) as slack:
        slack.happenings.subscribed.clear()
        message = await slack.say(ANA.id, DE, f"see {URL} and https://x.com/1")
        wanted = {"channel": DE, "ts": message.ts, "unfurls": {URL: {"blocks": BLOCKS}}}
        assert (await unfurl(slack, **wanted | change)).get("error") == error
        assert message.unfurls == ({} if error else {URL: {"blocks": BLOCKS}})
        slack.tokens.scopes.discard("links:write")
        assert (await unfurl(slack, **wanted))["error"] == "missing_scope"


async def test_links_count_by_their_host() -> None:
    async with SlackSandbox(clock=FakeClock()) as slack:
        slack.happenings.subscribed.clear()
        odd = "https://chamelaion.com.evil.com/1 https://xchamelaion.com/2 https://chamelaion.com/3 http://[x/4"
        message = await slack.say(ANA.id, DE, odd)
        assert shared_links(message, ["chamelaion.com"]) == {"https://chamelaion.com/3": "chamelaion.com"}
