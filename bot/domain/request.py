"""One lip sync request, as the API shows it."""

from dataclasses import dataclass
from datetime import datetime

DOCUMENTED_OPEN = ("queued", "processing")
DOCUMENTED_TERMINAL = ("completed", "failed")


@dataclass(frozen=True, slots=True)
class LipsyncRequest:
    """One lip sync job. All times are aware and in UTC; `status` is kept as the API spells it."""

    id: str
    created_at: datetime
    status: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    output_url: str | None = None
    error_message: str | None = None
    reference_id: str | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more will happen: completed, failed, or any other status with a finish time."""
        if self.status in DOCUMENTED_TERMINAL:
            return True
        return self.status not in DOCUMENTED_OPEN and self.finished_at is not None

    @property
    def ended_at(self) -> datetime:
        """When the outcome happened on the API's clock: the finish time, else the creation time."""
        return self.finished_at or self.created_at


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the list endpoint.

    `limit` is the page size that the server applied, `total` counts all matching records, `api_now` is
    the answer's HTTP `Date` (whole seconds) or None, `asked_at` and `read_at` are our clock before and after the call.
    """

    requests: tuple[LipsyncRequest, ...]
    offset: int
    limit: int
    total: int
    asked_at: datetime
    read_at: datetime
    api_now: datetime | None = None
