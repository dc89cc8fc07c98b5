"""What the database has to tell an operator: what was announced, who did what, and how good forecasts were."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import serve, settings
from bot.domain.calibration import Foretold, Worth, by_stage, calibration
from bot.domain.calibration_wording import calibration_sentence, per_cent
from bot.domain.deed import NOBODY, RUN, Deed, Did
from bot.domain.delivery_log import Logged
from bot.domain.spans import span_between
from bot.domain.words import clean, duration
from bot.errors import BadCommandError, SettingsError, StoreError
from bot.scheduler import SystemClock
from bot.serve import WRONG_SETTINGS
from bot.store import Store, open_store

UNREADABLE = 1
MOST_ROWS = 500  # of a table; as JSON everything is told
_LONGEST_CELL = 60
_SHORT_RUN = 8  # of the id of a run of `test`; as JSON it is whole
_WIDE = 400  # of a table that goes into a file or another program, a row to a line
T = TypeVar("T")

_plain = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)


def deliveries(
    since: Annotated[str, typer.Option(help="How far back, such as 30m, 2h or 7d.")] = "1h",
    channel: Annotated[str, typer.Option(help="Only there: a channel's id or name, or a person's id.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Tell what was announced where, what became of it, and how long that took; reads only the database.

    Exit codes: 0 told, 1 the database could not be read, 2 settings or --since.
    """
    length, limit = _length(since), None if as_json else MOST_ROWS + 1

    async def ask(store: Store, now: datetime) -> tuple[Logged, ...]:
        return await store.delivery_log.since(now - length, channel=channel or None, limit=limit)

    found = _asked(ask)
    where = f" in {clean(channel)}" if channel else ""
    if as_json:
        _plain.print(json.dumps([_object(each) for each in found], ensure_ascii=False))
    elif not found:
        _plain.print(f"Nothing was announced{where} in the last {duration(length)}.")
    else:
        _show(_deliveries(found[-MOST_ROWS:]), len(found))


def audit(
    since: Annotated[str, typer.Option(help="How far back, such as 2h or 7d.")] = "7d",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Tell who did what: watches, changes, mutes, tests and what was taken back; reads only the database.

    Exit codes: 0 told, 1 the database could not be read, 2 settings or --since.
    """
    length = _length(since)

    async def ask(store: Store, now: datetime) -> tuple[Deed, ...]:
        return await store.deeds.since(now - length)

    found = _asked(ask)
    if as_json:
        _plain.print(json.dumps([_deed(each) for each in found], ensure_ascii=False))
    elif not found:
        _plain.print(f"Nothing was done by anybody in the last {duration(length)}.")
    else:
        _show(_audit(found[-MOST_ROWS:]), len(found))


def calibrate(
    since: Annotated[str, typer.Option(help="How far back, such as 12h or 30d.")] = "30d",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell how good the forecasts were: how often the finish was within the interval, and how far off they were.

    Reads only the database. Exit codes: 0 told, 1 the database could not be read, 2 settings or --since.
    """
    length = _length(since)

    async def ask(store: Store, now: datetime) -> tuple[Foretold, ...]:
        return await store.forecasts.since(now - length, limit=None)

    found = _asked(ask)
    told = calibration(found)
    if as_json:
        stages = [{"finished": stage, **asdict(each)} for stage, each in by_stage(found)]
        _plain.print(json.dumps({**asdict(told), "coverage": told.coverage, "stages": stages}))
    elif told.judged:
        Console(highlight=False).print(_stages(by_stage(found)))
        _plain.print(f"{calibration_sentence(told)}.")
    else:
        _plain.print(f"{calibration_sentence(told)}, in the last {duration(length)}.")


def _length(since: str) -> timedelta:
    try:
        return span_between(since, timedelta(seconds=1), timedelta(days=3_650), "from 1 second to 3650 days")
    except BadCommandError as error:
        _err.print(f"--since is wrong: {error}")
        raise typer.Exit(WRONG_SETTINGS) from None


def _asked(ask: Callable[[Store, datetime], Awaitable[T]]) -> T:
    try:
        given = serve.prepared(only=settings.DATABASE_ONLY)
        return asyncio.run(_ask(given.database_url, ask))
    except SettingsError as error:
        for problem in error.problems:
            _err.print(problem)
        raise typer.Exit(WRONG_SETTINGS) from None
    except StoreError as error:
        _err.print(f"The database could not be read: {error}.")
        raise typer.Exit(UNREADABLE) from None


async def _ask(url: str, ask: Callable[[Store, datetime], Awaitable[T]]) -> T:
    """Reads, and leaves everything as it is: a database that is not there is not made."""
    clock = SystemClock()
    store = await open_store(url, clock)
    try:
        if not store.database.is_made:
            raise StoreError("there is none yet; `lipsync-bot run` makes it")
        return await ask(store, clock.now())
    finally:
        await store.database.close()


def _show(table: Table, count: int) -> None:
    for column in table.columns:
        column.overflow = "fold"  # nothing is cut: ids are there to be copied
    table.columns[0].no_wrap = True
    terminal = Console(highlight=False)
    if not terminal.is_terminal:
        terminal.width = _WIDE
    terminal.print(table)
    if count > MOST_ROWS:
        _plain.print(f"Only the newest {MOST_ROWS} are shown: choose a shorter --since, or --json for all.")


def _deliveries(found: Iterable[Logged]) -> Table:
    table = Table(
        "recorded (UTC)", "where", "kind", "reference", "state", "why", "seen after", "sent after", "message",
        box=None, pad_edge=False, header_style="bold",
    )  # fmt: skip
    for each in found:
        cells = (
            _time(each.recorded_at),
            _where(each),
            each.kind,
            clean(each.reference_id, _LONGEST_CELL) if each.reference_id else "",
            each.state.value,
            clean(each.why, _LONGEST_CELL) if each.why else "",
            _took(each.until_seen),
            _took(each.until_sent),
            each.ts or "",
        )
        table.add_row(*map(Text, cells))
    return table


def _audit(found: Sequence[Deed]) -> Table:
    table = Table(
        "when (UTC)", "who", "where", "what", "about", "details", box=None, pad_edge=False, header_style="bold"
    )
    for each in found:
        details = ", ".join(
            f"{name}: {value[:_SHORT_RUN] if name == RUN else value}" for name, value in each.details.items()
        )
        cells = (
            _time(each.done_at),
            _who(each),
            _where(each),
            each.did.value,
            clean(each.subject, _LONGEST_CELL),
            clean(details, _LONGEST_CELL) if details else "",
        )
        table.add_row(*map(Text, cells))
    return table


def _who(each: Deed) -> str:
    if each.person != NOBODY:
        return each.person
    return "a workflow" if each.did is Did.STEP else "the bot"


def _where(each: Logged | Deed) -> str:
    return f"#{clean(each.place_name)}" if each.place_name else each.place


def _stages(found: Iterable[tuple[str, Worth]]) -> Table:
    table = Table("made with", "forecasts", "within 80%", "off by", "a straight line", box=None, header_style="bold")
    for stage, each in found:
        covered = per_cent(each.covered / each.count) if each.count else ""
        errors = ("" if share is None else per_cent(share) for share in (each.error, each.linear_error))
        table.add_row(stage, f"{each.count:,}", covered, *errors)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _object(each: Logged) -> dict[str, object]:
    return {
        "recorded_at": _iso(each.recorded_at),
        "workspace_id": each.workspace_id,
        "place": each.place,
        "place_name": each.place_name,
        "kind": each.kind,
        "reference_id": each.reference_id,
        "state": each.state.value,
        "why": each.why,
        "happened_at": _iso(each.happened_at),
        "sent_at": _iso(each.sent_at),
        "seen_after_seconds": _seconds(each.until_seen),
        "sent_after_seconds": _seconds(each.until_sent),
        "channel": each.channel,
        "ts": each.ts,
    }


def _deed(each: Deed) -> dict[str, object]:
    return {
        "done_at": _iso(each.done_at),
        "workspace_id": each.workspace_id,
        "place": each.place,
        "place_name": each.place_name,
        "person": each.person or None,
        "deed": each.did.value,
        "subject": each.subject,
        "details": dict(each.details),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _took(length: timedelta | None) -> str:
    return "" if length is None else f"{length.total_seconds():.1f} s"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds")


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 3)
