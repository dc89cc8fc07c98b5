"""The demo as a person uses it: type, look, press, and let things happen."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

DE, JP = "#U0ANA/C0DUBBINGDE", "#U0ANA/C0DUBBINGJP"


async def type_in(page: Page, text: str) -> None:
    box = page.locator("#input")
    await box.fill(text)
    await box.press("Escape")
    await box.press("Enter")
    await expect(box).to_have_value("")


def said(page: Page, words: str | re.Pattern[str]) -> Locator:
    return page.locator("#log article").filter(has_text=words)


async def let(page: Page, name: str, **chosen: str) -> None:
    """Do something to the world, and wait until it is done."""
    pane = page.get_by_role("complementary", name="Let things happen")
    if not await pane.is_visible():
        await page.get_by_role("button", name="Let things happen").click()
    does = page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("switch", name=name, exact=True))
    group = pane.locator("section").filter(has=does)
    for label, option in chosen.items():
        await group.get_by_label(label.capitalize()).select_option(option)
    await group.locator(does).click()
    await expect(page.locator(".toast").filter(has_text=f"{name}:").last).to_be_visible()


async def test_a_batch_is_asked_for_refreshed_and_shared(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + DE)
    await type_in(page, "/lipsync status promo-fr")
    answer = said(page, "38 done").last
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer).to_contain_text("no face detected")
    await answer.get_by_role("button", name="Refresh").click()
    await expect(said(page, "38 done")).to_have_count(1)
    await said(page, "38 done").get_by_role("button", name="Share").click()
    shared = said(page, "38 done").filter(has_not_text="Only visible to you")
    await expect(shared).to_have_count(1)
    other = await visitor.visit(demo + "#U0BEN/C0DUBBINGDE")
    await expect(said(other, "38 done")).to_have_count(1)


async def test_a_watched_batch_tells_its_story_through_a_crash_and_a_restart(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + JP)
    await type_in(page, "/lipsync watch series-s02")
    card = said(page, "told: this channel")
    await expect(card).to_contain_text("waiting")
    before = await card.inner_text()
    await let(page, "Let a clip fail", batch="series-s02", why="no face detected")
    failure = said(page, "no face detected ×1").filter(has_text="in series-s02")
    await expect(failure).to_have_count(1)
    await expect(card).to_contain_text("no face detected ×1")
    await let(page, "Crash the bot")
    await let(page, "Finish a batch", batch="series-s02")
    await let(page, "Restart the bot")
    await expect(card).to_contain_text("100% finished")
    finished = said(page, "series-s02").filter(has_text="took").filter(has_not_text="told: this channel")
    await expect(finished).to_have_count(1)
    await expect(failure).to_have_count(1)
    await expect(card).to_have_count(1)
    assert await card.inner_text() != before


async def test_trouble_is_told_in_the_answer_and_ends_by_itself(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + "#U0ANA/C0AURORA")
    await let(page, "The key is refused")
    await expect(page.get_by_role("switch", name="The key is refused")).to_be_checked()
    await type_in(page, "/lipsync status promo-fr fresh")
    await expect(said(page, "refused the bot's key").or_(said(page, "refused the key")).first).to_be_visible()
    await let(page, "The key is refused")
    await expect(page.get_by_role("switch", name="The key is refused")).not_to_be_checked()
    await type_in(page, "/lipsync links promo-fr")
    await expect(said(page, "storage.chamelaion.com").or_(said(page, "Links")).last).to_be_visible()


async def test_a_batch_that_has_ended_cannot_fail_and_says_so(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + DE)
    await page.get_by_role("button", name="Let things happen").click()
    pane = page.get_by_role("complementary", name="Let things happen")
    await pane.get_by_label("Batch").first.select_option("promo-fr")
    await pane.get_by_role("button", name="Let a clip fail").click()
    await expect(page.locator(".toast.trouble")).to_contain_text("all of promo-fr has ended")
    visitor.complaints.clear()  # the browser reports the refusal as well


async def test_news_elsewhere_are_marked_until_they_are_read(demo: str, visitor: Visitor) -> None:
    ana = await visitor.visit(demo + DE)
    place = ana.get_by_role("button", name=re.compile("^producers"))
    await expect(place).to_have_accessible_name("producers")
    ben = await visitor.visit(demo + "#U0BEN/C0PRODUCERS")
    await type_in(ben, "Two clips left.")
    await expect(place).to_have_accessible_name("producers, unread")
    await place.click()
    await expect(said(ana, "Two clips left.")).to_have_count(1)
    await expect(place).to_have_accessible_name("producers")


async def test_everything_can_be_done_with_the_keyboard(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + DE)
    box = page.locator("#input")
    await expect(box).to_be_focused()
    await box.press_sequentially("/lipsync st")
    await expect(page.get_by_role("option").first).to_contain_text("status")
    await box.press("Tab")
    await expect(box).to_have_value("/lipsync status ")
    await box.press_sequentially("promo")
    await box.press("ArrowDown")
    await expect(page.get_by_role("option", selected=True)).to_contain_text("promo-fr")
    await box.press("Enter")
    await expect(box).to_have_value("/lipsync status promo-fr")
    await page.get_by_role("button", name="dubbing-de").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("button", name="producers")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-name")).to_have_text("# producers")
    await page.get_by_role("button", name="Let things happen").press("Enter")
    pane = page.get_by_role("complementary", name="Let things happen")
    await expect(pane.get_by_role("button", name="Close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(pane).to_be_hidden()
    await expect(page.get_by_role("button", name="Let things happen")).to_be_focused()


async def test_how_a_batch_went_is_drawn_for_who_asks_and_shared(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo + DE)
    await type_in(page, "/lipsync status promo-fr chart")
    answer = said(page, "38 done").filter(has_text="At least half of its 40 outcomes").last
    drawing = answer.get_by_role("img", name="line chart: Over")
    await expect(drawing).to_be_visible()
    await expect(drawing.locator(".stroke")).to_have_count(3)
    await expect(answer.locator(".chart li")).to_have_text(["Failed 2", "Done 38", "Submitted 40"])
    await answer.get_by_role("button", name="Share").click()
    other = await visitor.visit(demo + "#U0BEN/C0DUBBINGDE", width=400)
    await expect(other.get_by_role("img", name="line chart: Over")).to_be_visible()
    assert await other.evaluate("document.documentElement.scrollWidth") == 400
