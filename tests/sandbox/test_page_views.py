"""The page's server and an app's views: each person sees and uses their own."""

from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.sandbox.page import Page
from bot.sandbox.slack_entities import Draft
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.sandbox.test_page import DE, Bot, Browser, bot, browser, http, page, slack

__all__ = ["bot", "browser", "http", "page", "slack"]  # the fixtures of the page
HOME, MODAL = f"VHOME{ANA.id}", "V1"


def words(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


EVENTS = [{"text": words(each), "value": each.lower()} for each in ("Failures", "All")]
FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reference", {"type": "plain_text_input"}),
    ("events", {"type": "radio_buttons", "options": EVENTS, "initial_option": EVENTS[0]}),
    ("mention", {"type": "multi_users_select"}),
    ("expect", {"type": "number_input", "is_decimal_allowed": False}),
    ("until", {"type": "datetimepicker"}),
)
BUTTON = {"type": "button", "action_id": "more", "text": words("More")}
MORE = {"type": "actions", "block_id": "does", "elements": [BUTTON]}
INPUT = {"type": "input", "label": words("Something"), "optional": True}
BLOCKS = [*({**INPUT, "block_id": name, "element": {**each, "action_id": name}} for name, each in FIELDS), MORE]
ENTERED = {"reference": "batch-1", "events": "all", "mention": [BEN.id], "expect": "", "until": "1790000000"}


def show(slack: SlackSandbox, view: str, kind: str, blocks: list[dict[str, Any]] | None = None) -> None:
    shown = {"id": view, "type": kind, "user": ANA.id, "hash": slack.workspace.fresh_id("h"), "title": words("Watch")}
    slack.workspace.show_view({**shown, "submit": words("Start"), "blocks": BLOCKS if blocks is None else blocks})


async def test_the_state_has_ones_own_home_and_open_modals_and_nobody_elses(
    slack: SlackSandbox, browser: Browser
) -> None:
    assert (await browser.state())["home"] is None
    show(slack, HOME, "home", [MORE])
    show(slack, "V1", "modal")
    show(slack, "V2", "modal")
    state = await browser.state()
    assert (state["home"]["type"], state["home"]["blocks"]) == ("home", [MORE])
    assert [each["id"] for each in state["modals"]] == ["V1", "V2"]
    assert state["modals"][0]["title"] == words("Watch")
    other = await browser.state(BEN.id)
    assert (other["home"], other["modals"]) == (None, [])


async def test_opening_a_tab_of_the_app_is_told(bot: Bot, browser: Browser) -> None:
    assert await browser.does("home", user=ANA.id, tab="home") == (200, {"ok": True, "error": None})
    assert [(each["type"], each["tab"], each["user"]) for each in bot.events] == [("app_home_opened", "home", ANA.id)]


async def test_what_is_entered_reaches_the_app_as_slack_sends_it(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    show(slack, MODAL, "modal")
    assert (await browser.does("submit", user=ANA.id, view=MODAL, values=ENTERED))[0] == 200
    values = bot.payloads[0]["view"]["state"]["values"]
    assert values["reference"]["reference"]["value"] == "batch-1"
    assert values["events"]["events"]["selected_option"] == EVENTS[1]
    assert values["mention"]["mention"]["selected_users"] == [BEN.id]
    assert values["expect"]["expect"]["value"] is None
    assert values["until"]["until"]["selected_date_time"] == 1_790_000_000
    assert (await browser.state())["modals"] == []


async def test_a_mistake_is_given_back_by_its_field(slack: SlackSandbox, bot: Bot, browser: Browser) -> None:
    show(slack, MODAL, "modal")
    errors = {"reference": "Nobody has sent this."}
    bot.answer = lambda: web.json_response({"response_action": "errors", "errors": errors})
    answer = await browser.does("submit", user=ANA.id, view=MODAL, values=ENTERED)
    assert answer == (200, {"ok": True, "error": None, "errors": errors})
    assert [each["id"] for each in (await browser.state())["modals"]] == [MODAL]


async def test_a_touch_comes_with_what_is_entered(slack: SlackSandbox, bot: Bot, browser: Browser) -> None:
    show(slack, MODAL, "modal")
    about = {"user": ANA.id, "view": MODAL, "values": ENTERED, "action_id": "more", "block_id": "does"}
    assert (await browser.does("touch", **about))[0] == 200
    (told,) = bot.payloads
    assert [each["action_id"] for each in told["actions"]] == ["more"]
    assert told["view"]["state"]["values"]["reference"]["reference"]["value"] == "batch-1"


async def test_a_modal_is_put_away(slack: SlackSandbox, browser: Browser) -> None:
    show(slack, MODAL, "modal")
    assert (await browser.does("close", user=ANA.id, view=MODAL))[0] == 200
    assert (await browser.state())["modals"] == []


async def test_of_two_buttons_with_one_name_the_one_that_is_pressed_is_told(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    choices = {name: {"text": words("Stop"), "value": name} for name in ("stop 1", "stop 2")}
    menu = {"type": "overflow", "action_id": "more"}
    rows = [
        {"type": "actions", "block_id": name, "elements": [{**menu, "options": [each]}]}
        for name, each in choices.items()
    ]
    show(slack, HOME, "home", rows)
    about = {"user": ANA.id, "view": HOME, "values": {}, "action_id": "more"}
    assert (await browser.does("touch", **about, block_id="stop 2", value="stop 2"))[0] == 200
    assert bot.clicks[0]["selected_option"] == choices["stop 2"]


@pytest.mark.parametrize("act", ["touch", "submit", "close"])
async def test_nobody_uses_a_view_of_somebody_else(slack: SlackSandbox, bot: Bot, browser: Browser, act: str) -> None:
    show(slack, MODAL, "modal")
    status, answer = await browser.does(act, user=BEN.id, view=MODAL, values={}, action_id="more", block_id="does")
    assert (status, answer["error"]) == (409, "not_found")
    assert bot.forms == []


@pytest.mark.parametrize("values", [None, "x", {"reference": 5}, {"mention": [1]}, {"mention": ["x"] * 101}])
async def test_values_that_the_page_never_sends_are_refused(
    slack: SlackSandbox, bot: Bot, browser: Browser, values: object
) -> None:
    show(slack, MODAL, "modal")
    assert (await browser.does("submit", user=ANA.id, view=MODAL, values=values))[0] == 400
    assert bot.forms == []


async def test_shortcuts_reach_the_app_with_the_message_they_are_for(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    ts = slack.workspace.post(DE, BEN.id, Draft("promo-fr is on its way")).ts
    await browser.does("shortcut", user=ANA.id, callback_id="status")
    await browser.does("shortcut", user=ANA.id, callback_id="watch_here", channel=DE, ts=ts)
    everywhere, here = bot.payloads
    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "status")
    assert (here["type"], here["message"]["text"]) == ("message_action", "promo-fr is on its way")


async def test_nobody_uses_a_shortcut_on_what_only_somebody_else_sees(
    slack: SlackSandbox, bot: Bot, browser: Browser
) -> None:
    ts = slack.workspace.post(DE, BOT.id, Draft("for Ben", ephemeral_to=BEN.id)).ts
    answer = await browser.does("shortcut", user=ANA.id, callback_id="watch_here", channel=DE, ts=ts)
    assert (answer[0], answer[1]["error"]) == (409, "message_not_found")
    assert bot.forms == []


async def test_a_reply_is_said_in_its_thread(slack: SlackSandbox, bot: Bot, browser: Browser) -> None:
    ts = slack.workspace.post(DE, BEN.id, Draft("promo-fr is on its way")).ts
    await browser.does("say", user=ANA.id, channel=DE, text="@lipsync status promo-fr", thread_ts=ts)
    assert [each["text"] for each in (await browser.state())["messages"] if each["thread_ts"] == ts] == [
        f"<@{BOT.id}> status promo-fr"
    ]
    assert [(each["type"], each["thread_ts"]) for each in bot.events] == [("app_mention", ts)]


async def test_what_links_lead_to_is_shown_in_order(slack: SlackSandbox, browser: Browser) -> None:
    message = slack.workspace.post(DE, BEN.id, Draft("two links"))
    message.unfurls = {"https://a.example/1": {"blocks": [MORE]}, "https://a.example/2": {"blocks": []}}
    (shown,) = (await browser.state())["messages"]
    assert shown["unfurls"] == [{"blocks": [MORE]}, {"blocks": []}]


async def test_the_page_knows_what_the_app_offers(slack: SlackSandbox, http: ClientSession) -> None:
    shortcut = {"type": "global", "callback_id": "status", "name": "Lip sync status…", "description": "One batch."}
    slack.happenings.subscribed.discard("app_home_opened")
    async with Page(slack, shortcuts=[shortcut]) as page:
        state = await Browser(http, page.url).state()
        assert (state["shortcuts"], state["home_tab"]) == ([shortcut], False)
        slack.happenings.subscribed.add("app_home_opened")
        assert (await Browser(http, page.url).state())["home_tab"] is True
