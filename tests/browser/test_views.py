"""An app's Home, its modals and shortcuts, threads and unfurls on the page, with a small app that uses them all."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect
from playwright.async_api import Page as Tab

from bot.sandbox.page import Page
from bot.sandbox.slack_entities import Draft, Fields
from bot.sandbox.slack_server import SlackSandbox
from bot.sandbox.workspace import ANA, BEN, BOT
from tests.browser.app_rig import App, running
from tests.browser.conftest import Visitor
from tests.browser.test_page import looks_right

pytestmark = [pytest.mark.asyncio(loop_scope="session")]

DE, HOME = "C0DUBBINGDE", "#U0ANA/D0ANA/home"
SHORTCUTS: list[Fields] = [
    {"type": "message", "callback_id": "watch_here", "name": "Watch the reference", "description": "Of this message."},
    {"type": "global", "callback_id": "status", "name": "Lip sync status…", "description": "How a batch is doing."},
]


@pytest_asyncio.fixture(loop_scope="session")
async def app(slack: SlackSandbox) -> AsyncIterator[App]:
    async with running(slack) as app:
        yield app


@pytest_asyncio.fixture(loop_scope="session")
async def url(slack: SlackSandbox, app: App) -> AsyncIterator[str]:
    assert app.slack is slack
    async with Page(slack, [("status <ref>", "how it is doing")], lambda: ["promo-fr"], shortcuts=SHORTCUTS) as page:
        yield page.url


def dialog(tab: Tab, name: str = "Watch") -> Locator:
    return tab.get_by_role("dialog", name=name)


async def test_home_leads_to_a_modal_that_counts_complains_and_is_sent(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(f"{url}#U0ANA/{DE}")
    await tab.get_by_role("button", name="Lip Sync").click()
    await expect(tab.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    home = tab.get_by_role("tabpanel", name="Home")
    await expect(home).to_contain_text("You watch nothing yet.")
    await home.get_by_role("button", name="Watch…").click()
    reference = dialog(tab).get_by_label("Reference")
    await expect(reference).to_be_focused()
    await reference.press_sequentially("batch")
    await expect(dialog(tab).locator(".context")).to_have_text("2 match.")
    await expect(dialog(tab).get_by_role("status")).to_have_text("2 match.")  # for who does not see it
    await expect(reference).to_be_focused()
    await expect(reference).to_have_value("batch")
    await dialog(tab).get_by_role("button", name="Start").click()
    await expect(reference).to_have_accessible_description("Or a pattern. Nobody has sent this yet.")
    await expect(reference).to_have_attribute("aria-invalid", "true")
    await reference.fill("promo-fr")
    await expect(reference).not_to_have_attribute("aria-invalid", "true")
    await dialog(tab).get_by_label("All", exact=True).check()
    await dialog(tab).get_by_label("In its thread").check()
    where = dialog(tab).get_by_label("Where")
    await expect(where).to_have_value("#dubbing-de")
    await where.click()
    await tab.keyboard.type("produ")
    await tab.keyboard.press("Enter")
    await expect(where).to_have_value("#producers")
    await dialog(tab).get_by_label("Mention").click()
    await dialog(tab).get_by_role("option", name="@ben").click()
    await dialog(tab).get_by_role("button", name="Start").click()
    await expect(dialog(tab)).to_be_hidden()
    await expect(home).to_contain_text("promo-fr")
    sent = app.submissions[-1]
    assert sent["reference"]["reference"]["value"] == "promo-fr"
    assert sent["events"]["events"]["selected_option"]["value"] == "all"
    assert [each["value"] for each in sent["place"]["place"]["selected_options"]] == ["thread"]
    assert sent["mention"]["mention"]["selected_users"] == [BEN.id]
    assert sent["where"]["where"]["selected_conversation"] == "C0PRODUCERS"


async def test_everybody_has_a_home_of_their_own(app: App, url: str, visitor: Visitor) -> None:
    app.watched.append("promo-fr")
    tab = await visitor.visit(url + HOME)
    await expect(tab.get_by_role("tabpanel", name="Home")).to_contain_text("promo-fr")
    app.watched.clear()
    await tab.get_by_role("button", name="Ben", exact=True).last.click()
    await expect(tab.get_by_role("tabpanel", name="Home")).to_contain_text("You watch nothing yet.")
    assert [each["user"] for each in app.events] == [ANA.id, BEN.id]


async def test_what_cannot_be_sent_is_said_before_the_app_is_asked(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(url + HOME)
    await tab.get_by_role("button", name="Watch…").click()
    await dialog(tab).get_by_label("Expected clips").fill("2.5")
    await dialog(tab).get_by_role("button", name="Start").click()
    await expect(dialog(tab).get_by_label("Reference")).to_be_focused()
    await expect(dialog(tab).get_by_label("Reference")).to_have_accessible_description("Or a pattern. This is needed.")
    expected = dialog(tab).get_by_label("Expected clips")
    await expect(expected).to_have_accessible_description("Only a whole number is taken.")
    assert app.submissions == []


async def test_a_modal_is_sent_once_while_the_app_thinks(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(url + HOME)
    await tab.get_by_role("button", name="Watch…").click()
    await dialog(tab).get_by_label("Reference").fill("promo-fr")
    app.going.clear()
    await dialog(tab).get_by_label("Reference").press("Enter")
    await expect(dialog(tab).locator("form")).to_have_attribute("aria-busy", "true")
    await dialog(tab).get_by_label("Reference").press("Enter")
    app.going.set()
    await expect(dialog(tab)).to_be_hidden()
    assert len(app.submissions) == 1


async def test_a_view_on_top_of_another_leads_back_to_what_was_entered(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(url + HOME)
    await tab.get_by_role("button", name="Watch…").click()
    await dialog(tab).get_by_label("Expected clips").fill("12")
    await dialog(tab).get_by_role("button", name="About patterns").click()
    await expect(dialog(tab, "About patterns")).to_contain_text("A star stands for any text.")
    await dialog(tab, "About patterns").get_by_role("button", name="Back").click()
    await expect(dialog(tab).get_by_label("Expected clips")).to_have_value("12")
    assert [each["action_id"] for each in app.actions] == ["watch", "about"]


async def test_home_and_modal_can_be_used_with_the_keyboard(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(f"{url}#U0ANA/D0ANA")
    await tab.get_by_role("button", name="Lip Sync").press("Enter")
    await expect(tab.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    await tab.get_by_role("tab", name="Home").press("ArrowRight")
    await expect(tab.get_by_role("tab", name="Messages")).to_be_focused()
    await expect(tab.get_by_role("log")).to_be_visible()
    await tab.locator("#input").press_sequentially("sta")  # said to the app itself, no word need call it
    await tab.keyboard.press("Tab")
    await expect(tab.locator("#input")).to_have_value("status ")
    await tab.get_by_role("tab", name="Messages").press("ArrowLeft")
    await tab.get_by_role("button", name="Watch…").press("Enter")
    await expect(dialog(tab).get_by_label("Reference")).to_be_focused()
    for _ in range(2):
        await tab.keyboard.press("Tab")
    await expect(dialog(tab).get_by_label("Where")).to_be_focused()
    await tab.keyboard.press("Tab")
    await tab.keyboard.type("be")
    await tab.keyboard.press("Enter")
    await expect(dialog(tab).get_by_role("button", name="Remove Ben")).to_be_visible()
    await tab.keyboard.press("Escape")  # the list
    await expect(dialog(tab)).to_be_visible()
    await tab.keyboard.press("Escape")  # the modal
    await expect(dialog(tab)).to_be_hidden()
    await expect(tab.get_by_role("button", name="Watch…")).to_be_focused()
    assert app.submissions == []


async def test_a_message_offers_the_apps_shortcut_to_mouse_and_keyboard(app: App, url: str, visitor: Visitor) -> None:
    message = app.slack.workspace.post(DE, BEN.id, Draft("promo-fr is on its way"))
    tab = await visitor.visit(f"{url}#U0ANA/{DE}")
    await tab.locator("#log article").hover()
    await tab.get_by_role("button", name="More actions").click()
    await tab.get_by_role("menuitem", name="Watch the reference").click()
    await expect(dialog(tab)).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(dialog(tab)).to_be_hidden()
    await tab.get_by_role("log").press("ArrowUp")
    await expect(tab.locator("#log article")).to_be_focused()
    await tab.keyboard.press("Shift+F10")
    await expect(tab.get_by_role("menuitem", name="Watch the reference")).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(dialog(tab)).to_be_visible()
    assert [(each["type"], each["message"]["ts"]) for each in app.shortcuts] == [("message_action", message.ts)] * 2


async def test_shortcuts_for_everywhere_are_at_the_box(app: App, url: str, visitor: Visitor) -> None:
    tab = await visitor.visit(f"{url}#U0ANA/{DE}")
    await tab.get_by_role("button", name="Shortcuts").click()
    await tab.get_by_role("menuitem", name="Lip sync status…").click()
    await expect(dialog(tab)).to_be_visible()
    await tab.keyboard.press("Escape")
    await tab.locator("#input").press_sequentially("/lip sync")
    await expect(tab.get_by_role("option")).to_have_text(["Lip sync status…How a batch is doing."])
    await tab.locator("#input").press("Tab")
    await expect(dialog(tab)).to_be_visible()
    assert [(each["type"], each["callback_id"]) for each in app.shortcuts] == [("shortcut", "status")] * 2


async def test_the_bot_is_mentioned_in_a_thread_and_answers_there(app: App, url: str, visitor: Visitor) -> None:
    app.slack.workspace.post(DE, BEN.id, Draft("promo-fr is on its way"))
    tab, other = await visitor.visit(f"{url}#U0ANA/{DE}"), await visitor.visit(f"{url}#U0BEN/{DE}")
    await tab.locator("#log article").hover()
    await tab.get_by_role("button", name="Reply in thread").click()
    box = tab.get_by_role("combobox", name="Reply in the thread")
    await expect(box).to_be_focused()
    await box.press_sequentially("@li")
    await box.press("Tab")
    await box.press_sequentially("status pro")
    await box.press("Tab")
    await expect(box).to_have_value("@lipsync status promo-fr")
    await box.press("Enter")
    thread = tab.get_by_role("complementary", name="Thread")
    answer = thread.get_by_role("article").filter(has_text="73% finished")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(tab.locator("#log").get_by_role("button", name="1 reply")).to_be_visible()
    await expect(tab.locator("#log article")).to_have_count(1)
    await other.get_by_role("button", name="1 reply").click()
    await expect(other.locator("#beside-body article")).to_have_count(2)
    await box.fill("to be continued")
    await box.press("Escape")
    await expect(thread).to_be_hidden()
    await tab.locator("#log").get_by_role("button", name="1 reply").click()
    await expect(box).to_have_value("to be continued")
    assert [(each["type"], each["thread_ts"]) for each in app.events] == [("app_mention", app.events[0]["thread_ts"])]


async def test_what_links_lead_to_is_shown_under_the_message(app: App, url: str, visitor: Visitor) -> None:
    message = app.slack.workspace.post(DE, BEN.id, Draft("two links"))
    for number in (1, 2):
        text = {"type": "section", "text": {"type": "mrkdwn", "text": f"*promo-fr* number {number}"}}
        message.unfurls[f"https://storage.example/{number}.mp4"] = {"blocks": [text]}
    tab = await visitor.visit(f"{url}#U0ANA/{DE}")
    await expect(tab.locator("#log .unfurl")).to_have_text(["promo-fr number 1", "promo-fr number 2"])


@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 400)])
async def test_all_of_a_view_that_can_be_used_has_a_name(
    app: App, url: str, visitor: Visitor, dark: bool, width: int
) -> None:
    app.slack.workspace.post(app.slack.workspace.dm(ANA.id).id, BOT.id, Draft("Hello."))
    tab = await visitor.visit(url + HOME, dark=dark, width=width)
    await tab.get_by_role("button", name="Watch…").click()
    await expect(dialog(tab)).to_be_visible()
    await looks_right(tab)
    box = await dialog(tab).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
