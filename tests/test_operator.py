"""The operator's commands as whole processes: doctor, health, manifest."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.sandbox.slack_server import SlackSandbox
from bot.scheduler import SystemClock
from tests.processes import Program, finished, program

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="module")]

BOT_TOKEN, APP_TOKEN, KEY = "xoxb-7264-hidden", "xapp-7264-hidden", "key-7264-hidden"


@dataclass
class Outside:
    """A Slack and an account, and the settings that lead there."""

    slack: SlackSandbox
    api: ChamelaionSandbox

    def variables(self, folder: Path, **changes: str) -> dict[str, str]:
        (folder / "emptied").mkdir(exist_ok=True)
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.slack.api_url,
            "CHAMELAION_API_KEY": KEY,
            "CHAMELAION_BASE_URL": self.api.base_url,
            "DATABASE_URL": f"sqlite:///{folder / 'lipsync.db'}",
            "TMPDIR": str(folder / "emptied"),
            "HTTPS_PROXY": "http://user:7264-hidden@127.0.0.1:9",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "LOG_FORMAT": "json",
        } | changes

    async def doctor(self, folder: Path, *arguments: str, **changes: str) -> tuple[int, Program]:
        code, asked = await finished("doctor", *arguments, variables=self.variables(folder, **changes), folder=folder)
        assert "hidden" not in asked.stdout + asked.stderr
        assert "Traceback" not in asked.stderr
        return code, asked


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def outside() -> AsyncIterator[Outside]:
    clock = SystemClock()
    slack = SlackSandbox(clock=clock, bot_token=BOT_TOKEN, app_token=APP_TOKEN)
    async with slack, ChamelaionSandbox(Account(clock, seed=1), clock, key=KEY) as api:
        yield Outside(slack, api)


async def test_the_doctor_finds_nothing_wrong_and_posts_nothing(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.doctor(tmp_path, "--json")
    findings = json.loads(asked.stdout)
    assert code == 0
    assert [list(each) for each in findings] == [["check", "ok", "detail", "fix"]] * len(findings)
    assert [each["check"] for each in findings] == [
        "settings", "environment", "bot token", "scopes", "history", "Slack clock", "app token", "API key", "API clock",
        "database", "places", "histories", "shared channels",
    ]  # fmt: skip
    assert all(each["ok"] for each in findings)
    assert "HTTPS_PROXY" in findings[1]["detail"]
    assert {call.method for call in outside.slack.calls} == {"auth.test", "apps.connections.open"}


async def test_a_person_is_told_what_is_wrong_and_how_to_mend_it(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.doctor(tmp_path, CHAMELAION_API_KEY="another-7264-hidden")
    assert code == 1
    assert asked.stdout.count("WRONG") == 1
    assert "→ Copy an API key from your Chamelaion account to CHAMELAION_API_KEY." in asked.stdout


async def test_without_settings_the_doctor_says_which(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.doctor(tmp_path, "--json", CHAMELAION_API_KEY="", POLL_INTERVAL="often")
    findings = json.loads(asked.stdout)
    assert code == 2
    assert [each["detail"] for each in findings] == ["CHAMELAION_API_KEY is not set", "POLL_INTERVAL is wrong"]
    assert all(each["fix"] for each in findings)
    assert asked.stderr.startswith("CHAMELAION_API_KEY is not set: ")


async def test_health_tells_a_running_bot_from_a_missing_one_and_starts_fast(outside: Outside, tmp_path: Path) -> None:
    variables = outside.variables(tmp_path)
    async with program("run", variables=variables, folder=tmp_path) as bot:
        variables |= {"PORT": str(await bot.port()), "HTTP_PROXY": "http://127.0.0.1:9"}
        code, asked = await finished("health", variables=variables)
        assert (code, json.loads(asked.stdout)) == (0, {"look": True})
        url = f"http://127.0.0.1:{variables['PORT']}/healthz"
        assert (await finished("health", "--url", url))[0] == 0
    began = time.monotonic()
    code, asked = await finished("health", variables=variables)
    assert time.monotonic() - began < 5
    assert (code, asked.stdout) == (1, "")
    assert "does not answer" in asked.stderr


async def test_health_with_wrong_settings_is_not_alive() -> None:
    code, asked = await finished("health", variables={"PORT": "high"})
    assert code == 1
    assert asked.stderr.startswith("PORT is wrong: ")


async def test_the_manifest_is_printed_as_asked() -> None:
    code, asked = await finished("manifest", "--http", "https://bot.example.com", "--command", "/lipsync-staging")
    assert code == 0
    assert "command: /lipsync-staging\n" in asked.stdout
    assert 'request_url: "https://bot.example.com/slack/events"\n' in asked.stdout


async def test_a_command_that_slack_would_not_take_is_refused() -> None:
    code, asked = await finished("manifest", "--command", "lip sync")
    assert (code, asked.stdout) == (2, "")
    assert asked.stderr.startswith("SLACK_COMMAND is wrong: ")
