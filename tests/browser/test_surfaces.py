"""All places where the bot can be found, in the demo with the real bot, as one person goes through them."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.browser.test_page import looks_right
from tests.browser.test_walk import let, said

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]

DE = "C0DUBBINGDE"


def dialog(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("dialog", name=name)


async def newest_batch(page: Page) -> str:
    """Send a batch that did not exist; its name."""
    await let(page, "Send a new batch of 20")
    batches = page.get_by_role("complementary", name="Let things happen").get_by_label("Batch").first
    names = await batches.locator("option").all_inner_texts()
    return max((each for each in names if each.startswith("encore-")), key=lambda each: int(each.split("-")[1]))


async def choose(form: Locator, label: str, typed: str) -> None:
    """Find one of many by typing, and take it."""
    await form.get_by_label(label).click()
    await form.get_by_label(label).fill(typed)
    await form.get_by_label(label).press("Enter")


async def test_from_home_to_the_links_of_a_finished_batch(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(f"{demo}#U0ANA/{DE}")
    batch = await newest_batch(page)
    await page.get_by_role("button", name="Lip Sync", exact=True).click()
    home = page.get_by_role("tabpanel", name="Home")
    await home.get_by_role("button", name="Watch…").click()
    form = dialog(page, "Watch")
    await form.get_by_label("Reference or pattern").fill(batch)
    await expect(form.locator(".context").first).to_contain_text(batch)
    await form.get_by_role("radio", name="A channel").check()
    await choose(form, "Which channel", "dubbing-de")
    await form.get_by_role("button", name="Watch", exact=True).click()
    await expect(dialog(page, "Watching")).to_contain_text("#dubbing-de")
    await page.keyboard.press("Escape")
    await expect(home).to_contain_text(batch)
    await looks_right(page)
    await page.get_by_role("button", name=re.compile("^dubbing-de")).click()
    card = said(page, batch).filter(has_text="told: this channel")
    await expect(card).to_have_count(1)
    await let(page, "Let a clip fail", batch=batch, why="no face detected")
    failure = said(page, "no face detected ×").filter(has_text=f"in {batch}").filter(has_not_text="told: this channel")
    await failure.get_by_role("button", name="Mark handled").click()
    await expect(failure).to_contain_text("handled")
    await let(page, "Finish a batch", batch=batch)
    finished = said(page, batch).filter(has=page.get_by_role("button", name="Stop watching"))
    await finished.get_by_role("button", name="Links").click()
    links = said(page, "output links of").filter(has_text=batch).last
    await expect(links).to_contain_text("Only visible to you")
    await expect(links.get_by_role("link").first).to_have_attribute(
        "href", re.compile("^https://storage.chamelaion.com/")
    )


async def test_what_a_message_names_is_watched_and_what_is_said_is_answered(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(f"{demo}#U0ANA/{DE}")
    message = said(page, "batch-2026-04 is on its way")
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Watch this reference").click()
    form = dialog(page, "Watch")
    await expect(form.get_by_label("Reference or pattern")).to_have_value("batch-2026-04")
    await page.keyboard.press("Escape")
    await message.get_by_role("button", name="Reply in thread").click()
    box = page.get_by_role("combobox", name="Reply in the thread")
    await box.fill("@lipsync status promo-fr")
    await box.press("Enter")
    thread = page.get_by_role("complementary", name="Thread")
    answer = thread.get_by_role("article").filter(has_text="38 done")
    await expect(answer).to_contain_text("Only visible to you")
    await page.keyboard.press("Escape")
    page = await visitor.visit(f"{demo}#U0BEN/D0BEN")
    await page.locator("#input").fill("status promo-fr")
    await page.locator("#input").press("Enter")
    await expect(said(page, "38 done")).to_have_count(1)
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Lip sync status").click()
    await dialog(page, "Lip sync status").get_by_label("Reference").fill("promo-fr")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("38 done")
    await page.keyboard.press("Escape")  # the demo goes on for others, who would find it open
    await expect(page.get_by_role("dialog")).to_have_count(0)
