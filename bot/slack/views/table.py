"""A table: Slack takes one in a message, of 100 rows with the header, and shows it below everything else."""

from collections.abc import Iterable, Sequence

from bot.domain.words import clean
from bot.slack.views.escape import literal
from bot.slack.views.message import Block

TABLE = "table"
MOST_ROWS = 100
MOST_CHARACTERS = 10_000
LONGEST_CELL = 60


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int]) -> Block:
    """Cells of plain text, which Slack takes literally; columns of these `numbers` are aligned to the right."""
    settings = [_column(is_number=index in numbers) for index in range(len(header))]
    return {
        "type": TABLE,
        "column_settings": settings,
        "rows": [[_cell(text) for text in row] for row in (header, *rows)],
    }


def that_fit(rows: Sequence[Sequence[str]], header: Sequence[str], *, whole: bool) -> int:
    """How many of the rows fit under the header; unless they are the `whole` and all fit, a last one is left free."""
    left, count = MOST_CHARACTERS - sum(map(len, header)) - LONGEST_CELL, 0
    for row in rows:
        left -= sum(min(len(text), LONGEST_CELL) for text in row)
        if left < 0:
            break
        count += 1
    return count if whole and count == len(rows) < MOST_ROWS else min(count, MOST_ROWS - 2)


def _cell(text: str) -> Block:
    return {"type": "raw_text", "text": literal(clean(text, LONGEST_CELL)) if text else " "}


def _column(*, is_number: bool) -> Block:
    return {"align": "right", "is_wrapped": True} if is_number else {"is_wrapped": True}
