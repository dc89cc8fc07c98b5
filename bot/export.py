"""Every row of a batch as a file, for the terminal."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import log, serve, settings
from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.sheet import Format, Gathered, Kind, gathered
from bot.domain.sheet_file import content
from bot.domain.sheet_wording import lacking
from bot.domain.words import clean
from bot.errors import ChamelaionError, SettingsError
from bot.once import ask_once
from bot.scheduler import SystemClock
from bot.serve import WRONG_SETTINGS
from bot.settings import LogFormat, LogLevel

INCOMPLETE = 1
WRONG_INPUT = 2
NEVER_SEEN = 3

_err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def export(
    reference: Annotated[str, typer.Argument(help="A reference id, or the UUID of one request.")],
    as_format: Annotated[Format, typer.Option("--format", help="What the file is.")] = Format.CSV,
    output: Annotated[Path | None, typer.Option(help="Where it is written; standard output if not given.")] = None,
) -> None:
    """Write every row of a batch as a file, read live from the API.

    Exit codes: 0 written, 1 could not be read or rows are missing, 2 settings or --output, 3 never seen.
    """
    found = _found(reference)
    if not found.rows:
        _err.print(f"Nothing was ever sent under {clean(reference)}; nothing was written.")
        raise typer.Exit(NEVER_SEEN)
    made = content(found, found.rows, Kind.ROWS, as_format)
    if output is None:
        typer.echo(made, nl=False)
    else:
        _write(made, output)
    if lacks := lacking(found):
        _err.print(f"INCOMPLETE: {lacks}.")
        raise typer.Exit(INCOMPLETE)


def _found(reference: str) -> Gathered:
    try:
        given = serve.prepared("chamelaion_api_key", only=settings.API_ONLY)
        log.configure(LogLevel.ERROR, json=given.log_format is LogFormat.JSON)  # what goes wrong is told below, once
        return _gathered(reference, asyncio.run(ask_once(given, SystemClock(), reference)))
    except SettingsError as error:
        for problem in error.problems:
            _err.print(problem)
        raise typer.Exit(WRONG_SETTINGS) from None
    except ChamelaionError as error:
        _err.print(f"The batch could not be read: {error}; nothing was written.")
        raise typer.Exit(INCOMPLETE) from None


def _gathered(reference: str, answer: StatusAnswer | RequestAnswer) -> Gathered:
    if isinstance(answer, RequestAnswer):
        return Gathered(reference, (answer.request,), 1, answer.read_at)
    read_at = answer.read_at or SystemClock().now()
    return gathered(reference, answer.requests, answer.progress.total, read_at, complete=answer.complete)


def _write(made: bytes, output: Path) -> None:
    try:
        output.write_bytes(made)
    except OSError as error:
        _err.print(f"{clean(str(output))} cannot be written: {error.strerror}.")
        raise typer.Exit(WRONG_INPUT) from None
