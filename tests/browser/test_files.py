"""Files in the demo: asked for in a channel, found in the DM, downloaded as they were sent."""

import csv

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_page import looks_right
from tests.browser.test_walk import said, type_in

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("browser")]


async def test_an_export_is_in_the_dm_and_can_be_downloaded(demo: str, visitor: Visitor) -> None:
    page = await visitor.visit(f"{demo}#U0ANA/C0PRODUCERS")
    await type_in(page, "/lipsync export promo-fr")
    answer = said(page, "is in your DM with me")
    await expect(answer).to_contain_text("40 rows of promo-fr")
    await looks_right(page)
    page = await visitor.visit(f"{demo}#U0ANA/D0ANA")
    message = said(page, "40 rows of promo-fr")
    await message.locator("summary").click()
    await expect(message.get_by_role("region")).to_contain_text("reference_id,id,status")
    async with page.expect_download() as started:
        await message.get_by_role("link", name="Download").click()
    download = await started.value
    assert download.suggested_filename.startswith("promo-fr-")
    with open(await download.path(), encoding="utf-8-sig", newline="") as file:  # noqa: ASYNC230, PTH123 - a few rows, in a test
        assert len(list(csv.DictReader(file))) == 40
