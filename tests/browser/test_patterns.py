"""Patterns in the demo: offered where one types, answered with a table, watched with one card."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_page import looks_right
from tests.browser.test_walk import let, said, type_in

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_a_pattern_is_offered_and_answered_with_a_table_at_the_end_of_the_message(
    demo: str, visitor: Visitor
) -> None:
    page = await visitor.visit(f"{demo}#U0ANA/C0PRODUCERS")
    await type_in(page, "/lipsync status promo-fr")
    await expect(said(page, "38 done")).to_have_count(1)
    await page.locator("#input").press_sequentially("/lipsync status promo-")
    await expect(page.get_by_role("option")).to_contain_text(["promo-fr", "promo-*"])
    await type_in(page, "/lipsync status promo-*")
    answer = said(page, "1 reference")
    await expect(answer.locator(".block").last.get_by_role("columnheader")).to_have_text(
        ["Reference", "Failed", "Longest wait", "Finished", "Running", "Waiting"]
    )
    await expect(answer.get_by_role("row").last).to_contain_text("promo-fr")
    await looks_right(page)


async def test_what_comes_later_is_watched_too(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(f"{demo}#U0ANA/D0ANA")
    await type_in(page, "/lipsync watch {encore,trailer}-*")
    card = said(page, "told: this conversation")
    await expect(card).to_contain_text("trailer-jp")
    await let(page, "Send a new batch of 20")
    await expect(card).to_contain_text("encore-1", timeout=90_000)
    await card.get_by_role("button", name="Stop").click()
    await expect(said(page, "Stopped watching").first).to_be_visible()
