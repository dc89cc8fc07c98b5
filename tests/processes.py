"""Whole processes: started with an environment from scratch, waited for with a deadline, always ended."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
_KEPT = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")
_COVERAGE = "COVERAGE_"
_AGAIN_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
"""For what takes two seconds on an idle machine, and ten times as long on a busy one."""
T = TypeVar("T")


@dataclass
class Program:
    """A process and what it has written so far."""

    process: Process
    out: bytearray
    err: bytearray

    @property
    def stdout(self) -> str:
        return self.out.decode()

    @property
    def stderr(self) -> str:
        return self.err.decode()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Its log lines (with LOG_FORMAT=json)."""
        return [json.loads(line) for line in self.stderr.splitlines() if line.startswith("{")]

    def logged(self, event: str) -> dict[str, Any] | None:
        """The first line of the log with this event."""
        return next((line for line in self.log if line["event"] == event), None)

    async def port(self) -> int:
        """Where its HTTP server listens."""
        await until(lambda: self.has_ended or self.logged("running"), "the bot to run", shows=lambda: self.stderr)
        line = self.logged("running")
        assert line is not None, f"the bot ended before it ran\n{self.stderr}"
        return int(line["port"])

    @property
    def has_ended(self) -> bool:
        return self.process.returncode is not None

    async def ended(self, within: float = PATIENCE_SECONDS) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(within):
            return await self.process.wait()


async def until(
    condition: Callable[[], T | None], what: str, *, within: float = PATIENCE_SECONDS, shows: Callable[[], str] = str
) -> T:
    """What the condition gives, once it is true; `what` is told, with what `shows` has, when that takes too long."""

    async def asked() -> T | None:
        return condition()

    return await until_answered(asked, what, within=within, shows=shows)


async def until_answered(
    condition: Callable[[], Awaitable[T | None]],
    what: str,
    *,
    within: float = PATIENCE_SECONDS,
    shows: Callable[[], str] = str,
) -> T:
    """The same for a condition that has to be awaited."""
    deadline = time.monotonic() + within
    while not (found := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s in vain for {what}\n{shows()}")
        await asyncio.sleep(_AGAIN_SECONDS)
    return found


@asynccontextmanager
async def program(
    *arguments: str,
    variables: dict[str, str] | None = None,
    folder: Path | None = None,
    start: Sequence[str] = (sys.executable, "-m", "bot"),
) -> AsyncIterator[Program]:
    """`python -m bot …` with these variables and nothing else of ours; killed at the end if it is still there."""
    inherited = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_COVERAGE)}
    environment = inherited | {"PYTHONPATH": str(ROOT), "COLUMNS": "300"} | (variables or {})
    process = await asyncio.create_subprocess_exec(
        *start, *arguments,
        env=environment, cwd=folder or ROOT, stdin=DEVNULL, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    made = Program(process, bytearray(), bytearray())
    readers = asyncio.gather(_read(process.stdout, made.out), _read(process.stderr, made.err))
    try:
        yield made
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await readers


async def finished(
    *arguments: str, variables: dict[str, str] | None = None, folder: Path | None = None
) -> tuple[int, Program]:
    """The exit code of a program that ends by itself, and what it wrote."""
    async with program(*arguments, variables=variables, folder=folder) as made:
        code = await made.ended()
    return code, made


async def _read(stream: asyncio.StreamReader | None, into: bytearray) -> None:
    while stream is not None and (some := await stream.read(65_536)):
        into.extend(some)
