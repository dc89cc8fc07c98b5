"""The gallery in a browser, from the demo and from a file."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.slack.gallery import canned, canned_views
from tests.browser.conftest import Visitor
from tests.browser.test_page import looks_right
from tests.builders import NOON
from tests.processes import finished

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

NAMES = [each.name for each in canned("/lipsync", NOON)] + [each.name for each in canned_views("/lipsync", NOON)]
EMPTY = """() => [...document.querySelectorAll(".pane .body")].filter((each) => each.innerText.length < 20).length"""


async def shows_everything(page: Page) -> None:
    found = await page.locator(".shown").evaluate_all("(all) => all.map((each) => each.id)")
    assert found == NAMES
    assert await page.locator(".pane").count() == 2 * len(NAMES)
    assert await page.evaluate(EMPTY) == 0
    assert "undefined" not in await page.locator("main").inner_text()


async def test_the_demo_leads_to_every_message(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(demo)
    await page.get_by_role("link", name="Gallery").click()
    await expect(page.locator("#room h2").first).to_have_text("M1 Card")
    await shows_everything(page)
    await looks_right(page)
    await page.get_by_role("link", name="The demo").click()
    await expect(page.locator("#input")).to_be_focused()


async def test_a_file_shows_every_message_and_view_light_and_dark(tmp_path: Path, visitor: Visitor) -> None:
    code, _ = await finished("gallery", "--out", str(tmp_path / "shown"))
    assert code == 0
    assert [path.name for path in (tmp_path / "shown").iterdir()] == ["index.html"]
    page = await visitor.visit((tmp_path / "shown" / "index.html").as_uri())
    await shows_everything(page)
    card = page.locator("#card")
    await page.get_by_role("button", name="Dark").click()
    await expect(card.locator(".pane.light")).to_be_hidden()
    await expect(card.locator(".pane.dark")).to_have_css("background-color", "rgb(26, 29, 33)")
    await page.get_by_role("button", name="Light").click()
    await expect(card.locator(".pane.dark")).to_be_hidden()
    await expect(card.locator(".pane.light")).to_have_css("background-color", "rgb(255, 255, 255)")
    await expect(card.locator(".notice")).to_contain_text("73% finished, 178 done, 6 failed")
    await card.get_by_role("button", name="Failures").click()
    await expect(page.locator(".toast")).to_have_text("Buttons work in the demo.")
    modal = page.locator("#modal_away .pane.light")
    await expect(modal.get_by_role("heading", name="That did not work")).to_be_visible()
    await modal.get_by_role("button", name="Close").last.click()
    await expect(page.locator(".toast")).to_have_text("Buttons work in the demo.")
    await page.get_by_role("link", name="finished", exact=True).first.click()
    await expect(page.locator("#finished h3")).to_be_in_viewport()


@pytest.mark.parametrize("width", [700, 1280])
async def test_a_table_is_not_cut_or_can_be_moved_sideways(tmp_path: Path, visitor: Visitor, width: int) -> None:
    await finished("gallery", "--out", str(tmp_path / "shown"))
    page = await visitor.visit((tmp_path / "shown" / "index.html").as_uri(), width=width)
    shown = page.locator("#glob_status .pane.light .table")
    wide, seen = await shown.evaluate("(each) => [each.scrollWidth, each.clientWidth]")
    if width == 700:
        assert wide == seen
    assert await shown.evaluate("(each) => (each.scrollLeft = 1_000, each.scrollLeft)") == wide - seen
    assert await page.evaluate("document.documentElement.scrollWidth") == width
