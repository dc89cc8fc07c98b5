"""Recording a page with nothing but sqlite3: read what is known, write what changed, in one transaction."""

import hashlib
import sqlite3
from datetime import datetime

from bot.domain.reading import Reading
from bot.domain.request import LipsyncRequest

_READING = "UPDATE accounts SET readings = readings + 1, looked_at = ? WHERE account_id = ? RETURNING readings"
_KNOWN = "SELECT id, status, started_at, finished_at, output_url, error_message FROM requests WHERE account_id = ?"
_ADD = f"INSERT INTO requests VALUES ({', '.join('?' * 16)}, NULL, 0)"  # noqa: S608 - question marks; no place
_CHANGE = (
    "UPDATE requests SET status = ?, started_at = ?, finished_at = ?, output_url = ?, error_message = ?,"
    " terminal = ?, outcome_reading = ?, changed_at = ? WHERE account_id = ? AND id = ?"
)
_MOVE = (
    "INSERT INTO transitions (account_id, request_id, reading, old, new, seen_at, correction)"
    " VALUES (?, ?, ?, ?, ?, ?, 0)"
)


def record_by_hand(connection: sqlite3.Connection, account_id: str, page: Reading) -> None:
    """Write what a page of one reference has shown."""
    connection.execute("BEGIN IMMEDIATE")
    read_at = _text(page.read_at)
    number = connection.execute(_READING, (read_at, account_id)).fetchone()[0]
    ids = [request.id for request in page.requests]
    query = f"{_KNOWN} AND id IN ({', '.join('?' * len(ids))})"
    known = {row[0]: row for row in connection.execute(query, (account_id, *ids))}
    key = hashlib.sha256(f"{len(page.reference_id or '')}:{page.reference_id}".encode()).hexdigest()
    added, changed, moves = [], [], []
    for request in page.requests:
        before, values = known.get(request.id), _values(request)
        if before is None:
            added.append((account_id, request.id, request.reference_id, key, _text(request.created_at), *values,
                          request.is_terminal, True, number, number, None, read_at))  # fmt: skip
        elif before[1:] != values:
            changed.append((*values, request.is_terminal, number, read_at, account_id, request.id))
        else:
            continue
        moves.append((account_id, request.id, number, before and before[1], request.status, read_at))
    connection.executemany(_ADD, added)
    connection.executemany(_CHANGE, changed)
    connection.executemany(_MOVE, moves)
    connection.execute("COMMIT")


def _values(request: LipsyncRequest) -> tuple[str | None, ...]:
    times = (_text(request.started_at), _text(request.finished_at))
    return (request.status, *times, request.output_url, request.error_message)


def _text(moment: datetime | None) -> str | None:
    """As the store writes it."""
    return None if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")
