"""Every benchmark runs and prints its table; how fast it is, is not asked here."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.processes import ROOT

PROGRAMS = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if "if __name__ ==" in path.read_text())
LARGE = ("ack", "burst", "ledger", "start")  # also where they are quick: they make a grown database, or many calls


@pytest.mark.processes
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long if name in LARGE else ()) for name in PROGRAMS]
)
async def test_a_quick_run_of_a_benchmark_prints_its_table(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, f"benchmarks/{name}.py", "--quick",
        cwd=ROOT, env={**environment, "COLUMNS": "200"}, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    assert "┃" in out.decode()
    assert "ceiling" in out.decode()
