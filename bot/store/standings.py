"""Between the counts of a batch and the domain's values."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from bot.domain.overview import Standing
from bot.domain.progress import Progress
from bot.store.schema import batches

COUNTS = ("total", "completed", "failed", "processing", "queued", "ended_otherwise", "vanished", "cleared")
MOMENTS = ("first_created_at", "last_created_at", "last_ended_at")
Others = tuple[tuple[str, int], ...]

STANDING = tuple(batches.c[name] for name in ("reference_id", "read_at", *COUNTS, "other", *MOMENTS, "waiting_since"))


def standing_of(row: RowMapping) -> Standing:
    """How a reference stands, from a row of `STANDING`'s columns."""
    progress = progress_of(row["reference_id"], row, others_of(row["other"]))
    return Standing(progress, row["waiting_since"], row["read_at"])


def progress_of(name: str, row: Mapping[str, Any] | RowMapping, other: Others) -> Progress:
    """The totals in a row that has the counts and the moments."""
    return Progress(reference_id=name, other=other, **{column: row[column] for column in (*COUNTS, *MOMENTS)})


def others_of(text: str | None) -> Others:
    """The undocumented statuses of a batch, by name."""
    return tuple(sorted(json.loads(text).items())) if text else ()
