"""Sheets: in them nothing acts, nothing is lost, and nothing is silently missing."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.request import LipsyncRequest
from bot.domain.sheet import (
    MOST_ROWS,
    Format,
    Gathered,
    Kind,
    LastSheet,
    file_name,
    gathered,
    mark,
    marks_of,
    not_given,
    packed,
    that_fit,
)
from bot.domain.sheet_file import COLUMNS, content, moment, safe
from bot.domain.sheet_wording import lacking
from bot.domain.web_address import is_web_address
from tests.builders import NOON, at, request, uuid

DANGEROUS = "=+-@＝＋－＠"
NASTY = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    '"=1',
    "a;=1",
    'a;"=1',
    "＝1",
    "x,=1",
    "<script>alert(1)</script>",
    "\ufeff=1",
    "\x00",
    "'",
    '"',
    "https://x.example/a;=b",
)
foreign = st.sampled_from(NASTY) | st.text(max_size=60) | st.text("=+-@;,\"' \t\r\nab", max_size=20)


def rows_of(made: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def hostile(text: str) -> LipsyncRequest:
    """A row with this text in every field that others fill."""
    return LipsyncRequest(text, NOON, text, NOON, at(60), text, text, text)


# --- formulas ---


@given(foreign)
@example("https://x.example/a;=b")
def test_no_text_becomes_a_formula_at_a_comma_or_at_a_semicolon(text: str) -> None:
    made = safe(text)
    for part in made.split(";"):
        begin = part.lstrip(" \"'\t\r\n")
        assert not begin.startswith(tuple(DANGEROUS)) or part.startswith("'")
    assert not re.search(r"[\x00-\x1f\x7f]", made)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200))
def test_text_that_is_harmless_is_not_changed(text: str) -> None:
    if not re.search(r"(^|;)[\s\"']*[=+\-@＝＋－＠]", text) and not is_web_address(text):
        assert safe(text) == text


@pytest.mark.parametrize(
    "text",
    [uuid(7), "2026-04-01T12:00:00Z", "65", "batch-2026-04", "order 12345", "https://x.example/a.mp4?a=1&b=-2;c"],
)
def test_ids_times_numbers_and_addresses_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(("text", "shown"), [("=1", "'=1"), (" -1", "' -1"), ("\t@x", "' @x"), ("a;+1", "a;'+1")])
def test_what_would_be_a_formula_gets_an_apostrophe(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_a_very_long_text_is_cut_before_a_spreadsheet_does_it() -> None:
    assert len(safe("x" * 100_000)) < 32_767
    assert len(safe("=;" * 100_000)) < 32_767


@given(foreign, st.sampled_from((Format.CSV, Format.TSV)), st.sampled_from(Kind))
def test_every_row_is_read_back_as_it_was_written_with_as_many_cells(text: str, wanted: Format, kind: Kind) -> None:
    found = gathered(text, (hostile(text), request(2, "completed")), 2, NOON)
    read = rows_of(content(found, found.rows, kind, wanted), "\t" if wanted is Format.TSV else ",")
    assert read[0] == list(COLUMNS[kind])
    assert [len(row) for row in read] == [len(COLUMNS[kind])] * 3
    assert all(not cell.startswith(tuple(DANGEROUS)) for row in read for cell in row)


# --- what is in it ---


def test_a_sheet_has_every_row_in_order_with_times_in_utc_and_the_kind_of_failure() -> None:
    failed = request(2, "failed", created=-10, error="no face in https://x.example/a.mp4?signature=secret at frame 7")
    like_it = request(3, "failed", created=5, error="no face in https://x.example/b.mp4?signature=secret at frame 8")
    done = replace(request(1, "completed", created=0), created_at=NOON.astimezone(timezone(timedelta(hours=2))))
    found = gathered("batch-1", (done, like_it, failed, request(4, created=9)), 4, NOON)
    made = content(found, found.rows, Kind.ROWS, Format.CSV)
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.count(b"\r\n") == 5
    head, *rows = rows_of(made)
    shown = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["id"] for row in shown] == [uuid(2), uuid(1), uuid(3), uuid(4)]
    assert shown[1] == {
        "reference_id": "batch-1",
        "id": uuid(1),
        "status": "completed",
        "created_at": "2026-04-01T12:00:00Z",
        "started_at": "2026-04-01T12:00:05Z",
        "finished_at": "2026-04-01T12:01:00Z",
        "took_seconds": "55",
        "failure_kind": "",
        "error_message": "",
        "output_url": "https://storage.example/1.mp4",
    }
    assert shown[0]["failure_kind"] == shown[2]["failure_kind"] == "no face in https://x.example/a.mp4 at frame 7"
    assert shown[2]["error_message"] == "no face in https://x.example/b.mp4 at frame 8"
    assert b"secret" not in made
    assert (shown[3]["started_at"], shown[3]["took_seconds"]) == ("", "")


def test_tsv_has_no_byte_order_mark_and_no_tab_inside_a_cell() -> None:
    found = gathered("a\tb", (hostile("a\tb"),), 1, NOON)
    made = content(found, found.rows, Kind.ROWS, Format.TSV)
    assert not made.startswith(b"\xef\xbb\xbf")
    assert made.splitlines()[1].count(b"\t") == len(COLUMNS[Kind.ROWS]) - 1


def test_contradictory_times_have_no_length() -> None:
    odd = replace(request(1, "completed"), started_at=at(60), finished_at=at(0))
    found = gathered("batch-1", (odd,), 1, NOON)
    head, row = rows_of(content(found, found.rows, Kind.ROWS, Format.CSV))
    assert row[head.index("took_seconds")] == ""


def test_a_moment_before_the_year_1000_and_none_are_told() -> None:
    assert moment(None) == ""
    assert moment(datetime(2026, 1, 2, tzinfo=NOON.tzinfo)) == "2026-01-02T00:00:00Z"


# --- a page ---


@given(foreign)
def test_a_page_shows_every_text_and_runs_none(text: str) -> None:
    found = gathered(text, (hostile(text),), 1, NOON)
    made = content(found, found.rows, Kind.ROWS, Format.HTML).decode()
    tags = set(re.findall(r"<([a-z0-9]+)", made))
    assert tags <= {"html", "head", "meta", "title", "style", "body", "h1", "bdi", "p", "table", "thead", "tr", "th",
                    "tbody", "td", "a", "strong"}  # fmt: skip
    links = [html.unescape(link) for link in re.findall(r'href="([^"]*)"', made)]
    assert links == ([text] if is_web_address(text) else [])
    assert made.count('rel="noopener noreferrer"') == len(links)


def test_a_page_needs_nothing_from_elsewhere_and_can_be_printed() -> None:
    found = gathered("batch-1", (request(1, "completed"),), 1, NOON)
    made = content(found, found.rows, Kind.LINKS, Format.HTML).decode()
    assert "default-src 'none'; style-src 'unsafe-inline'" in made
    assert not re.search(r"<script|<link|<img|@import|url\(", made)
    assert "@media print" in made
    assert '<a href="https://storage.example/1.mp4" rel="noopener noreferrer" target="_blank">' in made
    assert "1 output link, read 1 April 2026, 12:00 UTC" in made


# --- what lacks ---

WHOLE = gathered("batch-1", [request(1, "completed")], 1, NOON)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (WHOLE, ""),
        (replace(WHOLE, total=250, trouble="the API answered 502"),
         "only 1 of 250 requests could be read (the API answered 502)"),
        (replace(WHOLE, total=2, complete=False),
         "the list changed while it was read; 1 request seen, the API counts 2"),
    ],
)  # fmt: skip
def test_what_lacks_is_said_in_the_name_and_in_the_file(found: Gathered, says: str) -> None:
    assert str(lacking(found)) == says
    assert ("INCOMPLETE" in file_name(found, Kind.ROWS, Format.CSV)) is bool(says)
    for kind in Kind:
        last = rows_of(content(found, found.rows, kind, Format.CSV))[-1]
        assert last[0] == (f"INCOMPLETE: {says}" if says else "batch-1")
        page = html.unescape(content(found, found.rows, kind, Format.HTML).decode())
        assert (f"INCOMPLETE:</strong> {says}" in page) is bool(says)


def test_a_batch_that_is_too_long_for_a_sheet_is_never_cut_in_silence() -> None:
    one = request(1, "completed")
    found = gathered("batch-1", [one] * (MOST_ROWS + 1), MOST_ROWS + 1, NOON)
    assert len(found.rows) == MOST_ROWS
    assert not found.is_whole
    assert str(lacking(found)) == "a sheet is of the oldest 50,000 requests, and there are 50,001"


# --- names ---


@given(foreign, st.sampled_from(Format), st.sampled_from(Kind), st.booleans())
def test_a_file_name_is_plain_and_short_whatever_the_reference_is(
    text: str, wanted: Format, kind: Kind, only_new: bool
) -> None:
    name = file_name(gathered(text, (), 0, NOON), kind, wanted, only_new=only_new)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,150}\.(csv|tsv|html)", name)


def test_a_file_name_says_of_what_and_when() -> None:
    assert file_name(WHOLE, Kind.ROWS, Format.HTML) == "batch-1-20260401-120000Z.html"
    assert file_name(WHOLE, Kind.LINKS, Format.CSV) == "batch-1-links-20260401-120000Z.csv"
    assert file_name(WHOLE, Kind.LINKS, Format.CSV, only_new=True) == "batch-1-new-links-20260401-120000Z.csv"


# --- what is new ---


@given(st.sets(st.integers(0, 500)), st.sets(st.integers(0, 500)))
def test_exactly_those_that_were_not_given_are_new(given_before: set[int], listed: set[int]) -> None:
    last = LastSheet(NOON, marks_of(packed({mark(uuid(number)) for number in given_before})))
    new = not_given((request(number, "completed") for number in sorted(listed)), last)
    assert {row.id for row in new} == {uuid(number) for number in listed - given_before}
    assert len(not_given((request(number) for number in listed), None)) == len(listed)


def test_a_message_holds_a_hundred_links_unless_they_are_long() -> None:
    assert len(that_fit(request(number, "completed") for number in range(150))) == 100
    long = (request(number, "completed", url="https://x.example/" + "x" * 2_000) for number in range(150))
    assert 10 < len(that_fit(long)) < 100
