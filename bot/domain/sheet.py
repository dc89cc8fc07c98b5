"""Sheets: the rows of a reference, or the links among them, as the API has just shown them, and how they are given."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.request import LipsyncRequest
from bot.domain.words import Words

MOST_ROWS = 50_000  # what spreadsheets open at ease, and what fits into memory twice
"""Rows in one file: some 15 MB, which Excel still opens at once; of a larger batch the oldest are in it."""
MOST_LINKS = 100  # more do not fit into a message
_MOST_CHARACTERS = 40_000  # of links in a message, well under what Slack takes in its blocks
_ROOM_FOR_A_NAME = 60
_LONGEST_NAME = 80
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_BYTES_OF_A_MARK = 8  # among 50,000 ids two are alike once in ten billion sheets


class Format(StrEnum):
    """What a file can be."""

    CSV = "csv"
    TSV = "tsv"
    HTML = "html"


class Kind(StrEnum):
    """What is in a sheet: the output links, or every row."""

    LINKS = "links"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one reading of a whole reference has shown, the oldest request first; nothing in it is from our memory.

    `total` is how many requests the API says there are. `complete` is False when the list kept changing meanwhile,
    `trouble` says why the reading broke off. `read_at` is our clock.
    """

    reference_id: str
    rows: tuple[LipsyncRequest, ...]
    total: int
    read_at: datetime
    complete: bool = True
    trouble: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether a file of these rows has all there is."""
        return self.complete and self.trouble is None and not self.is_too_long

    @property
    def is_too_long(self) -> bool:
        """Whether there are more requests than a sheet is made of."""
        return len(self.rows) == MOST_ROWS < self.total


@dataclass(frozen=True, slots=True)
class File:
    """A file for one person; `says` stands beside it. Its name is also its title, which is all that Slack shows."""

    name: str
    content: bytes
    says: Words


class Handing(StrEnum):
    """What became of a file that was to be sent to a person."""

    SENT = "sent"
    IN_DOUBT = "in doubt"
    NO_SCOPE = "no scope"
    BUSY = "busy"
    NO_DM = "no dm"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Handed:
    """How the sending ended; `why` is Slack's word, `wait` how long it wants to be left alone."""

    outcome: Handing
    why: str = ""
    wait: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class LastSheet:
    """What a person was given in a place of one reference: when last (our clock), and the marks of the requests."""

    given_at: datetime
    marks: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """The answer to `links` and `export`: `rows` are those that were asked for, of all that were `gathered`.

    `handed` and `file_name` are given when a file was to be sent. `since` is when the last sheet was given, None when
    there was none or when not only new links were asked for.
    """

    kind: Kind
    gathered: Gathered
    rows: tuple[LipsyncRequest, ...]
    format: Format = Format.CSV
    only_new: bool = False
    since: datetime | None = None
    file_name: str = ""
    handed: Handed | None = None

    @property
    def shown(self) -> tuple[LipsyncRequest, ...]:
        """The links that stand in the message itself: none when a file has them."""
        is_in_file = self.handed is not None and self.handed.outcome is Handing.SENT
        return () if is_in_file or self.kind is Kind.ROWS else that_fit(self.rows)


def gathered(
    reference_id: str,
    requests: Iterable[LipsyncRequest],
    total: int,
    read_at: datetime,
    *,
    complete: bool = True,
    trouble: str | None = None,
) -> Gathered:
    """What was read, in order; takes 10 ms for 5,000 requests."""
    rows = sorted(requests, key=lambda request: (request.created_at, request.id))[:MOST_ROWS]
    return Gathered(reference_id, tuple(rows), total, read_at, complete, trouble)


def with_links(rows: Iterable[LipsyncRequest]) -> tuple[LipsyncRequest, ...]:
    """The rows that have an output link."""
    return tuple(row for row in rows if row.output_url)


def not_given(rows: Iterable[LipsyncRequest], last: LastSheet | None) -> tuple[LipsyncRequest, ...]:
    """The rows that were in no sheet before; no clock decides it, so a clip that is listed late is new all the same."""
    marks = last.marks if last else frozenset()
    return tuple(row for row in rows if mark(row.id) not in marks)


def mark(request_id: str) -> bytes:
    """A short stand-in for a request that was given (8 bytes)."""
    return hashlib.blake2b(request_id.encode("utf-8", "surrogatepass"), digest_size=_BYTES_OF_A_MARK).digest()


def marks_of(packed: bytes) -> frozenset[bytes]:
    """The marks in a string of bytes."""
    return frozenset(packed[at : at + _BYTES_OF_A_MARK] for at in range(0, len(packed), _BYTES_OF_A_MARK))


def packed(marks: Iterable[bytes]) -> bytes:
    """Marks as a string of bytes."""
    return b"".join(sorted(marks))


def that_fit(rows: Iterable[LipsyncRequest]) -> tuple[LipsyncRequest, ...]:
    """As many links as a message holds, at most a hundred."""
    found: list[LipsyncRequest] = []
    left = _MOST_CHARACTERS
    for row in rows:
        left -= _ROOM_FOR_A_NAME + len(row.output_url or "")
        if left < 0 or len(found) == MOST_LINKS:
            break
        found.append(row)
    return tuple(found)


def file_name(gathered: Gathered, kind: Kind, wanted: Format, *, only_new: bool = False) -> str:
    """Such as `batch-2026-04-links-20260401-120000Z.csv`; a file that lacks something says so in its name."""
    name = _NOT_IN_A_NAME.sub("-", gathered.reference_id).strip("-.")[:_LONGEST_NAME].rstrip("-.") or "reference"
    what = {Kind.LINKS: "-new-links" if only_new else "-links", Kind.ROWS: ""}[kind]
    lacks = "" if gathered.is_whole else f"-INCOMPLETE-{len(gathered.rows)}-of-{gathered.total}"
    return f"{name}{what}{lacks}-{gathered.read_at.astimezone(UTC):%Y%m%d-%H%M%SZ}.{wanted.value}"
