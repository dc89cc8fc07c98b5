"""The command line, as whole processes beside a Chamelaion account on loopback."""

import json
import re
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot import __version__
from bot.sandbox.account import Account
from bot.sandbox.chamelaion_server import ChamelaionSandbox
from bot.scheduler import SystemClock
from tests.processes import Program, finished, program, until

pytestmark = [pytest.mark.processes, pytest.mark.asyncio(loop_scope="module")]

KEY = "key-7264-hidden"
ODD = "x:bug:[red]y[/red] :-)"
LIKE_A_PATTERN = "take-[1]-*"
KEYS = ["reference_id", "total", "completed", "failed", "processing", "queued", "other", "read_at", "complete"]


@dataclass
class Outside:
    """An account with one batch, and what leads a program there."""

    api: ChamelaionSandbox
    ids: list[str]

    @property
    def variables(self) -> dict[str, str]:
        return {"CHAMELAION_API_KEY": KEY, "CHAMELAION_BASE_URL": self.api.base_url}

    async def status(self, *arguments: str, folder: Path) -> tuple[int, Program]:
        return await finished("status", *arguments, variables=self.variables, folder=folder)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def outside() -> AsyncIterator[Outside]:
    clock = SystemClock()
    account = Account(clock, seed=1)
    async with ChamelaionSandbox(account, clock, key=KEY, max_page=20) as api:
        ids = account.submit("batch-2026-04", 30)
        account.fail(ids[0], "no face detected")
        account.finish("batch-2026-04")
        account.submit(ODD, 1)
        account.submit(LIKE_A_PATTERN, 2)
        yield Outside(api, ids)


async def test_export_writes_every_row_and_nothing_else_to_standard_output(outside: Outside, tmp_path: Path) -> None:
    variables = outside.variables
    code, asked = await finished("export", "batch-2026-04", variables=variables, folder=tmp_path)
    assert code == 0
    head, *rows = asked.stdout.removeprefix("\ufeff").splitlines()
    assert head.startswith("reference_id,id,status,")
    assert {row.split(",")[1] for row in rows} == set(outside.ids)
    assert asked.stderr == ""
    code, asked = await finished("export", outside.ids[0], "--format", "html", variables=variables, folder=tmp_path)
    assert code == 0
    assert asked.stdout.count("<tr>") == 2
    assert files(tmp_path) == []


async def test_export_of_what_was_never_sent_or_cannot_be_read_or_written_writes_nothing(
    outside: Outside, tmp_path: Path
) -> None:
    variables = outside.variables
    nowhere = str(tmp_path / "missing" / "x.csv")
    for arguments, exit_code, says in (
        (("batch-2026",), 3, "Nothing was ever sent under batch-2026"),
        (("batch-2026-04", "--output", nowhere), 2, "cannot be written"),
        (("batch-2026-04", "--format", "xlsx"), 2, "xlsx"),
    ):
        code, asked = await finished("export", *arguments, variables=variables, folder=tmp_path)
        assert (code, asked.stdout) == (exit_code, "")
        assert says in asked.stderr
    code, asked = await finished("export", "x", variables=variables | {"CHAMELAION_API_KEY": "k"}, folder=tmp_path)
    assert (code, asked.stdout) == (1, "")
    assert "could not be read" in asked.stderr
    code, asked = await finished("export", "x", variables={}, folder=tmp_path)
    assert (code, asked.stdout) == (2, "")
    assert "CHAMELAION_API_KEY" in asked.stderr
    assert files(tmp_path) == []


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_status_as_json_has_exactly_the_promised_keys(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status("batch-2026-04", "--json", folder=tmp_path)
    answer = json.loads(asked.stdout)
    assert code == 0
    assert list(answer) == KEYS
    assert answer | {"read_at": None} == {
        "reference_id": "batch-2026-04",
        "total": 30,
        "completed": 29,
        "failed": 1,
        "processing": 0,
        "queued": 0,
        "other": {},
        "read_at": None,
        "complete": True,
    }
    assert datetime.fromisoformat(answer["read_at"]).tzinfo is not None
    assert not files(tmp_path)
    assert "hidden" not in asked.stderr


async def test_status_tells_a_person_the_same_in_words(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status("batch-2026-04", folder=tmp_path)
    assert code == 0
    assert "batch-2026-04" in asked.stdout
    assert "29 done" in asked.stdout
    assert "no face detected" in asked.stdout


async def test_what_looks_like_markup_is_printed_as_it_is(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status(ODD, "--json", folder=tmp_path)
    assert (code, json.loads(asked.stdout)["reference_id"]) == (0, ODD)


async def test_a_request_is_answered_by_its_uuid(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status(outside.ids[0], "--json", folder=tmp_path)
    answer = json.loads(asked.stdout)
    assert code == 0
    assert list(answer) == KEYS
    assert (answer["total"], answer["failed"], answer["complete"]) == (1, 1, True)


async def test_a_request_is_told_in_words_with_its_reason(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status(outside.ids[0], folder=tmp_path)
    assert code == 0
    assert outside.ids[0] in asked.stdout
    assert "no face detected" in asked.stdout


async def test_a_reference_that_was_never_seen_has_its_own_exit_code(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status("batch-2062-04", "--json", folder=tmp_path)
    assert code == 3
    assert json.loads(asked.stdout)["total"] == 0


@pytest.mark.parametrize("arguments", [["--json"], []])
async def test_a_pattern_is_told_where_it_is_answered(outside: Outside, arguments: list[str], tmp_path: Path) -> None:
    code, asked = await outside.status("batch-*", *arguments, folder=tmp_path)
    assert (code, asked.stdout) == (2, "")
    (line,) = asked.stderr.splitlines()
    assert line == (
        "No reference is called batch-*. As a pattern it needs what the bot remembers, which the terminal does not "
        "read: ask in Slack with /lipsync status batch-*, or name one reference."
    )


async def test_a_reference_that_looks_like_a_pattern_is_answered(outside: Outside, tmp_path: Path) -> None:
    code, asked = await outside.status(LIKE_A_PATTERN, "--json", folder=tmp_path)
    answer = json.loads(asked.stdout)
    assert (code, answer["reference_id"], answer["total"]) == (0, LIKE_A_PATTERN, 2)


async def test_a_pattern_while_the_api_cannot_be_read_is_unreadable(outside: Outside, tmp_path: Path) -> None:
    variables = outside.variables | {"CHAMELAION_API_KEY": "another-hidden"}
    code, _ = await finished("status", "batch-*", variables=variables, folder=tmp_path)
    assert code == 1


async def test_a_refused_key_is_unreadable_and_no_traceback(outside: Outside, tmp_path: Path) -> None:
    variables = outside.variables | {"CHAMELAION_API_KEY": "another-hidden"}
    code, asked = await finished("status", "batch-2026-04", "--json", variables=variables, folder=tmp_path)
    assert code == 1
    assert asked.stdout == ""
    (line,) = asked.stderr.splitlines()
    assert line.startswith("The batch could not be read: ")
    assert "hidden" not in line


async def test_status_without_a_key_is_a_matter_of_settings(tmp_path: Path) -> None:
    code, asked = await finished("status", "batch-2026-04", folder=tmp_path)
    assert code == 2
    assert asked.stderr.startswith("CHAMELAION_API_KEY is not set: ")


async def test_the_version_is_printed() -> None:
    code, asked = await finished("--version")
    assert (code, asked.stdout) == (0, f"lipsync-bot {__version__}\n")


async def test_without_a_command_it_shows_what_there_is() -> None:
    code, asked = await finished()
    assert code == 2
    assert [word for word in ("run", "demo", "status", "migrate") if word not in asked.stdout + asked.stderr] == []


async def test_the_demo_serves_its_page_until_ctrl_c(tmp_path: Path) -> None:
    async with program("demo", folder=tmp_path) as demo, ClientSession() as session:
        url = await until(lambda: re.search(r"http://\S+", demo.stdout), "the page", shows=lambda: demo.stderr)
        async with session.get(url[0]) as page:
            assert page.status == 200
        demo.process.send_signal(signal.SIGINT)
        assert await demo.ended() == 0
    assert not files(tmp_path)
