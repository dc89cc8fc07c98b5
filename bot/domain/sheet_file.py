"""Sheets as files: text for spreadsheets in which nothing is a formula, and a page to read, print and click."""

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.domain.failure import kind_of, kinds, shown
from bot.domain.request import LipsyncRequest
from bot.domain.sheet import Format, Gathered, Kind
from bot.domain.sheet_wording import lacking
from bot.domain.web_address import is_web_address
from bot.domain.words import counted, utc

COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.ROWS: (
        "reference_id",
        "id",
        "status",
        "created_at",
        "started_at",
        "finished_at",
        "took_seconds",
        "failure_kind",
        "error_message",
        "output_url",
    ),
    Kind.LINKS: ("reference_id", "id", "finished_at", "output_url"),
}
_BYTE_ORDER_MARK = "\ufeff"
_LONGEST_CELL = 32_000  # Excel takes 32,767 characters, and the apostrophes come on top
_LONGEST_MESSAGE = 2_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FORMULA = re.compile(r"(^|;)(?=[\s\"']*[=+\-@＝＋－＠])")  # in many languages Excel splits at semicolons
_SPLIT_ADDRESS = re.compile(r";(?=[\"']*[=+\-@])")
_STYLE = """\
:root{color-scheme:light dark}body{font:13px/1.4 system-ui,sans-serif;margin:1.5rem}h1{font-size:1.3rem;margin:0}
h1,td{overflow-wrap:anywhere}p{margin:.3rem 0 1rem}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top}td{min-width:6em}
th{background:Canvas;position:sticky;top:0;white-space:nowrap}.fixed{white-space:nowrap}.wide{min-width:16em}
.number{text-align:right;min-width:0}.lacks{border-left:4px solid #c33;padding-left:.6rem}
@page{size:A4 landscape;margin:10mm}@media print{body{margin:0;font-size:7px}th,td{min-width:0;padding:1px 3px}
th{position:static}thead{display:table-header-group}tr{break-inside:avoid}.wide{min-width:9em}}"""
_CLASSES = {
    "id": "fixed",
    "created_at": "fixed",
    "started_at": "fixed",
    "finished_at": "fixed",
    "took_seconds": "number",
    "failure_kind": "wide",
    "error_message": "wide",
    "output_url": "wide",
}


def content(gathered: Gathered, rows: Sequence[LipsyncRequest], kind: Kind, wanted: Format) -> bytes:
    """The file in UTF-8; takes 0.2 s for 5,000 rows, so it is made beside the event loop.

    CSV begins with a byte order mark, without which Excel takes UTF-8 for something else; TSV, for programs and the
    clipboard, does not. What is lacking stands in the last row, or above the table of the page.
    """
    table = _cells(gathered, rows, kind)
    if wanted is Format.HTML:
        return _page(gathered, table, kind, len(rows)).encode("utf-8", "replace")
    begin = _BYTE_ORDER_MARK if wanted is Format.CSV else ""
    return (begin + _separated(gathered, table, kind, wanted)).encode("utf-8", "replace")


def _cells(gathered: Gathered, rows: Sequence[LipsyncRequest], kind: Kind) -> Iterator[list[str]]:
    """The rows as texts, still as others wrote them."""
    names = {each.key: each.name for each in kinds(gathered.rows)} if kind is Kind.ROWS else {}
    for row in rows:
        cells = _row(row, gathered.reference_id, names)
        yield [cells[column] for column in COLUMNS[kind]]


def _row(row: LipsyncRequest, reference_id: str, names: Mapping[str, str]) -> Mapping[str, str]:
    failed = row.status == "failed"
    return {
        "reference_id": reference_id if row.reference_id is None else row.reference_id,
        "id": row.id,
        "status": row.status,
        "created_at": moment(row.created_at),
        "started_at": moment(row.started_at),
        "finished_at": moment(row.finished_at),
        "took_seconds": _took(row),
        "failure_kind": names.get(kind_of(row.error_message), "") if failed else "",
        "error_message": shown(row.error_message, _LONGEST_MESSAGE) if row.error_message else "",
        "output_url": row.output_url or "",
    }


def moment(at: datetime | None) -> str:
    """A time in ISO 8601 and UTC, to the second: "2026-04-01T12:00:00Z"; empty when there is none."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _took(row: LipsyncRequest) -> str:
    """Whole seconds from start to finish; empty where that is not known, or cannot be."""
    if row.started_at is None or row.finished_at is None or row.finished_at < row.started_at:
        return ""
    return str(round((row.finished_at - row.started_at).total_seconds()))


# --- spreadsheets ---


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line.

    What begins with `=`, `+`, `-` or `@`, with or without blanks before it, gets an apostrophe; so does what stands
    behind a semicolon, where many programs would begin a cell. A web address stays as it is, so that it can be opened;
    in it `;` becomes `%3B` before such a sign. Control characters become blanks; everything else is unchanged.
    """
    if is_web_address(text):
        return _SPLIT_ADDRESS.sub("%3B", text)
    begin = text[: _LONGEST_CELL // 2]
    line = _CONTROL.sub(" ", begin)
    cut = "…" if len(text) > len(begin) else ""
    return _FORMULA.sub(r"\1'", line) + cut


def _separated(gathered: Gathered, table: Iterator[list[str]], kind: Kind, wanted: Format) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, "excel-tab" if wanted is Format.TSV else "excel")
    writer.writerow(COLUMNS[kind])
    for cells in table:
        writer.writerow(map(safe, cells))
    if lacks := lacking(gathered):
        note = f"INCOMPLETE: {lacks}"
        writer.writerow([safe(note), *[""] * (len(COLUMNS[kind]) - 1)])
    return out.getvalue()


# --- a page ---


def _page(gathered: Gathered, table: Iterator[list[str]], kind: Kind, count: int) -> str:
    name = html.escape(_visible(gathered.reference_id))
    what = counted(count, "output link") if kind is Kind.LINKS else counted(count, "request")
    lacks = lacking(gathered)
    warning = f'<p class="lacks"><strong>INCOMPLETE:</strong> {html.escape(str(lacks))}</p>' if lacks else ""
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS[kind])
    body = "\n".join(f"<tr>{''.join(map(_cell, COLUMNS[kind], cells))}</tr>" for cells in table)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer"><title>{name}</title><style>{_STYLE}</style></head>
<body><h1><bdi>{name}</bdi></h1><p>{what}, read {utc(gathered.read_at, "day")}</p>{warning}
<table><thead><tr>{head}</tr></thead><tbody>
{body}
</tbody></table></body></html>
"""


def _cell(column: str, text: str) -> str:
    shown_as = html.escape(_visible(text))
    of_class = f' class="{_CLASSES[column]}"' if column in _CLASSES else ""
    if column == "output_url" and is_web_address(text):
        return f'<td{of_class}><a href="{shown_as}" rel="noopener noreferrer" target="_blank">{shown_as}</a></td>'
    return f"<td{of_class}><bdi>{shown_as}</bdi></td>"


def _visible(text: str) -> str:
    return _CONTROL.sub(" ", text)
