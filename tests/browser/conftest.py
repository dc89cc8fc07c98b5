"""One headless Chromium and one demo for all tests of this folder, and a workspace of its own where one is needed."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Error, Page, async_playwright, expect

from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from tests.processes import program, until

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PLACES = (os.environ.get("CHROMIUM", ""), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PATIENCE_MS = 45_000


def chromium() -> str:
    """Where Chromium is; without one the tests are skipped, or fail where a browser is required."""
    found = next((path for path in PLACES if path and shutil.which(path)), None)
    if found is None:
        missing = f"there is no Chromium in any of {', '.join(filter(None, PLACES))}; set CHROMIUM to its path"
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") == "1" else pytest.skip)(missing)
    return found


@dataclass
class Visitor:
    """Opens pages, and keeps every complaint of the browser about them."""

    browser: Browser
    stack: AsyncExitStack
    complaints: list[str] = field(default_factory=list)

    async def visit(self, url: str, *, dark: bool = False, width: int = 1280) -> Page:
        """A fresh page; `complaints` gets its errors."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._listen)
        page.on("pageerror", self._note)
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        await page.goto(url)
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        is_about_network = "net::ERR_" in message.text  # a test may end its page's server before its tab
        if message.type in ("error", "warning") and not is_about_network:
            self.complaints.append(message.text)

    def _note(self, error: Error) -> None:
        self.complaints.append(str(error))


@pytest_asyncio.fixture(loop_scope="session", scope="package")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    """Every test ends with nothing to complain about, unless it took the complaints away itself."""
    async with AsyncExitStack() as stack:
        made = Visitor(browser, stack)
        yield made
    assert made.complaints == []


@pytest_asyncio.fixture(loop_scope="session", scope="package")
async def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[str]:
    """The address of the real demo, with the real bot in it; as long as both live, they work."""
    assert browser.is_connected()
    folder: Path = tmp_path_factory.mktemp("demo")
    async with program("demo", folder=folder) as started:
        url = await until(lambda: re.search(r"http://\S+", started.stdout), "the demo", shows=lambda: started.stderr)
        yield url[0]
        started.process.terminate()
        assert await started.ended() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(clock=SystemClock()) as made:
        yield made
