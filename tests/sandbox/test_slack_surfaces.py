"""Home tabs, modals and shortcuts reach the bot the way Slack sends them, and what it answers is done."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack_entities import Draft, RefusedError
from bot.sandbox.slack_server import BOT_TOKEN, SlackSandbox
from bot.sandbox.workspace import ANA, BEN
from tests.fakes import HastyClock
from tests.sandbox.test_slack_delivery import Bot

DE = "C0DUBBINGDE"


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


NAME = {"type": "input", "block_id": "name", "label": words("Name")}
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "form",
    "title": words("Form"),
    "private_metadata": "C1",
    "blocks": [
        {**NAME, "element": {"type": "plain_text_input", "action_id": "name", "initial_value": "batch-1"}},
        {**NAME, "block_id": "note", "optional": True, "element": {"type": "plain_text_input", "action_id": "note"}},
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "more", "text": words("More"), "value": "1"}],
        },
    ],
}


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=HastyClock()) as made:
        yield made


@pytest.fixture
async def client(slack: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(token=BOT_TOKEN, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
async def bot(slack: SlackSandbox) -> AsyncIterator[Bot]:
    made = Bot()
    application = web.Application()
    application.router.add_post("/slack/events", made.handle)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def opened(slack: SlackSandbox, client: AsyncWebClient, view: dict[str, Any] = FORM) -> str:
    trigger = slack.workspace.passes.new_trigger(ANA.id)
    return str((await client.views_open(trigger_id=trigger.id, view=view))["view"]["id"])


async def test_a_form_is_sent_in_with_what_was_entered_and_closes(
    slack: SlackSandbox, client: AsyncWebClient, bot: Bot
) -> None:
    view_id = await opened(slack, client)
    await slack.surfaces.submit(ANA.id, view_id, {"note": "x"})
    sent = bot.payload
    assert (sent["type"], sent["view"]["private_metadata"]) == ("view_submission", "C1")
    assert sent["view"]["state"]["values"] == {
        "name": {"name": {"type": "plain_text_input", "value": "batch-1"}},
        "note": {"note": {"type": "plain_text_input", "value": "x"}},
    }
    assert slack.surfaces.modal(ANA.id) is None
    with pytest.raises(RefusedError, match="not_found"):
        await slack.surfaces.submit(ANA.id, view_id)


async def test_mistakes_stay_at_their_fields(slack: SlackSandbox, client: AsyncWebClient, bot: Bot) -> None:
    view_id = await opened(slack, client)
    bot.says({"response_action": "errors", "errors": {"name": "No such batch."}})
    await slack.surfaces.submit(ANA.id, view_id)
    shown = slack.surfaces.modal(ANA.id)
    assert shown is not None
    assert shown["errors"] == {"name": "No such batch."}
    bot.says({"response_action": "errors", "errors": {"nothing": "No such field."}})
    with pytest.raises(LookupError, match="nothing"):
        await slack.surfaces.submit(ANA.id, view_id)


async def test_a_field_that_must_be_filled_is_not_let_through(
    slack: SlackSandbox, client: AsyncWebClient, bot: Bot
) -> None:
    view_id = await opened(slack, client)
    assert not (await slack.surfaces.submit(ANA.id, view_id, {"name": ""})).ok
    assert bot.bodies == []
    with pytest.raises(LookupError, match="other"):
        await slack.surfaces.submit(ANA.id, view_id, {"other": "x"})


async def test_an_answer_takes_the_forms_place_or_comes_on_top(
    slack: SlackSandbox, client: AsyncWebClient, bot: Bot
) -> None:
    view_id = await opened(slack, client)
    done = {**FORM, "title": words("Done")}
    bot.says({"response_action": "push", "view": done})
    await slack.surfaces.submit(ANA.id, view_id)
    shown = slack.surfaces.modal(ANA.id)
    assert shown is not None
    assert (shown["title"], shown["id"] == view_id) == (words("Done"), False)
    await slack.surfaces.close(ANA.id, shown["id"])
    bot.says({"response_action": "update", "view": done})
    await slack.surfaces.submit(ANA.id, view_id)
    shown = slack.surfaces.modal(ANA.id)
    assert shown is not None
    assert (shown["title"], shown["id"]) == (words("Done"), view_id)
    bot.says({"response_action": "clear"})
    await slack.surfaces.submit(ANA.id, view_id)
    assert slack.surfaces.modal(ANA.id) is None


async def test_an_answer_that_slack_would_not_show_is_refused(
    slack: SlackSandbox, client: AsyncWebClient, bot: Bot
) -> None:
    view_id = await opened(slack, client)
    bot.says({"response_action": "update", "view": {"type": "modal", "blocks": []}})
    with pytest.raises(RefusedError, match="invalid_arguments"):
        await slack.surfaces.submit(ANA.id, view_id)


async def test_a_click_in_a_view_tells_what_stands_in_its_fields(
    slack: SlackSandbox, client: AsyncWebClient, bot: Bot
) -> None:
    view_id = await opened(slack, client)
    await slack.surfaces.touch(ANA.id, view_id, "more", entries={"name": "batch-2"})
    sent = bot.payload
    assert (sent["container"]["type"], sent["actions"][0]["value"]) == ("view", "1")
    assert sent["view"]["state"]["values"]["name"]["name"]["value"] == "batch-2"
    with pytest.raises(RefusedError, match="not_found"):
        await slack.surfaces.touch(BEN.id, view_id, "more")


async def test_three_modals_lie_on_one_another_at_most(slack: SlackSandbox, client: AsyncWebClient) -> None:
    await opened(slack, client)
    for _ in range(2):
        trigger = slack.workspace.passes.new_trigger(ANA.id)
        await client.views_push(trigger_id=trigger.id, view=FORM)
    trigger = slack.workspace.passes.new_trigger(ANA.id)
    answer = client.views_push(trigger_id=trigger.id, view=FORM)
    with pytest.raises(Exception, match="push_limit_reached"):
        await answer
    await opened(slack, client)
    assert len(slack.workspace.modals[ANA.id]) == 1


async def test_a_view_that_has_changed_meanwhile_is_not_changed_blindly(
    slack: SlackSandbox, client: AsyncWebClient
) -> None:
    view_id = await opened(slack, client)
    before = slack.workspace.views[view_id]["hash"]
    await client.views_update(view_id=view_id, view=FORM, hash=before)
    with pytest.raises(Exception, match="hash_conflict"):
        await client.views_update(view_id=view_id, view=FORM, hash=before)


async def test_shortcuts_come_from_a_message_or_from_anywhere(slack: SlackSandbox, bot: Bot) -> None:
    message = slack.workspace.post(DE, ANA.id, Draft("look at batch-1"))
    await slack.surfaces.shortcut(BEN.id, "watch_this", DE, message.ts)
    sent = bot.payload
    assert (sent["type"], sent["message"]["text"], sent["channel"]["id"]) == ("message_action", "look at batch-1", DE)
    assert sent["response_url"].startswith(slack.base_url)
    await slack.surfaces.shortcut(BEN.id, "ask")
    assert (bot.payload["type"], bot.payload["user"]["id"], "message" in bot.payload) == ("shortcut", BEN.id, False)


async def test_looking_at_the_home_tab_is_told(slack: SlackSandbox, client: AsyncWebClient, bot: Bot) -> None:
    await client.views_publish(user_id=ANA.id, view={"type": "home", "blocks": FORM["blocks"]})
    await slack.surfaces.open_home(ANA.id)
    event = bot.forms[-1]["event"]
    assert (event["type"], event["tab"], event["view"]["type"]) == ("app_home_opened", "home", "home")
