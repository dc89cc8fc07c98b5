"""The page in a browser: hostile text, many messages, threads and files, a demo that is gone, names for everything."""

import re

import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import expect

from bot.sandbox.deeds import Choice, Chosen, Deed
from bot.sandbox.page import Page
from bot.sandbox.slack_entities import Draft, Fields, User
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BOT
from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

DE = "C0DUBBINGDE"
SCRIPT = '</script><img src=x onerror="window.hurt=1"><svg onload="window.hurt=1"><b>bold</b>'
LINK = "javascript:window.hurt=1"
NASTY = f"{SCRIPT} <{LINK}|click> <!channel> <@U0NASTY> `{SCRIPT}` \u202egnp.exe \x00 {{{{x}}}} ${{x}}"
UNNAMED = """() => [...document.querySelectorAll("button, a, input, textarea, select, [role=button], [tabindex]")]
  .filter((each) => each.offsetParent && !each.closest("[inert]"))
  .filter((each) => !(each.getAttribute("aria-label") || each.innerText || each.title || each.labels?.length
    || document.getElementById(each.getAttribute("aria-labelledby") || "-")))
  .map((each) => each.outerHTML)"""
TWICE = """() => [...document.querySelectorAll("[id]")].map((each) => each.id)
  .filter((each, place, all) => all.indexOf(each) !== place)"""
INJECTED = """() => window.hurt
  || document.querySelectorAll("body img, body script, svg:not(.avatar svg, .icon, .send svg), b").length
  || [...document.querySelectorAll("a")].filter((each) => each.protocol === "javascript:").length"""


def plain(text: str) -> Fields:
    return {"type": "plain_text", "text": text}


def nasty_blocks() -> list[Fields]:
    mrkdwn = {"type": "mrkdwn", "text": NASTY}
    link = {"type": "link", "url": LINK, "text": NASTY}
    inline = [{"type": "text", "text": NASTY, "style": {"code": True}}, {"type": "text", "text": NASTY}, link]
    section = {"type": "rich_text_section", "elements": inline}
    button = {"type": "button", "action_id": NASTY, "value": NASTY, "text": plain(NASTY)}
    options = [{"text": plain(NASTY), "value": NASTY}]
    menu = {"type": "static_select", "action_id": "m", "placeholder": plain(NASTY), "options": options}
    return [
        {"type": "header", "text": plain(NASTY)},
        {"type": "section", "text": mrkdwn, "fields": [mrkdwn]},
        {"type": "context", "elements": [mrkdwn, {"type": "image", "image_url": LINK, "alt_text": NASTY}]},
        {"type": "rich_text", "elements": [section, {"type": "rich_text_preformatted", "elements": inline}]},
        {"type": "actions", "elements": [button, menu]},
        {"type": "markdown", "text": NASTY},
        {"type": "table", "rows": [[{"type": "raw_text", "text": NASTY}]]},
        {"type": "video", "title": plain(NASTY), "video_url": LINK, "alt_text": NASTY},
        {"type": "unheard_of", "text": NASTY},
    ]


def fill(slack: SlackSandbox) -> None:
    """Hostile text wherever somebody else can put some."""
    workspace = slack.workspace
    workspace.add_user(User("U0NASTY", NASTY, NASTY))
    place = workspace.add_channel(NASTY, "public", {ANA.id, "U0NASTY", BOT.id}, "C0NASTY")
    workspace.files["F1"] = {"id": "F1", "name": NASTY, "title": NASTY, "size": 12, "content": NASTY}
    first = workspace.post(place.id, "U0NASTY", Draft(NASTY, files=("F1",)))
    workspace.post(place.id, BOT.id, Draft(NASTY, nasty_blocks()))
    workspace.post(place.id, "U0NASTY", Draft(NASTY, thread_ts=first.ts))
    first.unfurls[LINK] = {"blocks": nasty_blocks()}


def nasty_fields() -> list[Fields]:
    """Every kind of field, named and filled by somebody hostile."""
    options = [{"text": plain(NASTY), "value": NASTY, "description": plain(NASTY)}]
    chosen, some = {"options": options, "initial_option": options[0]}, {"options": options, "initial_options": options}
    elements: list[Fields] = [
        {"type": "plain_text_input", "initial_value": NASTY, "placeholder": plain(NASTY)},
        {"type": "plain_text_input", "initial_value": NASTY, "multiline": True},
        {"type": "static_select", **chosen},
        {"type": "multi_static_select", **some},
        {"type": "multi_users_select", "initial_users": ["U0NASTY", NASTY]},
        {"type": "radio_buttons", **chosen},
        {"type": "checkboxes", **some},
        {"type": "unheard_of", "placeholder": plain(NASTY)},
    ]
    field = {"type": "input", "label": plain(NASTY), "hint": plain(NASTY)}
    return [
        {**field, "block_id": f"{n}{NASTY}", "element": {**each, "action_id": NASTY}} for n, each in enumerate(elements)
    ]


async def test_hostile_text_in_a_view_stays_text(slack: SlackSandbox, visitor: Visitor) -> None:
    fill(slack)
    shown = {"user": ANA.id, "title": plain(NASTY), "submit": plain(NASTY), "close": plain(NASTY), "hash": NASTY}
    alert = {"type": "alert", "level": NASTY, "text": {"type": "mrkdwn", "text": NASTY}}
    slack.workspace.show_view({**shown, "id": f"VHOME{ANA.id}", "type": "home", "blocks": nasty_blocks()})
    slack.workspace.show_view({**shown, "id": NASTY, "type": "modal", "blocks": [alert, *nasty_fields()]})
    slack.happenings.subscribed.add("app_home_opened")
    async with Page(slack) as page:
        tab = await visitor.visit(f"{page.url}#U0ANA/D0ANA/home")
        await expect(tab.get_by_role("dialog")).to_contain_text("</script><img")
        await expect(tab.locator("#home")).to_contain_text("</script><img")
        await expect(tab.locator("#modal input, #modal textarea").first).to_have_value(re.compile("</script><img"))
        assert await tab.evaluate(INJECTED) == 0


async def test_hostile_text_in_every_field_stays_text(slack: SlackSandbox, visitor: Visitor) -> None:
    fill(slack)

    async def nothing(_chosen: Chosen) -> None:
        return

    deed = Deed(NASTY, NASTY, NASTY, NASTY, nothing, (Choice(NASTY, NASTY, lambda: [NASTY]),), lambda: True)
    made = Page(slack, [(NASTY, NASTY)], lambda: [NASTY], {"C0NASTY": NASTY}, (deed,))
    async with made as page:
        tab = await visitor.visit(f"{page.url}#U0ANA/C0NASTY")
        await expect(tab.locator("#log article")).to_have_count(2)
        await tab.get_by_role("button", name="1 reply").click()
        await expect(tab.locator("#beside-body article")).to_have_count(2)
        await tab.keyboard.press("Escape")
        await tab.get_by_role("button", name="Let things happen").click()
        await expect(tab.get_by_role("switch")).to_be_checked()
        await tab.locator("#input").fill("/lipsync ")
        await expect(tab.locator("#offers li").first).to_be_visible()
        assert await tab.evaluate(INJECTED) == 0
        assert "</script><img" in await tab.locator("#log article").first.inner_text()


async def test_a_thousand_messages_open_at_their_end_and_can_all_be_reached(
    slack: SlackSandbox, visitor: Visitor
) -> None:
    for number in range(1000):
        slack.workspace.post(DE, BOT.id, Draft(f"message {number}"))
    async with Page(slack) as page:
        tab = await visitor.visit(page.url)
        messages = tab.locator("#log article")
        await expect(messages.last).to_contain_text("message 999")
        await expect(messages.last).to_be_in_viewport()
        await expect(messages).to_have_count(150)
        await tab.get_by_role("button", name="Show earlier messages (850)").click()
        await expect(messages).to_have_count(300)
        await tab.evaluate("() => document.querySelectorAll('#log article').forEach((each) => { each.old = true; })")
        slack.workspace.post(DE, BOT.id, Draft("message 1000"))
        await expect(messages.last).to_contain_text("message 1000")
        fresh = "() => [...document.querySelectorAll('#log article')].filter((each) => !each.old).length"
        assert await tab.evaluate(fresh) == 1  # the others are not drawn again


async def test_an_edit_above_leaves_what_one_reads_where_it_is(slack: SlackSandbox, visitor: Visitor) -> None:
    first = slack.workspace.post(DE, BOT.id, Draft("short"))
    for number in range(80):
        slack.workspace.post(DE, BOT.id, Draft(f"message {number}"))
    async with Page(slack) as page:
        tab = await visitor.visit(page.url)
        read = tab.locator("#log article").filter(has_text="message 40")
        await read.scroll_into_view_if_needed()
        before = await read.bounding_box()
        slack.workspace.update(DE, first.ts, Draft("long\n" * 30 + "end of the edit"))
        await expect(tab.locator("#log article").first).to_contain_text("end of the edit")
        assert await read.bounding_box() == before


async def test_a_thread_opens_beside_and_grows(slack: SlackSandbox, visitor: Visitor) -> None:
    first = slack.workspace.post(DE, BOT.id, Draft("Finished."))
    slack.workspace.post(DE, ANA.id, Draft("Thanks.", thread_ts=first.ts))
    async with Page(slack) as page:
        tab = await visitor.visit(page.url)
        await tab.get_by_role("button", name="1 reply").click()
        pane = tab.get_by_role("complementary", name="Thread")
        await expect(pane.get_by_role("article")).to_have_count(2)
        slack.workspace.post(DE, ANA.id, Draft("Really.", thread_ts=first.ts))
        await expect(pane.get_by_role("article")).to_have_count(3)
        await expect(tab.get_by_role("button", name="2 replies")).to_be_visible()
        await tab.keyboard.press("Escape")
        await expect(pane).to_be_hidden()


async def test_a_file_has_its_name_its_size_and_a_link(slack: SlackSandbox, visitor: Visitor) -> None:
    slack.workspace.files["F1"] = {
        "id": "F1",
        "name": "links.csv",
        "title": "links.csv",
        "size": 4200,
        "content": "id,url",
    }
    slack.workspace.post(DE, BOT.id, Draft("Here they are.", files=("F1",)))
    async with Page(slack) as page:
        tab = await visitor.visit(page.url)
        await tab.get_by_text("links.csv").click()
        await expect(tab.locator(".file")).to_contain_text("4 kB")
        await expect(tab.locator(".file pre")).to_have_text("id,url")
        async with tab.expect_download() as download:
            await tab.get_by_role("link", name="Download").click()
        assert (await download.value).suggested_filename == "links.csv"


async def test_a_demo_that_is_gone_is_told(slack: SlackSandbox, visitor: Visitor) -> None:
    async with Page(slack) as page:
        tab = await visitor.visit(page.url)
        await expect(tab.locator("#input")).to_be_focused()
    await expect(tab.locator("body")).to_have_class(re.compile("away"))
    await tab.locator("#input").fill("hello")
    await tab.locator("#input").press("Enter")
    await expect(tab.locator(".toast.trouble")).to_contain_text("not running any more")


async def looks_right(tab: Tab) -> None:
    """Everything one can use has a name, no id is used twice, and nothing is wider than the page."""
    assert await tab.evaluate(UNNAMED) == []
    assert await tab.evaluate(TWICE) == []
    assert await tab.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 700])
async def test_all_that_can_be_used_has_a_name(demo: str, visitor: Visitor, dark: bool, width: int) -> None:
    tab = await visitor.visit(demo, dark=dark, width=width)
    await expect(tab.get_by_role("navigation", name="Workspace")).to_be_visible()
    await expect(tab.get_by_role("log")).to_have_accessible_name("Messages in dubbing-de")
    await expect(tab.get_by_role("combobox")).to_have_accessible_name("Message dubbing-de")
    await looks_right(tab)
    paper = await tab.locator("main").evaluate("(each) => getComputedStyle(each).backgroundColor")
    assert paper == ("rgb(26, 29, 33)" if dark else "rgb(255, 255, 255)")
