"""Short ways to make the values that tests speak about."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.domain.change import Entry
from bot.domain.request import LipsyncRequest
from bot.domain.watch import Events, Watch

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def uuid(number: int) -> str:
    return str(UUID(int=number))


def request(
    number: int = 1,
    status: str = "queued",
    *,
    reference: str | None = "batch-1",
    created: float = 0,
    finished: float | None = None,
    error: str | None = None,
    url: str | None = None,
) -> LipsyncRequest:
    """A request by number; terminal ones finish a minute after their creation unless told otherwise."""
    if finished is None and status in ("completed", "failed"):
        finished = created + 60
    started = created + 5 if status in ("processing", "completed", "failed") else None
    return LipsyncRequest(
        id=uuid(number),
        created_at=at(created),
        status=status,
        started_at=None if started is None else at(started),
        finished_at=None if finished is None else at(finished),
        output_url=url if url or status != "completed" else f"https://storage.example/{number}.mp4",
        error_message=error,
        reference_id=reference,
    )


def entry(
    made: LipsyncRequest, *, first: int = 1, opened: int | None = None, outcome: int | None = None, listed: bool = True
) -> Entry:
    """A ledger entry; terminal requests have their outcome in the first reading unless told otherwise."""
    if outcome is None and made.is_terminal:
        outcome = first
    return Entry(made, first, NOON, opened, outcome, listed)


def watch(
    *,
    events: Events = Events.PROBLEMS,
    expected: int | None = None,
    since: int = 0,
    started: float = 0,
    generation: int = 1,
    settled: int | None = None,
    reference: str = "batch-1",
    place: str = "C1",
) -> Watch:
    return Watch(
        id="w1",
        workspace_id="T1",
        account_id="default",
        place=place,
        reference_id=reference,
        author="U1",
        events=events,
        expected=expected,
        created_at=at(started),
        started_at=at(started),
        since_reading=since,
        generation=generation,
        generation_reading=since,
        settled_reading=settled,
        clips_reading=since,
    )
