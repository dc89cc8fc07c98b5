"""Take the pictures of the documentation from the real demo, with a headless Chromium."""

import asyncio
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

FOLDER = Path(__file__).with_name("img")
SIZE: ViewportSize = {"width": 1280, "height": 800}
TALL: ViewportSize = {"width": 1280, "height": 1_020}  # the card, the answer and a failure below one another
PLACES = (os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
LARGEST = 240_000


async def main() -> None:
    """Start the demo, take every picture, end the demo."""
    demo = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "demo", stdout=PIPE)
    try:
        assert demo.stdout is not None
        found = re.search(r"http://\S+", (await demo.stdout.readline()).decode())
        assert found is not None
        async with async_playwright() as playwright:
            path = next(place for place in PLACES if place and shutil.which(place))
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
            await _pictures(browser, found[0])
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()


async def _pictures(browser: Browser, url: str) -> None:
    light = await _opened(browser, url, "light", TALL)
    await _tell_the_story(light)
    await _take(light, "demo.png")
    dark = await _opened(browser, url, "dark", SIZE)
    await dark.get_by_role("button", name="Let things happen").click()
    await _take(dark, "demo-dark.png")
    await light.set_viewport_size(SIZE)
    await _show_home(light, url)
    await light.goto(f"{url}gallery")
    await light.locator("#room h2").first.wait_for()
    await _take(light, "gallery.png")


async def _opened(browser: Browser, url: str, colours: Literal["light", "dark"], size: ViewportSize) -> Page:
    context = await browser.new_context(viewport=size, color_scheme=colours, reduced_motion="reduce")
    page = await context.new_page()
    await page.goto(url)
    await page.locator("#log article").first.wait_for()
    return page


async def _tell_the_story(page: Page) -> None:
    """Watch a batch until it has told of a failure."""
    await page.locator("#input").fill("/lipsync watch batch-2026-04")
    await page.locator("#input").press("Escape")
    await page.locator("#input").press("Enter")
    articles = page.locator("#log article")
    await articles.filter(has_text="told: this channel").wait_for()
    await articles.filter(has_text=re.compile("×1.*in batch-2026-04", re.DOTALL)).first.wait_for(timeout=90_000)


async def _show_home(page: Page, url: str) -> None:
    """Home with what was watched, and the form that begins another watch."""
    await page.goto(f"{url}#U0ANA/D0ANA/home")
    await page.reload()
    await page.locator("#home").get_by_text("batch-2026-04").first.wait_for()
    await _take(page, "home.png")
    await page.locator("#home").get_by_role("button", name="Watch…").click()
    form = page.get_by_role("dialog", name="Watch")
    await form.get_by_label("Reference or pattern").fill("batch-*")
    await form.locator(".context").get_by_text("1 reference matches").wait_for()
    await _take(page, "watch.png")
    await page.keyboard.press("Escape")


async def _take(page: Page, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    await page.evaluate("document.activeElement.blur()")
    await page.screenshot(path=FOLDER / name)
    size = (FOLDER / name).stat().st_size
    assert size <= LARGEST, f"{name} has {size} bytes"


asyncio.run(main())
