"""The command line: what an operator types, from run and demo to export, deliveries, audit and calibrate."""

import asyncio
import json
from collections.abc import Coroutine, Iterable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import __version__, log, serve, settings
from bot.domain.answer import RequestAnswer, StatusAnswer
from bot.domain.answer_wording import needs_memory, request_lines, status_lines
from bot.domain.finding import Finding
from bot.domain.glob import is_glob
from bot.domain.progress import summarise
from bot.domain.words import Words
from bot.errors import ChamelaionError, SettingsError
from bot.export import export
from bot.once import ask_once, examine, migrate_database
from bot.probe import health
from bot.records import audit, calibrate, deliveries
from bot.sandbox.demo import run_demo
from bot.sandbox.gallery import document
from bot.scheduler import SystemClock
from bot.serve import WRONG_SETTINGS
from bot.settings import LogFormat, LogLevel, Settings
from bot.simulate import simulate
from bot.slack.command_forms import COMMANDS
from bot.slack.gallery import canned, canned_views, plain, plain_view
from bot.slack.manifest import COMMAND, SHORTCUTS, UNFURL_DOMAINS
from bot.slack.manifest import manifest as app_manifest

UNREADABLE = 1
WRONG_INPUT = 2  # as for a wrong setting or an unknown option: it must be called otherwise
NEVER_SEEN = 3

cli = typer.Typer(
    name="lipsync-bot",
    help="Track Chamelaion lip sync batches from Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
_UNFURL = "Links to this domain show how their request is doing; up to five, instead of Chamelaion's own."
_T = TypeVar("_T")


@cli.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Track Chamelaion lip sync batches from Slack."""
    if version:
        out.print(f"lipsync-bot {__version__}")
        raise typer.Exit


@cli.command()
def run() -> None:
    """Run the bot until it is told to stop (SIGTERM, Ctrl-C)."""
    serve.main()


@cli.command()
def demo(port: Annotated[int, typer.Option(help="Where the page is served; 0 takes a free port.")] = 0) -> None:
    """Try the bot in a browser: a made-up workspace and account, no tokens, nothing leaves this machine."""
    commands = [(form, command.says) for command in COMMANDS for form in command.forms]
    done = run_demo(
        clock=SystemClock(),
        environment=settings.environment(),
        tell=out.print,
        complain=err.print,
        port=port,
        commands=commands,
        gallery=_shown(),
        shortcuts=[each.shown() for each in SHORTCUTS],
    )
    raise typer.Exit(asyncio.run(done))


@cli.command()
def gallery(folder: Annotated[Path, typer.Option("--out", help="A folder, made when it is missing.")]) -> None:
    """Write a page with every message that the bot can make; a browser opens it from the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "index.html"
    page.write_text(document(_shown(), SystemClock()), encoding="utf-8")
    out.print(str(page))


@cli.command()
def status(
    reference: Annotated[str, typer.Argument(help="A reference id, or the UUID of one request.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell how a batch is doing, read live from the API.

    Exit codes: 0 answered, 1 could not be read, 2 settings or a pattern, 3 never seen.
    """
    given = _settings("chamelaion_api_key", only=settings.API_ONLY)
    log.configure(LogLevel.ERROR, json=given.log_format is LogFormat.JSON)  # what goes wrong is told below, once
    try:
        answer = _finish(ask_once(given, SystemClock(), reference))
    except ChamelaionError as error:
        err.print(f"The batch could not be read: {error}.")
        raise typer.Exit(UNREADABLE) from None
    is_unseen = isinstance(answer, StatusAnswer) and not answer.progress.total
    if is_unseen and is_glob(reference):
        err.print(str(needs_memory(reference, COMMAND)))
        raise typer.Exit(WRONG_INPUT)
    if as_json:
        out.print(json.dumps(_as_object(reference, answer)))
    else:
        out.print("\n".join(map(str, _lines(answer))))
    if is_unseen:
        raise typer.Exit(NEVER_SEEN)


@cli.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False) -> None:
    """Check tokens, scopes, API key, database and clocks, and say how to mend each: exit 0 all good, 1 not."""
    environment = settings.environment()
    foreign = settings.forget_foreign(environment)
    try:
        given = Settings.read(environment, needed=settings.needed_to_run(environment))
        log.configure(given.log_level, json=given.log_format is LogFormat.JSON)
        findings = asyncio.run(examine(given, SystemClock(), foreign))
    except SettingsError as error:
        if as_json:
            out.print(json.dumps([asdict(_of_setting(problem)) for problem in error.problems]))
        raise _refused(error) from None
    if as_json:
        out.print(json.dumps([asdict(each) for each in findings]))
    else:
        Console(highlight=False).print(_table(findings))
    raise typer.Exit(UNREADABLE if any(not each.ok for each in findings) else 0)


cli.command()(health)
cli.command()(simulate)
cli.command()(deliveries)
cli.command()(audit)
cli.command()(export)
cli.command()(calibrate)


@cli.command()
def manifest(
    http: Annotated[str, typer.Option(help="Slack reaches the bot at this address, instead of Socket Mode.")] = "",
    command: Annotated[str, typer.Option(help="The slash command, as in SLACK_COMMAND.")] = COMMAND,
    unfurl: Annotated[list[str] | None, typer.Option(help=_UNFURL)] = None,
    distributed: Annotated[bool, typer.Option("--distributed", help="Without steps for Workflow Builder.")] = False,
) -> None:
    """Print the manifest of the Slack app, to be pasted at api.slack.com/apps."""
    try:
        name = Settings.read({"SLACK_COMMAND": command}).slack_command
        domains = unfurl or UNFURL_DOMAINS
        typer.echo(app_manifest(name, http or None, domains, distributed=distributed), nl=False)
    except SettingsError as error:
        raise _refused(error) from None


@cli.command()
def migrate() -> None:
    """Bring the database up to date; `run` does that by itself."""
    _finish(migrate_database(_settings(only=settings.DATABASE_ONLY), SystemClock()))
    out.print("The database is up to date.")


def main() -> None:
    """Start here."""
    cli()


def _shown() -> list[dict[str, object]]:
    """Every view and message as plain values, as of two minutes ago."""
    now = SystemClock().now() - timedelta(minutes=2)
    return [*map(plain, canned(COMMAND, now)), *map(plain_view, canned_views(COMMAND, now))]


def _settings(*needed: str, only: tuple[str, ...] | None = None) -> Settings:
    try:
        return serve.prepared(*needed, only=only)
    except SettingsError as error:
        raise _refused(error) from None


def _finish(work: Coroutine[Any, Any, _T]) -> _T:
    try:
        return asyncio.run(work)
    except SettingsError as error:
        raise _refused(error) from None


def _refused(error: SettingsError) -> typer.Exit:
    for problem in error.problems:
        err.print(problem)
    return typer.Exit(WRONG_SETTINGS)


def _of_setting(problem: str) -> Finding:
    detail, _, fix = problem.partition(": ")
    return Finding("settings", False, detail, f"{fix[:1].upper()}{fix[1:]}.")


def _table(findings: Iterable[Finding]) -> Table:
    """One row for each check; below what is wrong stands how to mend it."""
    table = Table("check", "", "found", box=None, pad_edge=False, header_style="bold")
    for each in findings:
        told = Text(f"{each.detail}\n→ {each.fix}" if each.fix else each.detail)
        table.add_row(Text(each.check), Text("ok", "green") if each.ok else Text("WRONG", "bold red"), told)
    return table


def _lines(answer: StatusAnswer | RequestAnswer) -> tuple[Words, ...]:
    if isinstance(answer, RequestAnswer):
        return request_lines(answer)
    return status_lines(answer)


def _as_object(reference: str, answer: StatusAnswer | RequestAnswer) -> dict[str, object]:
    """The contract of `status --json`."""
    if isinstance(answer, RequestAnswer):
        progress, complete = summarise(answer.request.reference_id or reference, [answer.request]), True
    else:
        progress, complete = answer.progress, answer.complete
    return {
        "reference_id": progress.reference_id,
        "total": progress.total,
        "completed": progress.completed,
        "failed": progress.failed,
        "processing": progress.processing,
        "queued": progress.queued,
        "other": dict(progress.other),
        "read_at": None if answer.read_at is None else answer.read_at.isoformat(timespec="seconds"),
        "complete": complete,
    }
