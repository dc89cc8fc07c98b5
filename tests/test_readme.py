"""Every command line of the README is run: a line that no test here runs fails, and so does one that is gone."""

import ast
import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot import __version__
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from tests.processes import ROOT, Program, program, until, until_answered

pytestmark = pytest.mark.processes
beside_both = pytest.mark.asyncio(loop_scope="module")

README = (ROOT / "README.md").read_text()
GUIDE = (ROOT / "docs/guide.md").read_text()
BIN = Path(sys.executable).parent
INSTALLED = (str(BIN / "lipsync-bot"),)
PROGRAMS = ("make", "docker", "lipsync-bot", "python", "python3", ".venv/bin/pip", ".venv/bin/lipsync-bot")
T = TypeVar("T", bound=Callable[..., object])

RUN_BY: dict[str, str] = {
    "docker build -t lipsync-bot .": "test_the_program_starts",
    "docker run -d --name lipsync --restart unless-stopped -v lipsync:/data -p 127.0.0.1:3000:3000"
    " -e SLACK_BOT_TOKEN=xoxb-… -e SLACK_APP_TOKEN=xapp-… -e CHAMELAION_API_KEY=… lipsync-bot": (
        "test_the_readme_starts_the_container_with_what_the_image_needs"
    ),
    "docker exec lipsync lipsync-bot doctor": "test_the_doctor_is_in_the_image",
    "python3 -m venv .venv": "test_without_docker_the_readme_installs_as_the_image_does",
    ".venv/bin/pip install --no-deps --require-hashes -r requirements.lock": (
        "test_without_docker_the_readme_installs_as_the_image_does"
    ),
    ".venv/bin/pip install --no-deps .": "test_without_docker_the_readme_installs_as_the_image_does",
}
"""Which test runs which line: these are in `test_deploy`, those that `runs` adds are here."""


def runs(*lines: str) -> Callable[[T], T]:
    """The test below runs these lines."""

    def noted(test: T) -> T:
        RUN_BY.update(dict.fromkeys(lines, test.__name__))
        return test

    return noted


def lines_of(text: str) -> set[str]:
    """The command lines of a document: in blocks and in the middle of sentences, without comments."""
    text = text.replace("\\\n", " ")
    blocks = re.findall(r"^ *```\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    found = [re.sub(r"\s#.*", "", line) for block in blocks for line in block.splitlines()]
    found += re.findall(r"`([^`]+)`", re.sub(r"^ *```\n.*?^ *```", "", text, flags=re.DOTALL | re.MULTILINE))
    lines = {" ".join(line.split()) for line in found}
    return {line for line in lines if line.split()[0] in PROGRAMS and len(line.split()) > 1}


def filled(line: str, **values: str) -> list[str]:
    """The arguments of a line of `lipsync-bot` with all its options, each word in capitals replaced."""
    words = line.replace("[", "").replace("]", "").split()[1:]
    return [values.get(word.strip("/"), word) for word in words]


def test_every_command_line_of_the_readme_and_of_the_guide_is_run_by_a_test() -> None:
    assert lines_of(README) | lines_of(GUIDE) == set(RUN_BY)
    known = functions_of(Path(__file__)) | functions_of(ROOT / "tests/test_deploy.py")
    assert set(RUN_BY.values()) <= known


def functions_of(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


# --- the bot ---


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def variables(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, str]]:
    """What leads the bot to a Slack and an account on loopback."""
    clock = SystemClock()
    account = Account(clock, seed=1)
    account.submit("batch-1", 3)
    folder = tmp_path_factory.mktemp("readme")
    async with SlackSandbox(clock=clock) as slack, ChamelaionSandbox(account, clock) as api:
        yield {
            "SLACK_BOT_TOKEN": slack.tokens.bot,
            "SLACK_APP_TOKEN": slack.tokens.app,
            "SLACK_API_URL": slack.api_url,
            "CHAMELAION_API_KEY": "sandbox-key",
            "CHAMELAION_BASE_URL": api.base_url,
            "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "LOG_FORMAT": "json",
        }


async def done(line: str, variables: dict[str, str] | None = None, **values: str) -> Program:
    """What a line wrote that ends well by itself."""
    async with program(*filled(line, **values), variables=variables, start=INSTALLED) as made:
        assert await made.ended() == 0, made.stderr
    return made


@runs(
    "lipsync-bot run", ".venv/bin/lipsync-bot run", "lipsync-bot health [--url URL]", "lipsync-bot doctor [--json]",
    "lipsync-bot doctor",
)  # fmt: skip
@beside_both
async def test_the_bot_runs_is_healthy_and_ends_when_told_to(variables: dict[str, str]) -> None:
    async with program("run", variables=variables, start=INSTALLED) as bot:
        url = f"http://127.0.0.1:{await bot.port()}/healthz"
        assert json.loads((await done("lipsync-bot health [--url URL]", URL=url)).stdout) == {"look": True}
        bot.process.send_signal(signal.SIGTERM)
        assert await bot.ended(within=8) == 0
    async with program(*filled("lipsync-bot doctor [--json]"), variables=variables, start=INSTALLED) as doctor:
        assert await doctor.ended() in (0, 1)  # pytest's folders are emptied, which the doctor minds
    assert {each["check"] for each in json.loads(doctor.stdout) if not each["ok"]} <= {"database"}


@runs("lipsync-bot status REF [--json]")
@beside_both
async def test_a_batch_is_read_in_the_terminal(variables: dict[str, str]) -> None:
    told = await done("lipsync-bot status REF [--json]", variables, REF="batch-1")
    assert json.loads(told.stdout)["total"] == 3


@runs("lipsync-bot export REF [--format F] [--output FILE]")
@beside_both
async def test_a_batch_is_written_to_a_file(variables: dict[str, str], tmp_path: Path) -> None:
    line, file = "lipsync-bot export REF [--format F] [--output FILE]", tmp_path / "batch.csv"
    told = await done(line, variables, REF="batch-1", F="csv", FILE=str(file))
    assert told.stdout == ""
    assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 4


@runs("lipsync-bot deliveries [--since 1h] [--channel C] [--json]", "lipsync-bot audit [--since 7d] [--json]")
@runs("lipsync-bot audit", "lipsync-bot calibrate [--since 30d] [--json]", "lipsync-bot calibrate")
@beside_both
async def test_what_was_announced_and_who_did_what_is_told(variables: dict[str, str], tmp_path: Path) -> None:
    empty = variables | {"DATABASE_URL": f"sqlite:///{tmp_path / 'lipsync.db'}"}
    await done("lipsync-bot migrate", empty)
    told = await done("lipsync-bot deliveries [--since 1h] [--channel C] [--json]", empty)
    assert json.loads(told.stdout) == []
    assert json.loads((await done("lipsync-bot audit [--since 7d] [--json]", empty)).stdout) == []
    assert "Nothing was done" in (await done("lipsync-bot audit", empty)).stdout
    assert json.loads((await done("lipsync-bot calibrate [--since 30d] [--json]", empty)).stdout)["judged"] == 0
    assert "No forecast could be judged yet" in (await done("lipsync-bot calibrate", empty)).stdout


@runs("lipsync-bot migrate")
@beside_both
async def test_the_database_is_brought_up_to_date(variables: dict[str, str], tmp_path: Path) -> None:
    await done("lipsync-bot migrate", variables | {"DATABASE_URL": f"sqlite:///{tmp_path / 'lipsync.db'}"})
    assert (tmp_path / "lipsync.db").exists()


@runs("lipsync-bot --version", "python -m bot …")
async def test_the_version_is_told_by_either_name() -> None:
    async with program("--version") as made:
        assert await made.ended() == 0
    assert (await done("lipsync-bot --version")).stdout == made.stdout == f"lipsync-bot {__version__}\n"


@runs(
    "lipsync-bot manifest [--http URL] [--command /NAME] [--unfurl DOMAIN] [--distributed]",
    "lipsync-bot manifest --distributed",
)
@runs("lipsync-bot manifest --http https://your.host", "lipsync-bot manifest --command /lipsync-staging")
@runs("lipsync-bot manifest --unfurl storage.example.com")
async def test_manifests_are_printed() -> None:
    both = await done(
        "lipsync-bot manifest [--http URL] [--command /NAME] [--unfurl DOMAIN] [--distributed]",
        URL="https://your.host",
        NAME="/lipsync-staging",
        DOMAIN="storage.example.com",
    )
    without = await done("lipsync-bot manifest --distributed")
    http = await done("lipsync-bot manifest --http https://your.host")
    second = await done("lipsync-bot manifest --command /lipsync-staging")
    third = await done("lipsync-bot manifest --unfurl storage.example.com")
    assert "    - storage.example.com\n" in third.stdout
    assert "chamelaion.com" not in third.stdout
    assert "https://your.host/slack/events" in http.stdout
    assert "/lipsync-staging" in second.stdout
    assert "functions:" in http.stdout
    assert "functions:" not in without.stdout
    assert "/lipsync-staging" in both.stdout
    assert "https://your.host/slack/events" in both.stdout
    assert "functions:" not in both.stdout


@runs("lipsync-bot simulate [--references N] [--seed N] [--json]")
async def test_an_account_is_simulated() -> None:
    told = await done("lipsync-bot simulate [--references N] [--seed N] [--json]", N="3")
    assert json.loads(told.stdout)[0]["schedules"][0]["name"] == "planner"


@runs("lipsync-bot gallery --out DIR")
async def test_the_gallery_is_written(tmp_path: Path) -> None:
    told = await done("lipsync-bot gallery --out DIR", DIR=str(tmp_path / "gallery"))
    assert told.stdout == f"{tmp_path / 'gallery' / 'index.html'}\n"
    assert (tmp_path / "gallery" / "index.html").stat().st_size > 10_000


# --- make ---


@runs("lipsync-bot demo [--port N]")
async def test_the_demo_answers_until_it_is_told_to_end() -> None:
    async with program(*filled("lipsync-bot demo [--port N]", N="0"), start=INSTALLED) as demo:
        await page_of(lambda: demo.stdout)
        demo.process.send_signal(signal.SIGINT)
        assert await demo.ended() == 0


@runs("make demo")
async def test_make_demo_shows_its_page_in_a_fresh_clone(tmp_path: Path) -> None:
    clone = await asyncio.to_thread(cloned, tmp_path / "clone")
    first = await asyncio.to_thread(made, "--dry-run", "demo", folder=clone)
    assert "python3 -m venv .venv" in first
    assert "--require-hashes -r requirements.lock" in first
    (clone / ".venv").symlink_to(sys.prefix)  # nothing is fetched in a test
    process = await asyncio.create_subprocess_exec(
        "make", "--assume-old=.venv/.runtime", "demo",
        cwd=clone, env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1"}, stdout=PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    try:
        await page_of(lambda: said)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        await asyncio.wait_for(process.wait(), 20)


@runs("make test")
def test_make_test_is_every_check() -> None:
    commands = made("--dry-run", "--assume-old=.venv/.development", "test").splitlines()
    assert commands == [
        ".venv/bin/ruff check .",
        ".venv/bin/ruff format --check .",
        ".venv/bin/mypy",
        ".venv/bin/lint-imports",
        ".venv/bin/coverage erase",
        ".venv/bin/coverage run -m pytest --numprocesses auto --dist loadscope",
        ".venv/bin/coverage combine --quiet",
        ".venv/bin/coverage report",
    ]
    assert [each for each in commands if not (BIN / Path(each.split()[0]).name).exists()] == []


@runs("make test-long")
def test_make_test_long_is_every_test_that_takes_long() -> None:
    (command,) = made("--dry-run", "--assume-old=.venv/.development", "test-long").splitlines()
    assert command == ".venv/bin/python -m pytest -m long --hypothesis-show-statistics"


def cloned(folder: Path) -> Path:
    """What a clone has: the files that git knows, as they are now."""
    told = subprocess.check_output(["/usr/bin/env", "git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in filter(None, told.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def made(*arguments: str, folder: Path = ROOT) -> str:
    """What make says."""
    words = ["/usr/bin/env", "make", "--no-print-directory", *arguments]
    environment = {"PATH": os.defpath}  # make's own variables would be taken over from a `make test` around us
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout


async def page_of(said: Callable[[], str]) -> None:
    """Wait until the address that was said answers with the demo's page."""
    url = (await until(lambda: re.search(r"http://\S+", said()), "an address", shows=said))[0]

    async def answered() -> str | None:
        async with ClientSession() as session, session.get(url) as answer:
            return await answer.text() if answer.status == 200 else None

    assert "<title>" in await until_answered(answered, "the page")
